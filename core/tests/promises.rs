//! Promises from the policy to the row: what runs, for whom, when it breaks, and what becomes of it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use pedkai_core::ingest::Mapping;
use pedkai_core::invariants;
use pedkai_core::model::*;
use pedkai_core::pipeline::{Documents, Input, Record, RecordHeader, State, decide};
use pedkai_core::screen::{IncidentRow, PromiseRow, Row, Scorecard, SlaMethod, SlaRow, incident_row, promises, scorecard};
use pedkai_core::sla::{Limit, Month, limits, outlook, withdrawn};
use pedkai_core::topology::TopologyPatch;
use uuid::Uuid;

/// 2026-06-10T12:00:00Z, in seconds.
const NOON: i64 = 1_781_092_800;

struct Net {
    state: State,
    /// The same by folding the encoded records alone.
    folded: State,
    seq: u64,
}

fn instant(minutes: i64) -> Timestamp {
    Timestamp::from_micros((NOON + minutes * 60) * 1_000_000)
}

fn actor() -> Actor {
    Actor {
        name: Name::from("kim"),
        role: Role::Operator,
        from: Name::EMPTY,
    }
}

impl Net {
    /// A core and an access router; behind the access router a gold service with its customer, and a bronze one.
    fn new(policy: &str) -> Self {
        let state = State::new(TenantId(Uuid::from_u128(7)), 1, Arc::new(Mapping::builtin()));
        let mut net = Self {
            folded: state.clone(),
            state,
            seq: 0,
        };
        let patch: TopologyPatch = serde_json::from_value(serde_json::json!({
            "entities": [{"external_id": "core", "type": "ROUTER", "attributes": {"role": "core"}}, {"external_id": "acc", "type": "ROUTER"},
                         {"external_id": "vpn", "name": "VPN of a bank", "type": "SERVICE", "sla_tier": "Gold"},
                         {"external_id": "bank", "type": "CUSTOMER", "sla_tier": "gold"},
                         {"external_id": "web", "type": "SERVICE", "sla_tier": "bronze"}],
            "relations": [{"source": "core", "target": "acc", "relation": "connects"}, {"source": "vpn", "target": "acc", "relation": "depends_on"},
                          {"source": "bank", "target": "vpn", "relation": "depends_on"}, {"source": "web", "target": "acc", "relation": "depends_on"}],
        }))
        .unwrap();
        net.give(
            -60,
            Input::Topology {
                patch: Box::new(patch),
                actor: actor(),
            },
        );
        if !policy.is_empty() {
            net.policy(-59, policy);
        }
        net
    }

    fn policy(&mut self, minute: i64, text: &str) {
        let documents = Documents {
            files: vec![(Name::from("slo.toml"), text.to_owned())],
            actor: actor(),
        };
        self.give(minute, Input::Policy(Box::new(documents)));
    }

    fn give(&mut self, minute: i64, input: Input) {
        self.seq += 1;
        let at = instant(minute);
        let inputs = vec![input];
        let deltas = decide(&mut self.state, self.seq, at, &inputs).deltas;
        let header = RecordHeader {
            epoch: 1,
            seq: self.seq,
            at,
            build: Name::EMPTY,
            policy: 0,
            mapping: 0,
            topology: 0,
            previous: [0; 32],
        };
        let read = Record::decode(&Record { header, inputs, deltas }.encode()).unwrap();
        self.folded.begin(self.seq, at);
        for delta in &read.deltas {
            self.folded.fold(delta);
        }
        assert_eq!(self.folded.hash(), self.state.hash(), "record {}", self.seq);
        assert_eq!(invariants::broken(&self.state), []);
    }

    fn alarm(&mut self, minute: i64, entity: &str, cleared: bool) {
        let report = AlarmReport {
            entity_id: Name::from(entity),
            alarm_type: Name::from("NODE_DOWN"),
            severity: Severity::Critical,
            raised_at: instant(minute),
            source_system: Name::from("test"),
            qualifier: Name::EMPTY,
            probable_cause: Name::EMPTY,
            text: Name::EMPTY,
            cleared,
            attributes: Vec::new(),
        };
        self.give(
            minute,
            Input::Event(Event {
                received_at: instant(minute),
                source: SourceKind::Webhook,
                source_address: Name::from("test"),
                relay: false,
                key: None,
                payload: Payload::Alarm(Box::new(report)),
            }),
        );
    }

