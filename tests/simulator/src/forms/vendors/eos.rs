//! Arista EOS.

use super::super::Happening;
use super::{Line, dbm, line, one};

/// Arista EOS.
pub(super) fn lines(happening: &Happening) -> Vec<Line> {
    match happening {
        Happening::LinkDown(port, admin) => {
            let state = if *admin { "administratively down" } else { "down" };
            vec![
                line(3, "Ebra", "LINK-3-UPDOWN", format!("Interface {}, changed state to {state}", port.name)),
                line(
                    5,
                    "Ebra",
                    "LINEPROTO-5-UPDOWN",
                    format!("Line protocol on Interface {}, changed state to down", port.name),
                ),
            ]
        }
        Happening::LinkUp(port) => one(
            5,
            "Ebra",
            "LINEPROTO-5-UPDOWN",
            format!("Line protocol on Interface {}, changed state to up", port.name),
        ),
        Happening::OspfDown(port, router, _, timer) => {
            let why = if *timer { "inactivity timer expired" } else { "interface down" };
            one(
                4,
                "Rib",
                "OSPF-4-OSPF_ADJACENCY_TEARDOWN",
                format!("NGB {router}, interface {} adjacency dropped: {why}, state was: FULL", port.address),
            )
        }
        Happening::OspfUp(port, router, _) => one(
            4,
            "Rib",
            "OSPF-4-OSPF_ADJACENCY_ESTABLISHED",
            format!("NGB {router}, interface {} adjacency established", port.address),
        ),
        Happening::LdpDown(peer) => one(
            5,
            "LdpAgent",
            "LDP-5-SESSION_STATE",
            format!("LDP session with peer {peer}:0 changed state from Operational to Down"),
        ),
        Happening::LdpUp(peer) => one(
            5,
            "LdpAgent",
            "LDP-5-SESSION_STATE",
            format!("LDP session with peer {peer}:0 changed state from Down to Operational"),
        ),
        Happening::BgpDown(peer, asn) => one(
            5,
            "Bgp",
            "BGP-5-ADJCHANGE",
            format!("peer {peer} (VRF default AS {asn}) old state Established event HoldTime new state Idle"),
        ),
        Happening::BgpUp(peer, asn) => one(
            5,
            "Bgp",
            "BGP-5-ADJCHANGE",
            format!("peer {peer} (VRF default AS {asn}) old state OpenConfirm event RecvKeepAlive new state Established"),
        ),
        Happening::LightLow(port, level, centi) => {
            let (severity, word) = if *level > 1 { (3, "alarm") } else { (4, "warning") };
            one(
                severity,
                "XcvrAgent",
                &format!("XCVR-{severity}-RX_POWER_LOW"),
                format!("Interface {}: transceiver rx power {} dBm low {word}", port.name, dbm(*centi)),
            )
        }
        Happening::LightOk(port, centi) => one(
            5,
            "XcvrAgent",
            "XCVR-5-RX_POWER_NORMAL",
            format!("Interface {}: transceiver rx power {} dBm normal", port.name, dbm(*centi)),
        ),
        Happening::Hot(level, degrees) => {
            let (severity, word) = if *level > 1 { (1, "critical") } else { (4, "overheat") };
            one(
                severity,
                "Thermostat",
                &format!("HARDWARE-{severity}-TEMP_{}", word.to_uppercase()),
                format!("Temperature sensor 1 {word}: {degrees} C"),
            )
        }
        Happening::Cool(degrees) => one(5, "Thermostat", "HARDWARE-5-TEMP_OK", format!("Temperature sensor 1 normal: {degrees} C")),
        Happening::FanFailed => one(3, "Thermostat", "HARDWARE-3-FAN_FAILED", "Fan 1 has failed".to_owned()),
        Happening::FanOk => one(5, "Thermostat", "HARDWARE-5-FAN_OK", "Fan 1 is operating normally".to_owned()),
        Happening::CardFailed(card) => one(3, "ModularAgent", "MODULE-3-FAILED", format!("Linecard{} failed", card + 3)),
        Happening::CardOk(card) => one(5, "ModularAgent", "MODULE-5-OK", format!("Linecard{} ok", card + 3)),
        Happening::DyingGasp => one(1, "PowerManager", "POWER-1-LOST", "Input power lost, dying gasp".to_owned()),
        Happening::OnBattery(minutes) => one(
            2,
            "PowerManager",
            "POWER-2-ON_BATTERY",
            format!("PowerSupply1 input on battery, {minutes} minutes remaining"),
        ),
        Happening::BatteryLow(minutes) => one(
            1,
            "PowerManager",
            "POWER-1-BATTERY_LOW",
            format!("PowerSupply1 battery low, {minutes} minutes remaining"),
        ),
        Happening::MainsBack => one(5, "PowerManager", "POWER-5-OK", "PowerSupply1 input on mains".to_owned()),
        Happening::ColdStart => one(5, "ProcMgr", "SYS-5-SYSTEM_RESTARTED", "System restarted after power loss".to_owned()),
        Happening::Configured(user) => one(
            5,
            "ConfigAgent",
            "SYS-5-CONFIG_I",
            format!("Configured from console by {user} on vty3 (192.0.2.20)"),
        ),
        Happening::Login(user) => one(6, "Aaa", "AAA-6-LOGIN", format!("user {user} logged in [from: 192.0.2.20] [service: sshd]")),
        Happening::BadLogin(user) => one(
            4,
            "Aaa",
            "AAA-4-LOGIN_FAILED",
            format!("user {user} failed to login [from: 198.51.100.7] [service: sshd] [reason: Authentication failed - Bad user or password]"),
        ),
        Happening::BadCommunity(from) => one(
            4,
            "Snmp",
            "SNMP-4-AUTHFAIL",
            format!("Authentication failure for SNMP request from host {from}"),
        ),
        Happening::Chat(number) => {
            let text = ["Agent 'Lldp' initialized; pid=7104", "Sampling rate refreshed", "Event handler executed"];
            one(6, "ProcMgr", "AGENT-6-INITIALIZED", text[usize::from(*number) % text.len()].to_owned())
        }
        Happening::CellDown(..) | Happening::CellUp(_) => Vec::new(),
    }
}
