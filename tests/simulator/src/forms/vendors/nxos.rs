//! Cisco NX-OS.

use super::super::Happening;
use super::{Line, dbm, one};

/// NX-OS.
pub(super) fn lines(happening: &Happening) -> Vec<Line> {
    let say = |severity, tag: &str, text: String| one(severity, "", tag, text);
    match happening {
        Happening::LinkDown(port, true) => say(5, "ETHPORT-5-IF_DOWN_CFG_CHANGE", format!("Interface {} is down(Config change)", port.name)),
        Happening::LinkDown(port, false) => say(5, "ETHPORT-5-IF_DOWN_LINK_FAILURE", format!("Interface {} is down (Link failure)", port.name)),
        Happening::LinkUp(port) => say(5, "ETHPORT-5-IF_UP", format!("Interface {} is up in Layer3", port.name)),
        Happening::OspfDown(port, router, _, timer) => {
            let why = if *timer { "INACTIVITY" } else { "INTERFACE_DOWN" };
            say(5, "OSPF-5-ADJCHANGE", format!("ospf-1 [8812] Nbr {router} on {} went DOWN: {why}", port.name))
        }
        Happening::OspfUp(port, router, _) => say(5, "OSPF-5-ADJCHANGE", format!("ospf-1 [8812] Nbr {router} on {} went FULL", port.name)),
        Happening::LdpDown(peer) => say(5, "LDP-5-NBRCHG", format!("LDP Neighbor {peer}:0 is DOWN")),
        Happening::LdpUp(peer) => say(5, "LDP-5-NBRCHG", format!("LDP Neighbor {peer}:0 is UP")),
        Happening::BgpDown(peer, _) => say(
            5,
            "BGP-5-ADJCHANGE",
            format!("bgp- [15893] (default) neighbor {peer} Down - holdtimer expired error"),
        ),
        Happening::BgpUp(peer, _) => say(5, "BGP-5-ADJCHANGE", format!("bgp- [15893] (default) neighbor {peer} Up")),
        Happening::LightLow(port, level, centi) => {
            let (severity, word) = if *level > 1 { (3, "alarm") } else { (4, "warning") };
            say(
                severity,
                &format!("ETHPORT-{severity}-IF_SFP_{}", word.to_uppercase()),
                format!("Interface {}, Low Rx Power {} dBm {word}", port.name, dbm(*centi)),
            )
        }
        Happening::LightOk(port, _) => say(5, "ETHPORT-5-IF_SFP_CLEAR", format!("Interface {}, Low Rx Power alarm cleared", port.name)),
        Happening::Hot(level, degrees) => {
            let (severity, word) = if *level > 1 { (1, "MAJ") } else { (4, "MIN") };
            say(
                severity,
                &format!("PLATFORM-{severity}-MOD_TEMP{word}ALRM"),
                format!("Module-1 temperature exceeded {word}OR threshold on sensor 1, {degrees} C"),
            )
        }
        Happening::Cool(_) => say(5, "PLATFORM-5-MOD_TEMPOK", "Module-1 recovered from temperature alarm, sensor 1".to_owned()),
        Happening::FanFailed => say(2, "PLATFORM-2-FAN_FAIL", "Fan module 1 failed".to_owned()),
        Happening::FanOk => say(5, "PLATFORM-5-FAN_OK", "Fan module 1 ok".to_owned()),
        Happening::CardFailed(card) => say(2, "MODULE-2-MOD_FAIL", format!("Module {} failed", card + 1)),
        Happening::CardOk(card) => say(5, "MODULE-5-MOD_OK", format!("Module {} is online", card + 1)),
        Happening::DyingGasp => say(1, "PLATFORM-1-PFM_ALERT", "Disabling system, dying gasp: input power lost".to_owned()),
        Happening::OnBattery(minutes) => say(2, "PLATFORM-2-PS_ON_BATTERY", format!("Power supply 1 on battery, {minutes} minutes remaining")),
        Happening::BatteryLow(minutes) => say(
            1,
            "PLATFORM-1-PS_BATTERY_LOW",
            format!("Power supply 1 battery low, {minutes} minutes remaining"),
        ),
        Happening::MainsBack => say(5, "PLATFORM-5-PS_OK", "Power supply 1 ok".to_owned()),
        Happening::ColdStart => say(5, "SYSMGR-5-SYSTEM_START", "System is up after a cold start".to_owned()),
        Happening::Configured(user) => say(5, "VSHD-5-VSHD_SYSLOG_CONFIG_I", format!("Configured from vty by {user} on 192.0.2.20@pts/0")),
        Happening::Login(user) => say(
            6,
            "AUTHPRIV-6-SYSTEM_MSG",
            format!("pam_unix(dcos_sshd:session): session opened for user {user} by (uid=0) - dcos_sshd[12977]"),
        ),
        Happening::BadLogin(user) => say(
            3,
            "AUTHPRIV-3-SYSTEM_MSG",
            format!("pam_aaa:Authentication failed for user {user} from 198.51.100.7 - dcos_sshd[12977]"),
        ),
        Happening::BadCommunity(from) => say(3, "SNMPD-3-ERROR", format!("SNMP log error : Authentication failed for request from {from}")),
        Happening::Chat(number) => {
            let text = ["Accounting log rotated", "show running-config executed", "CDP table refreshed"];
            say(6, "VSHD-6-NOTE", text[usize::from(*number) % text.len()].to_owned())
        }
        Happening::CellDown(..) | Happening::CellUp(_) => Vec::new(),
    }
}
