use pedkai_core::model::{EvidenceKind, Incident, Span, Timestamp};
use pedkai_core::pipeline::Input;

use super::super::Job;
use super::super::causality::Causality;
use super::desk::{Desk, NOON, STEP, noise};

fn load(at: Timestamp) -> f64 {
    40.0 + 30.0 * noise(9, at.as_micros() / STEP.as_micros())
}

async fn incident(desk: &Desk) -> Incident {
    desk.incidents().await.into_iter().next().unwrap()
}

fn report(incident: &Incident) -> String {
    incident.sitrep.as_ref().unwrap().text.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cause_measured_before_what_it_hit_stands_with_the_incident() {
    let desk = Desk::open().await;
    let job = Causality::default();
    desk.measure("hub", "utilisation_pct", 7, load).await;
    // What is left to a user follows ten minutes later.
    let left = move |at: Timestamp| 100.0 - 0.8 * load(at.minus(Span::minutes(10))) + noise(4, at.as_micros() / STEP.as_micros());
    desk.measure("cell-1", "dl_user_throughput_mbps", 7, left).await;
    desk.measure("cell-2", "dl_user_throughput_mbps", 7, |at| 60.0 + noise(5, at.as_micros() / STEP.as_micros()))
        .await;
    desk.raise("hub", "PROCESSOR_FAILURE").await;
    desk.pass(1).await;
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0, "nothing was measured since");
    desk.pass(2).await;
    assert_eq!(
        desk.done(job.round(desk.tenant.clone())).await,
        1,
        "a source that reports every five minutes is not waited for"
    );
    let told = incident(&desk).await;
    let cause = told.hypotheses[0].entity;
    let name = desk
        .tenant
        .read(move |state| state.topology().entity(cause).unwrap().external_id.to_string())
        .await
        .unwrap();
    assert_eq!(name, "hub");
    let finding = told.finding.as_deref().unwrap();
    assert_eq!((finding.tested, finding.links.len()), (2, 1), "{finding:?}");
    let link = &finding.links[0];
    assert_eq!((link.cause.metric.as_str(), link.effect.entity.as_str()), ("utilisation_pct", "cell 1"));
    assert!(link.p < 1e-6 && link.q <= 0.05 && link.lag * link.step_s == 600, "{link:?}");
    assert!(
        finding.suspects.is_empty() && finding.note.contains("nothing was measured of the likely causes since it began"),
        "{finding:?}"
    );
    // The report is written anew, and nothing more is said while nothing changes.
    desk.pass(1).await;
    let report = report(&incident(&desk).await);
    assert!(report.contains("Measured: ") && report.contains("utilisation_pct"), "{report}");
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0);
}

/// Minute by minute since the fault.
async fn minutes(desk: &Desk, count: i64, of: &'static str, metric: &'static str, value: impl Fn(Timestamp) -> f64) {
    use pedkai_core::model::{Name, Sample};
    let (entity, now) = (desk.id(of).await, desk.clock_now());
    let samples: Vec<Sample> = (0..count)
        .map(|back| now.minus(Span::minutes(back)))
        .map(|at| Sample {
            entity,
            metric: Name::from(metric),
            at,
            value: value(at),
            source: Name::from("element manager"),
        })
        .collect();
    desk.tenant.ask_kpi(move |store| store.write(&samples)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_look_waits_for_a_sample_and_later_ones_replace_what_it_found() {
    let desk = Desk::open().await;
    let job = Causality::default();
    for entity in ["hub", "core"] {
        desk.measure(entity, "utilisation_pct", 7, load).await;
    }
    desk.measure("cell-1", "dl_user_throughput_mbps", 7, |at| 60.0 + noise(5, at.as_micros() / STEP.as_micros()))
        .await;
    desk.pass(1).await;
    desk.raise("hub", "PROCESSOR_FAILURE").await;
    let after = |at: Timestamp| if at.as_micros() > NOON { 0.0 } else { load(at) };
    desk.pass(1).await;
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0);
    // The first sample since then.
    minutes(&desk, 1, "hub", "utilisation_pct", after).await;
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 1);
    let first = incident(&desk).await.finding.unwrap();
    let hub = first.suspects.iter().find(|suspect| suspect.entity == "hub");
    let fell = |why: &str| why.starts_with("utilisation_pct fell to 0 from a usual");
    assert!(hub.is_some_and(|hub| !hub.quiet && fell(&hub.why)), "{first:?}");
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0, "once is enough");
    // It is looked at when it is 3, 5 and 15 minutes old.
    let mut looks = Vec::new();
    for minute in 2..=31 {
        desk.pass(1).await;
        minutes(&desk, 1, "hub", "utilisation_pct", after).await;
        if desk.done(job.round(desk.tenant.clone())).await == 1 {
            looks.push(minute);
        }
    }
    assert_eq!(looks, [3, 5, 15, 30]);
    let last = incident(&desk).await;
    let finding = last.finding.as_deref().unwrap();
    assert!(finding.at > first.at && finding.digest != first.digest);
    let report = report(&last);
    assert!(report.contains("Measured: ") && report.contains("hub: utilisation_pct fell to 0"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stayed_usual_accuses_nobody_and_speaks_against_a_cause() {
    let desk = Desk::open().await;
    let job = Causality::default();
    desk.measure("hub", "utilisation_pct", 7, load).await;
    desk.measure("cell-1", "dl_user_throughput_mbps", 7, |at| 60.0 + noise(5, at.as_micros() / STEP.as_micros()))
        .await;
    desk.pass(1).await;
    desk.raise("hub", "PROCESSOR_FAILURE").await;
    for _ in 0..3 {
        desk.pass(1).await;
        minutes(&desk, 1, "hub", "utilisation_pct", load).await;
    }
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 1);
    desk.tenant.input(Input::Clock).await.unwrap();
    desk.pass(1).await;
    let told = incident(&desk).await;
    let finding = told.finding.as_deref().unwrap();
    let hub = finding.suspects.iter().find(|suspect| suspect.entity == "hub").unwrap();
    assert!(
        hub.quiet && hub.why.contains("stayed near its usual") && hub.why.contains("speaks against it"),
        "{hub:?}"
    );
    let against = told.hypotheses[0].evidence.iter().filter(|fact| fact.text.contains("stayed near its usual"));
    assert!(against.clone().count() == 1 && against.clone().all(|fact| fact.kind == EvidenceKind::Unexplained));
    let report = report(&told);
    assert!(
        !report.contains("Measured:") && report.contains("Does not fit: ") && report.contains("speaks against it"),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_that_ended_with_the_fault_are_evidence_where_others_go_on() {
    let desk = Desk::open().await;
    let job = Causality::default();
    for entity in ["hub", "core"] {
        desk.measure(entity, "utilisation_pct", 7, load).await;
    }
    for entity in ["cell-1", "cell-2"] {
        desk.measure(entity, "dl_user_throughput_mbps", 7, |at| 60.0 + noise(5, at.as_micros() / STEP.as_micros()))
            .await;
    }
    desk.raise("hub", "PROCESSOR_FAILURE").await;
    desk.pass(20).await;
    // Only the core's values come still.
    desk.measure("core", "utilisation_pct", 1, load).await;
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 1);
    let finding = incident(&desk).await.finding.unwrap();
    let hub = finding.suspects.iter().find(|suspect| suspect.entity == "hub").unwrap();
    assert!(!hub.quiet && hub.why.starts_with("utilisation_pct ended: nothing came after"), "{finding:?}");
    assert!(
        finding.suspects.iter().all(|suspect| !suspect.entity.starts_with("cell")),
        "all cells fell silent: that is their source's: {finding:?}"
    );
}
