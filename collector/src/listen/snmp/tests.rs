//! Datagrams made by another codec, as they are, bent and broken.

use std::net::IpAddr;
use std::time::Duration;

use async_snmp::compatibility::DecodeConfig;
use async_snmp::message::{CommunityMessage, MsgFlags, MsgGlobalData, ScopedPdu, SecurityLevel, V3Message};
use async_snmp::message_size::MessageSize;
use async_snmp::v3::{DerivedKeys, SaltCounter, UsmConfig, UsmSecurityParams, report_oids};
use async_snmp::{AuthProtocol, GenericTrap, NotificationPdu, Oid, Pdu, PrivProtocol, TrapV1Notification, Value, VarBind, Version};
use pedkai_core::model::{SnmpNotification, TenantId, VarValue};
use proptest::prelude::*;
use uuid::Uuid;

use super::decoder::{Decoder, Origin, Read};
use crate::listen::{CommunityParams, DeadReason, SnmpParams, UserParams};

const DEVICE: &[u8] = &[0x80, 0, 0, 9, 1, 2, 3, 4];
const TENANT: TenantId = TenantId(Uuid::from_u128(7));

fn decoder(folder: &tempfile::TempDir) -> Decoder {
    let user = |name: &str, auth: Option<&str>, privacy: Option<&str>| UserParams {
        name: name.to_owned(),
        tenant: TENANT,
        auth: auth.map(|protocol| (protocol.to_owned(), "authentication".to_owned())),
        privacy: privacy.map(|protocol| (protocol.to_owned(), "secret-enough".to_owned())),
    };
    Decoder::new(&SnmpParams {
        address: "127.0.0.1:0".parse().unwrap(),
        state: folder.path().to_owned(),
        engine_id: None,
        communities: vec![CommunityParams {
            community: "public".to_owned(),
            tenant: TENANT,
            loopback_only: true,
        }],
        users: vec![user("open", None, None), user("probe", Some("SHA-256"), Some("AES-128"))],
    })
    .unwrap()
}

fn at(seconds: u64) -> Origin {
    Origin {
        peer: IpAddr::from([127, 0, 0, 1]),
        now: Duration::from_secs(seconds),
        again: false,
    }
}

fn trap(varbinds: Vec<VarBind>) -> Pdu {
    let oid = Oid::parse("1.3.6.1.6.3.1.1.5.3").unwrap();
    NotificationPdu::trap_v2(Version::V2c, 1, 4_711, &oid, varbinds).unwrap().into()
}

fn inform(varbinds: Vec<VarBind>) -> Pdu {
    let oid = Oid::parse("1.3.6.1.6.3.1.1.5.3").unwrap();
    NotificationPdu::inform(Version::V2c, 77, 4_711, &oid, varbinds).unwrap().into()
}

fn v2c(pdu: Pdu) -> Vec<u8> {
    CommunityMessage::v2c("public", pdu).unwrap().encode().unwrap().to_vec()
}

struct Sender {
    user: UsmConfig,
    keys: DerivedKeys,
    engine: Vec<u8>,
}

impl Sender {
    fn new(engine: &[u8]) -> Self {
        let user = UsmConfig::new("probe");
        let user = user
            .auth_priv(AuthProtocol::Sha256, "authentication", PrivProtocol::Aes128, "secret-enough")
            .unwrap();
        Self {
            keys: user.derive_keys(engine).unwrap(),
            engine: engine.to_vec(),
            user,
        }
    }

    fn message(&self, pdu: &Pdu, boots: u32, time: u32, reportable: bool, largest: usize) -> Vec<u8> {
        let (auth, privacy) = (self.keys.auth_key.as_ref().unwrap(), self.keys.priv_key.as_ref().unwrap());
        let scoped = ScopedPdu::new(self.engine.clone(), Vec::new(), pdu.clone()).encode_to_bytes().unwrap();
        let (cipher, salt) = privacy.encrypt_aes(&scoped, boots, time, &SaltCounter::new().unwrap()).unwrap();
        let usm = UsmSecurityParams::new(self.engine.clone(), boots, time, self.user.username().clone()).unwrap();
        let usm = usm.with_auth_placeholder(auth.mac_len()).unwrap().with_priv_params(salt).unwrap();
        let flags = MsgFlags::new(SecurityLevel::AuthPriv, reportable);
        let global = MsgGlobalData::new(12, MessageSize::new(largest).unwrap(), flags).unwrap();
        let message = V3Message::new_with_opaque_encrypted_scoped_pdu(global, usm.encode().unwrap(), cipher).unwrap();
        let mut bytes = message.encode().unwrap().to_vec();
        let (offset, len) = UsmSecurityParams::find_auth_params_offset(&bytes).unwrap();
        async_snmp::v3::auth::authenticate_message(auth, &mut bytes, offset, len).unwrap();
        bytes
    }

