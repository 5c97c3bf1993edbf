use pedkai_core::identity::{Permission, Rights, Scope};
use pedkai_core::model::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, PASSWORD, alarm};

const OPEN: [&str; 6] = [
    "/api/openapi.json",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/livez",
    "/metrics",
    "/readyz",
];

/// Every (method, path, operation) of the document.
pub(crate) async fn operations(bench: &Bench) -> Vec<(Method, String, Value)> {
    let document = bench.get("/api/openapi.json", "").await;
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push((method.to_uppercase().parse().unwrap(), path.clone(), operation.clone()));
        }
    }
    assert!(found.len() >= 45, "{} operations", found.len());
    let names: std::collections::BTreeSet<&str> = found.iter().filter_map(|(_, _, operation)| operation["operationId"].as_str()).collect();
    assert_eq!(names.len(), found.len(), "every operation has a name of its own");
    found
}

/// A path with an id that is nobody's in place of its parameters.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| {
            if part.starts_with('{') {
                "00000000-0000-4000-8000-00000000dead"
            } else {
                part
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_six_paths_is_open_and_nothing_else_is_there() {
    let bench = Bench::start().await;
    for (method, path, _) in operations(&bench).await {
        let expected = OPEN.contains(&path.as_str());
        for token in ["", "nonsense", "pk_0000000000000000000000000000000000000000000000000000000000000000"] {
            let status = bench.raw(method.clone(), &filled(&path), token, None).await.status().as_u16();
            assert_eq!(status != 401, expected, "{method} {path}: {status}");
        }
    }
    assert_eq!(
        bench.raw(Method::GET, "/api/v1/nothing", "", None).await.status(),
        401,
        "not even what is not there"
    );
    let key = bench.key("default", "read,alarm:write,kpi:write,topology:write");
    for later in ["/api/v1/investigate", "/tmf-api/alarm/v4/alarm", "/api/v1/nothing"] {
        assert_eq!(bench.raw(Method::GET, later, &key, None).await.status(), 404, "{later}");
    }
    assert_eq!(bench.raw(Method::DELETE, "/api/v1/alarms", &key, None).await.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_keeps_to_the_table_of_roles_and_scopes() {
    let bench = Bench::start().await;
    let roles = [Role::Viewer, Role::Operator, Role::Supervisor, Role::Admin];
    let mut who: Vec<(String, Rights, String)> = Vec::new();
    for role in roles {
        who.push((role.word().to_owned(), Rights::Role(role), bench.user("default", role).await));
    }
    for scope in Scope::ALL {
        who.push((scope.word().to_owned(), Rights::Scopes(vec![scope]), bench.key("default", scope.word())));
    }
    for (method, path, operation) in operations(&bench).await {
        if OPEN.contains(&path.as_str()) || path.ends_with("/logout") {
            continue;
        }
        let word = operation["x-permission"].as_str();
        for (name, rights, token) in &who {
            let allowed = match word {
                None => true,
                Some("local administrator") => false,
                Some(word) => {
                    let permission = Permission::ALL.iter().find(|permission| permission.word() == word);
                    rights.allow(*permission.unwrap_or_else(|| panic!("{path}: no permission '{word}'")))
                }
            };
            let response = bench.raw(method.clone(), &filled(&path), token, None).await;
            let status = response.status().as_u16();
            assert_eq!(status != 403, allowed, "{name} at {method} {path}: {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn login_refresh_and_logout() {
    let bench = Bench::start().await;
    bench.named_user("default", "ann", Role::Operator).await;
    let login = async |password: &str| bench.post("/api/v1/auth/login", "", json!({"name": "ann", "password": password})).await;
    let (status, wrong) = login("wrong").await;
    assert_eq!((status, &wrong["status"]), (401, &json!(401)));
    assert_eq!(
        bench.post("/api/v1/auth/login", "", json!({"name": "nobody", "password": "x"})).await.1["detail"],
        wrong["detail"]
    );
    let (_, tokens) = login(PASSWORD).await;
    let access = tokens["access_token"].as_str().unwrap();
    let me = bench.get("/api/v1/auth/me", access).await;
    assert_eq!(
        (&me["name"], &me["role"], &me["tenant"]),
        (&json!("ann"), &json!("operator"), &json!("default"))
    );
    let refresh = async |token: &Value| bench.post("/api/v1/auth/refresh", "", json!({"refresh_token": token})).await;
    let (status, next) = refresh(&tokens["refresh_token"]).await;
    assert_eq!(status, 200, "{next}");
    assert_eq!(refresh(&tokens["refresh_token"]).await.0, 401, "good once");
    assert_eq!(
        bench.call(Method::GET, "/api/v1/auth/me", access, None).await.0,
        401,
        "a token used twice ends the session"
    );
    let (_, tokens) = login(PASSWORD).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(bench.call(Method::POST, "/api/v1/auth/logout", access, None).await.0, 204);
    assert_eq!(bench.call(Method::GET, "/api/v1/auth/me", access, None).await.0, 401);
    for _ in 0..5 {
        login("wrong").await;
    }
    let response = bench
        .raw(Method::POST, "/api/v1/auth/login", "", Some(json!({"name": "ann", "password": PASSWORD})))
        .await;
    assert_eq!(response.status(), 429, "locked, even with the right one");
    let wait: u32 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((800..=900).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_others_do_not() {
    let bench = Bench::with(|config| config.limits.key_per_s = 2).await;
    let (greedy, modest) = (bench.key("default", "read"), bench.key("default", "read"));
    let mut last = None;
    for _ in 0..40 {
        last = Some(bench.raw(Method::GET, "/api/v1/auth/me", &greedy, None).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status(), 429);
    assert!(last.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(bench.raw(Method::GET, "/api/v1/auth/me", &modest, None).await.status(), 200);
    let bench = Bench::with(|config| config.limits.address_per_s = 1).await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(bench.raw(Method::GET, "/api/v1/alarms", "guess", None).await.status().as_u16());
    }
    assert_eq!((statuses[0], statuses[19]), (401, 429));
    let key = bench.key("default", "read");
    assert_eq!(
        bench.raw(Method::GET, "/api/v1/alarms", &key, None).await.status(),
        200,
        "a good credential is not held up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_carry_their_ids_and_take_over_those_of_their_sender() {
    let bench = Bench::start().await;
    let key = bench.key("default", "read");
    let request = bench
        .client
        .get(format!("{}/api/v1/alarms", bench.url))
        .bearer_auth(&key)
        .header("x-correlation-id", "order-66")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["x-correlation-id"], "order-66");
    assert_eq!(response.headers()["x-trace-id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert!(uuid::Uuid::parse_str(response.headers()["x-event-id"].to_str().unwrap()).is_ok());
    let problem = bench.raw(Method::GET, "/api/v1/alarms/none", &key, None).await;
    let trace = problem.headers()["x-trace-id"].to_str().unwrap().to_owned();
    assert_eq!(problem.json::<Value>().await.unwrap()["trace_id"], trace.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_keys_are_managed_within_the_tenant_and_noted_down() {
    let bench = Bench::start().await;
    let admin = bench.user("default", Role::Admin).await;
    let body = json!({"name": "bob", "email": "bob@example.net", "password": PASSWORD, "role": "viewer"});
    let (status, bob) = bench.post("/api/v1/users", &admin, body.clone()).await;
    assert_eq!((status, &bob["role"], &bob["active"]), (201, &json!("viewer"), &json!(true)));
    assert_eq!(bench.post("/api/v1/users", &admin, body).await.0, 409);
    let path = format!("/api/v1/users/{}", bob["id"].as_str().unwrap());
    let (status, changed) = bench
        .call(Method::PATCH, &path, &admin, Some(json!({"role": "operator", "active": false})))
        .await;
    assert_eq!((status, &changed["role"], &changed["active"]), (200, &json!("operator"), &json!(false)));
    let elsewhere = bench.user("acme", Role::Admin).await;
    assert_eq!(bench.call(Method::PATCH, &path, &elsewhere, Some(json!({"active": true}))).await.0, 404);
    let (status, key) = bench.post("/api/v1/keys", &admin, json!({"name": "probe", "scopes": ["alarm:write"]})).await;
    assert_eq!(status, 201);
    let word = key["key"].as_str().unwrap();
    assert_eq!(bench.post("/api/v1/alarms/ingest", word, alarm("R1", "A", "minor")).await.0, 202);
    assert!(!bench.get("/api/v1/keys", &admin).await.to_string().contains(word), "shown once");
    let revoke = format!("/api/v1/keys/{}", key["id"].as_str().unwrap());
    assert_eq!(bench.call(Method::DELETE, &revoke, &elsewhere, None).await.0, 404);
    assert_eq!(bench.call(Method::DELETE, &revoke, &admin, None).await.0, 204);
    assert_eq!(bench.post("/api/v1/alarms/ingest", word, alarm("R1", "A", "minor")).await.0, 401);
    let entries = bench.get("/api/v1/audit?limit=1000", &admin).await;
    let actions: Vec<&str> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["key.revoke", "key.add", "user.change", "user.add", "login"], "newest first");
    let change = &entries["items"][2];
    assert_eq!(
        (&change["before"]["role"], &change["after"]["role"], &change["address"]),
        (&json!("viewer"), &json!("operator"), &json!("127.0.0.1"))
    );
    assert!(!entries.to_string().contains(PASSWORD));
    let filtered = bench.get("/api/v1/audit?action=user.add&resource_type=user&limit=1", &admin).await;
    assert_eq!((filtered["items"].as_array().unwrap().len(), &filtered["next"]), (1, &Value::Null));
    let verdict = bench.get("/api/v1/audit/verify", &admin).await;
    assert_eq!(
        (&verdict["ok"], &verdict["audit"]["entries"], &verdict["log"]["ok"]),
        (&json!(true), &json!(5), &json!(true))
    );
    let users = bench.get("/api/v1/users", &admin).await;
    assert!(users["items"].as_array().unwrap().iter().all(|user| user.get("password").is_none()));
    assert_eq!(
        bench.post("/api/v1/tenants", &admin, json!({"name": "x"})).await.0,
        403,
        "tenants are made on the machine itself"
    );
}
