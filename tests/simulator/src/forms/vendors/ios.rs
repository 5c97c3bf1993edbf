//! Cisco IOS and IOS XE.

use super::super::Happening;
use super::{Line, dbm, line, one, short};

const CHAT: [(&str, &str); 4] = [
    ("SYS-6-LOGGINGHOST_STARTSTOP", "Logging to host 192.0.2.10 port 514 started - CLI initiated"),
    (
        "SSH-5-SSH2_SESSION",
        "SSH2 Session request from 192.0.2.20 (tty = 1) using crypto cipher 'aes256-ctr' Succeeded",
    ),
    ("SYS-5-PRIV_AUTH_PASS", "Privilege level set to 15 by netops on vty1"),
    ("PARSER-5-CFGLOG_LOGGEDCMD", "User:netops  logged command:show interfaces description"),
];

pub(super) fn reason(timer: bool) -> &'static str {
    if timer {
        "Neighbor Down: Dead timer expired"
    } else {
        "Neighbor Down: Interface down or detached"
    }
}

/// IOS and IOS XE.
pub(super) fn lines(happening: &Happening) -> Vec<Line> {
    let say = |severity, tag: &str, text: String| one(severity, "", tag, text);
    match happening {
        Happening::LinkDown(port, true) => say(5, "LINK-5-CHANGED", format!("Interface {}, changed state to administratively down", port.name)),
        Happening::LinkDown(port, false) => vec![
            line(3, "", "LINK-3-UPDOWN", format!("Interface {}, changed state to down", port.name)),
            line(
                5,
                "",
                "LINEPROTO-5-UPDOWN",
                format!("Line protocol on Interface {}, changed state to down", port.name),
            ),
        ],
        Happening::LinkUp(port) => vec![
            line(3, "", "LINK-3-UPDOWN", format!("Interface {}, changed state to up", port.name)),
            line(
                5,
                "",
                "LINEPROTO-5-UPDOWN",
                format!("Line protocol on Interface {}, changed state to up", port.name),
            ),
        ],
        Happening::OspfDown(port, router, _, timer) => {
            let why = reason(*timer);
            say(5, "OSPF-5-ADJCHG", format!("Process 1, Nbr {router} on {} from FULL to DOWN, {why}", port.name))
        }
        Happening::OspfUp(port, router, _) => say(
            5,
            "OSPF-5-ADJCHG",
            format!("Process 1, Nbr {router} on {} from LOADING to FULL, Loading Done", port.name),
        ),
        Happening::LdpDown(peer) => say(
            5,
            "LDP-5-NBRCHG",
            format!("LDP Neighbor {peer}:0 (1) is DOWN (Discovery Hello Hold Timer expired)"),
        ),
        Happening::LdpUp(peer) => say(5, "LDP-5-NBRCHG", format!("LDP Neighbor {peer}:0 (1) is UP")),
        Happening::BgpDown(peer, _) => say(5, "BGP-5-ADJCHANGE", format!("neighbor {peer} Down BGP Notification sent")),
        Happening::BgpUp(peer, _) => say(5, "BGP-5-ADJCHANGE", format!("neighbor {peer} Up")),
        Happening::LightLow(port, level, centi) => {
            let (word, limit) = if *level > 1 { ("alarm", "-20.0") } else { ("warning", "-16.0") };
            let text = format!(
                "{}: Rx power low {word}; Operating value: {} dBm, Threshold value: {limit} dBm.",
                short(port),
                dbm(*centi)
            );
            say(5, "SFF8472-5-THRESHOLD_VIOLATION", text)
        }
        Happening::LightOk(port, centi) => say(
            5,
            "SFF8472-5-THRESHOLD_CLEARED",
            format!("{}: Rx power low alarm cleared; Operating value: {} dBm", short(port), dbm(*centi)),
        ),
        Happening::Hot(level, degrees) => {
            let (severity, word) = if *level > 1 { (1, "critical") } else { (4, "warning") };
            say(
                severity,
                &format!("ENVMON-{severity}-TEMP_{}", word.to_uppercase()),
                format!("Chassis temperature {degrees} Degrees C exceeds the {word} threshold"),
            )
        }
        Happening::Cool(degrees) => say(5, "ENVMON-5-TEMP_OK", format!("Chassis temperature {degrees} Degrees C is normal")),
        Happening::FanFailed => say(3, "ENVMON-3-FAN_FAILED", "Fan 1 not rotating".to_owned()),
        Happening::FanOk => say(5, "ENVMON-5-FAN_OK", "Fan 1 is rotating normally".to_owned()),
        Happening::CardFailed(card) => say(
            3,
            "OIR-3-CRASH",
            format!("The module in slot {card} has crashed, interfaces will be unavailable"),
        ),
        Happening::CardOk(card) => say(6, "OIR-6-INSCARD", format!("Card inserted in slot {card}, interfaces are now online")),
        Happening::DyingGasp => say(1, "DYING_GASP-1-POWER_LOSS", "Shutdown due to power loss".to_owned()),
        Happening::OnBattery(minutes) => say(
            2,
            "ENVMON-2-SUPPLY_ON_BATTERY",
            format!("Power supply 1 on battery, {minutes} minutes remaining"),
        ),
        Happening::BatteryLow(minutes) => say(
            1,
            "ENVMON-1-SUPPLY_BATTERY_LOW",
            format!("Power supply 1 battery low, {minutes} minutes remaining"),
        ),
        Happening::MainsBack => say(5, "ENVMON-5-SUPPLY_OK", "Power supply 1 on mains".to_owned()),
        Happening::ColdStart => say(5, "SYS-5-RESTART", "System restarted --".to_owned()),
        Happening::Configured(user) => say(5, "SYS-5-CONFIG_I", format!("Configured from console by {user} on vty0 (192.0.2.20)")),
        Happening::Login(user) => say(
            5,
            "SEC_LOGIN-5-LOGIN_SUCCESS",
            format!("Login Success [user: {user}] [Source: 192.0.2.20] [localport: 22]"),
        ),
        Happening::BadLogin(user) => say(
            4,
            "SEC_LOGIN-4-LOGIN_FAILED",
            format!("Login failed [user: {user}] [Source: 198.51.100.7] [localport: 22] [Reason: Login Authentication Failed]"),
        ),
        Happening::BadCommunity(from) => say(3, "SNMP-3-AUTHFAIL", format!("Authentication failure for SNMP req from host {from}")),
        Happening::Chat(number) => {
            let (tag, text) = CHAT[usize::from(*number) % CHAT.len()];
            say(6, tag, text.to_owned())
        }
        Happening::CellDown(..) | Happening::CellUp(_) => Vec::new(),
    }
}