    fn trap(&self, boots: u32, time: u32) -> Vec<u8> {
        self.message(&trap(vec![]), boots, time, false, 65_507)
    }

    /// Opens an answer: its PDU.
    fn open(&self, answer: &[u8]) -> Pdu {
        let message = V3Message::decode(answer.to_vec().into(), DecodeConfig::STRICT).unwrap().value;
        let parameters = message.security_params().clone();
        let usm = UsmSecurityParams::decode(parameters, DecodeConfig::STRICT).unwrap().value;
        if let Some((offset, len)) = UsmSecurityParams::find_auth_params_offset(answer).filter(|(_, len)| *len > 0) {
            let key = self.keys.auth_key.as_ref().unwrap();
            assert!(async_snmp::v3::auth::verify_message(key, answer, offset, len).unwrap(), "signed rightly");
        }
        match message.data() {
            async_snmp::message::V3MessageData::Encrypted(cipher) => {
                let key = self.keys.priv_key.as_ref().unwrap();
                let plain = key.decrypt(cipher, usm.engine_boots(), usm.engine_time(), usm.priv_params()).unwrap();
                let mut decoder = async_snmp::ber::Decoder::new(plain);
                async_snmp::message::ScopedPdu::decode(&mut decoder).unwrap().pdu
            }
            async_snmp::message::V3MessageData::Plaintext(scoped) => scoped.pdu.clone(),
        }
    }
}

fn taken(read: Read) -> SnmpNotification {
    match read {
        Read::Trap(TENANT, notification) | Read::Inform { notification, .. } => notification,
        Read::Dead { reason, detail, .. } => panic!("{reason:?}: {detail}"),
        _ => panic!("not a notification of the tenant"),
    }
}

fn refused(read: Read) -> DeadReason {
    match read {
        Read::Dead { reason, .. } => reason,
        Read::Trap(..) | Read::Inform { .. } => panic!("it was believed"),
        Read::Report { .. } => panic!("it was only reported"),
    }
}

fn reported(sender: &Sender, read: Read) -> Oid {
    match read {
        Read::Report { report, .. } | Read::Dead { report: Some(report), .. } => sender.open(&report).varbinds()[0].oid.clone(),
        _ => panic!("no report"),
    }
}

#[test]
fn a_device_keeps_its_own_time_and_may_not_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    let device = Sender::new(DEVICE);
    taken(decoder.read(at(10), &device.trap(5, 1_000)));
    taken(decoder.read(at(11), &device.trap(5, 1_000)));
    taken(decoder.read(at(20), &device.trap(5, 900)));
    assert_eq!(refused(decoder.read(at(20), &device.trap(5, 850))), DeadReason::TimeWindow);
    assert_eq!(refused(decoder.read(at(200), &device.trap(5, 1_000))), DeadReason::TimeWindow, "replayed later");
    taken(decoder.read(at(200), &device.trap(6, 3)));
    assert_eq!(refused(decoder.read(at(201), &device.trap(5, 1_200))), DeadReason::BootsBackwards);
    assert_eq!(refused(decoder.read(at(201), &device.trap(0x7fff_ffff, 1))), DeadReason::TimeWindow);
}

