//! Debian's `netconfd` (yuma123) behind an sshd of its own, on a free port, in a folder that goes away.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pedkai_collector::effects::netconf::{
    Address, Approved, Change, DefaultOperation, Device, Edit, ErrorOption, Fragment, HostKey, Limits, Login, NetconfDevice, Session, Timeouts, Validation,
};
use pedkai_collector::engine::WallClock;
use tokio::time::{Instant, sleep};

use crate::audit::Audit;

const NETCONFD: &str = "/usr/sbin/netconfd";
const SUBSYSTEM: &str = "/usr/sbin/netconf-subsystem";
const SSHD: &str = "/usr/sbin/sshd";

pub(crate) struct Server {
    folder: tempfile::TempDir,
    children: Vec<Child>,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) host_key: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// One that edits by way of a candidate; `None`: the packages are not installed, which is no excuse where `CI` is set.
pub(crate) async fn with_candidate() -> Option<Server> {
    start("candidate").await
}

/// One whose running is written directly.
pub(crate) async fn without_candidate() -> Option<Server> {
    start("running").await
}

async fn start(target: &str) -> Option<Server> {
    if let Some(missing) = [NETCONFD, SUBSYSTEM, SSHD].iter().find(|path| !Path::new(path).exists()) {
        assert!(std::env::var_os("CI").is_none(), "{missing} is missing: packaging/prepare ci installs it");
        eprintln!("skipped: {missing} is missing; packaging/prepare ci installs it");
        return None;
    }
    // A port that was free may be taken a moment later.
    for _ in 0..5 {
        if let Some(server) = try_start(target).await {
            return Some(server);
        }
    }
    panic!("the NETCONF server does not start");
}

async fn try_start(target: &str) -> Option<Server> {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout)
        .unwrap()
        .trim()
        .to_owned();
    if user == "root" {
        // Where sshd, as root, insists on a folder of the system's.
        let _ = std::fs::create_dir_all("/run/sshd");
    }
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in ["host", "user"] {
        key(&folder.path().join(name));
    }
    std::fs::copy(folder.path().join("user.pub"), folder.path().join("authorized")).unwrap();
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n\
         PasswordAuthentication yes\nSubsystem netconf \"{SUBSYSTEM} --ncxserver-sockname={port}@{}\"\n",
        path("host"),
        path("authorized"),
        path("ncx.sock"),
    );
    std::fs::write(folder.path().join("sshd.conf"), config).unwrap();
    let quiet = |command: &mut Command| {
        // It keeps what it goes back to in its working folder.
        let command = command.env("HOME", folder.path()).current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let netconfd = quiet(Command::new(NETCONFD).args([
        &format!("--target={target}"),
        "--access-control=off",
        &format!("--superuser={user}"),
        &format!("--port={port}"),
        "--module=ietf-interfaces",
        "--module=iana-if-type",
        "--no-startup",
        "--with-startup=false",
        "--log-level=error",
        &format!("--ncxserver-sockname={}", path("ncx.sock")),
    ]));
    let sshd = quiet(Command::new(SSHD).args(["-D", "-e", "-f", &path("sshd.conf")]));
    let host_key = std::fs::read_to_string(folder.path().join("host.pub")).unwrap();
    let mut server = Server {
        folder,
        children: vec![netconfd, sshd],
        port,
        user,
        host_key,
    };
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        if server.children.iter_mut().any(|child| child.try_wait().unwrap().is_some()) {
            return None;
        }
        if let Ok(session) = server.device().connect(&Audit::new()).await {
            session.close().await.unwrap();
            return Some(server);
        }
        sleep(Duration::from_millis(50)).await;
    }
    None
}

pub(crate) fn key(path: &Path) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

impl Server {
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn device(&self) -> NetconfDevice {
        NetconfDevice {
            name: "netconfd".to_owned(),
            address: Address {
                host: "127.0.0.1".to_owned(),
                port: self.port,
                host_key: HostKey::parse(&self.host_key).unwrap(),
                user: self.user.clone(),
                login: Login::KeyFile {
                    path: self.file("user"),
                    passphrase: None,
                },
            },
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            clock: Arc::new(WallClock),
        }
    }

    pub(crate) async fn session(&self) -> Box<dyn Session> {
        self.device().connect(&Audit::new()).await.unwrap()
    }

    /// A device with one interface, `eth0`.
    pub(crate) async fn with_interface(&self) {
        let mut session = self.session().await;
        let change = Change {
            collector_timer_allowed: true,
            ..interface("<description>first</description>", 60)
        };
        let pending = session.apply(&change, &Audit::new()).await.unwrap();
        session.confirm(&pending, &Audit::new()).await.unwrap();
        session.close().await.unwrap();
    }

    pub(crate) async fn description(&self) -> Option<String> {
        let mut session = self.session().await;
        let text = session.read_running(Some(&scope()), &[]).await.unwrap().text;
        session.close().await.unwrap();
        let (_, rest) = text.split_once("<description>")?;
        Some(rest.split_once("</description>")?.0.to_owned())
    }
}

pub(crate) fn scope() -> Fragment {
    Fragment::parse(r#"<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"><interface><name>eth0</name></interface></interfaces>"#).unwrap()
}

/// A change of `eth0`, with a window in seconds.
pub(crate) fn interface(inner: &str, window: u64) -> Change {
    let config = format!(
        r#"<interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"><interface><name>eth0</name>{inner}<type xmlns:i="urn:ietf:params:xml:ns:yang:iana-if-type">i:ethernetCsmacd</type></interface></interfaces>"#
    );
    Change {
        edits: vec![Edit::Config(Fragment::parse(&config).unwrap())],
        scope: Some(scope()),
        default_operation: DefaultOperation::Merge,
        on_error: ErrorOption::Rollback,
        validation: Validation::WithEdit,
        ignored: Vec::new(),
        approved: Approved::default(),
        persist_id: format!("test-{:x}", rand::random::<u128>()),
        window: Duration::from_secs(window),
        collector_timer_allowed: false,
        discard_stale: false,
    }
}
