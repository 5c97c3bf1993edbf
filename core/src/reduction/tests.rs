use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::*;
use crate::policy::Reduce;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// A tiny world of one room: what is said to it, and the reasons it gives back.
struct World {
    alarms: Alarms,
    policy: Reduce,
    seq: u64,
}

impl World {
    fn new() -> Self {
        Self {
            alarms: Alarms::default(),
            policy: Reduce::default(),
            seq: 0,
        }
    }

    fn report(&self, seconds: i64, severity: Severity, cleared: bool) -> Report {
        let entity = EntityIx(4);
        Report {
            heard: Heard { index: 0, source: 0 },
            id: AlarmId(Uuid::from_u128(u128::from(self.seq))),
            anchor: Anchor {
                entity,
                device: entity,
                link: None,
                peer: None,
            },
            alarm_type: Name::from("LINK_DOWN"),
            qualifier: Name::from("ge-0/0/1"),
            severity,
            cleared,
            symptom: Symptom::InterfaceDown,
            probable_cause: Name::EMPTY,
            text: Name::from("text"),
            source: SourceKind::Snmp,
            source_system: Name::from("r1"),
            rule: Name::from("rule"),
            at: at(seconds),
            unsafe_key: false,
            emergency: false,
        }
    }

    fn say(&mut self, report: &Report) -> Reason {
        self.seq += 1;
        match raise_or_clear(&self.alarms, report.clone(), report.at, &self.policy) {
            Verdict::Event(reason, _) => reason,
            Verdict::Change(deltas) => {
                for delta in &deltas {
                    self.alarms.fold(delta, self.seq, report.at, &self.policy);
                }
                deltas
                    .iter()
                    .rev()
                    .find(|delta| delta.heard().is_some())
                    .map_or(Reason::Purged, AlarmDelta::reason)
            }
        }
    }

    fn raise(&mut self, seconds: i64) -> Reason {
        self.say(&self.report(seconds, Severity::Major, false))
    }

    fn clear(&mut self, seconds: i64) -> Reason {
        self.say(&self.report(seconds, Severity::Major, true))
    }

    fn clock(&mut self, seconds: i64) -> Vec<Reason> {
        self.seq += 1;
        let mut reasons = Vec::new();
        for ix in self.alarms.due(at(seconds), 10) {
            for delta in clock(ix, self.alarms.get(ix).unwrap(), at(seconds), &self.policy) {
                reasons.push(delta.reason());
                self.alarms.fold(&delta, self.seq, at(seconds), &self.policy);
            }
        }
        reasons
    }

    fn command(&mut self, seconds: i64, kind: &CommandKind, actor: &str, role: Role) -> Result<(), Refusal> {
        self.seq += 1;
        let (ix, alarm) = self.alarms.iter().next().unwrap();
        let actor = Actor {
            name: Name::from(actor),
            role,
            from: Name::EMPTY,
        };
        for delta in command(ix, alarm, kind, &actor, &Name::from("note"), at(seconds))? {
            self.alarms.fold(&delta, self.seq, at(seconds), &self.policy);
        }
        Ok(())
    }

    fn only(&self) -> &Alarm {
        let mut alarms = self.alarms.iter();
        let (_, alarm) = alarms.next().unwrap();
        assert!(alarms.next().is_none(), "one identity, one row");
        alarm
    }
}

#[test]
fn ten_thousand_repeats_are_one_row() {
    let mut world = World::new();
    assert_eq!(world.raise(0), Reason::Raised);
    for second in 1..10_000 {
        assert_eq!(world.raise(second), Reason::Repeated);
    }
    let alarm = world.only();
    assert_eq!((alarm.count, alarm.raised_at, alarm.last_raised_at), (10_000, at(0), at(9_999)));
    assert_eq!(alarm.events.newest().count(), 32);
    assert_eq!(alarm.events.newest().next(), Some((10_000, 0)), "newest first");
}

#[test]
fn a_cleared_alarm_keeps_its_severity_and_is_the_same_one_within_the_dedup_time() {
    let mut world = World::new();
    world.raise(0);
    assert_eq!(world.clear(10), Reason::Cleared);
    assert_eq!((world.only().cleared, world.only().severity, world.only().count), (true, Severity::Major, 1));
    assert_eq!(world.clear(11), Reason::AlreadyCleared);
    assert_eq!(world.raise(10 + 900), Reason::Reopened);
    assert_eq!((world.only().cleared, world.only().count), (false, 2));
}

#[test]
fn after_the_dedup_time_it_is_a_new_alarm() {
    let mut world = World::new();
    world.raise(0);
    let first = world.only().id;
    world.clear(10);
    assert_eq!(world.raise(10 + 901), Reason::RaisedAnew);
    assert_ne!(world.only().id, first);
    assert_eq!((world.only().count, world.only().raised_at), (1, at(911)));
}

#[test]
fn messages_out_of_order_do_not_turn_the_state_round() {
    let mut world = World::new();
    assert_eq!(world.clear(5), Reason::ClearWithoutRaise);
    world.raise(100);
    assert_eq!(world.clear(90), Reason::ClearOlderThanRaise);
    assert!(!world.only().cleared);
    world.clear(110);
    assert_eq!(world.raise(105), Reason::RaiseOlderThanClear);
    assert!(world.only().cleared);
    assert_eq!(world.only().count, 1);
}

#[test]
fn a_clear_whose_key_lacks_a_part_is_not_paired() {
    let mut world = World::new();
    world.raise(0);
    let clear = Report {
        unsafe_key: true,
        ..world.report(5, Severity::Major, true)
    };
    assert_eq!(world.say(&clear), Reason::UnsafeKey);
    assert!(!world.only().cleared);
}

