use std::sync::Arc;

use pedkai_collector::engine::Clock;
use pedkai_core::model::{Role, Span, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

const SCOPES: &str = "alarm:write,kpi:write,read,topology:write";
const DAY: i64 = 24 * 60;

/// The time stands still, so that every figure can be computed by hand.
struct Noon;

fn noon() -> Timestamp {
    Timestamp::parse("2026-03-15T12:00:00Z").unwrap()
}

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        noon()
    }
}

fn ago(minutes: i64) -> Timestamp {
    noon().minus(Span::minutes(minutes))
}

async fn bench() -> Bench {
    Bench::at(Arc::new(Noon)).await
}

fn things() -> Value {
    let router = |id: &str, site: &str, firmware: &str| json!({"external_id": id, "type": "ROUTER", "parent": site, "attributes": {"firmware": firmware, "address": format!("10.1.0.{}", &id[1..])}});
    json!({
        "entities": [
            {"external_id": "S1", "name": "Hill", "type": "SITE", "attributes": {"region": "north"}},
            {"external_id": "S2", "name": "Dale", "type": "SITE", "attributes": {"region": "south"}},
            router("r1", "S1", "7.1"), router("r2", "S1", "7.1"), router("r3", "S1", "6.0"), router("r4", "S2", "6.0"),
            {"external_id": "p1", "type": "INTERFACE", "parent": "r1"}, {"external_id": "p2", "type": "INTERFACE", "parent": "r1"},
            {"external_id": "c1", "type": "CUSTOMER"}
        ],
        "relations": []
    })
}

fn sample(entity: &str, at: Timestamp, value: f64) -> Value {
    json!({"entity_id": entity, "metric": "cpu_utilisation", "value": value, "timestamp": at})
}

/// Every day of ten: r1's two ports at 10 and 30, r2 at 40 and a little more or less, r4 at 50; r3 is not measured. Today r1 is at 20 (its ports), r2 at
/// 90, and r4 fell silent two hours ago.
async fn measured(bench: &Bench, key: &str) {
    let mut samples = Vec::new();
    for day in 1..=10 {
        let at = |minute: i64| ago(day * DAY + 3 * 60 + minute);
        for minute in [0, 15, 30] {
            let wobble = [-2.0, 0.0, 2.0][usize::try_from(day % 3).unwrap()];
            samples.extend([sample("p1", at(minute), 10.0), sample("p2", at(minute), 30.0)]);
            samples.extend([sample("r2", at(minute), 40.0 + wobble), sample("r4", at(minute), 50.0)]);
        }
    }
    for minute in [5, 15, 25] {
        samples.extend([
            sample("p1", ago(minute), 10.0),
            sample("p2", ago(minute), 30.0),
            sample("r2", ago(minute), 90.0),
        ]);
        samples.push(sample("r4", ago(minute + 120), 50.0));
    }
    let (status, answer) = bench.post("/api/v1/kpi/ingest", key, json!(samples)).await;
    assert_eq!((status, &answer["rejected"]), (202, &json!([])), "{answer}");
}

fn close(value: &Value, wanted: f64) {
    let found = value.as_f64().unwrap_or(f64::NAN);
    assert!((found - wanted).abs() < 1e-9, "{value} is not {wanted}");
}

