//! A real collector in this process, and seats without pixels.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test fail by panicking, and no test uses all that is here"
)]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use pedkai_collector::{
    config::Config,
    engine::Clock,
    identity::NewUser,
    serve::{self, Handle, Options},
};
use pedkai_core::{
    identity::Scope,
    model::{AckUntil, CommandKind, Role, Timestamp},
    screen::AlarmRow,
    wire,
};
use pedkai_seat::{
    link::{Credential, Link, News, Order, Target},
    platform,
    replica::Replica,
};
use pedkai_ui::{
    intent::Act,
    model::{Aim, Asked},
};
use serde_json::json;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// A login by name.
pub fn login(name: &str, password: &str) -> Credential {
    Credential::Login {
        name: name.to_owned(),
        password: password.to_owned(),
    }
}

/// A collector on free ports, with two operators and a machine key.
pub struct Noc {
    pub runtime: tokio::runtime::Runtime,
    pub handle: Handle,
    pub key: String,
    pub folder: tempfile::TempDir,
    pub clock: Arc<Ahead>,
}

impl Noc {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Ahead::default());
        let text = "[api]\nlisten = \"127.0.0.1:0\"\n[snmp]\nlisten = \"127.0.0.1:0\"\n[syslog]\nudp = \"127.0.0.1:0\"\ntcp = \"127.0.0.1:0\"\n";
        let options = Options {
            data: folder.path().join("collector"),
            config: Config::parse(text, "test.toml".as_ref()).unwrap(),
            seat: None,
            clock: Some(clock.clone()),
        };
        let handle = runtime.block_on(serve::run(options)).unwrap();
        let tenant = handle.engine().find("default").unwrap().id();
        for name in ["ann", "bob"] {
            let new = NewUser {
                name: name.to_owned(),
                email: None,
                password: PASSWORD.to_owned(),
                role: Role::Operator,
            };
            handle.identity().add_user(tenant, &new).unwrap();
        }
        let scopes = Scope::parse_list("alarm:write,read").unwrap();
        let (secret, _) = handle.identity().add_key(tenant, "probe", &scopes, "test").unwrap();
        Self {
            key: secret.reveal().to_owned(),
            runtime,
            handle,
            folder,
            clock,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.handle.api)
    }

    pub fn raise(&self, alarms: usize) {
        self.raise_from(0, alarms);
    }

    /// Raises alarms of elements numbered from here on.
    pub fn raise_from(&self, first: usize, alarms: usize) {
        let alarm = |number: usize| {
            json!({"entity_id": format!("R{number}"), "alarm_type": "FAN", "severity": "minor", "raised_at": "2026-11-21T10:00:00Z",
                   "source_system": "probe"})
        };
        let body: Vec<serde_json::Value> = (first..first + alarms).map(alarm).collect();
        self.send(&body);
    }

    /// Hands alarms to the webhook; waits where it asks to.
    pub fn send(&self, body: &[serde_json::Value]) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let began = Instant::now();
        loop {
            let url = format!("{}/api/v1/alarms/ingest", self.url());
            let sent = client.post(url).bearer_auth(&self.key).json(body).send();
            let status = self.runtime.block_on(sent).unwrap().status();
            if status == 202 {
                return;
            }
            assert!(status == 429 && began.elapsed() < Duration::from_secs(60), "{status}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether a command of this id was given: a repeated one gets the first answer, and one about nothing is no success.
    pub fn knows(&self, id: uuid::Uuid) -> bool {
        let token = self.handle.identity().login("bob", PASSWORD, None).unwrap().access_token;
        let nothing = json!({"id": id, "kind": "own", "target": {"type": "alarm", "id": uuid::Uuid::from_u128(1)}});
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let sent = client.post(format!("{}/api/v1/commands", self.url())).bearer_auth(token).json(&nothing).send();
        self.runtime.block_on(sent).unwrap().status().is_success()
    }

    pub fn seat(&self, name: &'static str) -> Seat {
        Seat::open(&self.url(), name, &self.folder.path().join(name))
    }
}

/// The machine's clock and what a test adds to it.
#[derive(Default)]
pub struct Ahead(AtomicI64);

impl Ahead {
    /// Lets so much time pass at once.
    pub fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(platform::now().as_micros() + self.0.load(Ordering::SeqCst))
    }
}

/// A seat without pixels: its line, its copy, its folder.
pub struct Seat {
    pub link: Link,
    pub replica: Replica,
    pub words: Vec<String>,
    pub name: &'static str,
    /// Its disk may refuse.
    pub forgiving: bool,
    /// It has much to wait for.
    pub patient: bool,
}

impl Seat {
    pub fn open(url: &str, name: &'static str, folder: &Path) -> Self {
        Self::with(url, name, login(name, PASSWORD), folder)
    }

    /// A seat whose disk may refuse.
    pub fn forgiving(url: &str, name: &'static str, folder: &Path) -> Self {
        Self {
            forgiving: true,
            ..Self::open(url, name, folder)
        }
    }

    pub fn with(url: &str, name: &'static str, credential: Credential, folder: &Path) -> Self {
        let target = Target {
            url: url.to_owned(),
            credential,
            shelf: Some(folder.to_owned()),
        };
        Self {
            link: Link::open(target, |_| {}).unwrap(),
            replica: Replica::default(),
            words: Vec::new(),
            name,
            forgiving: false,
            patient: false,
        }
    }

    /// Takes news in until it is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !so(self) {
            assert!(
                began.elapsed() < Duration::from_secs(if self.patient { 180 } else { 30 }),
                "{}: not so: {what}; it was told {:?}",
                self.name,
                self.words
            );
            if let Ok(news) = self.link.news.recv_timeout(Duration::from_millis(100)) {
                assert!(self.forgiving || !matches!(news, News::Unkept(_)), "{news:?}");
                if let Some(word) = self.replica.take(news, platform::now()) {
                    self.words.push(format!("{word:?}"));
                }
            }
        }
    }

    pub fn alarm(&self, entity: &str) -> AlarmRow {
        let found = self.replica.model.alarms().iter().find(|alarm| alarm.external_id.as_str() == entity);
        found.unwrap().clone()
    }

    pub fn alarms(&mut self, count: usize) {
        self.until("every alarm is here", |seat| seat.replica.model.alarms().len() == count);
    }

    pub fn act(&self, kind: CommandKind, alarms: &[AlarmRow]) {
        let aim = |alarm: &AlarmRow| Aim {
            target: wire::Target {
                kind: wire::TargetKind::Alarm,
                id: alarm.id,
            },
            name: format!("{} on {}", alarm.alarm_type, alarm.entity_name),
        };
        let act = Act {
            kind,
            aims: alarms.iter().map(aim).collect(),
            expect: if let [one] = alarms { Some(one.changed_at) } else { None },
            text: "looked at".to_owned(),
        };
        self.link.order(Order::Act(act, self.name.to_owned()));
    }

    pub fn refused(&self) -> Vec<Asked> {
        self.replica.model.outbox.iter().filter(|asked| asked.refused()).cloned().collect()
    }
}

pub const ACK: CommandKind = CommandKind::Ack { until: AckUntil::Worse };
