//! A datagram at the SNMP door, read and understood.
#![no_main]

use std::cell::RefCell;
use std::net::IpAddr;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pedkai_collector::listen::snmp::Offline;
use pedkai_collector::listen::{CommunityParams, SnmpParams, UserParams};
use pedkai_core::model::{Payload, SourceKind};
use pedkai_fuzz::{TENANT, event, turn};

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn reader() -> Offline {
    let user = |name: &str, keys: Option<(&str, &str)>| UserParams {
        name: name.to_owned(),
        tenant: TENANT,
        auth: keys.map(|(auth, _)| (auth.to_owned(), "authentication".to_owned())),
        privacy: keys.map(|(_, privacy)| (privacy.to_owned(), "secret-enough".to_owned())),
    };
    let params = SnmpParams {
        address: (PEER, 0).into(),
        state: std::env::temp_dir().join(format!("pedkai-fuzz-{}", std::process::id())),
        engine_id: Some(b"\x80\0\0\0\x05fuzzing".to_vec()),
        communities: vec![CommunityParams {
            community: "public".to_owned(),
            tenant: TENANT,
            loopback_only: true,
        }],
        users: vec![user("open", None), user("probe", Some(("SHA-256", "AES-128")))],
    };
    Offline::new(&params).expect("the folder for temporary files can be written")
}

thread_local! {
    static READER: RefCell<Offline> = RefCell::new(reader());
}

fuzz_target!(|bytes: &[u8]| {
    let read = READER.with_borrow_mut(|reader| reader.read(PEER, Duration::from_secs(1), bytes));
    if let Ok((_, notification)) = read {
        turn(vec![event(SourceKind::Snmp, Payload::Snmp(Box::new(notification)))]);
    }
});
