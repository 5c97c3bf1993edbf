//! A device of our own over real SSH (russh's server side): answers as a small honest device, or does what no device should.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pedkai_collector::effects::netconf::{Address, HostKey, Limits, Login, NetconfDevice, Timeouts};
use pedkai_collector::engine::WallClock;
use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::server::{self, Auth, ChannelOpenHandle, Msg, Response, Session};
use russh::{Channel, ChannelId, ChannelStream, MethodKind, MethodSet};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What is wrong with it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    /// Nothing: base:1.0, confirmed-commit:1.1, persist.
    Honest,
    /// Accepts the connection and never says hello.
    Mute,
    /// Its hello is 2 MB long.
    LongHello,
    /// Its hello holds a document type and entities.
    BombInHello,
    /// Says base:1.1 and speaks base:1.0.
    OtherFraming,
    /// Never answers this request.
    Hangs(&'static str),
    /// Ends the connection instead of answering this request.
    Drops(&'static str),
    /// Does what the commit asks, then ends the connection instead of answering.
    DropsAfterCommit,
    /// Answers get-config with this.
    Answers(fn(u64) -> String),
    /// Announces a chunk of 4 GB.
    Announces,
    /// Says ok to a commit and does nothing.
    CommitsNothing,
    /// Says confirmed-commit:1.1 and does not know `persist`.
    KnowsNoPersist,
    /// Says candidate and refuses to lock it.
    KnowsNoCandidate,
    /// Changes something else than what was staged.
    CommitsOther,
    /// Starts from a datastore of its own.
    StartsElsewhere,
    /// Has confirmed-commit:1.0: no `persist`, no `cancel-commit`.
    Old,
    /// Takes no password, and asks for it by a prompt.
    Prompts,
    /// Asks for the password and something else.
    PromptsForMore,
}

/// What it holds; looked at by tests.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) running: String,
    pub(crate) candidate: String,
    pub(crate) startup: String,
    pub(crate) before: Option<(String, String)>,
    pub(crate) asked: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) mood: Arc<Mutex<Mood>>,
    pub(crate) held: Arc<Mutex<Held>>,
    port: u16,
}

pub(crate) const OLD: &str = "<box xmlns=\"urn:box\"><name>b</name><size>1</size></box>";
pub(crate) const NEW: &str = "<box xmlns=\"urn:box\"><name>b</name><size>2</size></box>";
const OTHER: &str = "<box xmlns=\"urn:box\"><name>b</name><size>3</size></box>";

fn host_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]))
}

impl Fake {
    pub(crate) async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            mood: Arc::new(Mutex::new(mood)),
            held: Arc::new(Mutex::new(Held {
                running: OLD.to_owned(),
                candidate: OLD.to_owned(),
                ..Held::default()
            })),
            port: listener.local_addr().unwrap().port(),
        };
        let config = Arc::new(server::Config {
            keys: vec![host_key()],
            auth_rejection_time: Duration::ZERO,
            auth_rejection_time_initial: Some(Duration::ZERO),
            ..server::Config::default()
        });
        let own = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let door = Door {
                    fake: own.clone(),
                    channel: None,
                };
                let config = Arc::clone(&config);
                tokio::spawn(async move {
                    if let Ok(running) = server::run_stream(config, stream, door).await {
                        let _ = running.await;
                    }
                });
            }
        });
        fake
    }

    pub(crate) fn device(&self) -> NetconfDevice {
        NetconfDevice {
            name: "fake".to_owned(),
            address: Address {
                host: "127.0.0.1".to_owned(),
                port: self.port,
                host_key: HostKey::parse(&host_key().public_key().to_openssh().unwrap()).unwrap(),
                user: "noc".to_owned(),
                login: Login::Password("open sesame".to_owned()),
            },
            timeouts: Timeouts {
                hello: Duration::from_secs(60),
                answer: Duration::from_secs(60),
                commit: Duration::from_secs(60),
                ..Timeouts::default()
            },
            limits: Limits::default(),
            clock: Arc::new(WallClock),
        }
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    pub(crate) fn feels(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

struct Door {
    fake: Fake,
    channel: Option<Channel<Msg>>,
}

impl server::Handler for Door {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        if matches!(self.fake.mood(), Mood::Prompts | Mood::PromptsForMore) {
            return Ok(Auth::Reject {
                proceed_with_methods: Some(MethodSet::from([MethodKind::KeyboardInteractive].as_slice())),
                partial_success: false,
            });
        }
        Ok(if (user, password) == ("noc", "open sesame") {
            Auth::Accept
        } else {
            Auth::reject()
        })
    }

    async fn auth_keyboard_interactive<'a>(&'a mut self, user: &str, _: &str, response: Option<Response<'a>>) -> Result<Auth, russh::Error> {
        let more = matches!(self.fake.mood(), Mood::PromptsForMore);
        let Some(mut response) = response else {
            let mut prompts = vec![("Password: ".into(), false)];
            if more {
                prompts.push(("Token: ".into(), false));
            }
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: prompts.into(),
            });
        };
        let right = user == "noc" && response.next().is_some_and(|word| &word[..] == b"open sesame");
        Ok(if right && !more { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(&mut self, channel: Channel<Msg>, reply: ChannelOpenHandle, _: &mut Session) -> Result<(), russh::Error> {
        self.channel = Some(channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(&mut self, id: ChannelId, name: &str, session: &mut Session) -> Result<(), russh::Error> {
        if name != "netconf" {
            return session.channel_failure(id);
        }
        session.channel_success(id)?;
        if let Some(channel) = self.channel.take() {
            tokio::spawn(serve(self.fake.clone(), channel.into_stream(), session.handle()));
        }
        Ok(())
    }
}

async fn serve(fake: Fake, mut stream: ChannelStream<Msg>, connection: server::Handle) {
    if talk(&fake, &mut stream).await.is_none() {
        let _ = connection.disconnect(russh::Disconnect::ByApplication, String::new(), String::new()).await;
    }
}

/// Until it wants to hear no more: `None`.
async fn talk(fake: &Fake, stream: &mut ChannelStream<Msg>) -> Option<()> {
    let mood = fake.mood();
    if matches!(mood, Mood::Mute) {
        return std::future::pending().await;
    }
    stream.write_all(hello(mood).as_bytes()).await.ok()?;
    let mut buffer = Vec::new();
    let mut chunked = false;
    loop {
        let end: &[u8] = if chunked { b"\n##\n" } else { b"]]>]]>" };
        while let Some(at) = buffer.windows(end.len()).position(|window| window == end) {
            let message = String::from_utf8(buffer[..at].to_vec()).unwrap();
            buffer.drain(..at + end.len());
            if message.contains("<hello") {
                chunked = matches!(mood, Mood::OtherFraming | Mood::Announces);
                continue;
            }
            let id = message
                .split("message-id=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .unwrap()
                .parse()
                .unwrap();
            let answer = answer(fake, &message, id).await?;
            stream.write_all(format!("{answer}]]>]]>").as_bytes()).await.ok()?;
        }
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => buffer.extend_from_slice(&bytes[..count]),
        }
    }
}

fn hello(mood: Mood) -> String {
    let confirmed = if matches!(mood, Mood::Old) {
        "capability:confirmed-commit:1.0"
    } else {
        "capability:confirmed-commit:1.1"
    };
    let mut words = vec!["base:1.0", "capability:candidate:1.0", confirmed, "capability:validate:1.1"];
    match mood {
        Mood::OtherFraming | Mood::Announces => words.push("base:1.1"),
        Mood::StartsElsewhere => words.push("capability:startup:1.0"),
        _ => {}
    }
    let long = "x".repeat(2_000_000);
    if matches!(mood, Mood::LongHello) {
        words.push(&long);
    }
    let list: String = words
        .iter()
        .map(|word| format!("<capability>urn:ietf:params:netconf:{word}</capability>"))
        .collect();
    let bomb = if matches!(mood, Mood::BombInHello) {
        "<!DOCTYPE hello [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
    } else {
        ""
    };
    let told = if bomb.is_empty() { "" } else { "&c;" };
    format!(
        "{bomb}<hello xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"><capabilities>{list}<capability>urn:x{told}</capability></capabilities><session-id>4</session-id></hello>]]>]]>"
    )
}

