use std::collections::BTreeSet;

use pedkai_core::model::Role;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::access::operations;
use crate::bench::{Bench, PASSWORD, alarm};

/// A word that stands in everything that the other tenant has.
const MARK: &str = "zanzibar";

/// What there is of the other tenant: ids of every kind, names and cursors.
async fn furnish(bench: &Bench) -> BTreeSet<String> {
    let key = bench.key("acme", "alarm:write,read,topology:write,kpi:write");
    let admin = bench.named_user("acme", &format!("{MARK}-admin"), Role::Admin).await;
    let patch = json!({
        "entities": [{"external_id": format!("{MARK}-1"), "name": format!("{MARK} one"), "type": "ROUTER"},
            {"external_id": format!("{MARK}-2"), "type": "ROUTER"}],
        "relations": [{"source": format!("{MARK}-1"), "target": format!("{MARK}-2"), "relation": "connects"}]
    });
    assert_eq!(bench.post("/api/v1/topology", &key, patch).await.0, 200);
    for n in 0..3 {
        bench.alarm(&key, &format!("{MARK}-1"), &format!("{MARK}_{n}"), "critical").await;
    }
    let sample = json!([{"entity_id": format!("{MARK}-1"), "metric": format!("{MARK}_load"), "value": 1, "timestamp": "2026-01-31T12:00:00Z"}]);
    assert_eq!(bench.post("/api/v1/kpi/ingest", &key, sample).await.0, 202);
    let ack = json!({"id": uuid::Uuid::new_v4(), "kind": "ack", "filter": "severity=critical", "text": MARK});
    bench.post("/api/v1/commands", &admin, ack).await;
    bench
        .call(
            Method::PUT,
            "/api/v1/policies",
            &admin,
            Some(json!({"files": [{"name": format!("{MARK}.toml"), "text": "[reduce]\n"}]})),
        )
        .await;
    bench
        .post(
            "/api/v1/users",
            &admin,
            json!({"name": format!("{MARK}-user"), "password": PASSWORD, "role": "viewer"}),
        )
        .await;
    bench
        .post("/api/v1/keys", &admin, json!({"name": format!("{MARK}-key"), "scopes": ["read"]}))
        .await;
    let mut found = BTreeSet::from([
        bench.tenant("acme").to_string(),
        "acme".to_owned(),
        format!("{MARK}-1"),
        format!("{MARK} one"),
        format!("{MARK}_load"),
    ]);
    let lists = [
        "alarms?limit=1",
        "incidents",
        "entities?limit=1",
        "sources",
        "events?limit=1",
        "dead-letters",
        "audit?limit=1",
        "users",
        "keys",
        "tenants",
        "history?limit=1",
        "stats",
        "policies",
        "changes",
        "kpi/series",
        "groups/attributes?limit=1",
        "groups?by=name&limit=1",
        "groups?by=type&limit=1",
        "cohorts?by=type",
    ];
    for list in lists {
        let (_, answer) = bench.call(Method::GET, &format!("/api/v1/{list}"), &admin, None).await;
        collect(&answer, &mut found);
    }
    assert!(found.len() > 20, "{found:?}");
    found
}

/// Every UUID and cursor in an answer.
fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.extend(
                text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
                    .filter(|word| uuid::Uuid::parse_str(word).is_ok())
                    .map(str::to_owned),
            );
            found.extend(text.split('"').filter(|word| word.len() == 38 && word.starts_with("AQ")).map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "next"
                    && let Some(cursor) = value.as_str()
                {
                    found.insert(cursor.to_owned());
                }
                collect(value, found);
            }
        }
        _ => {}
    }
}

fn seed() -> u64 {
    std::env::var("PEDKAI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_131)
}

/// Two tenants; whoever belongs to one asks every endpoint, with ids, names and cursors of the other in every place that takes one: no
/// answer holds anything of the other, and nothing of the other changes.
#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_shows_or_changes_anything_of_another_tenant() {
    let bench = Bench::start().await;
    let words: Vec<String> = furnish(&bench).await.into_iter().collect();
    let own = bench.key("default", "alarm:write,read,topology:write,kpi:write");
    bench.alarm(&own, "R1", "FAN", "major").await;
    let who = [bench.user("default", Role::Admin).await, bench.user("default", Role::Operator).await, own];
    let witness = bench.user("acme", Role::Admin).await;
    diagnosed(&bench, &witness).await;
    let before = picture(&bench, &witness).await;
    let operations: Vec<_> = operations(&bench).await.into_iter().filter(|(_, path, _)| !path.ends_with("/logout")).collect();
    let seed = seed();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let pick = (
        any::<proptest::sample::Index>(),
        proptest::collection::vec(any::<proptest::sample::Index>(), 12),
        any::<proptest::sample::Index>(),
        0..4_u8,
    );
    for (method, path, operation) in &operations {
        for _ in 0..12 {
            let (token, picks, tenant, header) = pick.new_tree(&mut runner).unwrap().current();
            let mut picks = picks.iter().cycle().map(|index| words[index.index(words.len())].as_str());
            let mut request = request(&bench, method, path, operation, &mut picks);
            let token = &who[token.index(who.len())];
            request = request.bearer_auth(token);
            if header == 0 {
                request = request.header("x-tenant", words[tenant.index(words.len())].as_str());
            }
            if header == 1 {
                request = request.header("last-event-id", words[tenant.index(words.len())].as_str());
            }
            let built = request.build().unwrap();
            let asked = format!(
                "seed {seed}: {} {} {:?}",
                built.method(),
                built.url(),
                built.body().and_then(|body| body.as_bytes()).map(String::from_utf8_lossy)
            );
            let sent: String = asked.clone();
            let response = bench.client.execute(built).await.unwrap();
            let status = response.status();
            assert!(status.as_u16() != 500, "{asked}: {status}");
            let text = body(response).await;
            for word in words.iter().filter(|word| word.len() >= 8).chain([&MARK.to_owned()]) {
                // What was sent may come back in a message; what was not sent must not come.
                assert!(
                    !text.contains(word.as_str()) || sent.contains(word.as_str()) || percent(&sent).contains(word.as_str()),
                    "{asked}: {status}: {word} in {text}"
                );
            }
            if status.is_success() && method == Method::GET && path.contains('{') {
                panic!("{asked}: {status}: {text}");
            }
        }
    }
    for (after, before) in picture(&bench, &witness).await.iter().zip(&before) {
        assert_eq!(after, before, "something of the other changed");
    }
}

