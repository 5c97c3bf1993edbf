//! SNMP notifications, standard and vendors'.

mod equipment;

use std::net::Ipv4Addr;

use super::{Happening, Moment};
use crate::ber::{Oid, Trap, Value, oid};
use crate::topology::{Device, Port, Vendor};
use equipment::{configured, fan, light, module, on_battery, temperature, ups_alarm};

const DOWN: i64 = 2;
const UP: i64 = 1;

fn arcs(address: Ipv4Addr) -> [u32; 4] {
    address.octets().map(u32::from)
}

fn at(column: &str, index: &[u32]) -> Oid {
    oid(column).with(index)
}

fn trap_of(id: &str, varbinds: Vec<(Oid, Value)>) -> Option<Trap> {
    Some(Trap { oid: oid(id), varbinds })
}

/// The notification a device sends about a happening.
pub(super) fn trap(device: &Device, happening: &Happening, moment: Moment<'_>) -> Option<Trap> {
    let vendor = device.vendor;
    match happening {
        Happening::LinkDown(port, admin) => link(vendor, port, Some(*admin)),
        Happening::LinkUp(port) => link(vendor, port, None),
        Happening::OspfDown(_, router, address, _) => ospf(device, *router, *address, 1),
        Happening::OspfUp(_, router, address) => ospf(device, *router, *address, 8),
        Happening::LdpDown(peer) => ldp(device, *peer, false),
        Happening::LdpUp(peer) => ldp(device, *peer, true),
        Happening::BgpDown(peer, _) => bgp(vendor, *peer, false),
        Happening::BgpUp(peer, _) => bgp(vendor, *peer, true),
        Happening::LightLow(port, level, dbm) => light(vendor, port, *level, *dbm),
        Happening::LightOk(port, dbm) => light(vendor, port, 0, *dbm),
        Happening::Hot(level, degrees) => temperature(vendor, *level, *degrees),
        Happening::Cool(degrees) => temperature(vendor, 0, *degrees),
        Happening::FanFailed => fan(vendor, false),
        Happening::FanOk => fan(vendor, true),
        Happening::CardFailed(card) => module(vendor, *card, false, moment),
        Happening::CardOk(card) => module(vendor, *card, true, moment),
        Happening::OnBattery(minutes) => on_battery(*minutes),
        Happening::BatteryLow(_) => ups_alarm(3, true),
        Happening::MainsBack => ups_alarm(2, false),
        Happening::ColdStart => standard(1, Vec::new()),
        Happening::BadCommunity(from) => standard(5, vec![(oid("1.3.6.1.4.1.9.2.1.5.0"), Value::Address(*from))]),
        Happening::Configured(_) => configured(vendor, moment),
        Happening::DyingGasp | Happening::CellDown(..) | Happening::CellUp(..) | Happening::Login(_) | Happening::BadLogin(_) | Happening::Chat(_) => None,
    }
}

fn standard(number: u32, varbinds: Vec<(Oid, Value)>) -> Option<Trap> {
    Some(Trap {
        oid: oid("1.3.6.1.6.3.1.1.5").with(&[number]),
        varbinds,
    })
}

