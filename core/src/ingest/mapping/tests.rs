use super::*;

#[test]
fn the_built_in_files_are_sound() {
    let files: Vec<_> = BUILTIN_FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    if let Err(errors) = Mapping::compile(&files) {
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", all.join("\n"));
    }
}

mod helper {
    use crate::model::{Event, Name, Payload, SnmpNotification, SnmpVersion, SourceKind, Timestamp, VarBind, VarValue};

    pub(super) fn at() -> Timestamp {
        Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
    }

    pub(super) fn trap(oid: &str, varbinds: &[(&str, VarValue)]) -> Event {
        let varbinds = varbinds.iter().map(|(oid, value)| VarBind {
            oid: Name::from(*oid),
            value: value.clone(),
        });
        event(
            SourceKind::Snmp,
            Payload::Snmp(Box::new(SnmpNotification {
                version: SnmpVersion::V2c,
                trap_oid: Name::from(oid),
                uptime: 1,
                inform: false,
                agent_address: None,
                varbinds: varbinds.collect(),
            })),
        )
    }

    pub(super) fn line(text: &str) -> Event {
        event(SourceKind::Syslog, Payload::Syslog(text.as_bytes().to_vec()))
    }

    fn event(source: SourceKind, payload: Payload) -> Event {
        Event {
            received_at: at(),
            source,
            source_address: Name::from("192.0.2.1"),
            relay: false,
            key: None,
            payload,
        }
    }
}

use super::super::{Mapped, read};
use crate::model::VarValue;
use helper::{line, trap};

fn alarm(event: &crate::model::Event) -> Mapped {
    match read(event, &Mapping::builtin()) {
        Meaning::Alarm(mapped) => *mapped,
        other => panic!("{event:?} gave {other:?}"),
    }
}

#[test]
fn a_link_has_one_alarm_however_it_is_told() {
    let text = |text: &str| VarValue::Text(Name::from(text));
    let down = alarm(&trap(
        "1.3.6.1.6.3.1.1.5.3",
        &[
            ("1.3.6.1.2.1.2.2.1.1.3", VarValue::Integer(3)),
            ("1.3.6.1.2.1.2.2.1.2.3", text("GigabitEthernet0/5")),
        ],
    ));
    let up = alarm(&trap(
        "1.3.6.1.6.3.1.1.5.4",
        &[("1.3.6.1.2.1.2.2.1.1.3", VarValue::Integer(3)), ("1.3.6.1.2.1.31.1.1.1.1.3", text("Gi0/5"))],
    ));
    let told = alarm(&line(
        "<187>54: r1: *Nov 21 12:00:00.123: %LINK-3-UPDOWN: Interface GigabitEthernet0/5, changed state to down",
    ));
    let over = alarm(&line(
        "<189>55: r1: *Nov 21 12:00:01.123: %LINEPROTO-5-UPDOWN: Line protocol on Interface Gi0/5, changed state to up",
    ));
    for mapped in [&down, &up, &told, &over] {
        assert_eq!(
            (mapped.alarm_type.as_str(), mapped.qualifier.as_str()),
            ("LINK_DOWN", "GigabitEthernet0/5"),
            "{mapped:?}"
        );
        assert!(!mapped.unsafe_key);
        assert_eq!(mapped.symptom, Symptom::InterfaceDown);
    }
    assert_eq!([&down, &up, &told, &over].map(|mapped| mapped.cleared), [false, true, false, true]);
    assert_eq!(down.if_index, Some(3));
    assert_eq!(told.speaker.name, "r1");
    assert_eq!(told.severity, Severity::Major);
}

#[test]
fn a_trap_with_the_index_alone_has_a_key_of_it() {
    let down = alarm(&trap("1.3.6.1.6.3.1.1.5.3", &[("1.3.6.1.2.1.2.2.1.1.17", VarValue::Integer(17))]));
    assert_eq!((down.qualifier.as_str(), down.unsafe_key, down.if_index), ("ifIndex 17", false, Some(17)));
    let nothing = alarm(&trap("1.3.6.1.6.3.1.1.5.3", &[]));
    assert!(nothing.unsafe_key);
}

#[test]
fn bgp_ospf_and_ldp_name_their_neighbour() {
    for oid in ["1.3.6.1.2.1.15.7.2", "1.3.6.1.2.1.15.0.2"] {
        let down = alarm(&trap(
            oid,
            &[
                ("1.3.6.1.2.1.15.3.1.14.10.0.0.2", VarValue::Bytes(vec![4, 0])),
                ("1.3.6.1.2.1.15.3.1.2.10.0.0.2", VarValue::Integer(1)),
            ],
        ));
        assert_eq!(
            (down.alarm_type.as_str(), down.qualifier.as_str(), down.neighbor.as_str(), down.cleared),
            ("BGP_PEER_DOWN", "10.0.0.2", "10.0.0.2", false)
        );
        assert_eq!(down.text, "BGP session to 10.0.0.2 is down idle");
    }
    let neighbour = |state| {
        alarm(&trap(
            "1.3.6.1.2.1.14.16.2.2",
            &[
                ("1.3.6.1.2.1.14.1.1.0", VarValue::Address("10.0.0.1".into())),
                ("1.3.6.1.2.1.14.10.1.1.10.1.1.2.0", VarValue::Address("10.1.1.2".into())),
                ("1.3.6.1.2.1.14.10.1.3.10.1.1.2.0", VarValue::Address("10.0.0.2".into())),
                ("1.3.6.1.2.1.14.10.1.6.10.1.1.2.0", VarValue::Integer(state)),
            ],
        ))
    };
    let (down, full) = (neighbour(1), neighbour(8));
    assert_eq!((down.qualifier.as_str(), down.neighbor.as_str(), down.cleared), ("10.1.1.2", "10.0.0.2", false));
    assert_eq!(
        (full.qualifier.as_str(), full.alarm_type.as_str(), full.cleared),
        ("10.1.1.2", "OSPF_NEIGHBOR_DOWN", true)
    );
    let ldp = alarm(&trap(
        "1.3.6.1.2.1.10.166.4.0.4",
        &[("1.3.6.1.2.1.10.166.4.1.3.3.1.2.10.0.0.1.0.0.1.10.0.0.2.0.0", VarValue::Integer(1))],
    ));
    assert_eq!((ldp.qualifier.as_str(), ldp.symptom), ("10.0.0.2", Symptom::AdjacencyDown));
}

