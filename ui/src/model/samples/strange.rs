//! What no network should send, and one will: names without end or without a letter, text from right to left, control
//! characters, figures and dates at their ends.

use super::*;
use pedkai_core::screen::SlaRow;

/// Three hundred letters and no place to break them.
pub(crate) fn endless() -> String {
    "a-name-that-a-script-made-and-that-has-no-end"
        .chars()
        .filter(|letter| *letter != '-')
        .cycle()
        .take(300)
        .collect()
}

/// A name of each strange kind, with the word for the kind.
pub(crate) fn names() -> [(&'static str, String); 12] {
    let plain = |kind: &'static str, name: &str| (kind, name.to_owned());
    [
        ("endless", endless()),
        plain("arabic", "برج الشمال للاتصالات ٣٤"),
        plain("hebrew", "אתר ירושלים צפון (גיבוי)"),
        plain("mixed", "RTR-01 مركز الرياض PE-7/3 (احتياطي) 10.0.0.1"),
        plain("override", "core-\u{202e}10-RTB\u{202c}-live"),
        plain("emoji", "🗼📡 tower 👩\u{200d}🔧 №7 ★"),
        (
            "combining",
            format!(
                "Z{0}a{0}l{0}g{0}o e\u{301}te\u{301}",
                "\u{300}\u{316}\u{301}\u{317}\u{302}\u{303}\u{330}".repeat(3)
            ),
        ),
        plain("control", "line one\nline two\r\nthree\u{0}\u{7}\u{1b}[31mred\t\u{7f}\u{85}end"),
        plain("empty", ""),
        plain("blank", " \u{200b}\u{2060} \u{3000}"),
        plain("wide", "東京タワー第七中継局"),
        plain("arabic without end", &"محطةالاتصالاتالرئيسية".repeat(14)),
    ]
}

/// A network that calls itself such names.
pub(crate) fn strange() -> Model {
    let mut model = super::empty();
    let names = names();
    network(&mut model, &names);
    let members: Vec<AlarmRow> = names.iter().enumerate().map(|(number, (_, name))| strange_alarm(number, name)).collect();
    for alarm in &members {
        put(&mut model, Row::Alarm(alarm.clone()));
    }
    for (number, (_, name)) in names.iter().enumerate() {
        put(&mut model, Row::Incident(incident(number, name, &members)));
        put(&mut model, Row::Source(source(number, name)));
    }
    model
}

fn network(model: &mut Model, names: &[(&str, String)]) {
    let mut relations = 0;
    for (number, (kind, name)) in names.iter().enumerate() {
        let (_, lat, lon, _) = SITES[number];
        let site = entity(id(SITE, number), name, name, if number == 0 { name } else { "SITE" }, None, Some((lat, lon)));
        let mut router = entity(id(ROUTER, number), kind, name, "ROUTER", Some(id(SITE, number)), None);
        if let Row::Entity(row) = &mut router {
            row.sla_tier = name.as_str().into();
            row.attributes = names.iter().map(|(_, each)| (each.as_str().into(), name.as_str().into())).collect();
        }
        put(model, site);
        put(model, router);
        let next = (number + 1) % names.len();
        put(model, entity(id(LINK, number), &format!("{number}"), name, "LINK", None, None));
        relate(model, &mut relations, id(LINK, number), id(ROUTER, number), "connects");
        relate(model, &mut relations, id(LINK, number), id(ROUTER, next), "connects");
    }
}

/// From the first instant there is to the last.
fn instants(number: usize) -> (Timestamp, Timestamp) {
    [
        (Timestamp::EPOCH, Timestamp::MAX),
        (Timestamp::EPOCH, ago(60)),
        (ago(90_000), Timestamp::MAX),
        (ago(600), ago(600)),
    ][number % 4]
}

fn strange_alarm(number: usize, name: &str) -> AlarmRow {
    let (first, last) = instants(number);
    let mut row = alarm(number, id(ROUTER, number), name, Severity::ALL[number % 5], name, 60);
    (row.raised_at, row.last_raised_at, row.changed_at) = (first, last, last);
    (row.count, row.qualifier, row.alarm_type, row.owner) = (u32::MAX, name.into(), name.into(), name.into());
    (row.probable_cause, row.source_system, row.rule, row.comment) = (name.into(), name.into(), name.into(), name.into());
    (row.incident_id, row.emergency) = (Some(id(INCIDENT, number)), number.is_multiple_of(3));
    if number % 2 == 1 {
        let ack = AckRow {
            by: name.into(),
            at: first,
            until: AckUntil::Time(last),
            note: name.into(),
        };
        (row.ack_state, row.ack) = (AckState::Acked, Some(ack));
    }
    row.history = vec![(first, StatusChange::Raised(Severity::Minor)), (last, StatusChange::Cleared)];
    row
}

fn incident(number: usize, name: &str, members: &[AlarmRow]) -> IncidentRow {
    let (opened, changed) = instants(number);
    let hypotheses = (0..3).map(|guess| HypothesisRow {
        entity_id: id(ROUTER, number),
        external_id: name.into(),
        name: name.into(),
        entity_type: name.into(),
        confidence: [1.0, 1e-9, 1e300][guess],
        reason: format!("{name} {name}").as_str().into(),
        evidence: vec![
            evidence(EvidenceKind::Explains, name, Some(number)),
            evidence(EvidenceKind::Unexplained, "", None),
        ],
        path: (0..members.len()).map(|place| id(ROUTER, place)).collect(),
    });
    let link = |member: &AlarmRow| LinkRow {
        alarm_id: member.id,
        at: member.raised_at,
        reason: LinkReason::SameLink,
        through: Some(id(LINK, number)),
        with_alarm: None,
    };
    IncidentRow {
        id: id(INCIDENT, number),
        title: name.into(),
        severity: Severity::ALL[number % 5],
        status: IncidentStatus::Acknowledged,
        opened_at: opened,
        changed_at: changed,
        first_at: opened,
        last_at: changed,
        alarm_ids: members.iter().map(|member| member.id).collect(),
        links: members.iter().map(link).collect(),
        active_alarms: u32::MAX,
        hypotheses: hypotheses.collect(),
        sitrep: Some(SitrepRow {
            text: format!("What: {name} is down.\n{name}\nLikely cause: {name} (100 %), then {name}.")
                .as_str()
                .into(),
            source: SitrepSource::Llm,
            at: changed,
        }),
        finding: None,
        sla: promise(number + 1).map(|sla| SlaRow {
            name: name.into(),
            objective: name.into(),
            tier: name.into(),
            started_at: opened,
            warn_at: opened,
            breach_at: changed,
            ..sla
        }),
        foreseen: number.is_multiple_of(2).then(|| Box::new(super::foretold(number))).map(|mut row| {
            (row.service, row.tier, row.objective.metric) = (name.into(), name.into(), name.into());
            (row.low, row.high, row.value) = (Some(opened), Some(changed), Some(1e300));
            row
        }),
        owner: name.into(),
        comment: name.into(),
        by_hand: true,
        emergency: true,
    }
}

fn source(number: usize, name: &str) -> SourceRow {
    let (first, last) = instants(number);
    SourceRow {
        id: id(10, number),
        source: SourceKind::Syslog,
        address: name.into(),
        entity_id: Some(id(ROUTER, number)),
        entity_name: name.into(),
        first_at: first,
        last_at: last,
        received: u64::MAX,
        alarms: u64::MAX,
        unmapped: u64::MAX,
        unreadable: u64::MAX,
        duplicates: u64::MAX,
        ignored: u64::MAX,
    }
}
