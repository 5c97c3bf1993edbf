//! Huawei VRP.

use super::super::Happening;
use super::{Line, dbm, one};

/// Huawei VRP.
pub(super) fn lines(happening: &Happening) -> Vec<Line> {
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
