use serde::{Deserialize, Serialize};

use crate::model::{Name, Severity, Span};

/// When measurements that are unlike their usual become an alarm: segment `anomalies`.
///
/// ```toml
/// [anomalies]
/// metrics = ["throughput", "utilisation", "latency"]
/// except = ["max"]
/// strange = 3
/// of = 5
/// max_series = 2000
/// [anomalies.drift]
/// spreads = 5.0
/// [anomalies.joint]
/// rate = 0.0005
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Anomalies {
    /// Parts of names of the metrics that are watched, in any case of letters; none: every metric.
    pub metrics: Vec<Name>,
    /// Beginnings of words (runs of letters and digits) that make a metric one that is not watched.
    pub except: Vec<Name>,
    /// Severity of the alarms. Below `major` they open no incident.
    pub severity: Severity,
    /// An alarm is raised when so many …
    pub strange: u16,
    /// … of the last samples of a series lie outside what was expected of each, …
    pub of: u16,
    /// … and the detector's score (0 to 1) of the strangest of them is at least this.
    pub score: f64,
    /// It clears when no sample was outside what was expected for so long (seconds).
    pub settle_s: i64,
    /// A series is told of when it is known for so many days.
    pub least_days: u16,
    /// Days of samples that are read when the collector starts.
    pub days: u16,
    /// So many series are watched, at about 12 KiB each; 0 watches none.
    pub max_series: u32,
    /// Values that creep.
    pub drift: DriftRule,
    /// Measurements of one entity that do not go together.
    pub joint: JointRule,
}

/// When a trend becomes an alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DriftRule {
    /// Parts of names of the metrics; none: those that `anomalies.metrics` names and those with a limit in `slo.kpis`.
    pub metrics: Vec<Name>,
    /// Days of the window; 0 looks for none.
    pub days: u16,
    /// How sure the slope's interval is not to hold zero; .5 to .999.
    pub confidence: f64,
    /// The trend must have moved the value by so many times its scatter.
    pub spreads: f64,
    /// … and since at least so long (hours).
    pub hours: u16,
}

/// When measurements that do not go together become an alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JointRule {
    /// A row of samples is strange when a usual one says as much with at most this chance; 0 looks for none.
    pub rate: f64,
    /// Rows of so many minutes.
    pub step_min: u16,
    /// An alarm is raised when so many of the last four rows are strange.
    pub strange: u16,
    /// Metrics that an entity must have at least.
    pub least_metrics: u16,
    /// Entities looked at in one round of ten minutes.
    pub entities: u32,
}

/// The newest rows that [`JointRule::strange`] counts among.
pub const JOINT_ROWS: usize = 4;

impl Default for Anomalies {
    fn default() -> Self {
        Self {
            metrics: Vec::new(),
            except: ["uptime"].map(Name::from).to_vec(),
            severity: Severity::Warning,
            score: 0.5,
            strange: 3,
            of: 5,
            settle_s: 1_800,
            least_days: 3,
            days: 8,
            max_series: 5_000,
            drift: DriftRule::default(),
            joint: JointRule::default(),
        }
    }
}

impl Default for DriftRule {
    fn default() -> Self {
        Self {
            metrics: Vec::new(),
            days: 7,
            confidence: 0.99,
            spreads: 4.0,
            hours: 24,
        }
    }
}

impl Default for JointRule {
    fn default() -> Self {
        Self {
            rate: 1e-3,
            step_min: 15,
            strange: 3,
            least_metrics: 3,
            entities: 25,
        }
    }
}

fn holds(parts: &[Name], metric: &str) -> bool {
    parts.iter().any(|part| !part.is_empty() && metric.contains(&part.to_lowercase()))
}

impl Anomalies {
    /// Whether series of this metric are watched.
    #[must_use]
    pub fn watches(&self, metric: &str) -> bool {
        let metric = metric.to_lowercase();
        (self.metrics.is_empty() || holds(&self.metrics, &metric)) && !self.excepted(&metric)
    }

    /// Whether series of this metric are looked at for a trend. Those with a limit of their own count in any case.
    #[must_use]
    pub fn drifts(&self, metric: &str) -> bool {
        if self.drift.metrics.is_empty() {
            return self.watches(metric);
        }
        let metric = metric.to_lowercase();
        holds(&self.drift.metrics, &metric) && !self.excepted(&metric)
    }

    fn excepted(&self, metric: &str) -> bool {
        let mut words = metric.split(|c: char| !c.is_alphanumeric());
        words.any(|word| self.except.iter().any(|part| !part.is_empty() && word.starts_with(&part.to_lowercase())))
    }

    /// `settle_s` as a span.
    #[must_use]
    pub const fn settle(&self) -> Span {
        Span::seconds(self.settle_s)
    }