#[test]
fn an_inform_is_for_our_engine_and_our_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    let stranger = Sender::new(DEVICE);
    let pdu = inform(vec![VarBind::new(Oid::parse("1.3.6.1.2.1.2.2.1.1.7").unwrap(), Value::Integer(7))]);
    let search = decoder.read(at(1), &stranger.message(&pdu, 1, 1, true, 65_507));
    assert_eq!(reported(&stranger, search), report_oids::unknown_engine_ids());

    let own = decoder.own.clone();
    let sender = Sender::new(&own.id);
    let unsynchronised = decoder.read(at(1_000), &sender.message(&pdu, 0, 0, true, 65_507));
    assert!(matches!(unsynchronised, Read::Report { search: false, .. }));
    assert_eq!(reported(&sender, unsynchronised), report_oids::not_in_time_windows());
    assert_eq!(
        refused(decoder.read(at(1_000), &sender.message(&pdu, own.boots, 1_151, false, 65_507))),
        DeadReason::TimeWindow
    );

    let Read::Inform { answer, key, .. } = decoder.read(at(1_000), &sender.message(&pdu, own.boots, 1_140, true, 65_507)) else {
        panic!("in time")
    };
    let response = sender.open(&answer);
    assert_eq!((response.request_id(), response.varbinds()), (77, pdu.varbinds()));
    let Read::Inform { key: retried, .. } = decoder.read(at(1_003), &sender.message(&pdu, own.boots, 1_003, true, 65_507)) else {
        panic!("in time")
    };
    assert_eq!(key, retried, "another salt and time, the same inform");
    let other = inform(vec![VarBind::new(Oid::parse("1.3.6.1.2.1.2.2.1.1.8").unwrap(), Value::Integer(8))]);
    let Read::Inform { key: other, .. } = decoder.read(at(1_003), &sender.message(&other, own.boots, 1_003, true, 65_507)) else {
        panic!("in time")
    };
    assert_ne!(key, other, "the same request id with another content is another");
}

#[test]
fn an_answer_that_the_sender_cannot_take_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    let own = decoder.own.clone();
    let sender = Sender::new(&own.id);
    let large = VarBind::new(Oid::parse("1.3.6.1.4.1.1.1").unwrap(), Value::OctetString(vec![b'x'; 600].into()));
    let Read::Inform { answer, .. } = decoder.read(at(1), &sender.message(&inform(vec![large]), own.boots, 1, true, 484)) else {
        panic!("in time")
    };
    assert!(answer.len() <= 484);
    let response = sender.open(&answer);
    assert_eq!((response.error_status(), response.varbinds().len()), (1, 0), "tooBig");
}

#[test]
fn a_trap_that_wrongly_asks_for_reports_is_a_trap_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    let device = Sender::new(DEVICE);
    taken(decoder.read(at(1), &device.message(&trap(vec![]), 5, 1_000, true, 65_507)));
}

#[test]
fn communities_of_this_machine_are_not_believed_from_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    let datagram = v2c(trap(vec![]));
    taken(decoder.read(at(1), &datagram));
    let far = Origin {
        peer: IpAddr::from([192, 0, 2, 1]),
        ..at(1)
    };
    assert_eq!(refused(decoder.read(far, &datagram)), DeadReason::Community);
}

#[test]
fn what_is_no_notification_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    let mut get = v2c(trap(vec![]));
    let pdu = get.iter().position(|byte| *byte == super::pdu::TRAP_V2).unwrap();
    get[pdu] = 0xa0;
    assert_eq!(refused(decoder.read(at(1), &get)), DeadReason::NotNotification);
    assert_eq!(refused(decoder.read(at(1), b"<13>syslog on the wrong port")), DeadReason::Malformed);
    assert_eq!(refused(decoder.read(at(1), b"")), DeadReason::Malformed);
    assert_eq!(refused(decoder.read(at(1), &[0x30, 3, 2, 1, 2])), DeadReason::Version);
    let bomb: Vec<u8> = (0..16_000_u16).flat_map(|n| [0x30, 0x82, (n >> 8) as u8, n as u8]).collect();
    assert_eq!(refused(decoder.read(at(1), &bomb)), DeadReason::Malformed);
    assert_eq!(refused(decoder.read(at(1), &[0x30; 65_507])), DeadReason::Malformed);
}

#[test]
fn a_datagram_of_64_kb_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    let oid = Oid::parse("1.3.6.1.2.1.2.2.1.1.7").unwrap();
    let many: Vec<_> = (0..3_000).map(|n| VarBind::new(oid.clone(), Value::Integer(n))).collect();
    let datagram = v2c(trap(many));
    assert!(datagram.len() > 48_000);
    assert_eq!(taken(decoder.read(at(1), &datagram)).varbinds.len(), 3_000);
}

fn value() -> impl Strategy<Value = (Value, VarValue)> {
    prop_oneof![
        any::<i32>().prop_map(|n| (Value::Integer(n), VarValue::Integer(n.into()))),
        any::<u32>().prop_map(|n| (Value::Counter32(n), VarValue::Unsigned(n.into()))),
        any::<u32>().prop_map(|n| (Value::TimeTicks(n), VarValue::Unsigned(n.into()))),
        any::<u64>().prop_map(|n| (Value::Counter64(n), VarValue::Unsigned(n))),
        "[ -~äß€]{0,60}".prop_map(|text| (Value::OctetString(text.clone().into_bytes().into()), VarValue::Text(text.into()))),
        prop::collection::vec(128_u8..192, 1..40).prop_map(|raw| (Value::OctetString(raw.clone().into()), VarValue::Bytes(raw))),
        any::<[u8; 4]>().prop_map(|ip| (Value::IpAddress(ip), VarValue::Address(IpAddr::from(ip).to_string().into()))),
        Just((
            Value::ObjectIdentifier(Oid::parse("1.3.6.1.4.1.9").unwrap()),
            VarValue::Oid("1.3.6.1.4.1.9".into())
        )),
    ]
}

