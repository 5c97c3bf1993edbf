use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use pedkai_collector::config::Config;
use pedkai_collector::engine::Clock;
use pedkai_collector::identity::NewUser;
use pedkai_collector::serve::{self, Handle, Options};
use pedkai_core::identity::Scope;
use pedkai_core::model::{Role, TenantId};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// A collector of its own, on free ports.
pub(crate) struct Bench {
    pub(crate) handle: Handle,
    pub(crate) client: reqwest::Client,
    pub(crate) url: String,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) config: Config,
    pub(crate) clock: Option<Arc<dyn Clock>>,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::made(None, change).await
    }

    /// One whose time is a test's.
    pub(crate) async fn at(clock: Arc<dyn Clock>) -> Self {
        Self::made(Some(clock), |_| {}).await
    }

    async fn made(clock: Option<Arc<dyn Clock>>, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = "[api]\nlisten = \"127.0.0.1:0\"\n[snmp]\nlisten = \"127.0.0.1:0\"\n[syslog]\nudp = \"127.0.0.1:0\"\ntcp = \"127.0.0.1:0\"\n";
        let mut config = Config::parse(text, "test.toml".as_ref()).unwrap();
        config.tenants.create = vec!["acme".to_owned()];
        // Tests come from one address and ask quickly.
        config.limits.address_per_s = 10_000;
        config.limits.user_per_s = 10_000;
        change(&mut config);
        Self::run(folder, config, clock).await
    }

    async fn run(folder: tempfile::TempDir, config: Config, clock: Option<Arc<dyn Clock>>) -> Self {
        let options = Options {
            data: folder.path().to_owned(),
            config: config.clone(),
            seat: None,
            clock: clock.clone(),
        };
        let handle = serve::run(options).await.unwrap();
        Self {
            url: format!("http://{}", handle.api),
            handle,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            folder,
            config,
            clock,
        }
    }

    /// Stopped, and started again on what it kept.
    pub(crate) async fn again(self) -> Self {
        self.handle.stop().await.unwrap();
        Self::run(self.folder, self.config, self.clock).await
    }

    pub(crate) fn tenant(&self, name: &str) -> TenantId {
        self.handle.engine().find(name).unwrap().id()
    }

    pub(crate) fn key(&self, tenant: &str, scopes: &str) -> String {
        let scopes = Scope::parse_list(scopes).unwrap();
        let (secret, _) = self.handle.identity().add_key(self.tenant(tenant), "probe", &scopes, "test").unwrap();
        secret.reveal().to_owned()
    }

    /// An access token of a new user.
    pub(crate) async fn user(&self, tenant: &str, role: Role) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}{}", role.word(), NUMBER.fetch_add(1, Ordering::Relaxed));
        self.named_user(tenant, &name, role).await
    }

    pub(crate) async fn named_user(&self, tenant: &str, name: &str, role: Role) -> String {
        let new = NewUser {
            name: name.to_owned(),
            email: None,
            password: PASSWORD.to_owned(),
            role,
        };
        let (identity, tenant) = (self.handle.identity().clone(), self.tenant(tenant));
        tokio::task::spawn_blocking(move || identity.add_user(tenant, &new).unwrap()).await.unwrap();
        let (status, answer) = self
            .call(Method::POST, "/api/v1/auth/login", "", Some(json!({"name": name, "password": PASSWORD})))
            .await;
        assert_eq!(status, 200, "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn raw(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let response = self.raw(method, path, token, body).await;
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// GETs; anything but 200 fails the test.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, token, None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, token, Some(body)).await
    }

    /// Hands in one alarm and gives its row.
    pub(crate) async fn alarm(&self, token: &str, entity: &str, kind: &str, severity: &str) -> Value {
        let (status, answer) = self.post("/api/v1/alarms/ingest", token, alarm(entity, kind, severity)).await;
        assert_eq!(status, 202, "{answer}");
        let event = answer["event_id"].as_str().unwrap().to_owned();
        let rows = self.get("/api/v1/alarms?limit=1000", token).await;
        let found = rows["items"].as_array().unwrap().iter().find(|row| row["event_ids"][0] == event.as_str());
        found.unwrap_or_else(|| panic!("no alarm of event {event} in {rows}")).clone()
    }
}

pub(crate) fn alarm(entity: &str, kind: &str, severity: &str) -> Value {
    json!({"entity_id": entity, "alarm_type": kind, "severity": severity, "raised_at": "2026-01-31T12:00:00Z", "source_system": "test"})
}
