use crate::model::{Draft, Mode, Name, PolicyVerdict, Protection, Role, Twin};
use crate::policy::{Remediate, RemediateRule};
use crate::topology::Entity;

/// What a verdict is about.
#[derive(Debug)]
pub struct Question<'a> {
    /// The policy in force.
    pub policy: &'a Remediate,
    /// What is to be done.
    pub draft: &'a Draft,
    /// What it is done to.
    pub targets: &'a [&'a Entity],
    /// What the twin says.
    pub twin: &'a Twin,
    /// Who would undo it.
    pub protection: Protection,
    /// So many changes failed that people decide.
    pub tripped: bool,
}

/// A verdict in the making: it only ever grows stricter.
struct Making {
    verdict: PolicyVerdict,
}

impl Making {
    fn deny(&mut self, why: String) {
        self.verdict.allowed = false;
        self.verdict.rules.push(Name::from(why));
    }

    /// No less careful than `mode`.
    fn mode(&mut self, mode: Mode, why: impl FnOnce() -> String) {
        if mode < self.verdict.mode {
            self.verdict.mode = mode;
            self.verdict.rules.push(Name::from(why()));
        }
    }

    fn people(&mut self, people: u8, why: impl FnOnce() -> String) {
        if people > self.verdict.approvals {
            self.verdict.approvals = people;
            self.verdict.rules.push(Name::from(why()));
        }
    }

    fn role(&mut self, role: Role, why: impl FnOnce() -> String) {
        if role > self.verdict.role {
            self.verdict.role = role;
            self.verdict.rules.push(Name::from(why()));
        }
    }
}

/// What the policy says: every rule that matches counts, the strictest of them holds, and each that made it is named.
#[must_use]
pub fn judge(question: &Question<'_>) -> PolicyVerdict {
    let Question { policy, draft, twin, .. } = question;
    let own = policy.modes.get(&draft.action);
    let mode = own.copied().unwrap_or(policy.mode);
    let place = if own.is_some() {
        format!("modes.{}", draft.action)
    } else {
        "mode".to_owned()
    };
    let mut making = Making {
        verdict: PolicyVerdict {
            allowed: true,
            mode,
            approvals: 0,
            role: Role::Supervisor,
            rules: vec![Name::from(format!("remediate.{place} is {}.", mode.word()))],
        },
    };
    by_itself(&mut making, question);
    for rule in policy.rules.iter().filter(|rule| matches(rule, question)) {
        let name = &rule.name;
        if rule.deny {
            making.deny(format!("Rule '{name}' denies it."));
        }
        if let Some(mode) = rule.mode {
            making.mode(mode, || format!("Rule '{name}' asks for {}.", mode.word()));
        }
        if let Some(role) = rule.role {
            making.role(role, || format!("Rule '{name}' asks for the role {}.", role.word()));
        }
        if let Some(people) = rule.approvals {
            making.mode(Mode::RecommendOnly, || format!("Rule '{name}' asks for people: nothing is done without them."));
            making.people(people, || format!("Rule '{name}' asks for {}.", said(people)));
        }
    }
    if twin.services > policy.max_services_down && draft.interrupts {
        making.deny(format!(
            "It would leave {} without a way, and remediate.max_services_down is {}.",
            counted(twin.services, "service"),
            policy.max_services_down
        ));
    }
    if question.protection != Protection::DeviceTimer && !policy.collector_timer && !draft.interrupts {
        making.deny("The device cannot undo it by itself, and remediate.collector_timer is off.".to_owned());
    }
    if making.verdict.mode == Mode::RecommendOnly {
        let people = policy.approvals.of(draft.risk);
        making.people(people, || format!("remediate.approvals.{} asks for {}.", draft.risk.word(), said(people)));
    }
    if draft.risk >= policy.high_risk {
        let role = policy.high_role;
        making.role(role, || {
            format!("remediate.high_role: a {} risk asks for the role {}.", draft.risk.word(), role.word())
        });
    }
    making.verdict
}

/// What is never done without people, whatever files say.
fn by_itself(making: &mut Making, question: &Question<'_>) {
    if question.tripped {
        making.mode(Mode::RecommendOnly, || {
            "Too many changes failed: people decide until it is armed again.".to_owned()
        });
    }
    if question.draft.targets.len() != 1 {
        making.mode(Mode::RecommendOnly, || {
            "Only a change of one single entity may begin without people.".to_owned()
        });
    }
    if question.twin.emergency {
        making.mode(Mode::RecommendOnly, || "An emergency service would feel it: people decide.".to_owned());
    }
    if question.protection != Protection::DeviceTimer {
        making.mode(Mode::RecommendOnly, || "The device cannot undo it by itself: people decide.".to_owned());
    }
}

fn matches(rule: &RemediateRule, question: &Question<'_>) -> bool {
    let any = |words: &[Name], of: fn(&Entity) -> &str| {
        words.is_empty()
            || question
                .targets
                .iter()
                .any(|entity| words.iter().any(|word| word.eq_ignore_ascii_case(of(entity))))
    };
    (rule.actions.is_empty() || rule.actions.contains(&question.draft.action))
        && rule.risk.is_none_or(|risk| question.draft.risk >= risk)
        && any(&rule.types, |entity| entity.kind.as_str())
        && any(&rule.tiers, |entity| entity.sla_tier.as_str())
        && any(&rule.entities, |entity| entity.external_id.as_str())
}

fn said(people: u8) -> String {
    match people {
        1 => "one person".to_owned(),
        people => format!("{people} people"),
    }
}

fn counted(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
