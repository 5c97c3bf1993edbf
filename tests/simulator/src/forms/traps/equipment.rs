//! Notifications about what a device is made of: optics, fans, cards, power, configuration.

use super::super::Moment;
use super::{at, trap_of};
use crate::ber::{Trap, Value, oid};
use crate::topology::{Port, Vendor};

/// Light: JUNIPER-DOM-MIB, CISCO-ENTITY-SENSOR-MIB; the others tell it by syslog, or only when the port goes down.
pub(super) fn light(vendor: Vendor, port: &Port, level: u8, centi_dbm: i32) -> Option<Trap> {
    let index = [port.if_index];
    match vendor {
        Vendor::Junos => {
            // BITS count from the left: 0 loss of signal, 4 receive power low. Warnings send nothing.
            let now = match level {
                0 => vec![0, 0, 0],
                1 => return None,
                2 => vec![0x08, 0, 0],
                _ => vec![0x88, 0, 0],
            };
            let last = if level == 0 { vec![0x08, 0, 0] } else { vec![0, 0, 0] };
            trap_of(
                if level == 0 {
                    "1.3.6.1.4.1.2636.4.18.0.2"
                } else {
                    "1.3.6.1.4.1.2636.4.18.0.1"
                },
                vec![
                    (at("1.3.6.1.2.1.2.2.1.2", &index), Value::text(&port.name)),
                    (at("1.3.6.1.4.1.2636.3.60.1.1.1.1.3", &index), Value::Octets(last)),
                    (at("1.3.6.1.4.1.2636.3.60.1.1.1.1.1", &index), Value::Octets(now)),
                ],
            )
        }
        Vendor::Ios | Vendor::IosXr | Vendor::NxOs => {
            let sensor = [port.if_index & 0xffff | 0x1000_0000];
            let threshold = [sensor[0], u32::from(level.max(1))];
            let limit = if level == 2 { -200 } else { -160 };
            trap_of(
                "1.3.6.1.4.1.9.9.91.2.0.1",
                vec![
                    (at("1.3.6.1.4.1.9.9.91.1.2.1.1.4", &threshold), Value::Integer(limit)),
                    (at("1.3.6.1.4.1.9.9.91.1.1.1.1.4", &sensor), Value::Integer(i64::from(centi_dbm) / 10)),
                    (at("1.3.6.1.4.1.9.9.91.1.2.1.1.5", &threshold), Value::Integer(if level == 0 { 2 } else { 1 })),
                    (
                        at("1.3.6.1.2.1.47.1.1.1.1.7", &sensor),
                        Value::text(&format!("{} Receive Power Sensor", port.name)),
                    ),
                ],
            )
        }
        _ => None,
    }
}

pub(super) fn temperature(vendor: Vendor, level: u8, degrees: u32) -> Option<Trap> {
    let degrees = i64::from(degrees);
    match vendor {
        Vendor::Ios | Vendor::IosXr | Vendor::NxOs => {
            let state = match level {
                0 => 1,
                1 => 2,
                _ => 3,
            };
            trap_of(
                "1.3.6.1.4.1.9.9.13.3.0.7",
                vec![
                    (oid("1.3.6.1.4.1.9.9.13.1.3.1.2.1006"), Value::text("SW#1, Sensor#1")),
                    (oid("1.3.6.1.4.1.9.9.13.1.3.1.3.1006"), Value::Gauge(u32::try_from(degrees).unwrap_or(0))),
                    (oid("1.3.6.1.4.1.9.9.13.1.3.1.6.1006"), Value::Integer(state)),
                ],
            )
        }
        Vendor::Junos => {
            let id = if level == 0 { "1.3.6.1.4.1.2636.4.2.3" } else { "1.3.6.1.4.1.2636.4.1.3" };
            trap_of(
                id,
                vec![
                    (oid("1.3.6.1.4.1.2636.3.1.8.1.6.7.1.0.0"), Value::text("FPC: MPC @ 0/*/*")),
                    (oid("1.3.6.1.4.1.2636.3.1.13.1.7.7.1.0.0"), Value::Gauge(u32::try_from(degrees).unwrap_or(0))),
                ],
            )
        }
        Vendor::Eos => trap_of(
            "1.3.6.1.4.1.30065.3.12.0.1",
            vec![
                (oid("1.3.6.1.2.1.99.1.1.1.4.100006001"), Value::Integer(degrees * 10)),
                (oid("1.3.6.1.2.1.99.1.1.1.5.100006001"), Value::Integer(if level == 0 { 1 } else { 3 })),
            ],
        ),
        _ => None,
    }
}

