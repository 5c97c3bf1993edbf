//! What a network says, from the wire's words to the cause that is named first.
#![allow(clippy::unwrap_used, reason = "a test reads what it wrote")]

use std::sync::Arc;

use pedkai_core::ingest::Mapping;
use pedkai_core::model::{
    Actor, AlarmReport, CausalLink, Event, EvidenceKind, Finding, Incident, Name, Payload, Role, SeriesName, Severity, SnmpNotification, SnmpVersion,
    SourceKind, Span, TenantId, Timestamp, VarBind, VarValue,
};
use pedkai_core::pipeline::{Input, State, decide};
use pedkai_core::topology::import::{ImportFile, import};
use uuid::Uuid;

const ENTITIES: &str = "external_id,name,type,parent,address,role
core,core,ROUTER,,10.0.0.1,core
far,far,ROUTER,,10.0.0.2,core
hub,hub,ROUTER,,10.0.0.3,
leaf,leaf,ROUTER,,10.0.0.4,
twig,twig,ROUTER,,10.0.0.5,
";
const RELATIONS: &str = "source,target,relation,source_interface,target_interface
core,far,connects,GigabitEthernet9/0/0,GigabitEthernet9/0/0
core,hub,connects,GigabitEthernet1/0/0,GigabitEthernet1/0/0
far,hub,connects,GigabitEthernet1/0/0,GigabitEthernet2/0/0
hub,leaf,connects,GigabitEthernet3/0/0,GigabitEthernet1/0/0
hub,twig,connects,GigabitEthernet4/0/0,GigabitEthernet1/0/0
core,twig,connects,GigabitEthernet2/0/0,GigabitEthernet2/0/0
";
const UP: i64 = 1;
const DOWN: i64 = 2;

/// A network that is listened to; times are seconds.
struct Network {
    state: State,
    seq: u64,
}

impl Network {
    fn new() -> Self {
        let files = [("entities.csv", ENTITIES), ("relations.csv", RELATIONS)].map(|(name, text)| ImportFile { name, bytes: text.as_bytes() });
        let (patch, problems) = import(&files).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let mut network = Self {
            state: State::new(TenantId(Uuid::from_u128(3)), 1, Arc::new(Mapping::builtin())),
            seq: 0,
        };
        let actor = Actor {
            name: Name::from("test"),
            role: Role::Admin,
            from: Name::EMPTY,
        };
        let patch = Box::new(patch);
        network.take(at(1), &Input::Topology { patch, actor });
        network
    }

    fn take(&mut self, at: Timestamp, input: &Input) {
        self.seq += 1;
        let _ = decide(&mut self.state, self.seq, at, std::slice::from_ref(input));
    }

    /// Lets everything come due until then.
    fn wait(&mut self, until: i64) {
        while let Some(due) = self.state.next_deadline().filter(|due| *due <= at(until)) {
            self.take(due, &Input::Clock);
        }
    }

    fn trap(&mut self, now: i64, device: u8, number: u32, varbinds: Vec<VarBind>) {
        self.wait(now);
        let event = Event {
            received_at: at(now),
            source: SourceKind::Snmp,
            source_address: Name::from(format!("10.0.0.{device}")),
            relay: false,
            key: None,
            payload: Payload::Snmp(Box::new(SnmpNotification {
                version: SnmpVersion::V2c,
                trap_oid: Name::from(format!("1.3.6.1.6.3.1.1.5.{number}")),
                uptime: 1,
                inform: false,
                agent_address: None,
                varbinds,
            })),
        };
        self.take(at(now), &Input::Event(event));
    }

    /// An alarm of a kind that no mapping knows.
    fn unknown(&mut self, now: i64, device: &str) {
        self.unknown_of(now, device, Severity::Major);
    }

    fn unknown_of(&mut self, now: i64, device: &str, severity: Severity) {
        self.wait(now);
        let event = Event {
            received_at: at(now),
            source: SourceKind::Webhook,
            source_address: Name::from("test"),
            relay: false,
            key: None,
            payload: Payload::Alarm(Box::new(AlarmReport {
                entity_id: Name::from(device),
                alarm_type: Name::from("ODD_THING"),
                severity,
                raised_at: at(now),
                source_system: Name::from("test"),
                qualifier: Name::EMPTY,
                probable_cause: Name::EMPTY,
                text: Name::EMPTY,
                cleared: false,
                attributes: Vec::new(),
            })),
        };
        self.take(at(now), &Input::Event(event));
    }

    /// linkDown of IF-MIB with what the port is meant to be.
    fn down(&mut self, now: i64, device: u8, port: &str, meant: i64) {
        self.trap(now, device, 3, port_of(port, meant, DOWN));
    }

    fn up(&mut self, now: i64, device: u8, port: &str) {
        self.trap(now, device, 4, port_of(port, UP, UP));
    }