#[test]
fn what_no_rule_knows_is_an_event_and_what_cannot_be_read_is_said_so() {
    assert!(matches!(read(&trap("1.3.6.1.4.1.99999.0.1", &[]), &Mapping::builtin()), Meaning::Event { rule, .. } if rule.is_empty()));
    assert!(matches!(read(&line("<14>Nov 21 12:00:00 h app: all is well"), &Mapping::builtin()), Meaning::Event { rule, .. } if rule.is_empty()));
    assert!(matches!(read(&line(""), &Mapping::builtin()), Meaning::Unreadable(_)));
    assert!(matches!(read(&trap("not.an.oid", &[]), &Mapping::builtin()), Meaning::Unreadable(_)));
}

/// A raise and its clear as devices say it: type, qualifier, raise, clear.
const PAIRS: &[(&str, &str, &str, &str)] = &[
    (
        "LINK_DOWN",
        "TenGigE0/2/0/4",
        "<187>9: g LC/0/2/CPU0:Nov 21 11:59:14.834 : ifmgr[214]: %PKT_INFRA-LINK-3-UPDOWN : Interface TenGigE0/2/0/4, changed state to Down",
        "<187>9: g LC/0/2/CPU0:Nov 21 11:59:15.834 : ifmgr[214]: %PKT_INFRA-LINEPROTO-5-UPDOWN : Line protocol on Interface TenGigE0/2/0/4, changed state to Up",
    ),
    (
        "LINK_DOWN",
        "Ethernet1/3",
        "<190>2026 Nov 21 11:52:52 sw %ETHPORT-5-IF_DOWN_LINK_FAILURE: Interface Ethernet1/3 is down (Link failure)",
        "<190>2026 Nov 21 11:53:52 sw %ETHPORT-5-IF_UP: Interface Ethernet1/3 is up in mode trunk",
    ),
    (
        "LINK_DOWN",
        "Ethernet28",
        "<165>Nov 21 11:42:36 v Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet28, changed state to down",
        "<165>Nov 21 11:43:36 v Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet28, changed state to up",
    ),
    (
        "LINK_DOWN",
        "xe-0/0/0",
        "<28>Nov 21 11:45:59 vmx mib2d[2424]: SNMP_TRAP_LINK_DOWN: ifIndex 502, ifAdminStatus up(1), ifOperStatus down(2), ifName xe-0/0/0",
        "<28>1 2026-11-21T11:46:59Z vmx mib2d 2424 SNMP_TRAP_LINK_UP [junos@2636.1.1.1.2.29 snmp-interface-index=\"502\" admin-status=\"up(1)\" operational-status=\"up(1)\" interface-name=\"xe-0/0/0\"]",
    ),
    (
        "LINK_DOWN",
        "GigabitEthernet0/0/1",
        "<187>Nov 21 2026 11:59:27 HW %%01IFNET/4/LINK_STATE(l)[3]:The line protocol IP on the interface GigabitEthernet0/0/1 has entered the DOWN state.",
        "<187>Nov 21 2026 11:59:37 HW %%01IFPDT/4/IF_STATE(l)[4]:Interface GigabitEthernet0/0/1 has turned into UP state.",
    ),
    (
        "LINK_DOWN",
        "GigabitEthernet1/0/1",
        "<189>Nov 21 11:59:27 2026 H3C %%10IFNET/3/PHY_UPDOWN: Physical state on the interface GigabitEthernet1/0/1 changed to down.",
        "<189>Nov 21 11:59:37 2026 H3C %%10IFNET/3/PHY_UPDOWN: GigabitEthernet1/0/1 link status is UP.",
    ),
    (
        "LINK_DOWN",
        "eth0",
        "<6>Nov 21 11:59:37 srv kernel: [123.4] e1000e: eth0 NIC Link is Down",
        "<6>Nov 21 11:59:38 srv kernel: [124.4] e1000e 0000:00:19.0 eth0: NIC Link is Up 1000 Mbps Full Duplex",
    ),
    (
        "LINK_DOWN",
        "Ethernet3/8",
        "<14>Nov 21 11:59:37 nb System: Interface ethernet 3/8, state down - remote fault",
        "<14>Nov 21 11:59:38 nb System: Interface ethernet 3/8, state up",
    ),
    (
        "LINK_DOWN",
        "ether1",
        "<30>mt interface,info ether1 link down",
        "<30>mt interface,info ether1 link up (speed 1G, full duplex)",
    ),
    (
        "OSPF_NEIGHBOR_DOWN",
        "172.16.46.4 GigabitEthernet2.45",
        "<189>5: r1: Nov 21 11:59:53.044: %OSPF-5-ADJCHG: Process 1, Nbr 172.16.46.4 on GigabitEthernet2.45 from FULL to DOWN, Neighbor Down: Dead timer expired",
        "<189>5: r1: Nov 21 11:59:59.044: %OSPF-5-ADJCHG: Process 1, Nbr 172.16.46.4 on GigabitEthernet2.45 from LOADING to FULL, Loading Done",
    ),
    (
        "OSPF_NEIGHBOR_DOWN",
        "10.0.0.2 GigabitEthernet0/0/0/1",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: ospf[1011]: %ROUTING-OSPF-5-ADJCHG : Process 1, Nbr 10.0.0.2 on GigabitEthernet0/0/0/1 in area 0 from FULL to DOWN, Neighbor Down: interface down or detached, vrf default vrfid 0x60000000",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: ospf[1011]: %ROUTING-OSPF-5-ADJCHG : Process 1, Nbr 10.0.0.2 on GigabitEthernet0/0/0/1 in area 0 from LOADING to FULL, Loading Done, vrf default vrfid 0x60000000",
    ),
    (
        "OSPF_NEIGHBOR_DOWN",
        "10.0.0.2 Ethernet1/1",
        "<189>n: 2026 Nov 21 11:59:00 UTC: %OSPF-5-ADJCHANGE:  ospf-1 [9450]  Nbr 10.0.0.2 on Ethernet1/1 went DOWN",
        "<189>n: 2026 Nov 21 11:59:10 UTC: %OSPF-5-ADJCHANGE:  ospf-1 [9450]  Nbr 10.0.0.2 on Ethernet1/1 went FULL",
    ),
    (
        "OSPF_NEIGHBOR_DOWN",
        "10.1.1.2 ge-0/0/0.0",
        "<29>Nov 21 11:59:12 vmx rpd[2902]: RPD_OSPF_NBRDOWN: OSPF neighbor 10.1.1.2 (realm ospf-v2 ge-0/0/0.0 area 0.0.0.0) state changed from Full to Down due to InActiveTimer (event reason: dead)",
        "<29>Nov 21 11:59:22 vmx rpd[2902]: RPD_OSPF_NBRUP: OSPF neighbor 10.1.1.2 (realm ospf-v2 ge-0/0/0.0 area 0.0.0.0) state changed from Loading to Full due to LoadDone (event reason: load done)",
    ),
    (
        "OSPF_NEIGHBOR_DOWN",
        "10.1.1.2",
        "<187>Nov 21 2026 11:59:27 HW %%01OSPF/3/NBR_CHG_DOWN(l)[5]:Neighbor event:neighbor state changed to Down. (ProcessId=1, NeighborAddress=10.1.1.2, NeighborEvent=InactivityTimer, NeighborPreviousState=Full, NeighborCurrentState=Down)",
        "<187>Nov 21 2026 11:59:37 HW %%01OSPF/6/NBR_CHANGE_E(l)[6]:Neighbor changes event: neighbor status changed. (ProcessId=1, NeighborAddress=10.1.1.2, NeighborEvent=LoadingDone, NeighborPreviousState=Loading, NeighborCurrentState=Full)",
    ),
    (
        "BGP_PEER_DOWN",
        "10.0.0.2",
        "<189>5: r1: Nov 21 11:59:53.044: %BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down BGP Notification sent",
        "<189>5: r1: Nov 21 11:59:59.044: %BGP-5-ADJCHANGE: neighbor 10.0.0.2 Up",
    ),
    (
        "BGP_PEER_DOWN",
        "10.0.0.2 CUST",
        "<189>5: r1: Nov 21 11:59:53.044: %BGP-5-ADJCHANGE: neighbor 10.0.0.2 vpn vrf CUST Down Peer closed the session",
        "<189>5: r1: Nov 21 11:59:59.044: %BGP-5-ADJCHANGE: neighbor 10.0.0.2 vpn vrf CUST Up",
    ),
    (
        "BGP_PEER_DOWN",
        "2001:db8::2",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: bgp[1051]: %ROUTING-BGP-5-ADJCHANGE : neighbor 2001:0db8::2 Down - BGP Notification received, hold time expired (VRF: default) (AS: 65001)",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: bgp[1051]: %ROUTING-BGP-5-ADJCHANGE : neighbor 2001:db8::2 Up (VRF: default) (AS: 65001)",
    ),
    (
        "BGP_PEER_DOWN",
        "10.0.0.2",
        "<189>n: 2026 Nov 21 11:59:00 UTC: %BGP-5-ADJCHANGE:  bgp-65000 [9000] (default) neighbor 10.0.0.2 Down - holdtimer expired error",
        "<189>n: 2026 Nov 21 11:59:10 UTC: %BGP-5-ADJCHANGE:  bgp-65000 [9000] (default) neighbor 10.0.0.2 Up",
    ),
    (
        "BGP_PEER_DOWN",
        "192.0.2.2",
        "<165>Nov 21 11:59:00 e Bgp: %BGP-5-ADJCHANGE: peer 192.0.2.2 (VRF default AS 12345) old state Established event HoldTime new state Idle",
        "<165>Nov 21 11:59:20 e Bgp: %BGP-5-ADJCHANGE: peer 192.0.2.2 (VRF default AS 12345) old state OpenConfirm event RecvKeepAlive new state Established",
    ),
    (
        "BGP_PEER_DOWN",
        "1.1.1.1",
        "<28>Nov 21 11:59:12 vmx rpd[2902]: RPD_BGP_NEIGHBOR_STATE_CHANGED: BGP peer 1.1.1.1 (External AS 2222) changed state from Established to Idle (event HoldTime) (instance master)",
        "<28>Nov 21 11:59:22 vmx rpd[2902]: RPD_BGP_NEIGHBOR_STATE_CHANGED: BGP peer 1.1.1.1 (External AS 2222) changed state from OpenConfirm to Established (event RecvKeepAlive) (instance master)",
    ),
    (
        "BGP_PEER_DOWN",
        "10.0.0.2",
        "<187>Nov 21 2026 11:59:27 HW %%01BGP/3/STATE_CHG_UPDOWN(l)[7]:The status of the peer 10.0.0.2 changed from ESTABLISHED to IDLE. (InstanceName=Public, StateChangeReason=Hold Timer Expired)",
        "<187>Nov 21 2026 11:59:37 HW %%01BGP/3/STATE_CHG_UPDOWN(l)[8]:The status of the peer 10.0.0.2 changed from OPENCONFIRM to ESTABLISHED. (InstanceName=Public, StateChangeReason=Up)",
    ),
    (
        "BGP_PEER_DOWN",
        "10.10.7.134",
        "<13>Nov 21 11:57:38 nb BGP: Peer 10.10.7.134 DOWN (Hold Timer Expired)",
        "<13>Nov 21 11:58:38 nb BGP: Peer 10.10.7.134 UP (ESTABLISHED)",
    ),
    (
        "ISIS_ADJACENCY_DOWN",
        "R2 GigabitEthernet0/1",
        "<189>5: r1: Nov 21 11:59:53.044: %CLNS-5-ADJCHANGE: ISIS: Adjacency to R2 (GigabitEthernet0/1) Down, hold time expired",
        "<189>5: r1: Nov 21 11:59:59.044: %CLNS-5-ADJCHANGE: ISIS: Adjacency to R2 (Gi0/1) Up, new adjacency",
    ),
    (
        "ISIS_ADJACENCY_DOWN",
        "R2 GigabitEthernet0/0/0/1 L2",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: isis[1011]: %ROUTING-ISIS-5-ADJCHANGE : Adjacency to R2 (GigabitEthernet0/0/0/1) (L2) Down, Hold time expired",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: isis[1011]: %ROUTING-ISIS-5-ADJCHANGE : Adjacency to R2 (GigabitEthernet0/0/0/1) (L2) Up, New adjacency",
    ),
    (
        "ISIS_ADJACENCY_DOWN",
        "second ge-0/0/1.0 L2",
        "<29>Nov 21 11:59:49 j rpd[1167]: RPD_ISIS_ADJDOWN: IS-IS lost L2 adjacency to second on ge-0/0/1.0, reason: Aged Out",
        "<30>Nov 21 11:59:56 j rpd[1167]: RPD_ISIS_ADJUP: IS-IS new L2 adjacency to second on ge-0/0/1.0",
    ),
    (
        "LDP_SESSION_DOWN",
        "10.0.0.2",
        "<189>5: r1: Nov 21 11:59:53.044: %LDP-5-NBRCHG: LDP Neighbor 10.0.0.2:0 (1) is DOWN (Discovery Hello Hold Timer expired)",
        "<189>5: r1: Nov 21 11:59:59.044: %LDP-5-NBRCHG: LDP Neighbor 10.0.0.2:0 (1) is UP",
    ),
    (
        "LDP_SESSION_DOWN",
        "10.0.0.2",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: mpls_ldp[1]: %ROUTING-LDP-5-NBR_CHANGE : VRF 'default' (0x60000000), Neighbor 10.0.0.2:0 is DOWN (Interface state down)",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: mpls_ldp[1]: %ROUTING-LDP-5-NBR_CHANGE : VRF 'default' (0x60000000), Neighbor 10.0.0.2:0 is UP (IPv4 connection)",
    ),
    (
        "LDP_SESSION_DOWN",
        "10.0.0.2",
        "<28>Nov 21 11:59:12 vmx rpd[2902]: RPD_LDP_SESSIONDOWN: LDP session 10.0.0.2 is down, reason: connection expired",
        "<28>Nov 21 11:59:22 vmx rpd[2902]: RPD_LDP_SESSIONUP: LDP session 10.0.0.2 is up",
    ),
    (
        "BFD_SESSION_DOWN",
        "10.1.1.2 GigabitEthernet0/0/0/1",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: bfd[1]: %L2-BFD-6-SESSION_STATE_DOWN : BFD session to neighbor 10.1.1.2 on interface GigabitEthernet0/0/0/1 has gone down. Reason: Echo function failed",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: bfd[1]: %L2-BFD-6-SESSION_STATE_UP : BFD session to neighbor 10.1.1.2 on interface GigabitEthernet0/0/0/1 is up",
    ),
    (
        "BFD_SESSION_DOWN",
        "ld 4097",
        "<189>5: r1: Nov 21 11:59:53.044: %BFDFSM-6-BFD_SESS_DOWN: BFD-SYSLOG: BFD session ld:4097 handle:1,is going Down Reason: ECHO FAILURE",
        "<189>5: r1: Nov 21 11:59:59.044: %BFDFSM-6-BFD_SESS_UP: BFD-SYSLOG: BFD session ld:4097 handle:1 is going UP",
    ),
    (
        "BFD_SESSION_DOWN",
        "18.11.5.1 Ethernet50/1",
        "<165>Nov 21 11:59:35 e Bfd: %BFD-5-STATE_CHANGE: peer (vrf:default, ip:18.11.5.1, intf:Ethernet50/1, srcIp:0.0.0.0, type:normal) changed state from Up to Down diag DetectTimeExpired",
        "<165>Nov 21 11:59:45 e Bfd: %BFD-5-STATE_CHANGE: peer (vrf:default, ip:18.11.5.1, intf:Ethernet50/1, srcIp:0.0.0.0, type:normal) changed state from Down to Up diag None",
    ),
    (
        "BFD_SESSION_DOWN",
        "10.1.1.2 ge-0/0/1.0",
        "<28>Nov 21 11:59:12 vmx bfdd[2902]: BFDD_TRAP_SHOP_STATE_DOWN: local discriminator: 4, new state: down, interface: ge-0/0/1.0, peer addr: 10.1.1.2",
        "<28>Nov 21 11:59:22 vmx bfdd[2902]: BFDD_TRAP_SHOP_STATE_UP: local discriminator: 4, new state: up, interface: ge-0/0/1.0, peer addr: 10.1.1.2",
    ),
    (
        "EIGRP_NEIGHBOR_DOWN",
        "10.1.1.2 GigabitEthernet0/0",
        "<189>5: r1: Nov 21 11:59:53.044: %DUAL-5-NBRCHANGE: EIGRP-IPv4 100: Neighbor 10.1.1.2 (GigabitEthernet0/0) is down: interface down",
        "<189>5: r1: Nov 21 11:59:59.044: %DUAL-5-NBRCHANGE: EIGRP-IPv4 100: Neighbor 10.1.1.2 (GigabitEthernet0/0) is up: new adjacency",
    ),
    (
        "PIM_NEIGHBOR_DOWN",
        "10.1.1.2 GigabitEthernet0/1",
        "<189>5: r1: Nov 21 11:59:53.044: %PIM-5-NBRCHG: neighbor 10.1.1.2 DOWN on interface GigabitEthernet0/1 DR",
        "<189>5: r1: Nov 21 11:59:59.044: %PIM-5-NBRCHG: neighbor 10.1.1.2 UP on interface GigabitEthernet0/1",
    ),
    (
        "PSEUDOWIRE_DOWN",
        "10.0.0.2 100",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: l2vpn_mgr[1]: %L2-L2VPN_PW-3-UPDOWN : Pseudowire with address 10.0.0.2, id 100, state is Down",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: l2vpn_mgr[1]: %L2-L2VPN_PW-3-UPDOWN : Pseudowire with address 10.0.0.2, id 100, state is Up",
    ),
    (
        "LSP_DOWN",
        "to-paris",
        "<28>Nov 21 11:59:12 vmx rpd[2902]: RPD_MPLS_LSP_DOWN: MPLS LSP to-paris down on primary()",
        "<28>Nov 21 11:59:22 vmx rpd[2902]: RPD_MPLS_LSP_UP: MPLS LSP to-paris up on primary() Route 10.1.1.2",
    ),
    (
        "ERR_DISABLED",
        "GigabitEthernet1/0/1",
        "<188>5: s: Nov 21 11:59:53.044: %PM-4-ERR_DISABLE: bpduguard error detected on Gi1/0/1, putting Gi1/0/1 in err-disable state",
        "<188>5: s: Nov 21 11:59:59.044: %PM-4-ERR_RECOVER: Attempting to recover from bpduguard err-disable state on Gi1/0/1",
    ),
    (
        "LAG_MEMBER_DOWN",
        "GigabitEthernet1/0/1",
        "<189>5: s: Nov 21 11:59:53.044: %EC-5-UNBUNDLE: Interface Gi1/0/1 left the port-channel Po1",
        "<189>5: s: Nov 21 11:59:59.044: %EC-5-BUNDLE: Interface Gi1/0/1 joined port-channel Po1",
    ),
    (
        "LAG_MEMBER_DOWN",
        "Ethernet1/1",
        "<189>n: 2026 Nov 21 11:59:00 UTC: %ETH_PORT_CHANNEL-5-PORT_DOWN: port-channel1: Ethernet1/1 is down",
        "<189>n: 2026 Nov 21 11:59:10 UTC: %ETH_PORT_CHANNEL-5-PORT_UP: port-channel1: Ethernet1/1 is up",
    ),
    (
        "OPTICAL_POWER",
        "Ethernet1/1",
        "<187>n: 2026 Nov 21 11:59:00 UTC: %ETHPORT-3-IF_XCVR_ALARM: Interface Ethernet1/1, Low Rx Power Alarm",
        "<187>n: 2026 Nov 21 11:59:10 UTC: %ETHPORT-3-IF_XCVR_ALARM: Interface Ethernet1/1, Low Rx Power Alarm cleared",
    ),
    (
        "OPTICAL_POWER",
        "GigabitEthernet1/0/0",
        "<188>Nov 21 2026 11:59:00 ne40 %%01SRM/4/OPTPWRABNORMAL(l)[12]:Optical module exception, power is abnormal. (EntityPhysicalIndex=17, BaseTrapSeverity=4, EntPhysicalName=\"GigabitEthernet1/0/0\", ReasonDescription=\"Rx power is too low\")",
        "<188>Nov 21 2026 11:59:30 ne40 %%01SRM/4/OPTPWRRESUME(l)[13]:Optical module power resumed. (EntityPhysicalIndex=17, BaseTrapSeverity=4, EntPhysicalName=\"GigabitEthernet1/0/0\", ReasonDescription=\"Rx power is normal\")",
    ),
    (
        "LOS",
        "Optics0/0/0/1",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: fm[1]: %PKT_INFRA-FM-3-FAULT_MAJOR : ALARM_MAJOR :LOS :DECLARE :Optics0/0/0/1:",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: fm[1]: %PKT_INFRA-FM-3-FAULT_MAJOR : ALARM_MAJOR :LOS :CLEAR :Optics0/0/0/1:",
    ),
    (
        "SLOS",
        "POS0/0",
        "<187>5: r1: Nov 21 11:59:53.044: %SONET-4-ALARM:  POS0/0: SLOS",
        "<187>5: r1: Nov 21 11:59:59.044: %SONET-4-ALARM:  POS0/0: SLOS cleared",
    ),
    (
        "POWER_SUPPLY_FAILED",
        "P0",
        "<187>5: r1: Nov 21 11:59:53.044: %IOSXE_PEM-3-PEMFAIL: The PEM in slot P0 is switched off or encountering a failure condition.",
        "<190>5: r1: Nov 21 11:59:59.044: %IOSXE_PEM-6-PEMOK: The PEM in slot P0 is functioning properly",
    ),
    (
        "POWER_SUPPLY_FAILED",
        "1",
        "<186>n: 2026 Nov 21 11:59:00 UTC: %PLATFORM-2-PS_FAIL: Power supply 1 failed or shut down (Serial number ABC)",
        "<189>n: 2026 Nov 21 11:59:10 UTC: %PLATFORM-2-PS_OK: Power supply 1 ok (Serial number ABC)",
    ),
    (
        "FAN_FAILED",
        "1",
        "<186>n: 2026 Nov 21 11:59:00 UTC: %PLATFORM-2-FAN_FAIL: Fan module 1 Failed",
        "<189>n: 2026 Nov 21 11:59:10 UTC: %PLATFORM-5-FAN_OK: Fan module 1 ok",
    ),
    (
        "TEMPERATURE",
        "module 1",
        "<186>n: 2026 Nov 21 11:59:00 UTC: %PLATFORM-2-MOD_TEMPMAJALRM: Module-1 reported Major temperature alarm. Sensor=3 Temperature=80 MajThreshold=75",
        "<189>n: 2026 Nov 21 11:59:10 UTC: %PLATFORM-4-MOD_TEMPOK: Module-1 recovered from major temperature alarm. Sensor=3",
    ),
    (
        "MODULE_FAILED",
        "3",
        "<186>n: 2026 Nov 21 11:59:00 UTC: %MODULE-2-MOD_DIAG_FAIL: Module 3 (Serial number: X) reported failure on ports 3/1-3/8",
        "<189>n: 2026 Nov 21 11:59:10 UTC: %MODULE-5-MOD_OK: Module 3 is online",
    ),
    (
        "MODULE_FAILED",
        "0/1/CPU0",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:00.123 UTC: invmgr[1]: %PLATFORM-INV-6-NODE_STATE_CHANGE : Node: 0/1/CPU0, state: IN-RESET",
        "<189>5: r RP/0/RSP0/CPU0:Nov 21 11:59:20.123 UTC: invmgr[1]: %PLATFORM-INV-6-NODE_STATE_CHANGE : Node: 0/1/CPU0, state: IOS XR RUN",
    ),
    (
        "MODULE_REMOVED",
        "2",
        "<190>5: r1: Nov 21 11:59:53.044: %OIR-6-REMCARD: Card removed from slot 2, interfaces disabled",
        "<190>5: r1: Nov 21 11:59:59.044: %OIR-6-INSCARD: Card inserted in slot 2, interfaces administratively shut down",
    ),
    (
        "CHASSIS_ALARM",
        "PEM 1 Fan Failed",
        "<28>Nov 21 11:59:13  vmx alarmd[2449]: Alarm set: Pwr supply color=YELLOW, class=CHASSIS, reason=PEM 1 Fan Failed",
        "<28>Nov 21 11:59:23  vmx alarmd[2449]: Alarm cleared: Pwr supply color=YELLOW, class=CHASSIS, reason=PEM 1 Fan Failed",
    ),
    (
        "hwOpticalInvalid",
        "100GE4/0/13",
        "<188>Nov 21 2026 11:59:27 HW %%01DEVM/4/hwOpticalInvalid_active(l):CID=0x80430426-alarmID=0x08130059;Optical Module is invalid. (EntPhysicalIndex=17043726, EntPhysicalName=100GE4/0/13, Reason=Output Optical Power Too High.)",
        "<188>Nov 21 2026 11:59:37 HW %%01DEVM/4/hwOpticalInvalid_clear(l):CID=0x80430426-alarmID=0x08130059-clearType=service_resume;The optical module fault is cleared. (EntPhysicalIndex=17043726, EntPhysicalName=100GE4/0/13)",
    ),
    (
        "NTP_PEER_LOST",
        "10.0.0.9",
        "<188>5: r1: Nov 21 11:59:53.044: %NTP-4-PEERUNREACH: Peer 10.0.0.9 is unreachable",
        "<190>5: r1: Nov 21 11:59:59.044: %NTP-6-PEERREACH: Peer 10.0.0.9 is reachable",
    ),
    (
        "TUNNEL_DOWN",
        "hq",
        "<14>Nov 21 11:59:12 srx kmd[1]: KMD_VPN_DOWN_ALARM_USER: VPN hq from 198.51.100.1 is down. Local-ip: 192.0.2.1",
        "<14>Nov 21 11:59:22 srx kmd[1]: KMD_VPN_UP_ALARM_USER: VPN hq from 198.51.100.1 is up. Local-ip: 192.0.2.1",
    ),
    (
        "lossOfSignal",
        "ge-0/0/1",
        "<185>1 2026-11-21T11:59:53Z nms alarmd 1 RAISE [alarm resource=\"ge-0/0/1\" probableCause=\"8\" perceivedSeverity=\"critical\" eventType=\"2\"] no light",
        "<189>1 2026-11-21T11:59:59Z nms alarmd 1 CLEAR [alarm resource=\"ge-0/0/1\" probableCause=\"lossOfSignal\" perceivedSeverity=\"cleared\"] light",
    ),
];

