use pedkai_core::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

fn files(name: &str, text: &str) -> Option<Value> {
    Some(json!({"files": [{"name": name, "text": text}]}))
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_validated_before_they_hold() {
    let bench = Bench::start().await;
    let admin = bench.user("default", Role::Admin).await;
    let before = bench.get("/api/v1/policies", &admin).await;
    assert_eq!((&before["files"], &before["effective"]["reduce"]["dedup_ttl_s"]), (&json!([]), &json!(900)));
    for wrong in [
        "[reduce]\ndedup_ttl_s = -1\n",
        "[reduce]\ndedup_tll_s = 60\n",
        "[reduce\n",
        "[nothing]\nx = 1\n",
    ] {
        let (status, problem) = bench.call(Method::PUT, "/api/v1/policies", &admin, files("reduce.toml", wrong)).await;
        assert_eq!(status, 422, "{wrong}");
        assert!(problem["errors"][0]["at"].as_str().unwrap().starts_with("reduce.toml"), "{problem}");
    }
    assert_eq!(bench.get("/api/v1/policies", &admin).await, before, "nothing changed");
    let (status, after) = bench
        .call(Method::PUT, "/api/v1/policies", &admin, files("reduce.toml", "[reduce]\ndedup_ttl_s = 60\n"))
        .await;
    assert_eq!((status, &after["effective"]["reduce"]["dedup_ttl_s"]), (200, &json!(60)), "{after}");
    assert_eq!(
        after["effective"]["reduce"]["flap_transitions"],
        before["effective"]["reduce"]["flap_transitions"]
    );
    assert_ne!(after["version"], before["version"]);
    assert_eq!(bench.get("/api/v1/policies", &admin).await, after);
    let elsewhere = bench.user("acme", Role::Admin).await;
    assert_eq!(bench.get("/api/v1/policies", &elsewhere).await["files"], json!([]));
    let audit = bench.get("/api/v1/audit?action=policies.set", &admin).await;
    assert_eq!(audit["items"][0]["after"]["files"], json!(["reduce.toml"]));
    let (_, again) = bench.call(Method::PUT, "/api/v1/policies", &admin, Some(json!({"files": []}))).await;
    assert_eq!(again["effective"], before["effective"], "none brings the defaults back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_teaches_a_new_vendor_without_a_new_build() {
    let bench = Bench::start().await;
    let admin = bench.user("default", Role::Admin).await;
    let before = bench.get("/api/v1/mappings", &admin).await;
    assert!(
        before["rules"].as_u64().unwrap() > 50 && !before["builtin"].as_array().unwrap().is_empty(),
        "{before}"
    );
    let (status, problem) = bench
        .call(
            Method::PUT,
            "/api/v1/mappings",
            &admin,
            files("pump.toml", "[conditions.PUMP]\nseverity = \"dreadful\"\n"),
        )
        .await;
    assert_eq!(status, 422);
    assert!(problem["errors"][0]["at"].as_str().unwrap().starts_with("pump.toml:"), "{problem}");
    let text = "[conditions.PUMP_FAILED]\nseverity = \"major\"\nsymptom = \"hardware_fault\"\ncause = \"pumpFailure\"\nkey = \"{unit}\"\n\n\
                [[trap]]\non = \"1.3.6.1.4.1.99999.0.1\"\nraises = \"PUMP_FAILED\"\nunit = \"{1.3.6.1.4.1.99999.1.1}\"\n";
    let (status, after) = bench.call(Method::PUT, "/api/v1/mappings", &admin, files("pump.toml", text)).await;
    assert_eq!(status, 200, "{after}");
    assert!(after["rules"].as_u64().unwrap() > before["rules"].as_u64().unwrap());
    assert_eq!(after["files"][0]["text"], text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_tells_how_it_is() {
    let bench = Bench::start().await;
    let key = bench.key("default", "read,alarm:write");
    bench.alarm(&key, "R1", "FAN", "minor").await;
    let workers = bench.get("/api/v1/system/workers", &key).await;
    let state = |name: &str| {
        let found = workers["items"].as_array().unwrap().iter().find(|worker| worker["name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {workers}"))["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (state("listen/snmp"), state("listen/syslog-tls"), state("writer")),
        ("running".into(), "off".into(), "running".into())
    );
    let storage = bench.get("/api/v1/system/storage", &key).await;
    assert!(storage["bytes"].as_u64().unwrap() > 0 && storage["records"].as_u64().unwrap() >= 1, "{storage}");
    assert!(storage["free_bytes"].as_u64().unwrap() > 1 << 20, "{storage}");
    assert_eq!(bench.get("/readyz", "").await["ready"], true);
    assert_eq!(bench.raw(Method::GET, "/livez", "", None).await.status(), 200);
}
