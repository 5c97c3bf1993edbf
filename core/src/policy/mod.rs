//! The rules that people set.
//!
//! - **does**: gives every limit and delay of the pipeline a name, a unit and a default; reads them from TOML and checks them.
//! - **takes**: TOML text, one document a segment.
//! - **gives**: a `Policy` and its version (a hash of its content).
//! - **never knows**: what any stage does with it.

mod anomalies;
mod groups;
mod remediate;
mod sleeping;
mod slo;

use serde::{Deserialize, Serialize};

pub use anomalies::{Anomalies, DriftRule, JOINT_ROWS, JointRule};
pub use groups::Groups;
pub use remediate::{Approvals, Remediate, RemediateRule};
pub use sleeping::{Sleeping, TrafficKind, TrafficMetrics};

use crate::model::{Name, Span};

pub use slo::{Direction, KpiObjective, Maintenance, Objective, Slo};

/// Everything that people may set about the pipeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Taking events in.
    pub ingest: Ingest,
    /// Reducing events to alarms.
    pub reduce: Reduce,
    /// Correlating alarms into incidents.
    pub correlate: Correlate,
    /// Who must agree before a device is written to.
    pub remediate: Remediate,
    /// What groups of things are judged by.
    pub groups: Groups,
    /// Finding cells that sleep.
    pub sleeping: Sleeping,
    /// Finding measurements that are unlike their usual.
    pub anomalies: Anomalies,
    /// What was promised to whom.
    pub slo: Slo,
}

/// Taking events in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// A source's time further in the past than this (seconds) is taken as this far in the past.
    pub late_limit_s: i64,
    /// A source's time further in the future than this (seconds) is taken as the time of receipt.
    pub early_limit_s: i64,
    /// How long a sender's key and a command's answer are remembered, seconds.
    pub key_ttl_s: i64,
}

/// Reducing events to alarms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reduce {
    /// A raise this long (seconds) after the clear is still the same alarm.
    pub dedup_ttl_s: i64,
    /// A raise or clear whose source's time goes back no further than this (seconds) is not held to be out of order.
    pub order_slack_s: i64,
    /// Raises and clears within `flap_window_s` that make an alarm flap; 0 turns flap detection off.
    pub flap_transitions: u16,
    /// See `flap_transitions`, seconds.
    pub flap_window_s: i64,
    /// A flapping alarm that is quiet this long (seconds) settles.
    pub flap_quiet_s: i64,
    /// Alarm types that tell of a moment and that nothing ever clears; they are over after `momentary_s`.
    pub momentary_types: Vec<Name>,
    /// See `momentary_types`, seconds since the newest raise.
    pub momentary_s: i64,
    /// A cleared alarm that is acknowledged leaves the live list after this long (seconds).
    pub purge_acked_s: i64,
    /// A cleared alarm that nobody acknowledged leaves the live list after this long (seconds).
    pub purge_unacked_s: i64,
}

/// Correlating alarms into incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Correlate {
    /// Alarms raised further apart than this (seconds) do not hang together, unless the earlier still stands at the very same place.
    pub window_s: i64,
    /// Most alarms that one incident may hold; further ones open the next.
    pub max_alarms: u32,
    /// Causes are ranked this long after a change (milliseconds).
    pub diagnose_delay_ms: i64,
    /// … and not more often than this (milliseconds) while it goes on changing.
    pub diagnose_every_ms: i64,
    /// An incident that took no alarm for this long (seconds) has heard what it will hear.
    pub settle_s: i64,
    /// A resolved incident closes after this long (seconds).
    pub close_after_s: i64,
    /// A closed incident leaves memory after this long (seconds); its row stays.
    pub purge_closed_s: i64,
}

impl Default for Ingest {
    fn default() -> Self {
        Self {
            late_limit_s: 7 * 86_400,
            early_limit_s: 300,
            key_ttl_s: 86_400,
        }
    }
}

impl Default for Reduce {
    fn default() -> Self {
        Self {
            dedup_ttl_s: 900,
            order_slack_s: 0,
            flap_transitions: 6,
            flap_window_s: 600,
            flap_quiet_s: 300,
            momentary_types: ["AUTHENTICATION_FAILURE", "COLD_START", "DYING_GASP", "RESTARTED", "SWITCHOVER", "WARM_START"]
                .map(Name::from)
                .to_vec(),
            momentary_s: 1_800,
            purge_acked_s: 900,
            purge_unacked_s: 86_400,
        }
    }
}

impl Default for Correlate {
    fn default() -> Self {
        Self {
            window_s: 900,
            max_alarms: 2_000,
            diagnose_delay_ms: 200,
            diagnose_every_ms: 500,
            settle_s: 60,
            close_after_s: 900,
            purge_closed_s: 3_600,
        }
    }
}

impl Policy {
    /// Reads one TOML document that holds any of the sections.
    ///
    /// # Errors
    /// A message with the line and what was expected there.
    pub fn parse(text: &str) -> Result<Self, String> {
        let policy: Policy = toml::from_str(text).map_err(|error| error.to_string())?;
        policy.check()?;
        Ok(policy)
    }

    fn check(&self) -> Result<(), String> {
        let positive = [
            ("ingest.late_limit_s", self.ingest.late_limit_s),
            ("ingest.early_limit_s", self.ingest.early_limit_s),
            ("ingest.key_ttl_s", self.ingest.key_ttl_s),
            ("reduce.dedup_ttl_s", self.reduce.dedup_ttl_s),
            ("reduce.flap_window_s", self.reduce.flap_window_s),
            ("reduce.flap_quiet_s", self.reduce.flap_quiet_s),
            ("reduce.momentary_s", self.reduce.momentary_s),
            ("reduce.purge_acked_s", self.reduce.purge_acked_s),
            ("reduce.purge_unacked_s", self.reduce.purge_unacked_s),
            ("correlate.window_s", self.correlate.window_s),
            ("correlate.diagnose_delay_ms", self.correlate.diagnose_delay_ms),
            ("correlate.diagnose_every_ms", self.correlate.diagnose_every_ms),
            ("correlate.settle_s", self.correlate.settle_s),
            ("correlate.close_after_s", self.correlate.close_after_s),
            ("correlate.purge_closed_s", self.correlate.purge_closed_s),
        ];
        for (name, value) in positive {
            if value <= 0 || value > 10 * 366 * 86_400 {
                return Err(format!("{name} = {value}: write a number between 1 and ten years"));
            }
        }
        if self.correlate.max_alarms < 2 {
            return Err("correlate.max_alarms: an incident must be able to hold at least 2 alarms".to_owned());
        }
        self.remediate.check()?;
        self.groups.check()?;
        self.sleeping.check()?;
        self.anomalies.check()?;
        self.slo.check()
    }
}

impl Reduce {
    /// `dedup_ttl_s` as a span.
    #[must_use]
    pub const fn dedup_ttl(&self) -> Span {
        Span::seconds(self.dedup_ttl_s)
    }
}