fn corpus() -> Vec<Vec<u8>> {
    let own = {
        let folder = tempfile::tempdir().unwrap();
        decoder(&folder).own.id
    };
    let oid = |text: &str| Oid::parse(text).unwrap();
    let binds = vec![
        VarBind::new(oid("1.3.6.1.2.1.2.2.1.1.7"), Value::Integer(7)),
        VarBind::new(oid("1.3.6.1.2.1.2.2.1.2.7"), Value::OctetString(b"ge-0/0/7".to_vec().into())),
        VarBind::new(oid("1.3.6.1.6.3.18.1.3.0"), Value::IpAddress([192, 0, 2, 1])),
    ];
    let v1 = TrapV1Notification::new(oid("1.3.6.1.4.1.9"), [192, 0, 2, 1], GenericTrap::EnterpriseSpecific, 5, 99, binds.clone()).unwrap();
    let v1 = CommunityMessage::v1_trap("public", v1).unwrap().encode().unwrap().to_vec();
    vec![
        v1,
        v2c(trap(binds.clone())),
        v2c(inform(binds.clone())),
        Sender::new(DEVICE).message(&trap(binds.clone()), 5, 1_000, false, 65_507),
        Sender::new(&own).message(&inform(binds), 1, 1, true, 65_507),
    ]
}

thread_local! {
    /// Made once a thread: a user's keys take their time.
    static READY: (std::cell::RefCell<Decoder>, Vec<Vec<u8>>) = {
        let folder = tempfile::tempdir().unwrap();
        (std::cell::RefCell::new(decoder(&folder)), corpus())
    };
}

proptest! {
    #[test]
    fn what_another_codec_writes_is_read_the_same(values in prop::collection::vec(value(), 0..20)) {
        let oid = |n: usize| format!("1.3.6.1.4.1.99999.{n}.4294967295");
        let binds = values.iter().enumerate().map(|(n, (value, _))| VarBind::new(Oid::parse(&oid(n)).unwrap(), value.clone())).collect();
        let read = taken(READY.with(|(decoder, _)| decoder.borrow_mut().read(at(1), &v2c(trap(binds)))));
        prop_assert_eq!((read.uptime, read.trap_oid.as_str()), (4_711, "1.3.6.1.6.3.1.1.5.3"));
        prop_assert_eq!(read.varbinds.len(), values.len());
        for (n, (bind, (_, expected))) in read.varbinds.iter().zip(&values).enumerate() {
            prop_assert_eq!(bind.oid.as_str(), oid(n));
            prop_assert_eq!(&bind.value, expected);
        }
    }
}

#[test]
fn bent_and_cut_datagrams_never_panic_and_bent_signed_ones_are_never_believed() {
    let folder = tempfile::tempdir().unwrap();
    let mut decoder = decoder(&folder);
    for (kind, datagram) in corpus().into_iter().enumerate() {
        for position in 0..datagram.len() {
            for bend in [0x01, 0x80, 0xff, 0x30] {
                let mut bent = datagram.clone();
                bent[position] ^= bend;
                let read = decoder.read(at(1), &bent);
                assert!(
                    kind < 3 || !matches!(read, Read::Trap(..) | Read::Inform { .. }),
                    "kind {kind}, byte {position}"
                );
            }
            let read = decoder.read(at(1), &datagram[..position]);
            assert!(matches!(read, Read::Dead { .. }), "kind {kind} cut at {position}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn spliced_datagrams_never_panic(
        which in 0_usize..5,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..12),
    ) {
        READY.with(|(decoder, corpus)| {
            let mut datagram = corpus[which].clone();
            for (at, byte, kind) in edits {
                let at = at.index(datagram.len());
                match kind {
                    0 => datagram[at] = byte,
                    1 => datagram.insert(at, byte),
                    _ => {
                        datagram.remove(at);
                    }
                }
            }
            decoder.borrow_mut().read(at(1), &datagram);
        });
    }
}
