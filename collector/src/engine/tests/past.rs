use super::*;

fn noise(text: &[u8], at: Timestamp) -> Event {
    Event {
        source: SourceKind::Syslog,
        source_address: Name::from("192.0.2.7"),
        payload: Payload::Syslog(text.to_vec()),
        ..event("x", "x", Severity::Minor, at, false)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answered_event_is_found_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let mut ids = Vec::new();
    for round in 0..5 {
        clock.forward(1_000);
        let events = some(round, clock.now());
        let (_, answers) = tenant.events(events.clone()).await.unwrap();
        for (event, answer) in events.into_iter().zip(answers) {
            let Answer::Event {
                event_id, tracking_id, reason, ..
            } = answer
            else {
                panic!()
            };
            ids.push((event, event_id.0, tracking_id.0, reason));
        }
    }
    for (event, id, tracking_id, reason) in &ids {
        let found = tenant.event(*id).await.unwrap().unwrap();
        assert_eq!((&found.event, found.tracking_id, found.reason), (event, *tracking_id, *reason));
        assert_eq!(tenant.event(*tracking_id).await.unwrap(), None, "a trail is no event");
    }
    assert_eq!(tenant.event(Uuid::from_u128(7)).await.unwrap(), None);

    let mut listed = Vec::new();
    let mut next = None;
    loop {
        let page = tenant.list_events(None, false, next, 7).await.unwrap();
        listed.extend(page.items.into_iter().map(|event| event.id));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let expected: Vec<Uuid> = ids.iter().rev().map(|(_, id, ..)| *id).collect();
    assert_eq!(listed, expected);
    let since = clock.now();
    let late = tenant.list_events(Some(since), false, None, 100).await.unwrap();
    assert_eq!(late.items.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_leads_from_the_door_to_the_incident_and_what_was_done_there() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let at = clock.now();
    let batch = vec![
        event("r1", "LINK_DOWN", Severity::Critical, at, false),
        event("r2", "FAN", Severity::Critical, at, false),
    ];
    let (_, answers) = tenant.events(batch).await.unwrap();
    let Answer::Event { tracking_id, event_id, .. } = answers[1].clone() else {
        panic!()
    };
    let alarm = tenant.trace(tracking_id.0).await.unwrap().unwrap().alarm_id.unwrap();
    clock.forward(5_000);
    let ack = Command {
        id: CommandId(Uuid::from_u128(5)),
        actor: Actor {
            name: Name::from("kim"),
            role: Role::Operator,
            from: Name::EMPTY,
        },
        kind: CommandKind::Ack { until: AckUntil::Clear },
        targets: vec![CommandTarget::Alarm(AlarmId(alarm))],
        expect: None,
        text: Name::from("on it"),
    };
    tenant.input(Input::Command(Box::new(ack))).await.unwrap();
    tenant.events(vec![event("r2", "FAN", Severity::Critical, clock.now(), true)]).await.unwrap();
    let trace = tenant.trace(tracking_id.0).await.unwrap().unwrap();
    assert_eq!((trace.event_id, trace.alarm_id), (event_id.0, Some(alarm)));
    let told: Vec<(&str, Option<Reason>)> = trace.steps.iter().map(|step| (step.stage, step.reason)).collect();
    assert_eq!(told[0], ("listen", None));
    let reasons: Vec<Reason> = trace.steps.iter().filter_map(|step| step.reason).collect();
    for wanted in [
        Reason::EntityUnplaced,
        Reason::Raised,
        Reason::IncidentOpened,
        Reason::IncidentJoined,
        Reason::Acked,
        Reason::Cleared,
        Reason::IncidentResolved,
    ] {
        // An entity that a message made is told by the topology's own word.
        let wanted = if wanted == Reason::EntityUnplaced { Reason::TopologyPatched } else { wanted };
        assert!(reasons.contains(&wanted), "{wanted:?} is missing in {told:?}");
    }
    assert!(trace.steps.windows(2).all(|two| two[0].at <= two[1].at));
    let acked = trace.steps.iter().find(|step| step.reason == Some(Reason::Acked)).unwrap();
    assert_eq!(acked.details["by"], "kim");
    assert!(
        !trace.steps.iter().any(|step| step.details.get("external_id").is_some_and(|id| id == "r1")),
        "the neighbour's trail stays out"
    );

    let history = tenant.history(at, clock.now(), None, 1_000).await.unwrap();
    assert!(history.next.is_none());
    let mut paged = Vec::new();
    let mut next = None;
    loop {
        let page = tenant.history(at, clock.now(), next, 3).await.unwrap();
        paged.extend(page.items);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(paged, history.items);
    assert!(
        tenant
            .history(clock.now().plus(Span::seconds(1)), Timestamp::MAX, None, 10)
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_sent_again_after_a_restart_gets_the_first_answer() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let keyed = Event {
        key: Some(4_711),
        ..event("r1", "FAN", Severity::Major, clock.now(), false)
    };
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let (_, first) = tenant.events(vec![keyed.clone()]).await.unwrap();
    drop((engine, tenant));
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let (_, second) = tenant.events(vec![keyed]).await.unwrap();
    let (Answer::Event { event_id: a, .. }, Answer::Event { event_id: b, reason, .. }) = (&first[0], &second[0]) else {
        panic!()
    };
    assert_eq!((a, *reason), (b, Reason::Duplicate));
    let alarms = tenant.ask(|rows| rows.alarms(&AlarmFilter::default(), None, 10)).await.unwrap();
    assert_eq!(alarms.items[0].count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_a_dead_letter_that_can_be_handed_in_anew_once() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let mut id = None;
    // Whatever the mapping makes of noise: an alarm without a name cannot be read.
    for bad in [event("", "", Severity::Major, clock.now(), false), noise(b"", clock.now())] {
        let (_, answers) = tenant.events(vec![bad.clone()]).await.unwrap();
        if let Answer::Event {
            event_id,
            reason: Reason::Unreadable,
            ..
        } = answers[0]
        {
            id = Some((event_id.0, bad));
        }
    }
    let Some((id, bad)) = id else { panic!("neither was unreadable") };
    let letter = tenant.ask(move |rows| rows.letter(id)).await.unwrap().unwrap();
    assert_eq!((letter.id, &letter.event), (id, &bad));
    assert!(!letter.reason.is_empty());
    let listed = tenant.ask(|rows| rows.letters(None, None, 10)).await.unwrap();
    assert!(listed.items.contains(&letter));
    let (_, first) = tenant.redrive(id).await.unwrap().unwrap().unwrap();
    let (_, second) = tenant.redrive(id).await.unwrap().unwrap().unwrap();
    let (Answer::Event { event_id: a, .. }, Answer::Event { event_id: b, reason, .. }) = (&first, &second) else {
        panic!()
    };
    assert_eq!((a, *reason), (b, Reason::Duplicate));
    let letter = tenant.ask(move |rows| rows.letter(id)).await.unwrap().unwrap();
    assert!(letter.redriven_at.is_some());
    assert!(tenant.redrive(Uuid::from_u128(1)).await.unwrap().is_none());
}
