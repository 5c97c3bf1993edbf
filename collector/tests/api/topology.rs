use pedkai_core::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

fn ids(hits: &Value) -> Vec<&str> {
    let mut ids: Vec<&str> = hits.as_array().unwrap().iter().map(|hit| hit["external_id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_makes_a_network_and_an_entity_tells_what_falls_with_it() {
    let bench = Bench::start().await;
    let writer = bench.key("default", "topology:write");
    let reader = bench.key("default", "read,alarm:write");
    let patch = json!({
        "entities": [
            {"external_id": "core-1", "name": "Core", "type": "ROUTER", "attributes": {"role": "core", "address": "192.0.2.1;192.0.2.2"}},
            {"external_id": "agg-1", "name": "Aggregation", "type": "ROUTER"},
            {"external_id": "cell-1", "name": "Cell", "type": "CELL", "geo": {"lat": 52.5, "lon": 13.4}},
            {"external_id": "svc-1", "name": "Voice", "type": "SERVICE"}
        ],
        "relations": [
            {"source": "agg-1", "target": "core-1", "relation": "connects"},
            {"source": "agg-1", "target": "cell-1", "relation": "backhauls"},
            {"source": "cell-1", "target": "svc-1", "relation": "serves"}
        ]
    });
    let (status, answer) = bench.post("/api/v1/topology", &writer, patch.clone()).await;
    assert_eq!((status, &answer["changed"], &answer["problems"]), (200, &json!(7), &json!([])), "{answer}");
    assert_eq!(
        bench.post("/api/v1/topology", &writer, patch).await.1["changed"],
        0,
        "the same again changes nothing"
    );
    let one = bench.get("/api/v1/entities?external_id=agg-1", &reader).await["items"][0].clone();
    assert_eq!(
        (&one["name"], &one["type"], &one["placed"]),
        (&json!("Aggregation"), &json!("ROUTER"), &json!(true))
    );
    for word in [one["id"].as_str().unwrap(), "agg-1", "Aggregation"] {
        assert_eq!(bench.get(&format!("/api/v1/entities/{word}"), &reader).await, one);
    }
    assert_eq!(bench.get("/api/v1/entities?type=router", &reader).await["items"].as_array().unwrap().len(), 2);
    assert_eq!(bench.get("/api/v1/entities?q=voi", &reader).await["items"][0]["external_id"], "svc-1");
    let impact = bench.get("/api/v1/entities/agg-1/impact", &reader).await;
    assert_eq!(impact["entity_id"], one["id"]);
    assert_eq!(ids(&impact["down"]), ["cell-1", "svc-1"], "{impact}");
    assert_eq!(ids(&impact["services"]), ["svc-1"]);
    let hops: Vec<u64> = impact["down"].as_array().unwrap().iter().map(|hit| hit["hops"].as_u64().unwrap()).collect();
    assert_eq!(hops, [1, 2]);
    let row = bench.alarm(&reader, "Aggregation", "LINK_DOWN", "major").await;
    assert_eq!(row["entity_id"], one["id"], "an unambiguous name will do");
    assert_eq!(bench.call(Method::GET, "/api/v1/entities/nowhere", &reader, None).await.0, 404);
    assert_eq!(bench.call(Method::GET, "/api/v1/entities/nowhere/impact", &reader, None).await.0, 404);
    assert_eq!(bench.post("/api/v1/topology", &writer, json!({})).await.0, 422);
    assert_eq!(bench.post("/api/v1/topology", &writer, json!({"entity": []})).await.0, 422);
    let (_, partly) = bench
        .post(
            "/api/v1/topology",
            &writer,
            json!({"relations": [{"source": "agg-1", "target": "nowhere", "relation": "connects"}]}),
        )
        .await;
    assert_eq!(partly["problems"].as_array().unwrap().len(), 1, "{partly}");
    let admin = bench.user("default", Role::Admin).await;
    let audit = bench.get("/api/v1/audit?action=topology.patch", &admin).await;
    assert_eq!(audit["items"].as_array().unwrap().len(), 3);
}