    /// Lets everything happen that comes due up to a minute.
    fn until(&mut self, minute: i64) {
        for _ in 0..100 {
            let Some(due) = self.state.next_deadline().filter(|due| *due <= instant(minute)) else {
                return;
            };
            let passed = due.since(instant(0)).as_micros();
            self.give(passed.div_euclid(60_000_000) + 1, Input::Clock);
        }
        panic!("the clock does not come to rest");
    }

    fn row(&self) -> IncidentRow {
        let (_, incident) = self.state.incidents().iter().next().unwrap();
        incident_row(&self.state, incident)
    }

    fn sla(&self) -> SlaRow {
        self.row().sla.unwrap()
    }
}

#[test]
fn the_promise_that_breaks_first_is_named_with_whom_it_was_given_to() {
    let mut net = Net::new("");
    net.alarm(0, "acc", false);
    net.until(2);
    let sla = net.sla();
    // Gold: 99.95 % of June are 21.6 minutes, and that is over before four hours are.
    assert_eq!(
        (sla.metric, sla.name.as_str(), sla.tier.as_str()),
        (SlaPromise::Availability, "VPN of a bank", "Gold")
    );
    assert_eq!(sla.objective.as_str(), "99.95 % of the month, 21 min without service");
    assert_eq!(sla.started_at, instant(0));
    assert_eq!(sla.breach_at, instant(0).plus(Span::seconds(1_296)));
    assert_eq!((sla.restore_by, sla.without, sla.state), (Some(instant(240)), 3, SlaState::Running));
    let read: IncidentRow = serde_json::from_str(&serde_json::to_string(&net.row()).unwrap()).unwrap();
    assert_eq!(read, net.row());
}

#[test]
fn the_list_tells_of_every_promise_what_breaks_first_above() {
    let mut net = Net::new("");
    let before = promises(&net.state, instant(0));
    assert_eq!(before.len(), 3, "nothing happened, and three have a promise of the month");
    assert!(
        before
            .iter()
            .all(|row| row.state == SlaState::Kept && row.value == Some(100.0) && row.predicted_breach_time.is_none())
    );
    net.alarm(0, "acc", false);
    net.until(2);
    let rows = promises(&net.state, instant(10));
    let told: Vec<(&str, &str)> = rows.iter().map(|row| (row.external_id.as_str(), row.objective.metric.as_str())).collect();
    assert_eq!(
        told.iter().map(|(_, metric)| *metric).collect::<Vec<_>>(),
        ["availability", "availability", "availability", "time_to_restore"]
    );
    assert_eq!(told[2].0, "web", "bronze has more of the month left than gold");
    let vpn = rows.iter().find(|row| row.external_id.as_str() == "vpn" && row.month.is_some()).unwrap();
    assert_eq!(vpn.predicted_breach_time, Some(instant(0).plus(Span::seconds(1_296))));
    assert_eq!(
        (vpn.low, vpn.high, vpn.method),
        (vpn.predicted_breach_time, vpn.predicted_breach_time, SlaMethod::Clock)
    );
    assert_eq!(
        (vpn.state, vpn.since, vpn.incident_id),
        (SlaState::Running, Some(instant(0)), Some(net.row().id))
    );
    assert!((vpn.value.unwrap() - 100.0 * (1.0 - 10.0 / 43_200.0)).abs() < 1e-9);
    let restore = rows.last().unwrap();
    assert_eq!(
        (restore.value, restore.objective.threshold, restore.predicted_breach_time),
        (Some(10.0), 240.0, Some(instant(240)))
    );
    let late = promises(&net.state, instant(30));
    let vpn = late.iter().find(|row| row.external_id.as_str() == "vpn" && row.month.is_some()).unwrap();
    assert_eq!((vpn.state, vpn.predicted_breach_time), (SlaState::Breached, None));
    let saved: Vec<bool> = late.iter().map(|row| row.predicted_breach_time.is_some()).collect();
    assert_eq!(
        saved,
        [true, true, false, false],
        "what can still be kept stands above what is broken for the month"
    );
}

