//! Junos, Arista EOS and Huawei VRP.

use super::super::Happening;
use super::{Line, dbm, line, one};

/// Junos.
pub(super) fn junos(happening: &Happening) -> Vec<Line> {
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

/// Arista EOS.
pub(super) fn eos(happening: &Happening) -> Vec<Line> {
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
        Happening::OspfDown(port, router, address, timer) => {
            let why = if *timer { "inactivity timer expired" } else { "interface down" };
            one(
                4,
                "Rib",
                "OSPF-4-OSPF_ADJACENCY_TEARDOWN",
                format!("NGB {router}, interface {address} adjacency dropped: {why}, state was: FULL ({})", port.name),
            )
        }
        Happening::OspfUp(port, router, address) => one(
            4,
            "Rib",
            "OSPF-4-OSPF_ADJACENCY_ESTABLISHED",
            format!("NGB {router}, interface {address} adjacency established ({})", port.name),
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

/// Huawei VRP.
pub(super) fn huawei(happening: &Happening) -> Vec<Line> {
    let say = |severity, tag: &str, text: String| one(severity, "", tag, text);
    match happening {
        Happening::LinkDown(port, _) => say(4, "IFNET/4/IF_STATE", format!("Interface {} has turned into DOWN state.", port.name)),
        Happening::LinkUp(port) => say(4, "IFNET/4/IF_STATE", format!("Interface {} has turned into UP state.", port.name)),
        Happening::OspfDown(port, router, address, timer) => {
            let why = if *timer {
                "Neighbor Down Due to Inactivity"
            } else {
                "Neighbor Down Due to Kill Neighbor"
            };
            say(
                3,
                "OSPF/3/NBR_DOWN_REASON",
                format!(
                    "Neighbor state leaves full or changed to Down. (ProcessId=1, NeighborRouterId={router}, NeighborIp={address}, NeighborAreaId=0.0.0.0, NeighborInterface={}, NeighborDownImmediate reason={why}, NeighborDownPrimeReason=Interface Parameter Mismatch)",
                    port.name
                ),
            )
        }
        Happening::OspfUp(port, router, _) => say(
            4,
            "OSPF/4/NBR_CHANGE_E",
            format!(
                "Neighbor changes event: neighbor status changed. (ProcessId=1, NeighborAddress={router}, NeighborInterface={}, NeighborEvent=LoadingDone, NeighborPreviousState=Loading, NeighborCurrentState=Full)",
                port.name
            ),
        ),
        Happening::LdpDown(peer) => say(
            4,
            "LDP/4/SSNHOLDTMREXP",
            format!("Session hold timer expired, session is down. (PeerId={peer}, State=Down)"),
        ),
        Happening::LdpUp(peer) => say(4, "LDP/4/SSNUP", format!("LDP session is up. (PeerId={peer}, State=Up)")),
        Happening::BgpDown(peer, asn) => say(
            3,
            "BGP/3/STATE_CHG_UPDOWN",
            format!(
                "The status of the peer {peer} changed from ESTABLISHED to IDLE. (InstanceName=Public, RemoteAs={asn}, StateChangeReason=Hold Timer Expired)"
            ),
        ),
        Happening::BgpUp(peer, asn) => say(
            3,
            "BGP/3/STATE_CHG_UPDOWN",
            format!("The status of the peer {peer} changed from OPENCONFIRM to ESTABLISHED. (InstanceName=Public, RemoteAs={asn}, StateChangeReason=Up)"),
        ),
        Happening::LightLow(port, level, centi) => {
            let word = if *level > 1 { "alarm" } else { "prewarning" };
            say(
                4,
                "SRM/4/OPTPWRABNORMAL",
                format!(
                    "Optical module receive power is abnormal. (EntPhysicalName={}, RxPower={}dBm, Reason=Rx power low {word})",
                    port.name,
                    dbm(*centi)
                ),
            )
        }
        Happening::LightOk(port, centi) => say(
            4,
            "SRM/4/OPTPWRRESUME",
            format!(
                "Optical module receive power resumed. (EntPhysicalName={}, RxPower={}dBm)",
                port.name,
                dbm(*centi)
            ),
        ),
        Happening::Hot(level, degrees) => {
            let word = if *level > 1 { "Major" } else { "Minor" };
            say(
                4,
                "ENTITYTRAP/4/ENTITYBRDTEMPALARM",
                format!(
                    "Temperature rise over or fall below the warning alarm threshold. (EntityPhysicalIndex=1, Severity={word}, TemperatureValue={degrees})"
                ),
            )
        }
        Happening::Cool(degrees) => say(
            4,
            "ENTITYTRAP/4/ENTITYBRDTEMPRESUME",
            format!("Temperature back to normal level. (EntityPhysicalIndex=1, TemperatureValue={degrees})"),
        ),
        Happening::FanFailed => say(
            3,
            "ENTITYTRAP/3/FANINVALID",
            "Fan is invalid. (EntityPhysicalIndex=5, PhysicalName=\"FAN 1\")".to_owned(),
        ),
        Happening::FanOk => say(
            3,
            "ENTITYTRAP/3/FANRESUME",
            "Fan resumed. (EntityPhysicalIndex=5, PhysicalName=\"FAN 1\")".to_owned(),
        ),
        Happening::CardFailed(card) => say(
            3,
            "ENTITYTRAP/3/BOARDFAIL",
            format!(
                "Board failed. (EntPhysicalName=\"LPU Board {}\", ReasonDescription=\"The board became abnormal\")",
                card + 1
            ),
        ),
        Happening::CardOk(card) => say(
            3,
            "ENTITYTRAP/3/BOARDRESUME",
            format!("Board resumed. (EntPhysicalName=\"LPU Board {}\")", card + 1),
        ),
        Happening::DyingGasp => say(1, "ALML/1/DYINGGASP", "The device is powered off, dying gasp.".to_owned()),
        Happening::OnBattery(minutes) => say(
            2,
            "ALML/2/BATTERYDISCHARGE",
            format!("The power supply is on battery. (RemainingMinutes={minutes})"),
        ),
        Happening::BatteryLow(minutes) => say(1, "ALML/1/BATTERYLOW", format!("The battery is low. (RemainingMinutes={minutes})")),
        Happening::MainsBack => say(2, "ALML/2/BATTERYRESUME", "The power supply is on mains again.".to_owned()),
        Happening::ColdStart => say(4, "SNMP/4/COLDSTART", "Coldstart trap is sent: the device started.".to_owned()),
        Happening::Configured(user) => say(
            5,
            "CFM/5/SAVE",
            format!("The user {user} chose Y when deciding whether to save the configuration."),
        ),
        Happening::Login(user) => say(
            5,
            "SSH/5/SSH_USER_LOGIN",
            format!("The SSH user succeeded in logging in. (UserName={user}, UserAddress=192.0.2.20)"),
        ),
        Happening::BadLogin(user) => say(
            4,
            "SSH/4/SSH_FAIL",
            format!("Failed to log in through SSH. (UserName={user}, UserAddress=198.51.100.7)"),
        ),
        Happening::BadCommunity(from) => say(
            4,
            "SNMP/4/SNMP_FAIL",
            format!("Failed to login through SNMP. (Ip={from}, Times=1, Reason=the community was incorrect)"),
        ),
        Happening::Chat(number) => {
            let text = [
                "Recorded command information. (Task=VT0, User=netops, Command=\"display interface brief\")",
                "Synchronized the statistics.",
                "The license was checked.",
            ];
            say(5, "SHELL/5/CMDRECORD", text[usize::from(*number) % text.len()].to_owned())
        }
        Happening::CellDown(..) | Happening::CellUp(_) => Vec::new(),
    }
}
