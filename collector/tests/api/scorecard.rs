use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pedkai_collector::config::Config;
use pedkai_collector::engine::Clock;
use pedkai_collector::serve::{self, Handle, Options};
use pedkai_core::identity::Scope;
use pedkai_core::model::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, alarm};

/// The machine's clock, some minutes ahead.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let minutes = self.0.load(Ordering::Relaxed);
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap() + minutes * 60_000_000)
    }
}

impl Ahead {
    fn forward(&self, minutes: i64) {
        self.0.fetch_add(minutes, Ordering::Relaxed);
    }
}

async fn collector(folder: &std::path::Path, clock: &Arc<Ahead>) -> Handle {
    let text = "[api]\nlisten = \"127.0.0.1:0\"\n[snmp]\nlisten = \"127.0.0.1:0\"\n[syslog]\nudp = \"127.0.0.1:0\"\ntcp = \"127.0.0.1:0\"\n";
    let options = Options {
        data: folder.to_owned(),
        config: Config::parse(text, "test.toml".as_ref()).unwrap(),
        seat: None,
        clock: Some(clock.clone()),
    };
    serve::run(options).await.unwrap()
}

struct Asking {
    client: reqwest::Client,
    key: String,
}

impl Asking {
    async fn call(&self, handle: &Handle, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.client.request(method, format!("http://{}{path}", handle.api)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    async fn get(&self, handle: &Handle, path: &str) -> Value {
        let (status, answer) = self.call(handle, Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn until(&self, handle: &Handle, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..200 {
            let answer = self.get(handle, path).await;
            if wanted(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} does not come to it: {}", self.get(handle, path).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_on_the_scorecard_as_a_hand_reckons_it_before_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Ahead::default());
    let handle = collector(folder.path(), &clock).await;
    let tenant = handle.engine().find("default").unwrap().id();
    let scopes = Scope::parse_list("topology:write,alarm:write,read").unwrap();
    let (secret, _) = handle.identity().add_key(tenant, "probe", &scopes, "test").unwrap();
    let asking = Asking {
        client: reqwest::Client::builder().no_proxy().build().unwrap(),
        key: secret.reveal().to_owned(),
    };
    let network = json!({
        "entities": [
            {"external_id": "core-1", "type": "ROUTER", "attributes": {"role": "core"}}, {"external_id": "acc-1", "type": "ROUTER"},
            {"external_id": "vpn", "type": "SERVICE", "sla_tier": "gold"}, {"external_id": "web", "type": "SERVICE", "sla_tier": "bronze"},
            {"external_id": "other", "type": "SERVICE", "sla_tier": "gold"}
        ],
        "relations": [{"source": "core-1", "target": "acc-1", "relation": "connects"}, {"source": "vpn", "target": "acc-1", "relation": "depends_on"},
            {"source": "web", "target": "acc-1", "relation": "depends_on"}, {"source": "other", "target": "core-1", "relation": "depends_on"}]
    });
    let began = clock.now();
    assert_eq!(asking.call(&handle, Method::POST, "/api/v1/topology", Some(network)).await.0, 200);
    let raise = |cleared: bool| {
        let mut report = alarm("acc-1", "NODE_DOWN", "critical");
        (report["raised_at"], report["cleared"]) = (json!(clock.now()), json!(cleared));
        report
    };
    assert_eq!(asking.call(&handle, Method::POST, "/api/v1/alarms/ingest", Some(raise(false))).await.0, 202);
    let open = asking.until(&handle, "/api/v1/incidents", |answer| answer["items"][0]["sla"].is_object()).await;
    assert_eq!(open["items"][0]["sla"]["without"], 2);
    clock.forward(30);
    let standing = asking.get(&handle, "/api/v1/scorecard?days=1").await;
    assert_eq!(standing["total"]["down"], 2, "{standing}");
    assert_eq!(asking.call(&handle, Method::POST, "/api/v1/alarms/ingest", Some(raise(true))).await.0, 202);
    asking
        .until(&handle, "/api/v1/incidents", |answer| answer["items"][0]["sla"]["stopped_at"].is_string())
        .await;
    clock.forward(89);
    let to = clock.now();
    let path = format!("/api/v1/scorecard?from={}&to={to}", began.minus(pedkai_core::model::Span::minutes(60)));
    let card = asking.get(&handle, &path).await;
    let row = |name: &str| card["items"].as_array().unwrap().iter().find(|row| row["external_id"] == name).unwrap().clone();
    let vpn = row("vpn");
    // Half an hour of two hours, give or take what this test takes itself.
    let down = vpn["down_s"].as_f64().unwrap();
    assert!((1_800.0..1_830.0).contains(&down), "{vpn}");
    let (from, end) = (
        Timestamp::parse(vpn["from"].as_str().unwrap()).unwrap(),
        Timestamp::parse(card["to"].as_str().unwrap()).unwrap(),
    );
    assert!(from >= began && end == to, "{card}");
    let expected = 100.0 * (1.0 - down / end.since(from).as_seconds());
    assert!(
        (vpn["availability"].as_f64().unwrap() - expected).abs() < 1e-9 && (74.0..76.0).contains(&expected),
        "{vpn} {expected}"
    );
    assert_eq!(
        (&vpn["kept"], &vpn["promised"], &vpn["outages"], &vpn["incidents"]),
        (&json!(false), &json!(99.95), &json!(1), &json!(1))
    );
    assert_eq!((&vpn["mttr_s"], &vpn["mtta_s"], &vpn["late"]), (&json!(down), &Value::Null, &json!(0)));
    assert_eq!((&row("other")["availability"], &row("other")["kept"]), (&json!(100.0), &json!(true)));
    assert_eq!(
        (&card["total"]["services"], &card["total"]["kept"], &card["total"]["down"]),
        (&json!(3), &json!(1), &json!(0))
    );
    assert_eq!(
        (&card["noise"]["events"], &card["noise"]["alarms"], &card["noise"]["incidents"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(card["noise"]["reduction"], 50.0);
    let mut joined = Vec::new();
    let mut next = String::new();
    loop {
        let page = asking.get(&handle, &format!("{path}&limit=1{next}")).await;
        joined.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(Value::Array(joined), card["items"], "pages join without a gap");

    handle.stop().await.unwrap();
    let handle = collector(folder.path(), &clock).await;
    assert_eq!(asking.get(&handle, &path).await, card);
    // Rows and state made anew from the log alone tell the same.
    handle.stop().await.unwrap();
    let tenants = folder.path().join("tenants");
    for tenant in std::fs::read_dir(tenants).unwrap() {
        let tenant = tenant.unwrap().path();
        for name in ["rows.db", "rows.db-wal", "rows.db-shm"] {
            let _ = std::fs::remove_file(tenant.join(name));
        }
    }
    let handle = collector(folder.path(), &clock).await;
    assert_eq!(asking.get(&handle, &path).await, card);
    handle.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_makes_no_sense_is_refused_and_tenants_see_their_own() {
    let bench = Bench::start().await;
    let key = bench.key("default", "topology:write,read");
    let service = json!({"entities": [{"external_id": "vpn", "type": "SERVICE", "sla_tier": "gold"}]});
    assert_eq!(bench.post("/api/v1/topology", &key, service).await.0, 200);
    assert_eq!(bench.get("/api/v1/scorecard", &key).await["total"]["services"], 1);
    for wrong in [
        "days=0",
        "days=93",
        "days=x",
        "from=yesterday",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "days=1&from=2026-01-02T00:00:00Z",
        "from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z",
        "limit=0",
        "cursor=nonsense",
    ] {
        let (status, problem) = bench.call(Method::GET, &format!("/api/v1/scorecard?{wrong}"), &key, None).await;
        assert_eq!(status, 422, "{wrong}: {problem}");
    }
    let other = bench.key("acme", "read");
    let card = bench.get("/api/v1/scorecard", &other).await;
    assert_eq!((&card["items"], &card["total"]["services"]), (&json!([]), &json!(0)));
    let (status, _) = bench.call(Method::GET, "/api/v1/scorecard", &bench.key("default", "alarm:write"), None).await;
    assert_eq!(status, 403);
}