/// IF-MIB linkDown and linkUp, with what vendors add to them.
fn link(vendor: Vendor, port: &Port, down: Option<bool>) -> Option<Trap> {
    let index = [port.if_index];
    let admin = if down == Some(true) { DOWN } else { UP };
    let oper = if down.is_some() { DOWN } else { UP };
    let mut varbinds = vec![
        (at("1.3.6.1.2.1.2.2.1.1", &index), Value::Integer(i64::from(port.if_index))),
        (at("1.3.6.1.2.1.2.2.1.7", &index), Value::Integer(admin)),
        (at("1.3.6.1.2.1.2.2.1.8", &index), Value::Integer(oper)),
        (at("1.3.6.1.2.1.2.2.1.2", &index), Value::text(&port.name)),
    ];
    let alias = (at("1.3.6.1.2.1.31.1.1.1.18", &index), Value::text(&port.alias));
    let name = (at("1.3.6.1.2.1.31.1.1.1.1", &index), Value::text(&port.name));
    match vendor {
        Vendor::Ios => {
            let reason = if down.is_some() { "down" } else { "up" };
            varbinds.push((at("1.3.6.1.2.1.2.2.1.3", &index), Value::Integer(6)));
            varbinds.push((at("1.3.6.1.4.1.9.2.2.1.1.20", &index), Value::text(reason)));
            varbinds.push(alias);
        }
        Vendor::IosXr => varbinds.extend([(at("1.3.6.1.2.1.2.2.1.3", &index), Value::Integer(6)), alias]),
        Vendor::Junos => varbinds.push(name),
        _ => varbinds.extend([name, alias]),
    }
    standard(if down.is_some() { 3 } else { 4 }, varbinds)
}

fn ospf(device: &Device, router: Ipv4Addr, address: Ipv4Addr, state: i64) -> Option<Trap> {
    let [a, b, c, d] = arcs(address);
    let index = [a, b, c, d, 0];
    trap_of(
        "1.3.6.1.2.1.14.16.2.2",
        vec![
            (oid("1.3.6.1.2.1.14.1.1.0"), Value::Address(device.address)),
            (at("1.3.6.1.2.1.14.10.1.1", &index), Value::Address(address)),
            (at("1.3.6.1.2.1.14.10.1.2", &index), Value::Integer(0)),
            (at("1.3.6.1.2.1.14.10.1.3", &index), Value::Address(router)),
            (at("1.3.6.1.2.1.14.10.1.6", &index), Value::Integer(state)),
        ],
    )
}

fn ldp(device: &Device, peer: Ipv4Addr, up: bool) -> Option<Trap> {
    let mut index = Vec::from(arcs(device.address));
    index.extend([0, 0, 1]);
    index.extend(arcs(peer));
    index.extend([0, 0]);
    let state = if up { 5 } else { 1 };
    trap_of(
        if up { "1.3.6.1.2.1.10.166.4.0.3" } else { "1.3.6.1.2.1.10.166.4.0.4" },
        vec![
            (at("1.3.6.1.2.1.10.166.4.1.3.3.1.2", &index), Value::Integer(state)),
            (at("1.3.6.1.2.1.10.166.4.1.3.3.1.8", &index), Value::Ticks(0)),
            (at("1.3.6.1.2.1.10.166.4.1.3.4.1.1", &index), Value::Counter(0)),
            (at("1.3.6.1.2.1.10.166.4.1.3.4.1.2", &index), Value::Counter(0)),
        ],
    )
}

/// BGP4-MIB: the old notifications of RFC 1657 from the older systems, those of RFC 4273 from the others.
fn bgp(vendor: Vendor, peer: Ipv4Addr, up: bool) -> Option<Trap> {
    let index = arcs(peer);
    let old = matches!(vendor, Vendor::Ios | Vendor::Junos | Vendor::Huawei);
    let id = match (old, up) {
        (true, true) => "1.3.6.1.2.1.15.7.1",
        (true, false) => "1.3.6.1.2.1.15.7.2",
        (false, true) => "1.3.6.1.2.1.15.0.1",
        (false, false) => "1.3.6.1.2.1.15.0.2",
    };
    let mut varbinds = vec![
        (at("1.3.6.1.2.1.15.3.1.14", &index), Value::Octets(if up { vec![0, 0] } else { vec![4, 0] })),
        (at("1.3.6.1.2.1.15.3.1.2", &index), Value::Integer(if up { 6 } else { 1 })),
    ];
    if !old {
        varbinds.insert(0, (at("1.3.6.1.2.1.15.3.1.7", &index), Value::Address(peer)));
    }
    trap_of(id, varbinds)
}