fn percent(text: &str) -> String {
    text.replace("%20", " ").replace('+', " ")
}

/// The body; of a stream what comes at once.
async fn body(mut response: reqwest::Response) -> String {
    let mut text = String::new();
    while let Ok(Ok(Some(piece))) = tokio::time::timeout(std::time::Duration::from_millis(150), response.chunk()).await {
        text.push_str(&String::from_utf8_lossy(&piece));
    }
    text
}

/// A request to an endpoint with the other's words in every place that takes a word.
fn request<'a>(bench: &Bench, method: &Method, path: &str, operation: &Value, words: &mut impl Iterator<Item = &'a str>) -> reqwest::RequestBuilder {
    let mut url = reqwest::Url::parse(&bench.url).unwrap();
    {
        let mut parts = url.path_segments_mut().unwrap();
        parts.clear();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            parts.push(if part.starts_with('{') { words.next().unwrap() } else { part });
        }
    }
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let takes = [
            "entity_id",
            "incident_id",
            "cursor",
            "external_id",
            "q",
            "owner",
            "actor",
            "resource_id",
            "alarm_type",
            "metric",
        ];
        if parameter["in"] == "query" && takes.contains(&name) && words.next().unwrap().len().is_multiple_of(2) {
            url.query_pairs_mut().append_pair(name, words.next().unwrap());
        }
    }
    let request = bench.client.request(method.clone(), url);
    let mut word = || words.next().unwrap().to_owned();
    let ids = |word: String| {
        if uuid::Uuid::parse_str(&word).is_ok() {
            word
        } else {
            uuid::Uuid::nil().to_string()
        }
    };
    let body = match path {
        "/api/v1/commands" => json!({"id": uuid::Uuid::new_v4(), "kind": "comment", "text": "x", "target": {"type": "alarm", "id": ids(word())}}),
        "/api/v1/incidents" => json!({"title": "x", "severity": "minor", "alarm_ids": [ids(word())]}),
        "/api/v1/alarms/ingest" => {
            let mut body = alarm("own", "OWN", "minor");
            body["tenant_id"] = json!(word());
            body["tenant"] = json!("acme");
            body
        }
        "/api/v1/kpi/ingest" => {
            json!([{"entity_id": "own", "metric": "own", "value": 2, "timestamp": "2026-01-31T12:00:00Z", "tenant": "acme", "tenant_id": word()}])
        }
        "/api/v1/topology" => json!({"relations": [{"source": "own", "target": word(), "relation": "connects"}], "remove": [word()]}),
        "/api/v1/auth/login" => json!({"name": format!("{MARK}-admin"), "password": "guessed", "tenant": word()}),
        "/api/v1/users" if *method == Method::POST => json!({"name": format!("{MARK}-user"), "password": "guessed", "role": "admin"}),
        "/api/v1/keys" => json!({"name": "x", "scopes": ["read"], "tenant": word()}),
        _ if *method == Method::PATCH => json!({"active": false}),
        _ => json!({"files": []}),
    };
    if *method == Method::GET || *method == Method::DELETE {
        request
    } else {
        request.json(&body)
    }
}

/// Waits until every incident of the other has its report: what the clock does by itself is over then.
async fn diagnosed(bench: &Bench, admin: &str) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let answer = bench.get("/api/v1/incidents", admin).await;
        let items = answer["items"].as_array().unwrap();
        if !items.is_empty() && items.iter().all(|item| item["sitrep"].is_object()) {
            return;
        }
        assert!(std::time::Instant::now() < end, "no report came");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Everything that the other tenant's own administrator sees of its own.
async fn picture(bench: &Bench, admin: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for list in [
        "alarms",
        "incidents",
        "entities",
        "users",
        "keys",
        "policies",
        "mappings",
        "sources",
        "events",
        "history?from=2020-01-01T00:00:00Z",
        "kpi/series",
        "kpi/query?entity_id=zanzibar-1&metric=zanzibar_load&from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z",
    ] {
        let mut answer = bench.get(&format!("/api/v1/{list}"), admin).await;
        for item in answer["items"].as_array_mut().into_iter().flatten() {
            // How long ago a source spoke goes on by itself.
            item.as_object_mut().map(|item| item.remove("age_seconds"));
        }
        seen.push(answer);
    }
    seen
}
