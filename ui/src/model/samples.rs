//! Networks to take pictures of: an empty one, one on a day with a fibre cut, and one that is far too much.

use pedkai_core::{
    model::{
        AckUntil, CausalLink, EntityId, EvidenceKind, Finding, IncidentId, IncidentStatus, LinkReason, Name, SeriesName, Severity, SitrepSource, SourceKind,
        Span, StatusChange, Suspect, Symptom, Timestamp,
    },
    screen::{AckRow, AckState, AlarmRow, EntityRow, EvidenceRow, HypothesisRow, IncidentRow, LinkRow, RelationRow, Row, SitrepRow, SourceRow},
    topology::Geo,
};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::{Change, Model};

mod groups;
mod places;
mod promises;
mod strange;

use places::{LINKS, SITES};

pub(crate) use groups::{attributes, cohorts, groups};
pub(crate) use promises::{foretell, foretold, promise, promised, scorecard};
pub(crate) use strange::{endless, names, strange};

pub(crate) const NOW: &str = "2026-11-21T14:03:21Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    now().minus(Span::seconds(seconds))
}

/// An id that is the same in every run.
pub(crate) fn id(kind: u64, number: usize) -> Uuid {
    Uuid::from_u64_pair(kind << 32 | 0x8000, 1 << 63 | number as u64)
}

const SITE: u64 = 1;
const ROUTER: u64 = 2;
const LINK: u64 = 3;
const CELL: u64 = 4;
const ALARM: u64 = 5;
const INCIDENT: u64 = 6;
const CUSTOMER: u64 = 7;

fn put(model: &mut Model, row: Row) {
    model.apply(Change::Put(Box::new(row)));
}

fn entity(id: Uuid, external: &str, name: &str, kind: &str, parent: Option<Uuid>, geo: Option<(f64, f64)>) -> Row {
    Row::Entity(EntityRow {
        id,
        external_id: external.into(),
        name: name.into(),
        kind: kind.into(),
        parent_id: parent,
        geo: geo.map(|(lat, lon)| Geo { lat, lon }),
        sla_tier: "gold".into(),
        revenue_weight: None,
        attributes: BTreeMap::new(),
        created_at: ago(9_000_000),
        placed: true,
        emergency: false,
    })
}

fn relate(model: &mut Model, number: &mut usize, source: Uuid, target: Uuid, relation: &str) {
    *number += 1;
    put(
        model,
        Row::Relation(RelationRow {
            id: id(9, *number),
            source,
            target,
            relation: relation.into(),
        }),
    );
}

fn network(model: &mut Model) {
    let mut relations = 0;
    for (index, (name, lat, lon, cells)) in SITES.iter().enumerate() {
        let short = &name.replace([' ', '.'], "")[..3].to_uppercase();
        let site = id(SITE, index);
        let router = id(ROUTER, index);
        put(model, entity(site, &format!("SITE-{short}"), name, "SITE", None, Some((*lat, *lon))));
        put(
            model,
            entity(router, &format!("{short}-PE-01"), &format!("{short}-PE-01"), "ROUTER", Some(site), None),
        );
        relate(model, &mut relations, site, router, "hosts");
        for cell in 0..*cells {
            let it = id(CELL, index * 100 + cell);
            put(
                model,
                entity(it, &format!("{short}-CELL-{cell}"), &format!("{short}-CELL-{cell}"), "CELL", Some(site), None),
            );
            relate(model, &mut relations, router, it, "backhauls");
        }
    }
    for (index, (from, to)) in LINKS.iter().enumerate() {
        let name = format!("{} – {}", SITES[*from].0, SITES[*to].0);
        put(model, entity(id(LINK, index), &format!("LINK-{index:02}"), &name, "LINK", None, None));
        relate(model, &mut relations, id(LINK, index), id(ROUTER, *from), "connects");
        relate(model, &mut relations, id(LINK, index), id(ROUTER, *to), "connects");
    }
}