pub(super) fn fan(vendor: Vendor, works: bool) -> Option<Trap> {
    match vendor {
        Vendor::Ios | Vendor::IosXr | Vendor::NxOs => trap_of(
            "1.3.6.1.4.1.9.9.13.3.0.8",
            vec![
                (oid("1.3.6.1.4.1.9.9.13.1.4.1.2.1014"), Value::text("Fan Tray 1")),
                (oid("1.3.6.1.4.1.9.9.13.1.4.1.3.1014"), Value::Integer(if works { 1 } else { 3 })),
            ],
        ),
        Vendor::Junos => trap_of(
            if works { "1.3.6.1.4.1.2636.4.2.2" } else { "1.3.6.1.4.1.2636.4.1.2" },
            vec![
                (oid("1.3.6.1.4.1.2636.3.1.8.1.6.4.1.0.0"), Value::text("Fan Tray 0")),
                (oid("1.3.6.1.4.1.2636.3.1.13.1.6.4.1.0.0"), Value::Integer(if works { 2 } else { 6 })),
            ],
        ),
        _ => None,
    }
}

/// A line card: CISCO-ENTITY-FRU-CONTROL-MIB, JUNIPER-MIB.
pub(super) fn module(vendor: Vendor, card: u8, works: bool, moment: Moment<'_>) -> Option<Trap> {
    let slot = u32::from(card);
    match vendor {
        Vendor::Ios | Vendor::IosXr | Vendor::NxOs => {
            let index = [1000 + slot];
            trap_of(
                "1.3.6.1.4.1.9.9.117.2.0.1",
                vec![
                    (at("1.3.6.1.4.1.9.9.117.1.2.1.1.2", &index), Value::Integer(if works { 2 } else { 7 })),
                    (at("1.3.6.1.4.1.9.9.117.1.2.1.1.4", &index), Value::Ticks(moment.uptime_ticks)),
                    (at("1.3.6.1.2.1.47.1.1.1.1.7", &index), Value::text(&format!("module {card}"))),
                ],
            )
        }
        Vendor::Junos => {
            let index = [7, slot + 1, 0, 0];
            trap_of(
                if works { "1.3.6.1.4.1.2636.4.2.4" } else { "1.3.6.1.4.1.2636.4.1.9" },
                vec![
                    (at("1.3.6.1.4.1.2636.3.1.15.1.1", &index), Value::Integer(7)),
                    (at("1.3.6.1.4.1.2636.3.1.15.1.5", &index), Value::text(&format!("FPC: MPC @ {card}/*/*"))),
                    (at("1.3.6.1.4.1.2636.3.1.15.1.6", &index), Value::Integer(3)),
                    (at("1.3.6.1.4.1.2636.3.1.15.1.7", &index), Value::Integer(i64::from(card))),
                ],
            )
        }
        _ => None,
    }
}

/// UPS-MIB `upsTrapOnBattery`.
pub(super) fn on_battery(minutes: u32) -> Option<Trap> {
    trap_of(
        "1.3.6.1.2.1.33.2.1",
        vec![
            (oid("1.3.6.1.2.1.33.1.2.3.0"), Value::Integer(i64::from(minutes))),
            (oid("1.3.6.1.2.1.33.1.2.2.0"), Value::Integer(5)),
            (oid("1.3.6.1.2.1.33.1.9.7.0"), Value::Integer(2)),
        ],
    )
}

/// UPS-MIB alarm table: `upsAlarmOnBattery` is 2, `upsAlarmLowBattery` 3.
pub(super) fn ups_alarm(which: u32, added: bool) -> Option<Trap> {
    trap_of(
        if added { "1.3.6.1.2.1.33.2.3" } else { "1.3.6.1.2.1.33.2.4" },
        vec![
            (oid("1.3.6.1.2.1.33.1.6.2.1.1").with(&[which]), Value::Integer(i64::from(which))),
            (
                oid("1.3.6.1.2.1.33.1.6.2.1.2").with(&[which]),
                Value::Oid(oid("1.3.6.1.2.1.33.1.6.3").with(&[which])),
            ),
        ],
    )
}

pub(super) fn configured(vendor: Vendor, moment: Moment<'_>) -> Option<Trap> {
    match vendor {
        Vendor::Ios | Vendor::NxOs => {
            let index = [moment.sequence];
            trap_of(
                "1.3.6.1.4.1.9.9.43.2.0.1",
                vec![
                    (at("1.3.6.1.4.1.9.9.43.1.1.6.1.3", &index), Value::Integer(1)),
                    (at("1.3.6.1.4.1.9.9.43.1.1.6.1.4", &index), Value::Integer(3)),
                    (at("1.3.6.1.4.1.9.9.43.1.1.6.1.5", &index), Value::Integer(2)),
                ],
            )
        }
        _ => None,
    }
}
