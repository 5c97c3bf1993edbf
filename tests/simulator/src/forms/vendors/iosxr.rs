//! Cisco IOS XR.

use super::super::Happening;
use super::ios::reason;
use super::{Line, dbm, line, one};

/// IOS XR.
pub(super) fn lines(happening: &Happening) -> Vec<Line> {
    match happening {
        Happening::LinkDown(port, admin) => {
            let state = if *admin { "Administratively Down" } else { "Down" };
            vec![
                line(
                    3,
                    "ifmgr",
                    "PKT_INFRA-LINK-3-UPDOWN",
                    format!("Interface {}, changed state to {state}", port.name),
                ),
                line(
                    5,
                    "ifmgr",
                    "PKT_INFRA-LINEPROTO-5-UPDOWN",
                    format!("Line protocol on Interface {}, changed state to Down", port.name),
                ),
            ]
        }
        Happening::LinkUp(port) => vec![
            line(3, "ifmgr", "PKT_INFRA-LINK-3-UPDOWN", format!("Interface {}, changed state to Up", port.name)),
            line(
                5,
                "ifmgr",
                "PKT_INFRA-LINEPROTO-5-UPDOWN",
                format!("Line protocol on Interface {}, changed state to Up", port.name),
            ),
        ],
        Happening::OspfDown(port, router, _, timer) => {
            let why = reason(*timer).to_lowercase().replace("neighbor down", "Neighbor Down");
            one(
                5,
                "ospf",
                "ROUTING-OSPF-5-ADJCHG",
                format!(
                    "Process 1, Nbr {router} on {} in area 0 from FULL to DOWN, {why}, vrf default vrfid 0x60000000",
                    port.name
                ),
            )
        }
        Happening::OspfUp(port, router, _) => one(
            5,
            "ospf",
            "ROUTING-OSPF-5-ADJCHG",
            format!(
                "Process 1, Nbr {router} on {} in area 0 from LOADING to FULL, Loading Done, vrf default vrfid 0x60000000",
                port.name
            ),
        ),
        Happening::LdpDown(peer) => one(
            5,
            "mpls_ldp",
            "ROUTING-LDP-5-NBR_CHANGE",
            format!("VRF 'default' (0x60000000), Neighbor {peer}:0 is DOWN (Interface state down)"),
        ),
        Happening::LdpUp(peer) => one(
            5,
            "mpls_ldp",
            "ROUTING-LDP-5-NBR_CHANGE",
            format!("VRF 'default' (0x60000000), Neighbor {peer}:0 is UP (IPv4 connection)"),
        ),
        Happening::BgpDown(peer, asn) => one(
            5,
            "bgp",
            "ROUTING-BGP-5-ADJCHANGE",
            format!("neighbor {peer} Down - BGP Notification sent, hold time expired (VRF: default) (AS: {asn})"),
        ),
        Happening::BgpUp(peer, asn) => one(5, "bgp", "ROUTING-BGP-5-ADJCHANGE", format!("neighbor {peer} Up (VRF: default) (AS: {asn})")),
        Happening::LightLow(port, level, centi) => {
            let (severity, word) = if *level > 1 { (3, "ALARM") } else { (4, "WARNING") };
            one(
                severity,
                "optics_driver",
                &format!("L2-OPTICS-{severity}-RX_POWER_LOW_{word}"),
                format!("Optics {}: receive power {} dBm low {}", port.name, dbm(*centi), word.to_lowercase()),
            )
        }
        Happening::LightOk(port, centi) => one(
            5,
            "optics_driver",
            "L2-OPTICS-5-RX_POWER_LOW_CLEAR",
            format!("Optics {}: receive power {} dBm low alarm cleared", port.name, dbm(*centi)),
        ),
        Happening::Hot(level, degrees) => {
            let (severity, word) = if *level > 1 { (1, "CRITICAL") } else { (4, "WARNING") };
            one(
                severity,
                "envmon",
                &format!("PLATFORM-ENVMON-{severity}-TEMP_{word}"),
                format!("{word} temperature alarm SET: 0/RSP0 inlet {degrees} C"),
            )
        }
        Happening::Cool(degrees) => one(
            5,
            "envmon",
            "PLATFORM-ENVMON-5-TEMP_OK",
            format!("Temperature alarm CLEAR: 0/RSP0 inlet {degrees} C"),
        ),
        Happening::FanFailed => one(2, "envmon", "PLATFORM-ENVMON-2-FAN_FAIL", "Fan tray 0/FT0 fan 1 failed: alarm SET".to_owned()),
        Happening::FanOk => one(5, "envmon", "PLATFORM-ENVMON-5-FAN_OK", "Fan tray 0/FT0 fan 1: alarm CLEAR".to_owned()),
        Happening::CardFailed(card) => one(
            3,
            "shelfmgr",
            "PLATFORM-SHELFMGR-3-CARD_DOWN",
            format!("Node 0/{card}/CPU0 failed, card state changed to FAILED"),
        ),
        Happening::CardOk(card) => one(
            6,
            "shelfmgr",
            "PLATFORM-SHELFMGR-6-NODE_STATE_CHANGE",
            format!("Node 0/{card}/CPU0 state changed to IOS XR RUN"),
        ),
        Happening::DyingGasp => one(1, "envmon", "PLATFORM-ENVMON-1-POWER_LOSS", "Power lost, dying gasp".to_owned()),
        Happening::OnBattery(minutes) => one(
            2,
            "envmon",
            "PLATFORM-ENVMON-2-ON_BATTERY",
            format!("Power feed A on battery: alarm SET, {minutes} minutes remaining"),
        ),
        Happening::BatteryLow(minutes) => one(
            1,
            "envmon",
            "PLATFORM-ENVMON-1-BATTERY_LOW",
            format!("Power feed A battery low: alarm SET, {minutes} minutes remaining"),
        ),
        Happening::MainsBack => one(5, "envmon", "PLATFORM-ENVMON-5-POWER_OK", "Power feed A on mains: alarm CLEAR".to_owned()),
        Happening::ColdStart => one(5, "sysmgr", "OS-SYSMGR-5-NOTICE", "Card is COLD started".to_owned()),
        Happening::Configured(user) => one(
            6,
            "config",
            "MGBL-CONFIG-6-DB_COMMIT",
            format!("Configuration committed by user '{user}'. Use 'show configuration commit changes 1000000093' to view the changes."),
        ),
        Happening::Login(user) => one(
            6,
            "exec",
            "SECURITY-LOGIN-6-AUTHEN_SUCCESS",
            format!("Successfully authenticated user '{user}' from '192.0.2.20' on 'vty0'"),
        ),
        Happening::BadLogin(user) => one(
            4,
            "exec",
            "SECURITY-LOGIN-4-AUTHEN_FAILED",
            format!("Failed authentication attempt by user '{user}' from '198.51.100.7' on 'vty0'"),
        ),
        Happening::BadCommunity(from) => one(
            4,
            "snmpd",
            "SNMP-4-AUTHFAIL",
            format!("Authentication failure for SNMP request from host {from}"),
        ),
        Happening::Chat(number) => {
            let text = [
                "Process statistics collected",
                "Telemetry session refreshed",
                "NTP clock in sync with 192.0.2.123",
            ];
            one(6, "infra", "OS-INFRA-6-NOTE", text[usize::from(*number) % text.len()].to_owned())
        }
        Happening::CellDown(..) | Happening::CellUp(_) => Vec::new(),
    }
}