    fn cold_start(&mut self, now: i64, device: u8) {
        self.trap(now, device, 1, Vec::new());
    }

    fn incidents(&self) -> Vec<&Incident> {
        self.state
            .incidents()
            .iter()
            .map(|(_, incident)| incident)
            .filter(|incident| !incident.members.is_empty())
            .collect()
    }

    /// External ids of an incident's hypotheses, the likeliest first.
    fn causes(&self, incident: &Incident) -> Vec<String> {
        let id = |entity| self.state.topology().entity(entity).unwrap().external_id.to_string();
        incident.hypotheses.iter().map(|hypothesis| id(hypothesis.entity)).collect()
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::EPOCH.plus(Span::seconds(1_000_000 + seconds))
}

fn port_of(port: &str, meant: i64, is: i64) -> Vec<VarBind> {
    let bind = |column: u32, value: VarValue| VarBind {
        oid: Name::from(format!("1.3.6.1.2.1.2.2.1.{column}.7")),
        value,
    };
    vec![
        bind(1, VarValue::Integer(7)),
        bind(2, VarValue::Text(Name::from(port))),
        bind(7, VarValue::Integer(meant)),
        bind(8, VarValue::Integer(is)),
    ]
}

#[test]
fn a_port_that_a_trap_says_was_shut_speaks_for_work_on_its_device() {
    for (meant, cause) in [(UP, "hub--leaf"), (DOWN, "hub")] {
        let mut network = Network::new();
        network.down(100, 3, "GigabitEthernet3/0/0", meant);
        network.wait(200);
        let incidents = network.incidents();
        // A shut port alone is a lesser alarm: it stays outside of incidents.
        if meant == UP {
            assert_eq!(network.causes(incidents[0])[0], cause);
        } else {
            assert!(incidents.is_empty(), "{incidents:?}");
        }
        network.down(201, 4, "GigabitEthernet1/0/0", UP);
        network.wait(300);
        assert_eq!(network.causes(network.incidents()[0])[0], cause, "meant to be {meant}");
    }
}

#[test]
fn how_an_outage_ends_tells_a_dead_device_from_a_cut() {
    for (restarts, cause) in [(true, "leaf"), (false, "hub--leaf")] {
        let mut network = Network::new();
        network.down(100, 3, "GigabitEthernet3/0/0", UP);
        network.wait(170);
        assert_eq!(network.causes(network.incidents()[0])[0], "hub--leaf", "a cut is likelier until more is known");
        if restarts {
            network.cold_start(900, 4);
        }
        network.up(902, 3, "GigabitEthernet3/0/0");
        network.wait(1_100);
        let incidents = network.incidents();
        assert_eq!(incidents.len(), 1);
        assert_eq!(network.causes(incidents[0])[0], cause, "a restart was told: {restarts}");
    }
}

#[test]
fn ports_of_a_device_that_runs_fail_of_one_cause_only_at_once_or_by_hand() {
    // Ports on several cards, one after another.
    for (meant, incidents) in [(UP, 2), (DOWN, 1)] {
        let mut network = Network::new();
        network.down(100, 3, "GigabitEthernet3/0/0", meant);
        network.down(101, 4, "GigabitEthernet1/0/0", UP);
        network.down(115, 3, "GigabitEthernet4/0/0", meant);
        network.down(116, 5, "GigabitEthernet1/0/0", UP);
        network.wait(300);
        assert_eq!(network.incidents().len(), incidents, "meant to be {meant}");
    }
}

#[test]
fn what_came_since_an_incident_came_back_is_told_too() {
    let mut network = Network::new();
    // The hub loses its power and comes back: all its neighbours tell.
    network.down(100, 1, "GigabitEthernet1/0/0", UP);
    network.down(100, 2, "GigabitEthernet1/0/0", UP);
    network.down(100, 5, "GigabitEthernet1/0/0", UP);
    network.cold_start(500, 3);
    for (device, port) in [(1, "GigabitEthernet1/0/0"), (2, "GigabitEthernet1/0/0"), (5, "GigabitEthernet1/0/0")] {
        network.up(502, device, port);
    }
    network.wait(600);
    assert_eq!(network.causes(network.incidents()[0])[0], "hub");
    // Minutes later one of its links fails, as both ends say.
    network.down(900, 1, "GigabitEthernet1/0/0", UP);
    network.down(900, 3, "GigabitEthernet1/0/0", UP);
    network.wait(1_000);
    let incident = network.incidents()[0];
    let causes = network.causes(incident);
    assert_eq!(network.incidents().len(), 1, "the same alarm within its time is the same incident");
    assert!(
        causes.contains(&"hub".to_owned()) && causes.contains(&"core--hub".to_owned()),
        "{:?}",
        incident.hypotheses
    );
}

#[test]
fn a_restart_does_not_tie_what_failed_long_before_to_what_failed_now() {
    let mut network = Network::new();
    network.down(100, 1, "GigabitEthernet2/0/0", UP);
    network.down(2_000, 3, "GigabitEthernet4/0/0", UP);
    network.cold_start(2_600, 5);
    network.wait(2_700);
    let sizes: Vec<usize> = network.incidents().iter().map(|incident| incident.members.len()).collect();
    assert_eq!(sizes, [1, 2]);
}

#[test]
fn neighbours_of_unknown_trouble_hang_together_whichever_of_them_is_heard_first() {
    for order in [
        ["core", "hub", "leaf"],
        ["core", "leaf", "hub"],
        ["leaf", "core", "hub"],
        ["hub", "leaf", "core"],
    ] {
        let mut network = Network::new();
        for (n, device) in order.into_iter().enumerate() {
            network.unknown(100 + n as i64, device);
        }
        network.wait(110);
        let sizes: Vec<usize> = network.incidents().iter().map(|incident| incident.members.len()).collect();
        assert_eq!(sizes, [3], "{order:?}");
    }
}

#[test]
fn an_incident_that_takes_several_in_is_as_bad_as_the_worst_of_them() {
    let mut network = Network::new();
    network.unknown_of(100, "far", Severity::Critical);
    network.unknown(101, "leaf");
    network.unknown(102, "twig");
    network.unknown_of(103, "twig", Severity::Minor);
    assert_eq!(network.incidents().len(), 3);
    network.unknown_of(104, "hub", Severity::Minor);
    network.wait(110);
    let incidents = network.incidents();
    let now: Vec<_> = incidents.iter().map(|incident| (incident.members.len(), incident.severity)).collect();
    assert_eq!(now, [(4, Severity::Critical)]);
}

#[test]
fn the_report_of_what_is_over_says_so_at_once() {
    let mut network = Network::new();
    network.down(100, 1, "GigabitEthernet2/0/0", UP);
    network.wait(300);
    network.up(300, 1, "GigabitEthernet2/0/0");
    network.wait(302);
    let incidents = network.incidents();
    let report = &incidents[0].sitrep.as_ref().unwrap().text;
    assert!(report.contains("all cleared"), "{report}");
}

#[test]
fn what_was_measured_stands_beside_the_cause_it_speaks_for_and_in_the_report() {
    let mut network = Network::new();
    network.down(100, 3, "GigabitEthernet3/0/0", UP);
    network.wait(200);
    let incident = network.incidents()[0].id;
    let series = |external_id: &str, metric: &str| {
        let topology = network.state.topology();
        let entity = topology.entity(topology.by_external(external_id).unwrap()).unwrap();
        SeriesName {
            entity_id: entity.id,
            entity: entity.name.clone(),
            metric: Name::from(metric),
        }
    };
    let sentence = Name::from("utilisation_pct of hub--leaf led throughput of leaf by 5 minutes (F 42.2, p 1e-10, n 672).");
    let finding = Finding {
        incident,
        at: at(200),
        from: at(-86_400),
        to: at(200),
        series: 2,
        tested: 1,
        digest: 77,
        links: vec![CausalLink {
            cause: series("hub--leaf", "utilisation_pct"),
            effect: series("leaf", "throughput"),
            lag: 1,
            step_s: 300,
            f: 42.2,
            p: 1e-10,
            q: 1e-10,
            n: 672,
            differences: 0,
            reverse_p: Some(0.4),
            warnings: Vec::new(),
            sentence: sentence.clone(),
        }],
        suspects: Vec::new(),
        note: Name::EMPTY,
    };
    network.take(at(201), &Input::Finding(Box::new(finding.clone())));
    network.wait(202);
    let told = |network: &Network| {
        let incidents = network.incidents();
        let facts = incidents[0].hypotheses[0].evidence.iter();
        let measured = facts
            .filter(|fact| fact.kind == EvidenceKind::Measured)
            .map(|fact| fact.text.clone())
            .collect::<Vec<_>>();
        (measured, incidents[0].sitrep.as_ref().unwrap().text.clone(), incidents[0].changed_at)
    };
    let (measured, report, changed) = told(&network);
    assert_eq!(measured, std::slice::from_ref(&sentence));
    assert!(report.contains(sentence.as_str()), "{report}");
    // The same said again changes nothing, nor does what is said of an incident that is not there.
    network.take(at(230), &Input::Finding(Box::new(finding.clone())));
    let stranger = Finding {
        incident: pedkai_core::model::IncidentId(Uuid::from_u128(5)),
        digest: 78,
        ..finding
    };
    network.take(at(231), &Input::Finding(Box::new(stranger)));
    network.wait(240);
    assert_eq!(told(&network).2, changed);
}
