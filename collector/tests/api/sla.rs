use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pedkai_core::model::{Role, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, alarm};

/// A core and an access router with two services, one of them gold.
fn network() -> Value {
    json!({
        "entities": [
            {"external_id": "core-1", "type": "ROUTER", "attributes": {"role": "core"}}, {"external_id": "acc-1", "type": "ROUTER"},
            {"external_id": "vpn", "name": "VPN of a bank", "type": "SERVICE", "sla_tier": "gold"},
            {"external_id": "web", "name": "Web", "type": "SERVICE"}
        ],
        "relations": [{"source": "core-1", "target": "acc-1", "relation": "connects"}, {"source": "vpn", "target": "acc-1", "relation": "depends_on"},
            {"source": "web", "target": "acc-1", "relation": "depends_on"}]
    })
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

/// Asks until the answer is as wanted.
async fn until(bench: &Bench, path: &str, token: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..200 {
        let answer = bench.get(path, token).await;
        if wanted(&answer) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} does not come to it: {}", bench.get(path, token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn promises_are_listed_what_breaks_first_above() {
    let bench = Bench::start().await;
    let key = bench.key("default", "topology:write,alarm:write,read");
    let none = bench.get("/api/v1/sla", &key).await;
    assert_eq!(none, json!({"items": [], "next": null}));
    let (status, _) = bench.post("/api/v1/topology", &key, network()).await;
    assert_eq!(status, 200);
    let calm = bench.get("/api/v1/sla", &key).await;
    let row = &calm["items"][0];
    assert_eq!(
        (&row["service"], &row["state"], &row["value"]),
        (&json!("VPN of a bank"), &json!("kept"), &json!(100.0))
    );
    assert_eq!(row["objective"], json!({"metric": "availability", "threshold": 99.95, "direction": "below"}));
    assert_eq!(calm["items"].as_array().unwrap().len(), 1, "who was promised nothing is not listed");

    let mut down = alarm("acc-1", "NODE_DOWN", "critical");
    down["raised_at"] = json!(now());
    let (status, _) = bench.post("/api/v1/alarms/ingest", &key, down).await;
    assert_eq!(status, 202);
    let incident = until(&bench, "/api/v1/incidents", &key, |answer| answer["items"][0]["sla"].is_object()).await["items"][0].clone();
    let sla = &incident["sla"];
    assert_eq!(
        (&sla["metric"], &sla["external_id"], &sla["state"]),
        (&json!("availability"), &json!("vpn"), &json!("running"))
    );
    assert!(sla["breach_at"].as_str().unwrap() < sla["restore_by"].as_str().unwrap(), "{sla}");

    let listed = bench.get("/api/v1/sla", &key).await;
    let items = listed["items"].as_array().unwrap();
    let metrics: Vec<&str> = items.iter().map(|row| row["objective"]["metric"].as_str().unwrap()).collect();
    assert_eq!(metrics, ["availability", "time_to_restore"], "{listed}");
    for row in items {
        assert_eq!((&row["incident_id"], &row["entity_id"]), (&incident["id"], &sla["entity_id"]), "{row}");
        assert_eq!((&row["low"], &row["high"]), (&row["predicted_breach_time"], &row["predicted_breach_time"]));
        assert_eq!(row["method"], "clock");
    }
    assert_eq!(items[0]["predicted_breach_time"], sla["breach_at"]);
    let first = bench.get("/api/v1/sla?limit=1", &key).await;
    let next = first["next"].as_str().unwrap();
    let second = bench.get(&format!("/api/v1/sla?limit=1&cursor={next}"), &key).await;
    assert_eq!(
        (&second["items"][0]["id"], &second["next"]),
        (&incident["id"], &Value::Null),
        "pages join without a gap"
    );
    for (query, number) in [
        ("metric=availability", 1),
        ("state=running", 2),
        ("state=breached", 0),
        ("entity_id=vpn", 2),
        ("entity_id=web", 0),
    ] {
        let found = bench.get(&format!("/api/v1/sla?{query}"), &key).await;
        assert_eq!(found["items"].as_array().unwrap().len(), number, "{query}: {found}");
    }
    for wrong in ["state=late", "limit=0", "cursor=nonsense"] {
        let (status, problem) = bench.call(Method::GET, &format!("/api/v1/sla?{wrong}"), &key, None).await;
        assert_eq!(status, 422, "{wrong}: {problem}");
    }
    let other = bench.key("acme", "read");
    assert_eq!(
        bench.get("/api/v1/sla", &other).await["items"],
        json!([]),
        "another tenant's promises are its own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objective_of_the_policy_sets_the_clock_of_an_open_incident_anew() {
    let bench = Bench::start().await;
    let admin = bench.user("default", Role::Admin).await;
    let key = bench.key("default", "topology:write,alarm:write,read");
    bench.post("/api/v1/topology", &key, network()).await;
    bench.alarm(&key, "acc-1", "NODE_DOWN", "critical").await;
    until(&bench, "/api/v1/incidents", &key, |answer| answer["items"][0]["sla"]["tier"] == "gold").await;
    let text = "[slo.entities.web]\nrestore_min = 5\n";
    let (status, answer) = bench
        .call(
            Method::PUT,
            "/api/v1/policies",
            &admin,
            Some(json!({"files": [{"name": "slo.toml", "text": text}]})),
        )
        .await;
    assert_eq!(
        (status, &answer["effective"]["slo"]["entities"]["web"]["restore_min"]),
        (200, &json!(5)),
        "{answer}"
    );
    let set = until(&bench, "/api/v1/incidents", &key, |answer| answer["items"][0]["sla"]["external_id"] == "web").await;
    assert_eq!(set["items"][0]["sla"]["objective"], "service back within 5 min");
    let history = bench.get("/api/v1/history", &key).await;
    let told = history.to_string();
    assert!(told.contains("sla_started") && told.contains("sla_changed"), "{told}");
}