#[test]
fn a_measured_value_that_drifts_is_told_with_its_interval_until_it_no_longer_does() {
    let mut net = Net::new(LIMIT);
    assert_eq!(limits(&net.state.policy().slo, net.state.topology()).len(), 2, "both routers and nothing else");
    let limit = net.limit_of("acc");
    let rising = |upto: i64, per_minute: f64| -> Vec<Point> {
        (-300..upto)
            .map(|minute| Point {
                at: instant(minute),
                value: 20.0 + per_minute * (minute + 60).max(0) as f64 + 0.4 * ((minute * 7_919).rem_euclid(13) as f64 / 6.0 - 1.0),
            })
            .collect()
    };
    let look = |net: &mut Net, minute: i64, points: &[Point]| {
        let seen = outlook(&limit, points, instant(minute)).unwrap();
        net.give(minute, Input::Outlooks(vec![seen.clone(), seen.clone()]));
        let found: Vec<_> = promises(&net.state, instant(minute))
            .into_iter()
            .filter(|row| row.method == SlaMethod::Drift)
            .collect();
        found
    };
    assert_eq!(look(&mut net, 0, &rising(0, 0.0)), [], "what does not drift is kept, and not told");
    let told = look(&mut net, 1, &rising(1, 0.25));
    let row = &told[0];
    assert_eq!((told.len(), row.external_id.as_str(), row.state), (1, "acc", SlaState::Running));
    let (at, low, high) = (row.predicted_breach_time.unwrap(), row.low.unwrap(), row.high.unwrap());
    assert!(low <= at && at <= high && low < high);
    assert!(
        (instant(52)..instant(62)).contains(&at),
        "20 + 0.25 a minute since an hour is 50 in an hour from now: {at}"
    );
    assert_eq!(look(&mut net, 45, &rising(45, 0.25))[0].state, SlaState::AtRisk);
    assert_eq!(look(&mut net, 70, &rising(70, 0.25))[0].state, SlaState::Breached);
    assert_eq!(look(&mut net, 71, &rising(71, 0.0)), [], "and nothing is left of it when it is over");
}

const LIMIT: &str = "[[slo.kpis]]\nmetric = \"delay(ms)\"\nthreshold = 50.0\ndirection = \"above\"\ntypes = [\"router\"]\n";

impl Net {
    fn limit_of(&self, external_id: &str) -> Limit {
        let ix = self.state.topology().by_external(external_id).unwrap();
        let id = self.state.topology().entity(ix).unwrap().id;
        let all = limits(&self.state.policy().slo, self.state.topology());
        all.into_iter().find(|limit| limit.entity == id).unwrap()
    }

    /// Rows of measured values that changed since the last time, and whether each still stands.
    fn foretold(&mut self) -> Vec<(PromiseRow, bool)> {
        let rows = self.state.take_changes().rows.into_iter();
        let told = rows.filter_map(|change| match change.row {
            Row::Sla(row) => Some((row, change.live)),
            _ => None,
        });
        told.collect()
    }
}

/// Twenty, and from the minute -60 on a quarter more every minute; a little noise.
fn rising(upto: i64) -> Vec<Point> {
    let value = |minute: i64| 20.0 + 0.25 * (minute + 60).max(0) as f64 + 0.4 * ((minute * 7_919).rem_euclid(13) as f64 / 6.0 - 1.0);
    (-300..upto)
        .map(|minute| Point {
            at: instant(minute),
            value: value(minute),
        })
        .collect()
}