/// A plain alarm to vary.
pub(crate) fn alarm(number: usize, entity: Uuid, name: &str, severity: Severity, text: &str, seconds: i64) -> AlarmRow {
    AlarmRow {
        id: id(ALARM, number),
        entity_id: entity,
        external_id: name.into(),
        entity_name: name.into(),
        entity_type: "ROUTER".into(),
        device_id: None,
        link_id: None,
        peer_id: None,
        alarm_type: "linkDown".into(),
        qualifier: Name::EMPTY,
        severity,
        cleared: false,
        flapping: false,
        ack_state: AckState::None,
        ack: None,
        shelved: false,
        suppressed_by: None,
        count: 1,
        raised_at: ago(seconds),
        last_raised_at: ago(seconds / 2),
        cleared_at: None,
        changed_at: ago(seconds / 2),
        text: text.into(),
        probable_cause: "communicationsSubsystemFailure".into(),
        symptom: Symptom::InterfaceDown,
        source: SourceKind::Snmp,
        source_system: "10.20.0.7".into(),
        rule: "std.link".into(),
        tracking_ids: vec![id(7, number)],
        event_ids: vec![id(8, number), id(8, number + 1_000)],
        incident_id: None,
        owner: Name::EMPTY,
        comment: Name::EMPTY,
        emergency: false,
        history: vec![(ago(seconds), StatusChange::Raised(severity))],
    }
}

fn ack(by: &str, seconds: i64) -> AckRow {
    AckRow {
        by: by.into(),
        at: ago(seconds),
        until: AckUntil::Worse,
        note: "Field team called, ETA 15:00".into(),
    }
}

fn sources(model: &mut Model, count: usize) {
    for number in 0..count {
        let (source, address) = match number % 3 {
            0 => (SourceKind::Snmp, format!("10.20.{}.7", number)),
            1 => (SourceKind::Syslog, format!("10.30.{}.9", number)),
            _ => (SourceKind::Webhook, "ems-access".to_owned()),
        };
        put(
            model,
            Row::Source(SourceRow {
                id: id(10, number),
                source,
                address: address.into(),
                entity_id: None,
                entity_name: SITES.get(number).map(|site| site.0.into()).unwrap_or_default(),
                first_at: ago(800_000),
                last_at: ago([2, 9, 31, 1_300][number % 4]),
                received: 120_411 + number as u64,
                alarms: 4_120,
                unmapped: [0, 31, 0, 2][number % 4],
                unreadable: u64::from(number == 1) * 7,
                duplicates: 12,
                ignored: 400,
            }),
        );
    }
}

/// A network of which nothing is told.
pub(crate) fn empty() -> Model {
    Model {
        whole: true,
        ..Model::default()
    }
}

/// A day with one fibre cut and little else.
pub(crate) fn typical() -> Model {
    let mut model = empty();
    network(&mut model);
    sources(&mut model, 9);
    let incident = id(INCIDENT, 1);
    let cut = LINKS.iter().position(|link| *link == (5, 15)).unwrap();
    let rows = [
        (
            0,
            id(LINK, cut),
            "Luzern – Bellinzona",
            "LINK",
            Severity::Critical,
            "Loss of signal in both directions",
            "opticalLos",
            "",
            1_340,
        ),
        (
            1,
            id(ROUTER, 5),
            "LUZ-PE-01",
            "ROUTER",
            Severity::Major,
            "Interface xe-0/0/3 down",
            "linkDown",
            "xe-0/0/3",
            1_338,
        ),
        (
            2,
            id(ROUTER, 15),
            "BEL-PE-01",
            "ROUTER",
            Severity::Major,
            "Interface xe-1/0/1 down",
            "linkDown",
            "xe-1/0/1",
            1_337,
        ),
        (
            3,
            id(ROUTER, 15),
            "BEL-PE-01",
            "ROUTER",
            Severity::Minor,
            "OSPF neighbour 10.20.0.6 down: dead timer expired",
            "ospfNbrStateChange",
            "10.20.0.6",
            1_298,
        ),
        (
            4,
            id(ROUTER, 5),
            "LUZ-PE-01",
            "ROUTER",
            Severity::Minor,
            "LDP session to 10.20.0.16 down",
            "ldpSessionDown",
            "10.20.0.16",
            1_297,
        ),
        (
            5,
            id(ROUTER, 7),
            "LUG-PE-01",
            "ROUTER",
            Severity::Warning,
            "BGP peer 10.20.0.6 left Established",
            "bgpBackwardTransition",
            "10.20.0.6",
            1_270,
        ),
    ];
    let mut members = Vec::new();
    for (number, entity, name, kind, severity, text, alarm_type, qualifier, seconds) in rows {
        let mut row = alarm(number, entity, name, severity, text, seconds);
        (row.entity_type, row.alarm_type, row.qualifier, row.incident_id) = (kind.into(), alarm_type.into(), qualifier.into(), Some(incident));
        row.count = [1, 3, 3, 1, 1, 14][number];
        if number == 1 {
            (row.ack_state, row.ack, row.owner) = (AckState::Acked, Some(ack("mira", 900)), "mira".into());
        }
        members.push(row.clone());
        put(&mut model, Row::Alarm(row));
    }
    let mut more = alarm(10, id(CELL, 900), "SIO-CELL-0", Severity::Minor, "Battery discharging, mains failed", 5_200);
    (more.entity_type, more.alarm_type, more.owner) = ("CELL".into(), "mainsFailure".into(), "jan".into());
    (more.ack_state, more.ack) = (AckState::Acked, Some(ack("jan", 5_000)));
    put(&mut model, Row::Alarm(more));
    let mut returned = alarm(11, id(ROUTER, 2), "GEN-PE-01", Severity::Major, "Fan tray 1 failed", 7_900);
    (returned.cleared, returned.cleared_at, returned.alarm_type, returned.source) = (true, Some(ago(340)), "fanFailure".into(), SourceKind::Syslog);
    put(&mut model, Row::Alarm(returned));
    let mut flapping = alarm(12, id(ROUTER, 6), "STG-PE-01", Severity::Warning, "Interface ge-0/0/7 down", 640);
    (flapping.flapping, flapping.count, flapping.qualifier) = (true, 218, "ge-0/0/7".into());
    put(&mut model, Row::Alarm(flapping));
    let mut plain = alarm(
        13,
        id(ROUTER, 3),
        "BAS-PE-01",
        Severity::Indeterminate,
        "Configuration changed by netops from 10.1.1.4",
        190,
    );
    (plain.alarm_type, plain.source) = ("configChange".into(), SourceKind::Syslog);
    put(&mut model, Row::Alarm(plain));
    put(&mut model, Row::Incident(fibre_cut(incident, cut, &members)));
    let mut second = fibre_cut(id(INCIDENT, 2), cut, &[]);
    (second.title, second.severity, second.status, second.owner) = (
        "Mains failure at Sion, on battery".into(),
        Severity::Minor,
        IncidentStatus::Mitigating,
        "jan".into(),
    );
    (second.hypotheses, second.sitrep, second.opened_at, second.active_alarms) = (Vec::new(), None, ago(5_190), 1);
    second.sla = promise(2);
    foretell(&mut model, &mut second, 0);
    second.alarm_ids = vec![id(ALARM, 10)];
    put(&mut model, Row::Incident(second));
    model
}

