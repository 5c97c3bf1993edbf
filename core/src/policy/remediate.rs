use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Mode, Name, Risk, Role, Span};

/// Who must agree before a device is written to: segment `remediate`.
///
/// Every rule that matches counts, and the strictest of what they say holds: a rule can ask for more people or a more careful mode, or deny;
/// none can ask for less than the segment itself.
///
/// ```toml
/// [remediate]
/// mode = "RECOMMEND_ONLY"
/// approvals = { low = 1, medium = 1, high = 2, critical = 2 }
/// [remediate.modes]
/// cell_restart = "AUTO_WITH_APPROVAL"
/// [[remediate.rules]]
/// name = "no restart of gold cells"
/// actions = ["cell_restart"]
/// tiers = ["gold"]
/// deny = true
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Remediate {
    /// How much is done without people, unless `modes` says otherwise for an action.
    pub mode: Mode,
    /// By action.
    pub modes: BTreeMap<Name, Mode>,
    /// People who must say yes beforehand, by risk.
    pub approvals: Approvals,
    /// From this risk on, those who say yes must be `high_role` …
    pub high_risk: Risk,
    /// … and below it a supervisor.
    pub high_role: Role,
    /// A request that nobody takes up expires after this long, minutes.
    pub expires_min: i64,
    /// What a preview shows is held to be true for this long, minutes; then the device is asked again, and approvals are void.
    pub preview_min: i64,
    /// An unconfirmed change is undone after this long, seconds. The device's own timer is set to it.
    pub confirm_s: i64,
    /// A worker that says nothing for this long (seconds) is given up, and the device is looked at.
    pub work_s: i64,
    /// Most entities that one request may name.
    pub max_targets: u32,
    /// Changes on devices that cannot undo them by themselves are allowed: the collector's timer does it, as long as it lives.
    pub collector_timer: bool,
    /// Deny what would leave more services than this without a way.
    pub max_services_down: u32,
    /// After so many failed or undone changes …
    pub failures: u32,
    /// … within this long (minutes) only people decide, until somebody arms it again; 0 turns this off.
    pub failures_min: i64,
    /// Further rules; each has a name that verdicts tell.
    pub rules: Vec<RemediateRule>,
}

/// People who must say yes, by risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Approvals {
    /// For a low risk.
    pub low: u8,
    /// For a medium one.
    pub medium: u8,
    /// For a high one.
    pub high: u8,
    /// For a critical one.
    pub critical: u8,
}

/// A rule: it matches what all of its lists name; an empty list names everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemediateRule {
    /// What verdicts call it.
    pub name: Name,
    /// Actions of profiles.
    #[serde(default)]
    pub actions: Vec<Name>,
    /// Types of any target.
    #[serde(default)]
    pub types: Vec<Name>,
    /// Tiers of any target.
    #[serde(default)]
    pub tiers: Vec<Name>,
    /// Targets, by external id.
    #[serde(default)]
    pub entities: Vec<Name>,
    /// From this risk on.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// Never.
    #[serde(default)]
    pub deny: bool,
    /// No less careful than this.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// At least so many people.
    #[serde(default)]
    pub approvals: Option<u8>,
    /// At least this role.
    #[serde(default)]
    pub role: Option<Role>,
}

impl Default for Approvals {
    fn default() -> Self {
        Self {
            low: 1,
            medium: 1,
            high: 2,
            critical: 2,
        }
    }
}

impl Approvals {
    /// How many for a risk.
    #[must_use]
    pub const fn of(self, risk: Risk) -> u8 {
        match risk {
            Risk::Low => self.low,
            Risk::Medium => self.medium,
            Risk::High => self.high,
            Risk::Critical => self.critical,
        }
    }
}

impl Default for Remediate {
    fn default() -> Self {
        Self {
            mode: Mode::RecommendOnly,
            modes: BTreeMap::new(),
            approvals: Approvals::default(),
            high_risk: Risk::Critical,
            high_role: Role::Admin,
            expires_min: 1_440,
            preview_min: 30,
            confirm_s: 900,
            work_s: 120,
            max_targets: 10,
            collector_timer: false,
            max_services_down: 0,
            failures: 3,
            failures_min: 1_440,
            rules: Vec::new(),
        }
    }
}

