//! Syslog lines: each vendor's envelope around its texts.

use super::vendors::{Line, ran, texts};
use super::{Happening, Moment};
use crate::topology::{Device, Vendor};

const LOCAL7: u8 = 23;
const DAEMON: u8 = 3;

fn pri(facility: u8, severity: u8) -> u16 {
    u16::from(facility) * 8 + u16::from(severity)
}

/// The lines a device writes about a happening.
pub(super) fn lines(device: &Device, happening: &Happening, moment: Moment<'_>) -> Vec<String> {
    if device.vendor == Vendor::Ran {
        return ran(happening, &device.host).into_iter().map(|body| structured(device, moment, body)).collect();
    }
    texts(device, happening)
        .into_iter()
        .enumerate()
        .map(|(number, line)| envelope(device, moment, number as u32, &line))
        .collect()
}

/// RFC 5424, as base stations write it.
fn structured(device: &Device, moment: Moment<'_>, (severity, body): (u8, String)) -> String {
    let (pri, time, host) = (pri(LOCAL7, severity), moment.clock.rfc3339(), &device.host);
    format!("<{pri}>1 {time} {host} alarmd 411 ALARM {body}")
}

fn envelope(device: &Device, moment: Moment<'_>, number: u32, line: &Line) -> String {
    let (host, clock) = (&device.host, moment.clock);
    let Line { severity, process, tag, text } = line;
    let seven = pri(LOCAL7, *severity);
    let sequence = moment.sequence.wrapping_mul(3).wrapping_add(number);
    match device.vendor {
        Vendor::Ios => format!("<{seven}>{sequence}: {host}: {}: %{tag}: {text}", clock.millis()),
        Vendor::IosXr => {
            let node = if *process == "ifmgr" { "LC/0/0/CPU0" } else { "RP/0/RSP0/CPU0" };
            format!(
                "<{seven}>{sequence}: {host} {node}:{} UTC: {process}[1{:03}]: %{tag} : {text}",
                clock.millis(),
                tag.len()
            )
        }
        Vendor::NxOs => {
            let t = clock.parts();
            let time = format!("{} {} {:>2} {:02}:{:02}:{:02}", t.year, t.month_name(), t.day, t.hour, t.minute, t.second);
            format!("<{seven}>{host}: {time} UTC: %{tag}: {text}")
        }
        Vendor::Junos => {
            let daemon = pri(DAEMON, *severity);
            let separator = if tag.is_empty() { "" } else { ": " };
            format!(
                "<{daemon}>{} {host} {process}[{}]: {tag}{separator}{text}",
                clock.bsd(),
                2_000 + process.len() * 37
            )
        }
        Vendor::Eos => format!("<{}>{} {host} {process}: %{tag}: {text}", pri(20, *severity), clock.bsd()),
        Vendor::Huawei | Vendor::Ran | Vendor::Ups => {
            let t = clock.parts();
            let time = format!("{} {:>2} {} {:02}:{:02}:{:02}", t.month_name(), t.day, t.year, t.hour, t.minute, t.second);
            format!("<{seven}>{time} {host} %%01{tag}(l)[{sequence}]:{text}")
        }
    }
}