fn evidence(kind: EvidenceKind, text: &str, alarm: Option<usize>) -> EvidenceRow {
    EvidenceRow {
        kind,
        text: text.into(),
        alarm_id: alarm.map(|number| id(ALARM, number)),
        entity_id: None,
    }
}

fn fibre_cut(incident: Uuid, cut: usize, members: &[AlarmRow]) -> IncidentRow {
    let hypothesis = |entity: Uuid, name: &str, kind: &str, confidence: f64, reason: &str, evidence: Vec<EvidenceRow>| HypothesisRow {
        entity_id: entity,
        external_id: name.into(),
        name: name.into(),
        entity_type: kind.into(),
        confidence,
        reason: reason.into(),
        evidence,
        path: vec![entity, id(ROUTER, 15), id(ROUTER, 7)],
    };
    IncidentRow {
        id: incident,
        title: "Fibre Luzern – Bellinzona is down".into(),
        severity: Severity::Critical,
        status: IncidentStatus::New,
        opened_at: ago(1_340),
        changed_at: ago(600),
        first_at: ago(1_340),
        last_at: ago(1_270),
        alarm_ids: members.iter().map(|member| member.id).collect(),
        links: members
            .iter()
            .enumerate()
            .map(|(index, member)| LinkRow {
                alarm_id: member.id,
                at: member.raised_at,
                reason: [LinkReason::First, LinkReason::SameLink, LinkReason::SameLink, LinkReason::SameNeighbour, LinkReason::SameNeighbour, LinkReason::PathLost][index],
                through: Some(id(LINK, cut)),
                with_alarm: members.first().map(|first| first.id),
            })
            .collect(),
        active_alarms: members.len() as u32,
        hypotheses: vec![
            hypothesis(id(LINK, cut), "Luzern – Bellinzona", "LINK", 0.91, "Both ends lost light within two seconds", vec![
                evidence(EvidenceKind::Explains, "Loss of signal reported by the link itself", Some(0)),
                evidence(EvidenceKind::Explains, "Interface down at both ends, LUZ-PE-01 and BEL-PE-01", Some(1)),
                evidence(EvidenceKind::Timing, "The link spoke first, the routers 2 s later", None),
                evidence(EvidenceKind::ExpectedUnheard, "No alarm from the amplifier at Göschenen", None),
            ]),
            hypothesis(id(ROUTER, 15), "BEL-PE-01", "ROUTER", 0.07, "Its line card may have failed", vec![
                evidence(EvidenceKind::Explains, "Interface down at BEL-PE-01", Some(2)),
                evidence(EvidenceKind::Unexplained, "Loss of light at the far end", Some(0)),
            ]),
        ],
        sitrep: Some(SitrepRow {
            text: "What: the fibre Luzern – Bellinzona is down since 13:41:01 UTC.\nWho is hit: nobody has lost service. Lugano and Bellinzona run over Chur alone; one more failure cuts them off.\nLikely cause: fibre cut between Luzern and Bellinzona (91 %).\nNext step: call the fibre supplier; keep maintenance off the Chur path.".into(),
            source: SitrepSource::Rules,
            at: ago(600),
        }),
        finding: finding(members),
        sla: promise(1),
        foreseen: None,
        owner: Name::EMPTY,
        comment: "Supplier informed, ticket 4471".into(),
        by_hand: false,
        emergency: false,
    }
}

