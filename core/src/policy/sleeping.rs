use serde::{Deserialize, Serialize};

use crate::model::{Name, Span};

/// When a cell that reports nothing wrong, and nothing else, is held to be asleep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sleeping {
    /// Types of entities that can sleep.
    pub entity_types: Vec<Name>,
    /// Which metrics mean traffic.
    pub metrics: TrafficMetrics,
    /// No sample for longer than this (seconds), and than twice the interval at which the metric is reported, counts as zero.
    pub silence_s: i64,
    /// How long after their time (seconds) samples are usually heard; added to the above.
    pub late_s: i64,
    /// A zero counts when its Z score against the baseline is below this.
    pub z: f64,
    /// … and when a zero had at most this chance, judged by the lowest values of the baseline.
    pub chance: f64,
    /// Days of the baseline.
    pub days: u16,
    /// Days of it that must have samples at that time of day.
    pub least_days: u16,
    /// Samples up to this far (seconds) from the time of day belong to it.
    pub near_s: i64,
    /// All cells of one source, and at least this many, that fall silent together are the source's silence and not theirs.
    pub source_cells: u32,
}

/// Which metrics mean traffic, by words in their names. Case does not matter.
///
/// A name that holds one of `except` at the start of a word (words are runs of letters and digits) is none, whatever else it holds. One that
/// holds any of `carried`, anywhere, tells what was carried; one that holds any of `load` tells of the air being in use. Where a cell has
/// metrics of the first kind they alone decide whether it carries traffic, since a sleeping cell may go on signalling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrafficMetrics {
    /// Parts of names of metrics that tell what was carried.
    pub carried: Vec<Name>,
    /// Parts of names of metrics that tell of use.
    pub load: Vec<Name>,
    /// Beginnings of words that make a metric something else: a rate, a failure.
    pub except: Vec<Name>,
}

/// What a metric says about traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrafficKind {
    /// What was carried: volume, throughput, Erlang.
    Carried,
    /// That the air was in use: resource blocks, connections.
    Load,
}

impl Default for Sleeping {
    fn default() -> Self {
        Self {
            entity_types: ["CELL", "SECTOR"].map(Name::from).to_vec(),
            metrics: TrafficMetrics::default(),
            silence_s: 900,
            late_s: 0,
            z: -3.0,
            chance: 1e-4,
            days: 7,
            least_days: 3,
            near_s: 3_600,
            source_cells: 2,
        }
    }
}

impl Default for TrafficMetrics {
    fn default() -> Self {
        Self {
            carried: ["traffic", "throughput", "thrput", "tput", "thp", "volume", "erlang"].map(Name::from).to_vec(),
            load: ["prb", "rrc", "active_user", "act_ue"].map(Name::from).to_vec(),
            except: [
                "block", "delay", "disc", "drop", "err", "fail", "lat", "loss", "lost", "rate", "ratio", "reest", "rej", "retr", "retx", "success",
            ]
            .map(Name::from)
            .to_vec(),
        }
    }
}

impl TrafficMetrics {
    /// What the metric of this name says about traffic; none when it is about something else.
    #[must_use]
    pub fn kind(&self, metric: &str) -> Option<TrafficKind> {
        let name = metric.to_lowercase();
        let holds = |parts: &[Name]| parts.iter().any(|part| !part.is_empty() && name.contains(&part.to_lowercase()));
        let excepted = name
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| self.except.iter().any(|part| !part.is_empty() && word.starts_with(&part.to_lowercase())));
        match (excepted, holds(&self.carried), holds(&self.load)) {
            (true, ..) => None,
            (false, true, _) => Some(TrafficKind::Carried),
            (false, false, true) => Some(TrafficKind::Load),
            (false, false, false) => None,
        }
    }
}

impl Sleeping {
    /// Whether entities of this type can sleep.
    #[must_use]
    pub fn applies(&self, entity_type: &str) -> bool {
        self.entity_types.iter().any(|name| name.eq_ignore_ascii_case(entity_type))
    }

    /// `near_s` as a span.
    #[must_use]
    pub const fn near(&self) -> Span {
        Span::seconds(self.near_s)
    }

    /// What is wrong with the figures, in one sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(60..=86_400).contains(&self.silence_s) || !(0..=86_400).contains(&self.late_s) {
            return Err("sleeping.silence_s and late_s: write seconds, 60 (for late_s 0) to 86400".to_owned());
        }
        let sound = self.z < 0.0 && self.z.is_finite() && self.chance > 0.0 && self.chance < 1.0;
        if !sound {
            return Err("sleeping.z must be below 0, and sleeping.chance between 0 and 1".to_owned());
        }
        if !(2..=60).contains(&self.days) || !(1..=self.days).contains(&self.least_days) {
            return Err("sleeping.days: write 2 to 60, and no more least_days than days".to_owned());
        }
        if !(0..=6 * 3_600).contains(&self.near_s) || self.source_cells < 2 {
            return Err("sleeping.near_s: write 0 to 21600; sleeping.source_cells: at least 2".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_real_counters_are_told_apart() {
        let metrics = TrafficMetrics::default();
        for name in [
            "LTE_TRAFFIC_VOL",
            "User_Tput_MEAN_DL(kbps)",
            "dl_throughput",
            "voice_erlang",
            "DRB.PdcpSduVolumeDL",
        ] {
            assert_eq!(metrics.kind(name), Some(TrafficKind::Carried), "{name}");
        }
        for name in [
            "UL_PRB_UTILISATION",
            "LTE_RRC_SETUP_COMPLETES",
            "CELL_LOAD_DL_PRB_UTILISATION",
            "CELL_ACT_UE_AVG",
        ] {
            assert_eq!(metrics.kind(name), Some(TrafficKind::Load), "{name}");
        }
        for name in [
            "LTE_RRC_SETUP_COMPLETES_RATE",
            "RRC_REEST_ATT",
            "Traffic_Drop_Ratio",
            "CELL_AVAIL",
            "PAGING_DISC_RRC",
            "DL_BLER%",
            "",
        ] {
            assert_eq!(metrics.kind(name), None, "{name}");
        }
    }

    #[test]
    fn the_default_is_sound_and_nonsense_is_refused() {
        assert_eq!(Sleeping::default().check(), Ok(()));
        for wrong in [
            Sleeping {
                z: f64::NAN,
                ..Sleeping::default()
            },
            Sleeping {
                least_days: 9,
                ..Sleeping::default()
            },
            Sleeping {
                silence_s: 0,
                ..Sleeping::default()
            },
        ] {
            assert!(wrong.check().is_err());
        }
        assert!(Sleeping::default().applies("cell") && !Sleeping::default().applies("ROUTER"));
    }
}