fn reply(id: u64, inner: &str) -> String {
    format!("<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"{id}\">{inner}</rpc-reply>")
}

fn refused(id: u64, tag: &str) -> String {
    reply(
        id,
        &format!("<rpc-error><error-type>protocol</error-type><error-tag>{tag}</error-tag><error-severity>error</error-severity></rpc-error>"),
    )
}

fn answer<'a>(fake: &'a Fake, message: &'a str, id: u64) -> Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>> {
    Box::pin(async move {
        let mood = fake.mood();
        fake.held.lock().unwrap().asked.push(message.to_owned());
        match mood {
            Mood::Hangs(word) if message.contains(word) => return std::future::pending().await,
            Mood::Drops(word) if message.contains(word) => return None,
            Mood::Announces if message.contains("<get-config") => return Some("\n#4294967295\n".to_owned()),
            Mood::Answers(make) if message.contains("<get-config") => return Some(make(id)),
            Mood::KnowsNoPersist if message.contains("<persist>") => return Some(refused(id, "unknown-element")),
            Mood::Old if message.contains("persist") || message.contains("<cancel-commit") => return Some(refused(id, "unknown-element")),
            Mood::KnowsNoCandidate if message.contains("<lock>") => return Some(refused(id, "operation-not-supported")),
            _ => {}
        }
        let done = act(&mut fake.held.lock().unwrap(), mood, message, id);
        if matches!(mood, Mood::DropsAfterCommit) && message.contains("<commit>") {
            return None;
        }
        Some(done)
    })
}

fn act(held: &mut Held, mood: Mood, message: &str, id: u64) -> String {
    let ok = reply(id, "<ok/>");
    let between = |start: &str, end: &str| message.split(start).nth(1).and_then(|rest| rest.split(end).next()).map(str::to_owned);
    if message.contains("<get-config") {
        let from = if message.contains("<candidate/>") { &held.candidate } else { &held.running };
        return reply(id, &format!("<data>{from}</data>"));
    }
    if message.contains("<edit-config") {
        let one = message.contains("<size>1</size>");
        held.candidate = if one { OLD.to_owned() } else { NEW.to_owned() };
    } else if message.contains("<discard-changes") {
        held.candidate = held.running.clone();
    } else if message.contains("<copy-config") {
        held.startup = held.running.clone();
    } else if message.contains("<cancel-commit") {
        match held.before.take() {
            Some((persist, before)) if Some(&persist) == between("<persist-id>", "</persist-id>").as_ref() => held.running = before,
            other => {
                held.before = other;
                return refused(id, "invalid-value");
            }
        }
    } else if message.contains("<commit") {
        if let Some(persist_id) = between("<persist-id>", "</persist-id>") {
            if held.before.as_ref().is_none_or(|(persist, _)| *persist != persist_id) {
                return refused(id, "invalid-value");
            }
            held.before = None;
        } else if let Some(persist) = between("<persist>", "</persist>") {
            held.before = Some((persist, held.running.clone()));
        }
        match mood {
            Mood::CommitsNothing => {}
            Mood::CommitsOther => held.running = OTHER.to_owned(),
            _ => held.running = held.candidate.clone(),
        }
    }
    ok
}