fn row<'a>(answer: &'a Value, field: &str, value: &str) -> &'a Value {
    let found = answer["items"].as_array().unwrap().iter().find(|row| row[field] == value);
    found.unwrap_or_else(|| panic!("no {value} in {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grouped_board_is_as_computed_by_hand_and_the_same_after_a_restart() {
    let bench = bench().await;
    let key = bench.key("default", SCOPES);
    assert_eq!(bench.get("/api/v1/groups?by=region", &key).await, json!({"items": [], "next": null}));
    assert_eq!(bench.post("/api/v1/topology", &key, things()).await.0, 200);
    measured(&bench, &key).await;
    for (entity, kind, severity) in [("r3", "NODE_DOWN", "critical"), ("p1", "LINK_DOWN", "major"), ("r2", "FAN_FAILED", "minor")] {
        let alarm = json!({"entity_id": entity, "alarm_type": kind, "severity": severity, "raised_at": ago(30), "source_system": "test"});
        assert_eq!(bench.post("/api/v1/alarms/ingest", &key, alarm).await.0, 202);
    }
    let board = bench.get("/api/v1/groups?by=region", &key).await;
    let north = row(&board, "value", "north");
    assert_eq!(
        (&north["total"], &north["active"], &north["down"], &north["silent"]),
        (&json!(3), &json!(2), &json!(1), &json!(0)),
        "{north}"
    );
    assert_eq!((&north["alarms"], &north["severity"]), (&json!(3), &json!("critical")));
    assert_eq!((&north["metric"], &north["measured"]), (&json!("cpu_utilisation"), &json!(2)));
    // r1 is (10 + 30) / 2, r2 90; the days before (20 + 40 + wobble) / 2: 29, 30 or 31, the median of ten 30.
    close(&north["utilisation"], 55.0);
    close(&north["baseline"], 30.0);
    assert_eq!((&north["baseline_days"], north["daily"].as_array().unwrap().len()), (&json!(10), 30));
    // Distances: 0 on four days, 1 on six: median 1, spread 1.4826.
    close(&north["away"], 25.0 / 1.4826);
    assert_eq!((&north["strange_count"], &north["strange"][0]["external_id"]), (&json!(1), &json!("r2")));
    let south = row(&board, "value", "south");
    assert_eq!(
        (&south["total"], &south["active"], &south["silent"]),
        (&json!(1), &json!(0), &json!(1)),
        "{south}"
    );
    assert_eq!((&south["away"], &south["severity"]), (&Value::Null, &Value::Null), "50 is what it always was");

    // Of a type, by what it lacks itself; by the place it stands in; by another metric.
    let ports = bench.get("/api/v1/groups?by=REGION&type=interface", &key).await;
    assert_eq!(
        (&ports["items"][0]["value"], &ports["items"][0]["total"]),
        (&json!("north"), &json!(2)),
        "{ports}"
    );
    let sites = bench.get("/api/v1/groups?by=site", &key).await;
    assert_eq!(
        (&row(&sites, "value", "Hill")["total"], &row(&sites, "value", "Dale")["total"]),
        (&json!(3), &json!(1))
    );
    let other = bench.get("/api/v1/groups?by=region&metric=unheard", &key).await;
    assert_eq!(
        (&other["items"][0]["metric"], &other["items"][1]["silent"]),
        (&Value::Null, &json!(0)),
        "{other}"
    );

    let bench = bench.again().await;
    assert_eq!(bench.get("/api/v1/groups?by=region", &key).await, board, "a restart changes nothing");
    // A sample that comes late is in the baseline at once, and one from now on ends a silence.
    let late: Vec<Value> = (11..=13)
        .map(|day| sample("r4", ago(day * DAY), 80.0))
        .chain([sample("r4", ago(1), 50.0)])
        .collect();
    assert_eq!(bench.post("/api/v1/kpi/ingest", &key, json!(late)).await.0, 202);
    let after = bench.get("/api/v1/groups?by=region", &key).await;
    let south = row(&after, "value", "south");
    assert_eq!((&south["active"], &south["baseline_days"]), (&json!(1), &json!(13)), "{south}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_are_listed_and_pages_join() {
    let bench = bench().await;
    let key = bench.key("default", SCOPES);
    assert_eq!(bench.post("/api/v1/topology", &key, things()).await.0, 200);
    let all = bench.get("/api/v1/groups/attributes", &key).await;
    let names: Vec<&str> = all["items"].as_array().unwrap().iter().map(|row| row["attribute"].as_str().unwrap()).collect();
    assert_eq!(names, ["address", "firmware", "region", "site", "type"], "{all}");
    assert_eq!(
        row(&all, "attribute", "firmware"),
        &json!({"attribute": "firmware", "values": 2, "things": 4, "examples": ["6.0", "7.1"]})
    );
    assert_eq!(
        (&row(&all, "attribute", "region")["things"], &row(&all, "attribute", "site")["values"]),
        (&json!(4), &json!(2))
    );
    for path in ["groups/attributes?", "groups?by=address&"] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = bench.get(&format!("/api/v1/{path}limit=3&cursor={cursor}"), &key).await;
            seen.extend(page["items"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        let whole = bench.get(&format!("/api/v1/{path}limit=1000"), &key).await;
        assert_eq!(json!(seen), whole["items"], "{path}");
        assert!(seen.len() > 3);
    }
    for wrong in [
        "groups",
        "groups?by=",
        "groups?by=region,firmware",
        "groups?by=region&cursor=nonsense",
        "groups?by=region&limit=0",
        "cohorts",
        "cohorts?by=region&days=8",
        "cohorts?by=a,b,c,d",
    ] {
        let (status, problem) = bench.call(Method::GET, &format!("/api/v1/{wrong}"), &key, None).await;
        assert_eq!(status, 422, "{wrong}: {problem}");
    }
    let other = bench.key("acme", "read");
    for path in ["groups/attributes", "groups?by=region", "cohorts?by=region"] {
        assert_eq!(
            bench.get(&format!("/api/v1/{path}"), &other).await["items"],
            json!([]),
            "another tenant's groups are its own"
        );
    }
    let deaf = bench.key("default", "alarm:write");
    assert_eq!(bench.call(Method::GET, "/api/v1/groups?by=region", &deaf, None).await.0, 403);
}

/// Alarms of firmware 7.1 on the last seven days: 0 0 1 1 2 2 3, by two routers; of 6.0 one, by one; each cleared, so that the next is a new one.
async fn failing(bench: &Bench, key: &str) {
    let mut handed = Vec::new();
    let mut raise = |entity: &str, minutes: i64, number: usize| {
        let alarm = |cleared: bool, later: i64| {
            json!({"entity_id": entity, "alarm_type": "RESTARTED", "qualifier": format!("q{number}"), "severity": "minor", "cleared": cleared,
                "raised_at": ago(minutes - later), "source_system": "test"})
        };
        handed.extend([alarm(false, 0), alarm(true, 5)]);
    };
    let mut number = 0;
    for (day, count) in [0, 0, 1, 1, 2, 2, 3].into_iter().enumerate() {
        for k in 0..count {
            number += 1;
            raise(if k % 2 == 0 { "p1" } else { "r2" }, (6 - day as i64) * DAY + 12 * 60 - k, number);
        }
    }
    raise("r3", 3 * DAY + 6 * 60, 99);
    // Raised 31 days ago: in no window.
    raise("r3", 31 * DAY, 100);
    let (status, answer) = bench.post("/api/v1/alarms/ingest", key, json!(handed)).await;
    assert_eq!(status, 202, "{answer}");
    assert!(answer.as_array().unwrap().iter().all(|item| item["status"] == "accepted"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cohorts_trend_is_as_computed_by_hand_and_the_same_after_a_restart() {
    let bench = bench().await;
    let key = bench.key("default", SCOPES);
    let admin = bench.user("default", Role::Admin).await;
    // The fixture is handed in all at once: sources may be as late as that.
    let policy = json!({"files": [{"name": "late.toml", "text": "[ingest]\nlate_limit_s = 3456000\n[reduce]\npurge_unacked_s = 60\n"}]});
    assert_eq!(bench.call(Method::PUT, "/api/v1/policies", &admin, Some(policy)).await.0, 200);
    assert_eq!(bench.post("/api/v1/topology", &key, things()).await.0, 200);
    assert_eq!(bench.get("/api/v1/cohorts?by=firmware", &key).await["items"], json!([]));
    failing(&bench, &key).await;
    let week = bench.get("/api/v1/cohorts?by=firmware", &key).await;
    let cohort = &week["items"][0];
    assert_eq!(week["items"].as_array().unwrap().len(), 1, "one thing alone fails like no other: {week}");
    assert_eq!((&cohort["values"], &cohort["alarm_type"]), (&json!(["7.1"]), &json!("RESTARTED")));
    assert_eq!((&cohort["failed"], &cohort["members"], &cohort["count"]), (&json!(2), &json!(2), &json!(9)));
    assert_eq!(cohort["daily"], json!([0, 0, 1, 1, 2, 2, 3]));
    // Σ(d−3)·c / Σ(d−3)² = (−1 + 0 + 2 + 4 + 9) / 28.
    close(&cohort["slope"], 0.5);
    assert_eq!((&cohort["trend"], &cohort["days"]), (&json!("worsening"), &json!(7)));
    // 9 alarms of 2 members against 10 of 4.
    close(&cohort["ratio"], 4.5 / 2.5);
    let month = bench.get("/api/v1/cohorts?by=firmware&days=30", &key).await;
    // 117.5 / 2247.5, as in the core's own fixture.
    close(&month["items"][0]["slope"], 117.5 / 2_247.5);
    assert_eq!(
        (&month["items"][0]["trend"], month["items"][0]["daily"].as_array().unwrap().len()),
        (&json!("stable"), 30)
    );
    let both = bench.get("/api/v1/cohorts?by=region,firmware&days=14", &key).await;
    assert_eq!(both["items"][0]["values"], json!(["north", "7.1"]), "{both}");

    let bench = bench.again().await;
    assert_eq!(
        bench.get("/api/v1/cohorts?by=firmware", &key).await,
        week,
        "a restart forgets nothing, nor what is over"
    );
    let alarm = json!({"entity_id": "r1", "alarm_type": "RESTARTED", "qualifier": "new", "severity": "minor", "raised_at": ago(1), "source_system": "test"});
    assert_eq!(bench.post("/api/v1/alarms/ingest", &key, alarm).await.0, 202);
    let after = bench.get("/api/v1/cohorts?by=firmware", &key).await;
    assert_eq!(after["items"][0]["daily"], json!([0, 0, 1, 1, 2, 2, 4]), "and counts on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_what_is_down_is_down_and_an_alarm_of_a_port_takes_nothing_down() {
    let bench = bench().await;
    let key = bench.key("default", SCOPES);
    let network = json!({
        "entities": [
            {"external_id": "core", "type": "ROUTER", "attributes": {"role": "core", "zone": "a"}},
            {"external_id": "edge", "type": "ROUTER", "attributes": {"zone": "a"}}, {"external_id": "far", "type": "ROUTER", "attributes": {"zone": "b"}}
        ],
        "relations": [{"source": "core", "target": "edge", "relation": "connects"}, {"source": "edge", "target": "far", "relation": "connects"}]
    });
    assert_eq!(bench.post("/api/v1/topology", &key, network).await.0, 200);
    let raise = async |entity: &str, kind: &str, qualifier: &str| {
        let alarm =
            json!({"entity_id": entity, "alarm_type": kind, "qualifier": qualifier, "severity": "critical", "raised_at": ago(5), "source_system": "test"});
        assert_eq!(bench.post("/api/v1/alarms/ingest", &key, alarm).await.0, 202);
    };
    let down = async |zone: &str| row(&bench.get("/api/v1/groups?by=zone", &key).await, "value", zone)["down"].clone();
    raise("edge", "LINK_DOWN", "ge-0/0/1").await;
    assert_eq!((down("a").await, down("b").await), (json!(0), json!(0)));
    raise("edge", "NODE_DOWN", "").await;
    assert_eq!((down("a").await, down("b").await), (json!(1), json!(1)), "behind it nothing is reached");
}
