//! What each vendor's system logs, in its own words.

mod eos;
mod huawei;
mod ios;
mod iosxr;
mod junos;
mod nxos;

use super::Happening;
use crate::topology::{Device, Port, Vendor};

/// A message before its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) severity: u8,
    pub(super) process: &'static str,
    pub(super) tag: String,
    pub(super) text: String,
}

fn line(severity: u8, process: &'static str, tag: &str, text: String) -> Line {
    Line {
        severity,
        process,
        tag: tag.to_owned(),
        text,
    }
}

fn one(severity: u8, process: &'static str, tag: &str, text: String) -> Vec<Line> {
    vec![line(severity, process, tag, text)]
}

fn dbm(centi: i32) -> String {
    let sign = if centi < 0 { "-" } else { "" };
    format!("{sign}{}.{}", centi.abs() / 100, centi.abs() / 10 % 10)
}

/// `GigabitEthernet0/1` as `Gi0/1`.
fn short(port: &Port) -> String {
    let digits = port.name.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let (word, number) = port.name.split_at(digits);
    format!("{}{number}", word.get(..2).unwrap_or(word))
}

/// The lines of a router.
pub(super) fn texts(device: &Device, happening: &Happening) -> Vec<Line> {
    match device.vendor {
        Vendor::Ios => ios::lines(happening),
        Vendor::IosXr => iosxr::lines(happening),
        Vendor::NxOs => nxos::lines(happening),
        Vendor::Junos => junos::lines(happening),
        Vendor::Eos => eos::lines(happening),
        Vendor::Huawei => huawei::lines(happening),
        Vendor::Ran | Vendor::Ups => Vec::new(),
    }
}

/// A base station: alarm parameters as RFC 5674 names them.
pub(super) fn ran(happening: &Happening, host: &str) -> Option<(u8, String)> {
    let alarm = |resource: &str, cause: &str, perceived: &str, kind: &str| {
        format!("[alarm resource=\"{resource}\" probableCause=\"{cause}\" perceivedSeverity=\"{perceived}\" eventType=\"{kind}\"]")
    };
    let said = match happening {
        Happening::CellDown(cell, why) => (
            2,
            format!("{} Cell {cell} out of service: {why}", alarm(cell, why, "major", "communicationsAlarm")),
        ),
        Happening::CellUp(cell) => (
            5,
            format!("{} Cell {cell} in service", alarm(cell, "transmissionError", "cleared", "communicationsAlarm")),
        ),
        Happening::OnBattery(minutes) => {
            let element = alarm(host, "powerProblem", "major", "environmentalAlarm");
            (3, format!("{element} Mains lost, {minutes} minutes of battery left"))
        }
        Happening::BatteryLow(minutes) => {
            let element = alarm(host, "powerProblem", "critical", "environmentalAlarm");
            (1, format!("{element} Battery low, {minutes} minutes left"))
        }
        Happening::MainsBack => (5, format!("{} Mains restored", alarm(host, "powerProblem", "cleared", "environmentalAlarm"))),
        Happening::Hot(level, degrees) => {
            let perceived = if *level > 1 { "major" } else { "warning" };
            let element = alarm(host, "temperatureUnacceptable", perceived, "environmentalAlarm");
            (4, format!("{element} Cabinet temperature {degrees} C"))
        }
        Happening::Cool(degrees) => {
            let element = alarm(host, "temperatureUnacceptable", "cleared", "environmentalAlarm");
            (5, format!("{element} Cabinet temperature {degrees} C"))
        }
        Happening::ColdStart => (5, "- Base station started".to_owned()),
        Happening::DyingGasp => (1, "- Dying gasp: power lost".to_owned()),
        Happening::Chat(number) => (6, format!("- Statistics file {number} written")),
        _ => return None,
    };
    Some(said)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn light_and_ports_are_written_as_devices_do() {
        assert_eq!(dbm(-2410), "-24.1");
        assert_eq!(dbm(130), "1.3");
        let port = Port {
            name: "GigabitEthernet0/3".to_owned(),
            if_index: 1,
            address: Ipv4Addr::LOCALHOST,
            card: 0,
            alias: String::new(),
        };
        assert_eq!(short(&port), "Gi0/3");
    }
}