#[test]
fn a_raise_and_its_clear_are_one_alarm() {
    let mut wrong = Vec::new();
    for (alarm_type, qualifier, raise, clear) in PAIRS {
        for (text, cleared) in [(raise, false), (clear, true)] {
            match read(&line(text), &Mapping::builtin()) {
                Meaning::Alarm(mapped) => {
                    let found = (mapped.alarm_type.as_str(), mapped.qualifier.as_str(), mapped.cleared, mapped.unsafe_key);
                    if found != (alarm_type, qualifier, cleared, false) {
                        wrong.push(format!("{found:?} by {}\n  {text}", mapped.rule));
                    }
                    if mapped.symptom == Symptom::Other {
                        wrong.push(format!("{} is a sign of nothing", mapped.alarm_type));
                    }
                }
                other => wrong.push(format!("{other:?}\n  {text}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every object that a rule's templates name, with a value: the words of its `when` where it has some.
fn varbinds(entries: &[&compile::Entry]) -> Vec<(String, VarValue)> {
    let mut found = std::collections::BTreeMap::new();
    for entry in entries {
        for test in &entry.rule.when {
            for oid in test.of.objects() {
                found.entry(oid.to_owned()).or_insert_with(|| test.words[0].clone());
            }
        }
        let spec = entry.rule.alarm.as_ref().unwrap();
        for oid in spec.roles.iter().chain([&spec.key, &spec.alarm_type]).flat_map(template::Template::objects) {
            found.entry(oid.to_owned()).or_insert_with(|| Name::from("10.0.0.9"));
        }
    }
    let instance = "10.0.0.1.0.0.1.10.0.0.2.0.0";
    found
        .into_iter()
        .map(|(oid, value)| (format!("{oid}.{instance}"), VarValue::Text(value)))
        .collect()
}

/// Whatever rule of a device's family raises and whatever clears the same type: given the same objects they build the same key.
#[test]
fn traps_that_raise_and_clear_build_the_same_key() {
    let files: Vec<_> = BUILTIN_FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let compiled = compile::compile(&files).ok().unwrap();
    let mut families: std::collections::BTreeMap<(String, String), [Vec<&compile::Entry>; 2]> = std::collections::BTreeMap::new();
    for entry in compiled.entries.iter().filter(|entry| entry.rule.alarm.is_some()) {
        let spec = entry.rule.alarm.as_ref().unwrap();
        let side = match spec.verdict {
            rule::Verdict::Is(rule::Word::Raised) => 0,
            rule::Verdict::Is(rule::Word::Cleared) => 1,
            _ => continue,
        };
        for trap in &entry.traps {
            let family: String = trap.split('.').take(8).collect::<Vec<_>>().join(".");
            families.entry((family, format!("{:?}", spec.alarm_type))).or_default()[side].push(entry);
        }
    }
    let key = |entry: &compile::Entry, objects: &[(String, VarValue)]| {
        let objects: Vec<(&str, VarValue)> = objects.iter().map(|(oid, value)| (oid.as_str(), value.clone())).collect();
        let event = trap(&entry.traps[0].replace(".*", ".1"), &objects);
        let crate::model::Payload::Snmp(notification) = &event.payload else {
            unreachable!()
        };
        let said = Said {
            event: &event,
            speaker: Speaker::default(),
            raised_at: helper::at(),
            severity: Severity::Minor,
            text: "",
        };
        let fields = Fields::of_trap(notification, "trap", &compiled.names);
        match entry.rule.apply(&said, fields, &compiled.kinds) {
            Some(Meaning::Alarm(mapped)) => (mapped.alarm_type.clone(), mapped.qualifier.clone(), mapped.unsafe_key),
            other => panic!("{}: {other:?}", entry.rule.name),
        }
    };
    let mut pairs = 0;
    for ((family, alarm_type), [raises, clears]) in families.iter().filter(|(_, [raises, clears])| !raises.is_empty() && !clears.is_empty()) {
        for clear in clears {
            // Objects that tell one reason from another (upsAlarmDescr) and flags differ between rules: each is read with its own words.
            let meets = raises.iter().any(|raise| {
                let raised = key(raise, &varbinds(&[raise, clear]));
                let cleared = key(clear, &varbinds(&[clear, raise]));
                raised == cleared && !raised.2
            });
            assert!(meets, "{family} {alarm_type}: nothing raises what {} clears", clear.rule.name);
            pairs += 1;
        }
    }
    assert!(pairs > 60, "{pairs}");
}

proptest::proptest! {
    #[test]
    fn nothing_panics(
        oid in "1(\\.[0-9]{1,5}){1,14}",
        value in "[\\PC]{0,30}",
        number in proptest::prelude::any::<i64>(),
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
        pick in 0_usize..10_000,
        text in "[\\PC]{0,80}",
    ) {
        let mapping = Mapping::builtin();
        let known: Vec<&str> = mapping.0.index.traps_for_test();
        let binds = [
            (oid.as_str(), VarValue::Text(Name::from(value.as_str()))),
            ("1.3.6.1.2.1.2.2.1.2.1", VarValue::Bytes(bytes)),
            ("1.3.6.1.2.1.15.3.1.2.1.2", VarValue::Integer(number)),
            ("1.3.6.1.2.1.33.1.6.2.1.2.1", VarValue::Oid(Name::from(oid.as_str()))),
        ];
        let _ = read(&trap(known[pick % known.len()], &binds), &mapping);
        let _ = read(&trap(&oid, &binds), &mapping);
        for (_, _, raise, _) in PAIRS.iter().skip(pick % PAIRS.len()).take(1) {
            let cut = raise.floor_char_boundary(pick % raise.len());
            let _ = read(&line(&format!("{}{text}{}", &raise[..cut], &raise[cut..])), &mapping);
            let _ = read(&line(&raise[..cut]), &mapping);
        }
    }
}

#[test]
fn types_that_come_ready_made_are_signs_of_something() {
    use Symptom::*;
    let cases = [
        ("LINK_DOWN", InterfaceDown),
        ("linkDown", InterfaceDown),
        ("port-down", InterfaceDown),
        ("Ethernet port link failure", InterfaceDown),
        ("LOS", SignalLost),
        ("OCH-LOS", SignalLost),
        ("Loss of Signal", SignalLost),
        ("R_LOF", SignalLost),
        ("fiber cut", SignalLost),
        ("OSPF_NEIGHBOR_DOWN", AdjacencyDown),
        ("ISIS adjacency lost", AdjacencyDown),
        ("LDP_SESSION_DOWN", AdjacencyDown),
        ("BGP_PEER_DOWN", SessionDown),
        ("bgpBackwardTransition", SessionDown),
        ("S1 SCTP association lost", SessionDown),
        ("X2 Interface Fault: SCTP link down", SessionDown),
        ("POWER_FAIL", PowerLost),
        ("POWER_FAILURE", PowerLost),
        ("power outage", PowerLost),
        ("Dying Gasp", PowerLost),
        ("ON_BATTERY", PowerDegraded),
        ("Mains failure", PowerDegraded),
        ("battery low", PowerDegraded),
        ("Rectifier failure", PowerDegraded),
        ("PSU failure", HardwareFault),
        ("Power supply unit fault", HardwareFault),
        ("FAN_FAILED", HardwareFault),
        ("Board hardware fault", HardwareFault),
        ("card failure", HardwareFault),
        ("VSWR threshold crossed", HardwareFault),
        ("HIGH_TEMPERATURE", Environment),
        ("high temperature", Environment),
        ("cabinet door open", Environment),
        ("smoke detected", Environment),
        ("BER threshold exceeded", Degraded),
        ("CPU_HIGH", Degraded),
        ("packet loss high", Degraded),
        ("Signal degrade", Degraded),
        ("NE unreachable", Unreachable),
        ("HEARTBEAT_LOST", Unreachable),
        ("NODE_DOWN", Unreachable),
        ("device not responding", Unreachable),
        ("COLD_START", Restarted),
        ("reboot", Restarted),
        ("CELL_DOWN", ServiceDown),
        ("Cell unavailable", ServiceDown),
        ("cell out of service", ServiceDown),
        ("authenticationFailure", Administrative),
        ("License expired", Administrative),
        ("quux", Other),
        ("", Other),
    ];
    let mapping = Mapping::builtin();
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(alarm_type, symptom)| mapping.symptom_of_type(alarm_type) != *symptom)
        .map(|(alarm_type, symptom)| format!("{alarm_type}: {:?} instead of {symptom:?}", mapping.symptom_of_type(alarm_type)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_users_file_is_asked_before_the_built_in_ones_and_faults_are_named_by_line() {
    let own = |text: &str| Mapping::with_builtin(&[("own.toml".to_owned(), text.to_owned())]);
    let mapping = own("[[trap]]\non = \"IF-MIB::linkDown\"\nraises = \"LINK_DOWN\"\nseverity = \"critical\"\n").unwrap();
    let down = trap("1.3.6.1.6.3.1.1.5.3", &[("1.3.6.1.2.1.2.2.1.1.3", VarValue::Integer(3))]);
    assert!(matches!(read(&down, &mapping), Meaning::Alarm(mapped) if mapped.severity == Severity::Critical && mapped.rule == "own:IF-MIB::linkDown"));
    for (text, line, word) in [
        ("[[trap]]\non = \"NO-MIB::such\"\nraises = \"LINK_DOWN\"", 1, "NO-MIB::such"),
        ("\n\n[[trap]]\non = \"linkDown\"\nraises = \"NOTHING\"", 3, "NOTHING"),
        ("[[syslog]]\ntag = \"X-Y\"\nmatch = \"(\"\nraises = \"LINK_DOWN\"", 1, "regular expression"),
        ("[[syslog]]\ntag = \"X-Y\"\nraises = \"LINK_DOWN\"\ninterface = \"{nothing}\"", 1, "nothing"),
        ("[[syslog]]\ntag = \"X-Y\"\nraises = \"LINK_DOWN\"\nseverity = \"bad\"", 1, "bad"),
        ("[[syslog]]\ntag = \"X-Y\"\nrises = \"LINK_DOWN\"", 3, "rises"),
        ("[[syslog]]\nraises = \"LINK_DOWN\"", 1, "tag or contains"),
        ("[conditions.X]\nseverity = \"major\"\nsymptom = \"wet\"", 1, "wet"),
        ("not toml at all", 1, ""),
    ] {
        let errors = own(text).unwrap_err();
        assert!(
            errors[0].line == line && errors[0].problem.contains(word) && errors[0].file == "own.toml",
            "{text}: {errors:?}"
        );
    }
}