/// What the measurements of two routers told of the cut.
fn finding(members: &[AlarmRow]) -> Option<Finding> {
    let first = members.first()?;
    let name = |entity: usize, name: &str, metric: &str| SeriesName {
        entity_id: EntityId(id(ROUTER, entity)),
        entity: name.into(),
        metric: metric.into(),
    };
    Some(Finding {
        incident: IncidentId(id(INCIDENT, 1)),
        at: ago(580),
        from: ago(580).minus(Span::minutes(240)),
        to: ago(580),
        series: 41,
        tested: 180,
        digest: 7,
        links: vec![CausalLink {
            cause: name(5, "LUZ-PE-01", "optical_rx_power (dBm)"),
            effect: name(5, "LUZ-PE-01", "cpu_utilisation (%)"),
            lag: 2,
            step_s: 300,
            f: 31.2,
            p: 1e-6,
            q: 2e-4,
            n: 48,
            differences: 1,
            reverse_p: Some(0.4),
            warnings: Vec::new(),
            sentence: "The light that LUZ-PE-01 receives tells of its processor ten minutes later (q 0.0002, 48 points); the other way round it does not."
                .into(),
        }],
        suspects: vec![Suspect {
            entity_id: EntityId(first.entity_id),
            entity: first.entity_name.clone(),
            score: 41.0,
            why: "optical_rx_power (dBm) fell from −8.5 to −32.8, 160 times its usual spread".into(),
            quiet: false,
        }],
        note: Name::EMPTY,
    })
}

/// Far too much: thousands of alarms, names without end, text from right to left.
pub(crate) fn overfull() -> Model {
    let mut model = typical();
    let long = "A-name-that-somebody-generated-with-a-script-and-that-never-ends-".repeat(5);
    for number in 0..3_000 {
        let severity = Severity::ALL[number * 7 % 5];
        let site = number % SITES.len();
        let name = match number % 40 {
            7 => long.clone(),
            _ => format!("{}-AGG-{number:04}", &SITES[site].0.replace([' ', '.'], "")[..3].to_uppercase()),
        };
        let mut row = alarm(
            100 + number,
            id(ROUTER, site),
            &name,
            severity,
            "Temperature above threshold on sensor inlet, 71 °C",
            40 + number as i64 * 11,
        );
        row.alarm_type = ["temperature", "linkDown", "bgpBackwardTransition", "opticalPowerLow"][number % 4].into();
        if number % 50 == 3 {
            row.text = "several\nlines\tof text ".repeat(20).into();
        }
        row.count = (number * number % 100_000) as u32 + 1;
        row.incident_id = (number % 3 == 0).then(|| id(INCIDENT, 10 + number % 60));
        row.cleared = number % 9 == 4;
        put(&mut model, Row::Alarm(row));
    }
    for number in 0..60 {
        let mut incident = fibre_cut(id(INCIDENT, 10 + number), 3, &[]);
        incident.title = if number == 4 {
            long.as_str().into()
        } else {
            format!("Storm in ring {number}: many things at once").into()
        };
        incident.severity = Severity::ALL[number % 5];
        incident.sla = promise(number % 11);
        if number % 4 == 1 {
            foretell(&mut model, &mut incident, number);
        }
        incident.alarm_ids = (0..3_000)
            .filter(|alarm| alarm % 3 == 0 && alarm % 60 == number)
            .map(|alarm| id(ALARM, 100 + alarm))
            .collect();
        incident.active_alarms = incident.alarm_ids.len() as u32;
        put(&mut model, Row::Incident(incident));
    }
    sources(&mut model, 120);
    model
}
