//! Juniper Junos.

use super::super::Happening;
use super::{Line, dbm, one};

/// Junos.
pub(super) fn lines(happening: &Happening) -> Vec<Line> {
    match happening {
        Happening::LinkDown(port, admin) => {
            let (index, name) = (port.if_index, &port.name);
            let state = if *admin { "down(2)" } else { "up(1)" };
            one(
                4,
                "mib2d",
                "SNMP_TRAP_LINK_DOWN",
                format!("ifIndex {index}, ifAdminStatus {state}, ifOperStatus down(2), ifName {name}"),
            )
        }
        Happening::LinkUp(port) => {
            let (index, name) = (port.if_index, &port.name);
            one(
                4,
                "mib2d",
                "SNMP_TRAP_LINK_UP",
                format!("ifIndex {index}, ifAdminStatus up(1), ifOperStatus up(1), ifName {name}"),
            )
        }
        Happening::OspfDown(port, router, _, timer) => {
            let why = if *timer {
                "InActiveTimer (event reason: neighbor was inactive and declared dead)"
            } else {
                "KillNbr (event reason: interface went down)"
            };
            one(
                5,
                "rpd",
                "RPD_OSPF_NBRDOWN",
                format!(
                    "OSPF neighbor {router} (realm ospf-v2 {}.0 area 0.0.0.0) state changed from Full to Down due to {why}",
                    port.name
                ),
            )
        }
        Happening::OspfUp(port, router, _) => one(
            5,
            "rpd",
            "RPD_OSPF_NBRUP",
            format!(
                "OSPF neighbor {router} (realm ospf-v2 {}.0 area 0.0.0.0) state changed from Loading to Full due to LoadDone (event reason: OSPF loading completed)",
                port.name
            ),
        ),
        Happening::LdpDown(peer) => one(
            5,
            "rpd",
            "RPD_LDP_SESSIONDOWN",
            format!("LDP session {peer} is down, reason: all adjacencies down"),
        ),
        Happening::LdpUp(peer) => one(5, "rpd", "RPD_LDP_SESSIONUP", format!("LDP session {peer} is up")),
        Happening::BgpDown(peer, asn) => one(
            4,
            "rpd",
            "RPD_BGP_NEIGHBOR_STATE_CHANGED",
            format!("BGP peer {peer} (Internal AS {asn}) changed state from Established to Idle (event HoldTime) (instance master)"),
        ),
        Happening::BgpUp(peer, asn) => one(
            4,
            "rpd",
            "RPD_BGP_NEIGHBOR_STATE_CHANGED",
            format!("BGP peer {peer} (Internal AS {asn}) changed state from OpenConfirm to Established (event RecvKeepAlive) (instance master)"),
        ),
        Happening::LightLow(port, level, centi) => {
            let (severity, tag, word) = match level {
                1 => (5, "CHASSISD_OPTICS_LOW_WARNING", "low warning set"),
                2 => (4, "CHASSISD_OPTICS_LOW_ALARM", "low alarm set"),
                _ => (3, "CHASSISD_OPTICS_LOS", "loss of signal alarm set"),
            };
            one(
                severity,
                "chassisd",
                tag,
                format!("{}: Rx optical power {} dBm, {word}", port.name, dbm(*centi)),
            )
        }
        Happening::LightOk(port, centi) => one(
            5,
            "chassisd",
            "CHASSISD_OPTICS_LOW_ALARM",
            format!("{}: Rx optical power {} dBm, low alarm cleared", port.name, dbm(*centi)),
        ),
        Happening::Hot(level, degrees) => {
            let colour = if *level > 1 { "RED" } else { "YELLOW" };
            one(
                4,
                "alarmd",
                "",
                format!("Alarm set: Temp color={colour}, class=CHASSIS, reason=Temperature Hot {degrees} C"),
            )
        }
        Happening::Cool(_) => one(
            4,
            "alarmd",
            "",
            "Alarm cleared: Temp color=YELLOW, class=CHASSIS, reason=Temperature Hot".to_owned(),
        ),
        Happening::FanFailed => one(4, "alarmd", "", "Alarm set: Fan color=RED, class=CHASSIS, reason=Fan Tray 0 Failure".to_owned()),
        Happening::FanOk => one(
            4,
            "alarmd",
            "",
            "Alarm cleared: Fan color=RED, class=CHASSIS, reason=Fan Tray 0 Failure".to_owned(),
        ),
        Happening::CardFailed(card) => one(
            4,
            "alarmd",
            "",
            format!("Alarm set: FPC color=RED, class=CHASSIS, reason=FPC {card} Hard errors"),
        ),
        Happening::CardOk(card) => one(
            4,
            "alarmd",
            "",
            format!("Alarm cleared: FPC color=RED, class=CHASSIS, reason=FPC {card} Hard errors"),
        ),
        Happening::DyingGasp => one(1, "chassisd", "CHASSISD_POWER_LOSS", "Power lost on all PEMs, shutting down".to_owned()),
        Happening::OnBattery(_) => one(
            4,
            "alarmd",
            "",
            "Alarm set: Pwr supply color=YELLOW, class=CHASSIS, reason=PEM 0 Input on battery".to_owned(),
        ),
        Happening::BatteryLow(_) => one(
            4,
            "alarmd",
            "",
            "Alarm set: Pwr supply color=RED, class=CHASSIS, reason=PEM 0 Battery low".to_owned(),
        ),
        Happening::MainsBack => one(
            4,
            "alarmd",
            "",
            "Alarm cleared: Pwr supply color=YELLOW, class=CHASSIS, reason=PEM 0 Input on battery".to_owned(),
        ),
        Happening::ColdStart => one(5, "snmpd", "SNMPD_TRAP_COLD_START", "trap_generate_cold: SNMP trap: cold start".to_owned()),
        Happening::Configured(user) => one(5, "mgd", "UI_COMMIT", format!("User '{user}' requested 'commit' operation (comment: none)")),
        Happening::Login(user) => one(
            6,
            "mgd",
            "UI_LOGIN_EVENT",
            format!("User '{user}' login, class 'j-super-user' [5021], ssh-connection '192.0.2.20 51022 192.0.2.1 22', client-mode 'cli'"),
        ),
        Happening::BadLogin(user) => one(
            5,
            "sshd",
            "SSHD_LOGIN_FAILED",
            format!("Login failed for user '{user}' from host '198.51.100.7'"),
        ),
        Happening::BadCommunity(from) => one(
            4,
            "snmpd",
            "SNMPD_AUTH_FAILURE",
            format!("nsa_log_community: unauthorized SNMP community from {from} to unknown community name (pub)"),
        ),
        Happening::Chat(number) => {
            let text = [
                "task_monitor_slip: 4s scheduler slip",
                "Resuming interface statistics",
                "cmd: show chassis hardware",
            ];
            one(6, "mgd", "UI_CMDLINE_READ_LINE", text[usize::from(*number) % text.len()].to_owned())
        }
        Happening::CellDown(..) | Happening::CellUp(_) => Vec::new(),
    }
}