#[test]
fn what_is_foretold_is_a_row_of_the_feed_until_it_is_over() {
    let mut net = Net::new(LIMIT);
    net.alarm(0, "acc", false);
    net.until(2);
    assert_eq!((net.foretold(), net.row().foreseen), (Vec::new(), None));
    let seen = outlook(&net.limit_of("acc"), &rising(3), instant(3)).unwrap();
    net.give(3, Input::Outlooks(vec![seen.clone()]));
    let changes = net.state.take_changes();
    let told: Vec<&Row> = changes.rows.iter().filter(|change| change.live).map(|change| &change.row).collect();
    let row = told
        .iter()
        .find_map(|row| if let Row::Sla(row) = row { Some(row.clone()) } else { None })
        .unwrap();
    let incident = told
        .iter()
        .find_map(|row| if let Row::Incident(row) = row { Some(row.clone()) } else { None })
        .unwrap();
    assert_eq!((row.external_id.as_str(), row.seen_at, row.state), ("acc", Some(instant(2)), SlaState::Running));
    assert_eq!(row.warn_at, row.low.map(|low| low.minus(Span::minutes(15))));
    let (low, high) = (row.low.unwrap(), row.high.unwrap());
    assert!(low < high && low <= row.predicted_breach_time.unwrap() && row.predicted_breach_time.unwrap() <= high);
    let nearest = incident.foreseen.clone().unwrap();
    assert_eq!((nearest.id, nearest.low, nearest.incident_id), (row.id, row.low, Some(incident.id)));
    let line = serde_json::to_string(&incident).unwrap();
    assert_eq!(serde_json::from_str::<IncidentRow>(&line).unwrap(), incident);
    let listed: Vec<PromiseRow> = promises(&net.state, instant(3))
        .into_iter()
        .filter(|row| row.method == SlaMethod::Drift)
        .collect();
    assert_eq!((listed.len(), listed[0].id), (1, row.id), "the list tells the same");

    net.give(4, Input::Clock);
    assert_eq!(net.foretold(), [], "time alone changes no row");
    net.give(5, Input::Outlooks(vec![withdrawn(&seen)]));
    let over = net.foretold();
    assert_eq!((over.len(), over[0].0.id, over[0].1), (1, row.id, false));
    assert_eq!(net.row().foreseen, None);

    net.give(6, Input::Outlooks(vec![seen.clone()]));
    net.give(7, Input::Outlooks(vec![withdrawn(&seen)]));
    net.give(8, Input::Outlooks(vec![seen.clone()]));
    assert_eq!(
        net.foretold().iter().map(|(row, live)| (row.id, *live)).collect::<Vec<_>>(),
        [(row.id, true)],
        "only how it is now"
    );
    net.policy(9, &LIMIT.replace("[[slo.kpis]]", "[slo]\nwarn_s = 60\n[[slo.kpis]]"));
    assert_eq!(net.foretold()[0].0.warn_at, Some(low.minus(Span::minutes(1))), "a new policy is told at once");
    let patch: TopologyPatch = serde_json::from_value(serde_json::json!({"remove": ["acc"]})).unwrap();
    net.give(
        10,
        Input::Topology {
            patch: Box::new(patch),
            actor: actor(),
        },
    );
    assert_eq!(
        net.foretold().iter().map(|(row, live)| (row.id, *live)).collect::<Vec<_>>(),
        [(row.id, false)],
        "it goes with its entity"
    );
}

