use std::collections::BTreeMap;

use super::draft;
use crate::model::{EntityId, Mode, Name, Origin, Protection, Risk, Role, Timestamp, Twin};
use crate::policy::{Policy, Remediate};
use crate::remediation::{Question, judge};
use crate::topology::Entity;

fn cell(tier: &str) -> Entity {
    Entity {
        id: EntityId(uuid::Uuid::from_u128(1)),
        external_id: Name::from("CELL-1"),
        name: Name::from("CELL-1"),
        kind: Name::from("CELL"),
        parent: None,
        geo: None,
        sla_tier: Name::from(tier),
        revenue_weight: None,
        attributes: BTreeMap::new(),
        created_at: Timestamp::EPOCH,
        placed: true,
    }
}

fn policy(text: &str) -> Remediate {
    Policy::parse(text).unwrap().remediate
}

struct Case {
    risk: Risk,
    targets: u128,
    twin: Twin,
    protection: Protection,
    tripped: bool,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            risk: Risk::Low,
            targets: 1,
            twin: Twin::default(),
            protection: Protection::DeviceTimer,
            tripped: false,
        }
    }
}

fn ask(policy: &Remediate, tier: &str, case: &Case) -> crate::model::PolicyVerdict {
    let entity = cell(tier);
    let mut draft = draft(case.targets, Origin::Machine);
    draft.risk = case.risk;
    judge(&Question {
        policy,
        draft: &draft,
        targets: &[&entity],
        twin: &case.twin,
        protection: case.protection,
        tripped: case.tripped,
    })
}

#[test]
fn without_a_file_people_agree_two_where_the_risk_is_high() {
    let policy = Remediate::default();
    for (risk, people, role) in [
        (Risk::Low, 1, Role::Supervisor),
        (Risk::Medium, 1, Role::Supervisor),
        (Risk::High, 2, Role::Supervisor),
        (Risk::Critical, 2, Role::Admin),
    ] {
        let verdict = ask(&policy, "gold", &Case { risk, ..Case::default() });
        assert!(verdict.allowed);
        assert_eq!((verdict.mode, verdict.approvals, verdict.role), (Mode::RecommendOnly, people, role), "{risk:?}");
        let asks = format!("remediate.approvals.{}", risk.word());
        assert!(verdict.rules.iter().any(|rule| rule.contains(&asks)), "{:?}", verdict.rules);
    }
}

#[test]
fn what_begins_by_itself_is_one_entity_that_can_be_undone_and_hurts_no_emergency() {
    let policy = policy("[remediate.modes]\nprb_reallocation = \"AUTO_WITH_APPROVAL\"");
    let alone = ask(&policy, "gold", &Case::default());
    assert_eq!((alone.mode, alone.approvals), (Mode::AutoWithApproval, 0));
    let emergency = Twin {
        emergency: true,
        ..Twin::default()
    };
    for (case, why) in [
        (Case { targets: 2, ..Case::default() }, "one single entity"),
        (
            Case {
                tripped: true,
                ..Case::default()
            },
            "armed again",
        ),
        (
            Case {
                twin: emergency,
                ..Case::default()
            },
            "emergency",
        ),
        (
            Case {
                protection: Protection::CollectorTimer,
                ..Case::default()
            },
            "cannot undo it by itself",
        ),
    ] {
        let verdict = ask(&policy, "gold", &case);
        assert_eq!((verdict.mode, verdict.approvals), (Mode::RecommendOnly, 1), "{why}");
        assert!(verdict.rules.iter().any(|rule| rule.contains(why)), "{:?}", verdict.rules);
    }
}

#[test]
fn rules_only_make_it_stricter_and_are_named() {
    let policy = policy(
        "[remediate]\nmode = \"AUTO_WITH_APPROVAL\"\n\
         [[remediate.rules]]\nname = \"gold is for two\"\ntiers = [\"Gold\"]\napprovals = 2\n\
         [[remediate.rules]]\nname = \"one is enough\"\napprovals = 1\n\
         [[remediate.rules]]\nname = \"never there\"\nentities = [\"cell-1\"]\nrisk = \"high\"\ndeny = true",
    );
    let gold = ask(&policy, "gold", &Case::default());
    assert_eq!((gold.mode, gold.approvals), (Mode::RecommendOnly, 2));
    assert!(
        gold.rules.iter().any(|rule| rule.contains("'gold is for two' asks for 2 people")),
        "{:?}",
        gold.rules
    );
    let silver = ask(&policy, "silver", &Case::default());
    assert_eq!(silver.approvals, 1);
    let high = Case {
        risk: Risk::High,
        ..Case::default()
    };
    let denied = ask(&policy, "silver", &high);
    assert!(
        !denied.allowed && denied.rules.iter().any(|rule| rule.contains("'never there' denies")),
        "{:?}",
        denied.rules
    );
}

#[test]
fn a_device_that_cannot_undo_it_is_left_alone_unless_the_policy_says_otherwise() {
    let case = Case {
        protection: Protection::Nobody,
        ..Case::default()
    };
    assert!(!ask(&Remediate::default(), "gold", &case).allowed);
    let allowed = ask(&policy("[remediate]\ncollector_timer = true"), "gold", &case);
    assert!(allowed.allowed && allowed.mode == Mode::RecommendOnly);
}