    /// What is wrong with the figures, in one sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..1.0).contains(&self.score) {
            return Err(format!(
                "anomalies.score = {}: write a number from 0 to below 1; 0.5 is usual, more tells of less",
                self.score
            ));
        }
        if !(1..=60).contains(&self.of) || !(1..=self.of).contains(&self.strange) {
            return Err(format!(
                "anomalies.strange = {} of = {}: write 1 to 60 for `of`, and for `strange` no more than that",
                self.strange, self.of
            ));
        }
        if !(60..=7 * 86_400).contains(&self.settle_s) {
            return Err(format!("anomalies.settle_s = {}: write seconds between 60 and a week", self.settle_s));
        }
        if !(1..=60).contains(&self.days) || self.least_days > self.days {
            return Err(format!("anomalies.days = {}: write 1 to 60, and no more least_days than days", self.days));
        }
        if self.max_series > 200_000 {
            return Err(format!(
                "anomalies.max_series = {}: write at most 200000, since each takes about 12 KiB of memory; 0 watches none",
                self.max_series
            ));
        }
        self.drift.check()?;
        self.joint.check()
    }
}

impl DriftRule {
    fn check(&self) -> Result<(), String> {
        if self.days > 60 || (self.days > 0 && i64::from(self.hours) > i64::from(self.days) * 24) {
            return Err(format!(
                "anomalies.drift.days = {}: write 0 to 60, and no more `hours` than the window holds; 0 looks for none",
                self.days
            ));
        }
        if !(0.5..=0.999).contains(&self.confidence) {
            return Err(format!("anomalies.drift.confidence = {}: write 0.5 to 0.999", self.confidence));
        }
        if !(0.5..=1_000.0).contains(&self.spreads) {
            return Err(format!("anomalies.drift.spreads = {}: write 0.5 to 1000; 4 is usual", self.spreads));
        }
        Ok(())
    }
}

impl JointRule {
    fn check(&self) -> Result<(), String> {
        if !(0.0..=0.1).contains(&self.rate) {
            return Err(format!("anomalies.joint.rate = {}: write a chance from 0 (looks for none) to 0.1", self.rate));
        }
        if !(1..=360).contains(&self.step_min) || !(1..=JOINT_ROWS as u16).contains(&self.strange) {
            return Err(format!(
                "anomalies.joint: step_min = {} must be 1 to 360, strange = {} must be 1 to {JOINT_ROWS}",
                self.step_min, self.strange
            ));
        }
        if !(2..=64).contains(&self.least_metrics) || self.entities > 10_000 {
            return Err("anomalies.joint: write 2 to 64 for least_metrics and at most 10000 entities".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn metrics_are_chosen_by_parts_and_left_out_by_words() {
        let all = Anomalies::default();
        assert!(all.watches("dl_user_throughput_mbps") && all.watches("Anything at all") && !all.watches("sys_UpTime_s"));
        let some = Policy::parse("[anomalies]\nmetrics = [\"Thru\", \"latency\"]\nexcept = [\"max\"]")
            .unwrap()
            .anomalies;
        assert!(some.watches("UL_THRUPUT") && some.watches("web_latency_ms"));
        assert!(!some.watches("MAX_throughput") && !some.watches("prb") && some.watches("climax_latency"));
        assert!(some.drifts("ul_thruput") && !some.drifts("prb"));
        let own = Policy::parse("[anomalies.drift]\nmetrics = [\"temperature\"]").unwrap().anomalies;
        assert!(own.drifts("card_Temperature") && !own.drifts("prb") && own.watches("prb"));
    }

    #[test]
    fn nonsense_is_refused_with_its_place_and_what_to_write() {
        for (text, part) in [
            ("[anomalies]\nscore = 1.5", "anomalies.score = 1.5: write"),
            ("[anomalies]\nscore = nan", "anomalies.score"),
            ("[anomalies]\nstrange = 6\nof = 5", "anomalies.strange = 6 of = 5"),
            ("[anomalies]\nsettle_s = 0", "settle_s = 0"),
            ("[anomalies]\nleast_days = 9", "least_days"),
            ("[anomalies]\nmax_series = 2000000", "12 KiB"),
            ("[anomalies]\nmax_seris = 2", "max_seris"),
            ("[anomalies.drift]\nconfidence = 1.0", "anomalies.drift.confidence = 1"),
            ("[anomalies.drift]\ndays = 1\nhours = 48", "anomalies.drift.days = 1"),
            ("[anomalies.drift]\nspreads = inf", "spreads = inf"),
            ("[anomalies.joint]\nrate = 0.5", "anomalies.joint.rate = 0.5"),
            ("[anomalies.joint]\nstrange = 5", "strange = 5"),
        ] {
            let problem = Policy::parse(text).unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }
}