#[test]
fn the_scorecard_is_what_a_hand_reckons_before_and_after_a_restart() {
    let work = format!(
        "{RESTORE}[[slo.maintenance]]\nentity = \"acc\"\nfrom = \"{}\"\nuntil = \"{}\"\n",
        instant(20),
        instant(45)
    );
    let mut net = Net::new(&work);
    // An hour, of which 25 minutes lie within agreed work; taken up after ten.
    net.alarm(0, "acc", false);
    net.until(9);
    let own = Command {
        id: CommandId(Uuid::from_u128(9)),
        actor: actor(),
        kind: CommandKind::Own,
        targets: vec![CommandTarget::Incident(IncidentId(net.row().id))],
        expect: None,
        text: Name::EMPTY,
    };
    net.give(10, Input::Command(Box::new(own)));
    net.until(59);
    net.alarm(60, "acc", true);
    net.until(499);
    // Two hours and twenty minutes: longer than the two hours that gold was promised. Nobody took it up.
    net.alarm(500, "acc", false);
    net.until(639);
    net.alarm(640, "acc", true);
    net.until(999);
    // And one that goes on.
    net.alarm(1_000, "acc", false);
    net.until(1_029);
    let of = |card: &Scorecard, external_id: &str| card.services.iter().find(|row| row.external_id.as_str() == external_id).cloned().unwrap();
    let near = |one: f64, other: f64| (one - other).abs() < 1e-9;

    let day = scorecard(&net.state, instant(-60), instant(1_380), instant(1_030));
    let vpn = of(&day, "vpn");
    assert_eq!((day.from, day.to, vpn.from), (instant(-60), instant(1_030), instant(-60)), "a period ends now");
    assert_eq!((vpn.down_s, vpn.excluded_s), (60.0 * (35.0 + 140.0 + 30.0), 60.0 * 25.0));
    assert!(near(vpn.availability, 100.0 * (1.0 - 205.0 / 1_090.0)), "{}", vpn.availability);
    assert_eq!((vpn.incidents, vpn.outages, vpn.late, vpn.down_since), (3, 2, 1, Some(instant(1_000))));
    assert_eq!((vpn.mttr_s, vpn.mtta_s), (Some(60.0 * 87.5), Some(600.0)));
    assert_eq!((vpn.promised, vpn.kept, vpn.complete, vpn.tier.as_str()), (None, None, true, "Gold"));
    assert_eq!(of(&day, "web").late, 0, "bronze has ten hours");
    assert_eq!((day.total.services, day.total.outages, day.total.late, day.total.down), (3, 6, 2, 3));
    assert_eq!(day.total.mttr_s, Some(60.0 * 87.5));
    assert_eq!((day.noise.events, day.noise.incidents), (5, 3));
    assert!(day.noise.alarms <= 5 && near(day.noise.reduction.unwrap(), 40.0), "{:?}", day.noise);

    let part = of(&scorecard(&net.state, instant(30), instant(600), instant(1_030)), "vpn");
    assert_eq!(
        (part.down_s, part.excluded_s),
        (60.0 * (15.0 + 100.0), 60.0 * 15.0),
        "outages are cut at both ends"
    );
    assert_eq!(
        (part.incidents, part.outages, part.mttr_s),
        (2, 1, Some(60.0 * 35.0)),
        "what goes on beyond it has not ended"
    );
    let long = of(&scorecard(&net.state, instant(-9_000), instant(1_030), instant(1_030)), "vpn");
    assert_eq!(
        (long.from, long.availability),
        (vpn.from, vpn.availability),
        "nothing is reckoned before it was heard of"
    );

    net.policy(
        1_031,
        &format!("{work}[slo.tiers.silver]\navailability = 99.0\n[slo.entities.vpn]\navailability = 81.0\n"),
    );
    let promised = of(&scorecard(&net.state, instant(-60), instant(1_030), instant(1_031)), "vpn");
    assert_eq!((promised.promised, promised.kept, promised.tier.as_str()), (Some(81.0), Some(true), "vpn"));

    let items = net.state.items().into_iter().filter_map(|item| Some((item.kind, item.slot, item.body?)));
    let again = State::restore(Arc::new(Mapping::builtin()), items).unwrap();
    for (from, to) in [(-60, 1_030), (30, 600), (-9_000, 1_100)] {
        let ask = |state: &State| scorecard(state, instant(from), instant(to), instant(1_100));
        assert_eq!(ask(&again), ask(&net.state));
    }
}

const RESTORE: &str = "[slo.tiers.gold]\nrestore_min = 120\n[slo.tiers.bronze]\nrestore_min = 600\n";

