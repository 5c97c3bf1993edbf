use pedkai_core::model::{Alarm, Name, Sample, Severity, Span, Symptom, Timestamp};
use pedkai_core::pipeline::State;

use super::super::anomalies::{ANOMALY, Anomalies};
use super::super::drift::{DRIFT, Drift};
use super::super::joint::{JOINT, Joint};
use super::super::{Job, all};
use super::desk::{Desk, NOON, STEP, dress, noise};
use crate::engine::{Engine, Limits, Tenant};

const METRIC: &str = "utilisation_pct";

/// The course of a day with noise.
fn course(seed: u64, at: Timestamp) -> f64 {
    let day = at.as_micros() as f64 / 86_400e6;
    let hum = (0..6).map(|part| noise(seed + 1_000 * part, at.as_micros() / 60_000_000) - 0.5).sum::<f64>();
    50.0 + 20.0 * (day * std::f64::consts::TAU).sin() + 3.0 * hum
}

/// Values of the last minutes, one every five.
async fn lately(desk: &Desk, of: &'static str, metric: &str, minutes: i64, value: impl Fn(Timestamp) -> f64) {
    let (entity, now) = (desk.id(of).await, desk.clock_now());
    let samples: Vec<Sample> = (0..minutes / 5)
        .map(|back| now.minus(Span::micros(back * STEP.as_micros())))
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

async fn settled(desk: &Desk, job: &dyn Job) -> Vec<(String, String, Alarm)> {
    desk.done(job.round(desk.tenant.clone())).await;
    desk.standing(ANOMALY).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_unlike_its_usual_has_an_alarm_with_its_figures_and_loses_it_when_it_is_back() {
    let desk = Desk::open().await;
    let job = Anomalies::default();
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0, "without samples there is nothing to watch");
    for (seed, of) in [(1, "hub"), (2, "core")] {
        desk.measure(of, METRIC, 8, move |at| course(seed, at)).await;
    }
    assert_eq!(settled(&desk, &job).await, []);
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 2);
    // Twice is no news, three times is.
    for part in 1..=3 {
        desk.pass(5).await;
        lately(&desk, "hub", METRIC, 5, |at| course(1, at) + 45.0).await;
        lately(&desk, "core", METRIC, 5, |at| course(2, at)).await;
        assert_eq!(settled(&desk, &job).await.len(), usize::from(part == 3), "{part}");
    }
    let (of, metric, alarm) = desk.standing(ANOMALY).await.remove(0);
    assert_eq!((of.as_str(), metric.as_str()), ("hub", METRIC));
    assert_eq!((alarm.severity, alarm.symptom, alarm.count), (Severity::Warning, Symptom::Degraded, 1));
    assert_eq!(
        (alarm.probable_cause.as_str(), alarm.raised_at.as_micros()),
        ("thresholdCrossed", NOON + 300_000_000)
    );
    for part in [
        "utilisation_pct is unlike its usual since",
        "was expected",
        "3 of 5 samples",
        "score 0.",
        "n 230",
    ] {
        assert!(alarm.text.contains(part), "{part}: {}", alarm.text);
    }
    assert!(desk.incidents().await.is_empty(), "a warning alone opens nothing");
    // Nothing new, nothing said; nor does a clock's or a source's fault change anything.
    let seq = desk.tenant.committed();
    let (entity, now) = (desk.id("core").await, desk.clock_now());
    let odd = |at: Timestamp| Sample {
        entity,
        metric: Name::from(METRIC),
        at,
        value: 5_000.0,
        source: Name::EMPTY,
    };
    let odds: Vec<Sample> = (1..=9)
        .flat_map(|n| [odd(now.plus(Span::minutes(n))), odd(now.minus(Span::seconds(30 * n + 1)))])
        .collect();
    desk.tenant.ask_kpi(move |store| store.write(&odds)).await.unwrap();
    settled(&desk, &job).await;
    assert_eq!(desk.tenant.committed(), seq);
    // Back, for half an hour.
    for part in 1..=6 {
        desk.pass(5).await;
        lately(&desk, "hub", METRIC, 5, |at| course(1, at)).await;
        let stands = settled(&desk, &job).await.iter().any(|(of, ..)| of == "hub");
        assert_eq!(stands, part < 6, "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_says_nothing_twice_and_forgets_nothing() {
    let desk = Desk::open().await;
    let before = Anomalies::default();
    desk.measure("hub", METRIC, 8, |at| course(1, at)).await;
    settled(&desk, &before).await;
    let strange = |at: Timestamp| if at.as_micros() > NOON { 99.0 } else { course(1, at) };
    desk.pass(15).await;
    lately(&desk, "hub", METRIC, 15, strange).await;
    assert_eq!(settled(&desk, &before).await.len(), 1);
    let seq = desk.tenant.committed();
    let after = Anomalies::default();
    assert_eq!(settled(&desk, &after).await.len(), 1);
    assert_eq!(desk.tenant.committed(), seq, "the same samples make the same state");
    // It is over while nobody looks.
    desk.pass(60).await;
    lately(&desk, "hub", METRIC, 55, |at| course(1, at)).await;
    assert_eq!(settled(&desk, &Anomalies::default()).await, []);
    // And begins while nobody looks.
    desk.pass(20).await;
    lately(&desk, "hub", METRIC, 20, |_| 99.0).await;
    assert_eq!(settled(&desk, &Anomalies::default()).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_says_what_is_watched_and_how_much_of_it() {
    let desk = Desk::open().await;
    let job = Anomalies::default();
    for of in ["hub", "core", "cell-1"] {
        desk.measure(of, METRIC, 4, |at| course(1, at)).await;
        desk.measure(of, "uptime_s", 4, |at| course(1, at)).await;
    }
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 3, "uptime is none by default");
    assert_eq!(job.remark(desk.tenant.id()), None);
    desk.pass(15).await;
    lately(&desk, "hub", METRIC, 15, |_| 99.0).await;
    assert_eq!(settled(&desk, &job).await.len(), 1);
    desk.policy("[anomalies]\nmax_series = 2").await;
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 2);
    let remark = job.remark(desk.tenant.id()).unwrap();
    assert!(remark.starts_with("2 of 3 series are watched: raise anomalies.max_series"), "{remark}");
    desk.policy("[anomalies]\nmax_series = 0").await;
    assert_eq!(settled(&desk, &job).await, [], "what is not watched has no alarm");
    assert_eq!(job.remark(desk.tenant.id()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_joins_the_incident_that_it_belongs_to() {
    let desk = Desk::open().await;
    let job = Anomalies::default();
    desk.measure("hub", METRIC, 8, |at| course(1, at)).await;
    settled(&desk, &job).await;
    desk.pass(5).await;
    lately(&desk, "hub", METRIC, 5, |_| 99.0).await;
    desk.raise("hub", "PROCESSOR_FAILURE").await;
    desk.pass(10).await;
    lately(&desk, "hub", METRIC, 10, |_| 99.0).await;
    assert_eq!(settled(&desk, &job).await.len(), 1);
    let incidents = desk.incidents().await;
    assert_eq!((incidents.len(), incidents[0].members.len()), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_tenant_measures_is_no_news_to_another() {
    let desk = Desk::open().await;
    let other = desk.engine.create("other").unwrap();
    dress(&other).await;
    let jobs = all(desk.engine.clock());
    desk.measure("hub", METRIC, 8, |at| course(1, at)).await;
    let round = |tenant: Tenant| {
        let jobs = jobs.clone();
        async move {
            for job in &jobs {
                job.round(tenant.clone()).await.unwrap();
            }
        }
    };
    round(desk.tenant.clone()).await;
    desk.pass(15).await;
    lately(&desk, "hub", METRIC, 15, |_| 99.0).await;
    round(other.clone()).await;
    round(desk.tenant.clone()).await;
    assert_eq!(desk.standing(ANOMALY).await.len(), 1);
    assert_eq!(other.read(|state: &State| state.alarms().iter().count()).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_job_opens_a_tenant_that_rests() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Desk::open().await.clock;
    let engine = Engine::open(folder.path(), clock, Limits::default()).unwrap();
    let tenant = engine.find("default").unwrap();
    for job in all(engine.clock()) {
        assert_eq!(job.round(tenant.clone()).await, Ok(0));
    }
    assert!(!tenant.is_open() && !tenant.kpi().is_open());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_creeps_has_an_alarm_until_it_stops() {
    let desk = Desk::open().await;
    let job = Drift::default();
    let creeping = |at: Timestamp| 40.0 + 0.1 * (at.as_micros() - NOON) as f64 / 3_600e6;
    desk.measure("hub", "temperature_c", 7, move |at| creeping(at) + 0.05 * course(3, at)).await;
    desk.measure("core", "temperature_c", 7, |at| 40.0 + 0.05 * course(4, at)).await;
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 2);
    let told = desk.standing(DRIFT).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let (of, metric, alarm) = &told[0];
    assert_eq!((of.as_str(), metric.as_str(), alarm.severity), ("hub", "temperature_c", Severity::Warning));
    for part in ["temperature_c rises by 0.1", "an hour since 2025-12-31", "99.0 % sure", "times its scatter"] {
        assert!(alarm.text.contains(part), "{part}: {}", alarm.text);
    }
    let seq = desk.tenant.committed();
    desk.done(job.round(desk.tenant.clone())).await;
    desk.done(Drift::default().round(desk.tenant.clone())).await;
    assert_eq!(desk.tenant.committed(), seq, "neither the next round nor a restart tells it again");
    // It stays where it is, for a week.
    desk.pass(7 * 24 * 60).await;
    for (seed, of) in [(3, "hub"), (4, "core")] {
        desk.measure(of, "temperature_c", 7, move |at| 40.0 + 0.05 * course(seed, at)).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    assert_eq!(desk.standing(DRIFT).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drift_away_from_its_limit_is_no_trouble() {
    let desk = Desk::open().await;
    let job = Drift::default();
    let rising = |at: Timestamp| 40.0 + 0.1 * (at.as_micros() - NOON) as f64 / 3_600e6;
    desk.measure("hub", "throughput", 7, move |at| rising(at) + 0.05 * course(3, at)).await;
    let limit = |direction: &str, threshold: f64| {
        format!(
            "[anomalies.drift]\nmetrics = [\"no other\"]\n[[slo.kpis]]\nmetric = \"throughput\"\nthreshold = {threshold:?}\ndirection = \"{direction}\"\ntypes = [\"ROUTER\"]"
        )
    };
    desk.policy(&limit("below", 5.0)).await;
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 1, "a limit is reason enough to look");
    assert_eq!(desk.standing(DRIFT).await.len(), 0);
    desk.policy(&limit("above", 900.0)).await;
    desk.done(job.round(desk.tenant.clone())).await;
    assert_eq!(desk.standing(DRIFT).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_that_do_not_go_together_have_one_alarm_and_only_where_none_is_strange_alone() {
    let desk = Desk::open().await;
    let job = Joint::default();
    // Load, and what is carried and who is served for it.
    let load = |at: Timestamp| 60.0 * noise(7, at.as_micros() / 900_000_000) + 20.0;
    let hum = |seed: u64, at: Timestamp| 1.0 + 0.04 * noise(seed, at.as_micros() / 60_000_000);
    for of in ["cell-1", "cell-2"] {
        desk.measure(of, "load", 8, load).await;
        desk.measure(of, "volume", 8, move |at| 11.0 * load(at) * hum(8, at)).await;
        desk.measure(of, "users", 8, move |at| 1.4 * load(at) * hum(9, at)).await;
    }
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 2);
    assert_eq!(desk.standing(ANOMALY).await.len(), 0);
    desk.pass(60).await;
    // Nothing leaves its range, yet what is carried is what another load would carry.
    let other = |at: Timestamp| 11.0 * (100.0 - load(at));
    for of in ["cell-1", "cell-2"] {
        lately(&desk, of, "load", 60, load).await;
        lately(
            &desk,
            of,
            "volume",
            60,
            move |at| if of == "cell-1" { other(at) } else { 11.0 * load(at) * hum(8, at) },
        )
        .await;
        lately(&desk, of, "users", 60, move |at| 1.4 * load(at) * hum(9, at)).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    let told = desk.standing(ANOMALY).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("cell-1", JOINT));
    assert!(
        told[0].2.text.starts_with("3 metrics do not go together") && told[0].2.text.contains("volume"),
        "{}",
        told[0].2.text
    );
    let seq = desk.tenant.committed();
    desk.done(Joint::default().round(desk.tenant.clone())).await;
    assert_eq!(desk.tenant.committed(), seq);
    desk.pass(75).await;
    for of in ["cell-1", "cell-2"] {
        lately(&desk, of, "load", 75, load).await;
        lately(&desk, of, "volume", 75, move |at| 11.0 * load(at) * hum(8, at)).await;
        lately(&desk, of, "users", 75, move |at| 1.4 * load(at) * hum(9, at)).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    assert_eq!(desk.standing(ANOMALY).await.len(), 0);
}