#[test]
fn a_flapping_alarm_is_held_and_settles_to_what_was_said_last() {
    let mut world = World::new();
    let mut reasons = Vec::new();
    for n in 0..6 {
        reasons.push(world.raise(n * 20));
        reasons.push(world.clear(n * 20 + 10));
    }
    assert_eq!(reasons.iter().filter(|reason| **reason == Reason::FlapBegan).count(), 1, "{reasons:?}");
    assert!(world.only().flapping && !world.only().cleared, "held while it flaps");
    let quiet = world.alarms.next_due().unwrap();
    assert_eq!(quiet, at(110 + 300), "five quiet minutes after the last word");
    assert_eq!(world.clock(410), [Reason::FlapSettled]);
    assert!(world.only().cleared && !world.only().flapping);
}

#[test]
fn an_acknowledged_alarm_that_worsens_is_unacknowledged() {
    let mut world = World::new();
    world.say(&world.report(0, Severity::Minor, false));
    world.command(1, &CommandKind::Ack { until: AckUntil::Worse }, "ann", Role::Operator).unwrap();
    assert_eq!(world.say(&world.report(2, Severity::Minor, false)), Reason::Repeated);
    assert!(world.only().ack.is_some());
    assert_eq!(world.say(&world.report(3, Severity::Critical, false)), Reason::Worsened);
    assert!(world.only().ack.is_none());
}

#[test]
fn acknowledgements_end_at_their_time_or_with_the_clear() {
    let mut world = World::new();
    world.raise(0);
    world
        .command(1, &CommandKind::Ack { until: AckUntil::Time(at(60)) }, "ann", Role::Operator)
        .unwrap();
    assert_eq!(world.clock(59), []);
    assert_eq!(world.clock(60), [Reason::UnackedExpired]);
    world.command(61, &CommandKind::Ack { until: AckUntil::Clear }, "ann", Role::Operator).unwrap();
    world.clear(70);
    assert!(world.only().ack.is_some(), "cleared and acknowledged");
    world.raise(80);
    assert!(world.only().ack.is_none(), "it was for that occurrence only");
    assert!(
        world
            .command(81, &CommandKind::Ack { until: AckUntil::Time(at(10)) }, "ann", Role::Operator)
            .is_err(),
        "a time in the past"
    );
}

#[test]
fn what_nothing_ever_clears_is_over_after_its_time() {
    let mut world = World::new();
    let start = Report {
        alarm_type: Name::from("COLD_START"),
        ..world.report(0, Severity::Warning, false)
    };
    assert_eq!(world.say(&start), Reason::Raised);
    assert_eq!(world.say(&Report { at: at(60), ..start }), Reason::Repeated);
    assert_eq!(world.clock(60 + 1_799), []);
    assert_eq!(world.clock(60 + 1_800), [Reason::TimedOut]);
    assert!(world.only().cleared);
}

#[test]
fn an_owned_alarm_refuses_others_by_name_but_not_a_supervisor() {
    let mut world = World::new();
    world.raise(0);
    world.command(1, &CommandKind::Own, "ann", Role::Operator).unwrap();
    let refusal = world.command(2, &CommandKind::Clear, "bob", Role::Operator).unwrap_err();
    assert!(refusal.0.contains("ann"), "{refusal:?}");
    world.command(3, &CommandKind::Comment, "bob", Role::Operator).unwrap();
    world
        .command(4, &CommandKind::Assign { to: Name::from("bob") }, "sue", Role::Supervisor)
        .unwrap();
    assert_eq!(world.only().owner, "bob");
    world.command(5, &CommandKind::Clear, "bob", Role::Operator).unwrap();
    assert!(world.only().cleared);
}

#[test]
fn a_cleared_alarm_leaves_in_its_time_and_its_slot_is_used_again() {
    let mut world = World::new();
    world.raise(0);
    world.clear(10);
    assert_eq!(world.alarms.next_due(), Some(at(10 + 86_400)), "nobody acknowledged it: it stays for a day");
    world.command(20, &CommandKind::Ack { until: AckUntil::Worse }, "ann", Role::Operator).unwrap();
    assert_eq!(world.clock(20 + 900), [Reason::Purged]);
    assert!(world.alarms.is_empty());
    assert_eq!(world.alarms.next_slot(), AlarmIx(0));
    let (_, purged) = world.alarms.take_dirty();
    assert_eq!(purged.len(), 1);
}

proptest! {
    /// Whatever is said in whatever order: one row an identity, counts only grow with raises, and the indexes agree with the rows.
    #[test]
    fn books_agree_after_any_story(story in prop::collection::vec((0_i64..2_000, any::<bool>(), 0_usize..5, 0_u8..4), 1..200)) {
        let mut world = World::new();
        let mut raises = 0;
        for (seconds, cleared, severity, qualifier) in story {
            let report = Report { qualifier: Name::from(qualifier.to_string()), ..world.report(seconds, Severity::ALL[severity], cleared) };
            let reason = world.say(&report);
            if !cleared && reason != Reason::RaiseOlderThanClear {
                raises += 1;
            }
        }
        let mut counted = 0;
        for (ix, alarm) in world.alarms.iter() {
            counted += alarm.count;
            let identity = identity(alarm.anchor.entity, &alarm.alarm_type, &alarm.qualifier);
            prop_assert_eq!(world.alarms.by_identity(identity).map(|(ix, _)| ix), Some(ix));
            prop_assert_eq!(world.alarms.by_id(alarm.id), Some(ix));
            prop_assert!(alarm.raised_at <= alarm.last_raised_at);
            prop_assert!(alarm.history.len() <= 32);
        }
        prop_assert!(counted <= raises);
        prop_assert!(world.alarms.len() <= 4);
    }
}
