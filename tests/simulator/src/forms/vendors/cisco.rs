//! Cisco IOS, IOS XR and NX-OS.

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

fn reason(timer: bool) -> &'static str {
    if timer {
        "Neighbor Down: Dead timer expired"
    } else {
        "Neighbor Down: Interface down or detached"
    }
}

/// IOS and IOS XE.
pub(super) fn ios(happening: &Happening) -> Vec<Line> {
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

/// IOS XR.
pub(super) fn iosxr(happening: &Happening) -> Vec<Line> {
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

/// NX-OS.
pub(super) fn nxos(happening: &Happening) -> Vec<Line> {
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
