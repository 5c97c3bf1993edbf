//! The listeners before the real engine: what is heard is on the log, and in the rows.

use std::process::Command;
use std::sync::Arc;

use pedkai_collector::engine::{Engine, Limits, WallClock};
use pedkai_collector::listen::{CommunityParams, Counters, DeadLetter, DeadReason, Params, Post, SnmpParams, SyslogParams, World, start};
use pedkai_core::model::SourceKind;

use crate::world::{command, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_heard_is_on_the_log_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let engine = Engine::open(&data, Arc::new(WallClock), Limits::default()).unwrap();
    let tenant = engine.find("default").unwrap();
    let any = "127.0.0.1:0".parse().unwrap();
    let params = Params {
        snmp: Some(SnmpParams {
            address: any,
            state: data.clone(),
            engine_id: None,
            communities: vec![CommunityParams {
                community: "public".to_owned(),
                tenant: tenant.id(),
                loopback_only: true,
            }],
            users: Vec::new(),
        }),
        syslog: SyslogParams {
            tcp: Some(any),
            loopback: Some(tenant.id()),
            ..SyslogParams::default()
        },
        ..Params::default()
    };
    let counters = Arc::new(Counters::default());
    let kept = Arc::new(std::sync::Mutex::new(Vec::<DeadLetter>::new()));
    let letters = Post::new(counters.clone(), {
        let kept = kept.clone();
        move |letters| kept.lock().unwrap().extend(letters)
    });
    let world = World {
        doors: Arc::new(engine.clone()),
        letters: Arc::new(letters.unwrap()),
        counters: counters.clone(),
        clock: Arc::new(WallClock),
    };
    let handle = start(&params, world).unwrap();
    let to = format!("udp:{}", handle.snmp.unwrap());
    let inform = |community: &str| {
        let mut inform = Command::new("snmpinform");
        inform
            .env("MIBS", "")
            .env("SNMP_PERSISTENT_DIR", folder.path())
            .env("SNMPCONFPATH", folder.path());
        inform.args(["-v2c", "-c", community, "-r", "0", "-t", "2", &to, "1", "1.3.6.1.6.3.1.1.5.3"]);
        inform.args(["1.3.6.1.2.1.2.2.1.1.7", "i", "7", "1.3.6.1.2.1.2.2.1.2.7", "s", "ge-0/0/7"]);
        inform
    };
    let Some(output) = command(inform("public")).await else { return };
    assert!(output.status.success(), "{output:?}");
    assert!(tenant.committed() >= 1, "answered after the record was on the log");
    assert!(!command(inform("guessed")).await.unwrap().status.success());
    eventually(|| kept.lock().unwrap().len() == 1).await;
    assert_eq!(kept.lock().unwrap()[0].reason, DeadReason::Community);

    let port = handle.syslog_tcp.unwrap().port().to_string();
    let mut logger = Command::new("logger");
    logger.args(["--server", "127.0.0.1", "--port", &port, "--tcp", "--octet-count", "heard"]);
    if command(logger).await.is_some() {
        eventually(|| counters.received(SourceKind::Syslog) == 1).await;
    }
    handle.stop().await;
    engine.stop().await.unwrap();
    drop((handle, tenant, engine));

    let engine = Engine::open(&data, Arc::new(WallClock), Limits::default()).unwrap();
    let tenant = engine.find("default").unwrap();
    tenant.open().await.unwrap();
    assert!(tenant.committed() >= 1, "still there after a restart");
    engine.stop().await.unwrap();
}