#[test]
fn a_clock_warns_breaks_stands_and_is_booked() {
    let mut net = Net::new(RESTORE);
    net.alarm(0, "acc", false);
    net.until(89);
    assert_eq!(net.sla().state, SlaState::Running);
    let changed_at = net.row().changed_at;
    net.until(91);
    assert_eq!((net.sla().state, net.sla().warn_at), (SlaState::AtRisk, instant(90)));
    assert_eq!(net.row().changed_at, changed_at, "that time goes by is no reason to look again before acting");
    let command = Command {
        id: CommandId(Uuid::from_u128(9)),
        actor: actor(),
        kind: CommandKind::Own,
        targets: vec![CommandTarget::Incident(IncidentId(net.row().id))],
        expect: Some(changed_at),
        text: Name::EMPTY,
    };
    net.give(100, Input::Command(Box::new(command)));
    net.until(121);
    assert_eq!(net.sla().state, SlaState::Breached);
    net.alarm(130, "acc", true);
    net.until(132);
    assert_eq!((net.sla().state, net.sla().stopped_at), (SlaState::Breached, Some(instant(130))));
    let vpn = net.state.topology().by_external("vpn").unwrap();
    let june = net.state.book(vpn).unwrap().month(Month::of(instant(0)), instant(200), &[]);
    assert_eq!((june.down, june.outages, june.late), (Span::minutes(130), 1, 1));
    assert_eq!((june.mttr(), june.mtta()), (Some(Span::minutes(130)), Some(Span::minutes(100))));
    let web = net.state.topology().by_external("web").unwrap();
    assert_eq!(net.state.book(web).unwrap().months[0].late, 0, "bronze has ten hours");
}

#[test]
fn a_relapse_runs_on_and_the_time_between_does_not_count() {
    let mut net = Net::new(RESTORE);
    net.alarm(0, "acc", false);
    net.until(2);
    net.alarm(50, "acc", true);
    assert_eq!((net.sla().state, net.sla().stopped_at), (SlaState::Kept, Some(instant(50))));
    net.alarm(55, "acc", false);
    net.until(57);
    assert_eq!(
        (net.sla().state, net.sla().stopped_at, net.sla().breach_at),
        (SlaState::Running, None, instant(125))
    );
    net.alarm(60, "acc", true);
    net.until(62);
    let vpn = net.state.topology().by_external("vpn").unwrap();
    assert_eq!(net.state.book(vpn).unwrap().months[0].down, Span::minutes(55));
}

#[test]
fn agreed_work_does_not_count_and_a_new_policy_holds_at_once() {
    let mut net = Net::new(RESTORE);
    net.alarm(0, "acc", false);
    net.until(2);
    assert_eq!(net.sla().breach_at, instant(120));
    let work = format!(
        "{RESTORE}[[slo.maintenance]]\nentity = \"acc\"\nfrom = \"{}\"\nuntil = \"{}\"\n",
        instant(-30),
        instant(45)
    );
    net.policy(5, &work);
    net.until(7);
    assert_eq!(net.sla().breach_at, instant(165));
    net.alarm(60, "acc", true);
    let vpn = net.state.topology().by_external("vpn").unwrap();
    let tally = net.state.book(vpn).unwrap().months[0];
    assert_eq!((tally.down, tally.excluded), (Span::minutes(15), Span::minutes(45)));
    net.until(61);
    net.policy(62, "[slo.tiers]\ngold = {}\nbronze = {}\n");
    assert_eq!(net.sla().breach_at, instant(165), "what is over stays as it was told");
}

#[test]
fn where_nothing_was_promised_nothing_runs() {
    let mut net = Net::new("[slo.tiers]\ngold = {}\nbronze = {}\n");
    net.alarm(0, "acc", false);
    net.until(2);
    assert_eq!(net.row().sla, None);
    let mut net = Net::new("[slo.types.ROUTER]\nrestore_min = 60\n[slo.tiers]\ngold = {}\nbronze = {}\n");
    net.alarm(0, "acc", false);
    net.until(2);
    assert_eq!(
        (net.sla().external_id.as_str(), net.sla().tier.as_str(), net.sla().breach_at),
        ("acc", "ROUTER", instant(60))
    );
    net.policy(5, "[slo.tiers]\ngold = {}\nbronze = {}\n");
    net.until(7);
    assert_eq!(net.row().sla, None, "lifted with the policy");
}