impl Remediate {
    /// How long an unconfirmed change stands.
    #[must_use]
    pub const fn window(&self) -> Span {
        Span::seconds(self.confirm_s)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let year = 366 * 1_440;
        for (name, value, most) in [
            ("expires_min", self.expires_min, year),
            ("preview_min", self.preview_min, year),
            ("confirm_s", self.confirm_s, 86_400),
            ("work_s", self.work_s, 3_600),
        ] {
            if !(1..=most).contains(&value) {
                return Err(format!("remediate.{name} = {value}: write a number between 1 and {most}"));
            }
        }
        if !(0..=year).contains(&self.failures_min) {
            return Err(format!("remediate.failures_min = {}: write minutes between 0 and {year}", self.failures_min));
        }
        if !(1..=100).contains(&self.max_targets) {
            return Err(format!("remediate.max_targets = {}: write a number between 1 and 100", self.max_targets));
        }
        let Approvals { low, medium, high, critical } = self.approvals;
        for (name, people) in [("low", low), ("medium", medium), ("high", high), ("critical", critical)] {
            if !(1..=9).contains(&people) {
                return Err(format!("remediate.approvals.{name} = {people}: write a number of people between 1 and 9"));
            }
        }
        if ![low, medium, high, critical].is_sorted() {
            return Err("remediate.approvals: a higher risk cannot ask for fewer people".to_owned());
        }
        if self.high_role < Role::Supervisor {
            return Err("remediate.high_role: write supervisor or admin".to_owned());
        }
        let autonomous = std::iter::once(("mode".to_owned(), self.mode)).chain(self.modes.iter().map(|(action, mode)| (format!("modes.{action}"), *mode)));
        for (place, mode) in autonomous {
            if mode == Mode::FullyAutonomous {
                return Err(format!(
                    "remediate.{place} = \"FULLY_AUTONOMOUS\" needs a signed override, which this build cannot check: write AUTO_WITH_APPROVAL"
                ));
            }
        }
        let mut names: Vec<&Name> = self.rules.iter().map(|rule| &rule.name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("remediate.rules: two are named '{}', and a verdict could not tell which", twice[0]));
        }
        for (place, rule) in self.rules.iter().enumerate() {
            rule.check()
                .map_err(|problem| format!("remediate.rules, number {} ({}): {problem}", place + 1, rule.name))?;
        }
        Ok(())
    }
}

impl RemediateRule {
    fn check(&self) -> Result<(), String> {
        if self.name.trim().is_empty() {
            return Err("give it a name, which verdicts tell".to_owned());
        }
        if !self.deny && self.mode.is_none() && self.approvals.is_none() && self.role.is_none() {
            return Err("it says nothing: write deny, mode, approvals or role".to_owned());
        }
        if self.deny && (self.mode.is_some() || self.approvals.is_some() || self.role.is_some()) {
            return Err("it denies, and says how it would be allowed: leave one of them out".to_owned());
        }
        if self.approvals.is_some_and(|people| !(1..=9).contains(&people)) {
            return Err("approvals: write a number of people between 1 and 9".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Mode, Risk};
    use crate::policy::Policy;

    #[test]
    fn without_a_file_people_decide_everything() {
        let policy = Policy::default().remediate;
        assert_eq!(policy.mode, Mode::RecommendOnly);
        assert!(
            [Risk::Low, Risk::Medium, Risk::High, Risk::Critical]
                .iter()
                .all(|risk| policy.approvals.of(*risk) > 0)
        );
        assert!(!policy.collector_timer && policy.confirm_s == 900);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        for (text, part) in [
            ("[remediate]\nmode = \"AUTO\"", "AUTO"),
            ("[remediate]\nmode = \"FULLY_AUTONOMOUS\"", "signed override"),
            ("[remediate.modes]\nreboot = \"FULLY_AUTONOMOUS\"", "modes.reboot"),
            ("[remediate]\napprovals = { low = 0 }", "approvals.low = 0"),
            ("[remediate]\napprovals = { low = 3, high = 2 }", "fewer people"),
            ("[remediate]\nhigh_role = \"operator\"", "high_role"),
            ("[remediate]\nconfirm_s = 0", "confirm_s = 0"),
            ("[remediate]\nmax_target = 1", "max_target"),
            ("[[remediate.rules]]\nname = \"a\"", "says nothing"),
            ("[[remediate.rules]]\nname = \"a\"\ndeny = true\napprovals = 2", "leave one of them out"),
            (
                "[[remediate.rules]]\nname = \"a\"\ndeny = true\n[[remediate.rules]]\nname = \"a\"\ndeny = true",
                "two are named 'a'",
            ),
        ] {
            let problem = Policy::parse(text).unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }
}
