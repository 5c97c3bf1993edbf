use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::{EntityId, Name, Timestamp};

const MINUTE: u64 = 60_000_000;

fn moment(seconds: u64, uptime: u32) -> Moment {
    Moment {
        steady: seconds * 1_000_000,
        uptime: Some(uptime),
    }
}

fn count(value: u64, width: Width, read: Moment) -> Count {
    Count { value, width, read }
}

fn read(seconds: u64, uptime: u32) -> Read {
    Read {
        at: Timestamp::from_micros(seconds as i64 * 1_000_000),
        moment: moment(seconds, uptime),
    }
}

#[test]
fn a_wrap_counts_on_and_a_restart_gives_nothing() {
    let (first, second) = (moment(0, 100_000), moment(60, 106_000));
    for (width, top) in [(Width::Bits32, u64::from(u32::MAX)), (Width::Bits64, u64::MAX)] {
        let before = count(top - 599, width, first);
        assert_eq!(rate(&before, &count(600, width, second), Pace::Unknown), Ok(20.0), "{width:?}");
        assert_eq!(rate(&before, &count(600, width, second), Pace::Line(125e3)), Ok(20.0), "{width:?}");
        assert_eq!(rate(&before, &count(600, width, moment(60, 5_000)), Pace::Unknown), Err(NoRate::Restarted));
        // Nothing says whether it was a restart: no rate.
        let silent = Moment { uptime: None, ..second };
        assert_eq!(rate(&before, &count(600, width, silent), Pace::Unknown), Err(NoRate::Doubtful));
    }
}

#[test]
fn a_counter_that_somebody_cleared_is_no_wrap() {
    let (first, second) = (moment(0, 100_000), moment(60, 106_000));
    let before = count(5_000, Width::Bits32, first);
    for pace in [Pace::Unknown, Pace::Line(125e6 / 100.0), Pace::Rare(1.5e6)] {
        assert_eq!(rate(&before, &count(0, Width::Bits32, second), pace), Err(NoRate::Doubtful), "{pace:?}");
    }
    let before = count(3_000_000_000, Width::Bits32, first);
    assert_eq!(rate(&before, &count(0, Width::Bits32, second), Pace::Rare(1.5e6)), Err(NoRate::Doubtful));
}

#[test]
fn a_narrow_counter_of_a_fast_line_is_not_believed() {
    let (first, second) = (moment(0, 100_000), moment(300, 130_000));
    let before = count(0, Width::Bits32, first);
    let now = count(1_000_000, Width::Bits32, second);
    assert_eq!(rate(&before, &now, Pace::Line(125e6)), Err(NoRate::TooFast), "1 Gbit/s passes 32 bits in 34 s");
    assert!(rate(&before, &now, Pace::Line(12.5e6)).is_ok(), "100 Mbit/s does not within 300 s");
    assert!(rate(&before, &now, Pace::Rare(1.5e6)).is_ok(), "errors do not come at the line's rate");
    let wide = |count: Count| Count { width: Width::Bits64, ..count };
    assert!(rate(&wide(before), &wide(now), Pace::Line(125e6)).is_ok());
    assert_eq!(rate(&before, &wide(now), Pace::Unknown), Err(NoRate::Changed));
    assert_eq!(rate(&before, &Count { read: first, ..now }, Pace::Unknown), Err(NoRate::NoTime));
}

#[test]
fn a_restart_shows_also_where_the_uptime_is_larger_again() {
    assert_eq!(restarted(moment(0, 1_000), moment(300, 20_000)), Some(true), "10 s up, 300 s later 200 s up");
    assert_eq!(restarted(moment(0, 1_000), moment(300, 31_000)), Some(false));
    assert_eq!(restarted(moment(0, 1_000), moment(300, 30_400)), Some(false), "an uptime that lags a little");
    assert_eq!(restarted(moment(0, 7), moment(300, 7)), None, "an uptime that stands still tells nothing");
}

proptest! {
    /// Whatever a device counted, the rate is what it counted; across a restart there is none.
    #[test]
    fn rates_are_what_was_counted(start in any::<u64>(), steps in prop::collection::vec((1_u64..600, 0.0..1.0_f64, prop::bool::weighted(0.2)), 1..20), wide in any::<bool>()) {
        let (width, mask) = if wide { (Width::Bits64, u64::MAX) } else { (Width::Bits32, u64::from(u32::MAX)) };
        let most = 5e6;
        let (mut now, mut truth, mut uptime) = (0_u64, start & mask, 70_000_u32);
        let mut before = count(truth, width, Moment { steady: 0, uptime: Some(uptime) });
        for (seconds, load, restart) in steps {
            now += seconds * 1_000_000;
            let counted = (most * load * seconds as f64) as u64;
            uptime = if restart { (seconds * 50) as u32 } else { uptime + seconds as u32 * 100 };
            truth = if restart { counted / 2 } else { truth.wrapping_add(counted) & mask };
            let after = count(truth, width, Moment { steady: now, uptime: Some(uptime) });
            match rate(&before, &after, Pace::Line(most)) {
                Ok(per_second) => {
                    // A restart may pass unseen only where the uptime says that there was none: up to 10 s and a fiftieth.
                    prop_assert!(!restart || seconds <= 25, "a rate of {per_second} from across a restart");
                    prop_assert!(restart || (per_second * seconds as f64 - counted as f64).abs() < 1e-3 * (1.0 + counted as f64));
                }
                Err(NoRate::TooFast) => prop_assert!(!wide && most * seconds as f64 >= 4_294_967_296.0),
                Err(why) => prop_assert!(restart, "{why:?}"),
            }
            before = after;
        }
    }
}

/// One interface as two columns of counters, its name and its speed tell it.
fn interface(name: &str, octets: Value, discontinuity: i64, at: Read) -> Interface {
    let mut interface = Interface::default();
    interface.put(Column::Name, &Value::Text(name.into()), &at);
    interface.put(Column::HighSpeed, &Value::Integer(1_000), &at);
    interface.put(Column::Discontinuity, &Value::Integer(discontinuity), &at);
    interface.put(Column::Count(Counter::InOctets), &octets, &at);
    interface
}

fn poll(memory: &mut Memory, interfaces: impl IntoIterator<Item = (u32, Interface)>, all: bool) -> BTreeMap<(Of, String), f64> {
    let reading = Reading {
        interfaces: interfaces.into_iter().collect(),
        all_interfaces: all,
        ..Reading::default()
    };
    let measures = memory.take(reading, &[]);
    measures.into_iter().map(|m| ((m.of, m.metric.to_string()), m.value)).collect()
}

#[test]
fn an_interface_gives_rates_from_its_second_reading_on() {
    let mut memory = Memory::default();
    let of = |metric: &str| (Of::Interface(7), metric.to_owned());
    assert!(poll(&mut memory, [(7, interface("Gi0/7", Value::Counter64(1_000_000), 0, read(0, 10_000)))], true).is_empty());
    let second = poll(&mut memory, [(7, interface("Gi0/7", Value::Counter64(76_000_000), 0, read(60, 16_000)))], true);
    assert_eq!(second[&of("in_bps")], 10_000_000.0);
    assert_eq!(second[&of("in_utilisation_pct")], 1.0);
    assert_eq!(second.len(), 2, "what was not answered is no sample: {second:?}");
    // A discontinuity of this interface alone: no rate, then rates again.
    assert!(
        poll(
            &mut memory,
            [(7, interface("Gi0/7", Value::Counter64(80_000_000), 18_000, read(120, 22_000)))],
            true
        )
        .is_empty()
    );
    assert_eq!(
        poll(
            &mut memory,
            [(7, interface("Gi0/7", Value::Counter64(80_000_600), 18_000, read(180, 28_000)))],
            true
        )[&of("in_bps")],
        80.0
    );
    // Another interface under the same index: what was counted is not its.
    assert!(
        poll(
            &mut memory,
            [(7, interface("Gi0/8", Value::Counter64(90_000_000), 18_000, read(240, 34_000)))],
            true
        )
        .is_empty()
    );
    // Gone, and back.
    assert!(poll(&mut memory, [], true).is_empty());
    assert!(memory.ports().is_empty());
}

#[test]
fn what_a_broken_walk_did_not_reach_goes_on_across_the_gap() {
    let mut memory = Memory::default();
    let both = |value: u64, at: Read| [1, 2].map(|index| (index, interface(&format!("e{index}"), Value::Counter64(value), 0, at)));
    poll(&mut memory, both(0, read(0, 10_000)), true);
    let [first, _] = both(600, read(60, 16_000));
    let broken = poll(&mut memory, [first], false);
    assert_eq!(
        broken.keys().map(|(of, _)| of.clone()).collect::<Vec<_>>(),
        [Of::Interface(1), Of::Interface(1)]
    );
    let whole = poll(&mut memory, both(1_200, read(120, 22_000)), true);
    assert_eq!(whole[&(Of::Interface(1), "in_bps".to_owned())], 80.0);
    assert_eq!(whole[&(Of::Interface(2), "in_bps".to_owned())], 80.0, "1,200 octets in 120 s");
}

#[test]
fn a_row_cut_in_two_keeps_its_name_and_makes_no_rate_without_its_discontinuity() {
    let mut memory = Memory::default();
    poll(&mut memory, [(1, interface("e1", Value::Counter64(0), 500, read(0, 10_000)))], true);
    let mut cut = Interface::default();
    cut.put(Column::Count(Counter::InOctets), &Value::Counter64(600), &read(60, 16_000));
    assert!(poll(&mut memory, [(1, cut)], false).is_empty(), "whether it began anew was not read");
    assert_eq!(memory.ports()[0].name, "e1");
    let next = poll(&mut memory, [(1, interface("e1", Value::Counter64(1_200), 500, read(120, 22_000)))], true);
    assert_eq!(next[&(Of::Interface(1), "in_bps".to_owned())], 80.0);
}

#[test]
fn narrow_counters_stand_in_for_wide_ones_and_speeds_agree() {
    let at = read(0, 0);
    let mut one = Interface::default();
    assert!(one.lacks_octets());
    one.put(Column::Count(Counter::InOctets), &Value::Absent, &at);
    assert!(one.lacks_octets());
    for counter in NARROW {
        one.put_narrow(counter, &Value::Counter32(5), &at);
    }
    assert!(!one.lacks_octets());
    one.put(Column::Count(Counter::InOctets), &Value::Counter64(7), &at);
    one.put_narrow(Counter::InOctets, &Value::Counter32(9), &at);
    assert_eq!(one.counts[0].unwrap().0.value, 7);
    for (high, plain, speed) in [
        (0, 1_544_000, Some(1.544e6)),
        (10, 10_000_000, Some(1e7)),
        (100_000, 4_294_967_295, Some(1e11)),
        (0, 0, None),
        (2, 1_544_000, Some(1.544e6)),
    ] {
        one.put(Column::HighSpeed, &Value::Integer(high), &at);
        one.put(Column::Speed, &Value::Integer(plain), &at);
        assert_eq!(one.speed(), speed, "{high} {plain}");
    }
}

#[test]
fn objects_are_gauges_or_counters() {
    let objects = [
        Object {
            metric: "load_pct".into(),
            oid: vec![1, 3, 6, 1, 4, 1, 0],
            kind: Kind::Gauge,
            scale: 0.1,
        },
        Object {
            metric: "drops_ps".into(),
            oid: vec![1, 3, 6, 1, 4, 2],
            kind: Kind::Counter,
            scale: 1.0,
        },
    ];
    let mut memory = Memory::default();
    let mut ask = |seconds: u64, load: Value, drops: u32| {
        let at = read(seconds, 10_000 + 100 * seconds as u32);
        let cell = |object, row, value| ObjectCell { object, row, value, read: at };
        let reading = Reading {
            objects: vec![
                cell(0, vec![], load),
                cell(1, vec![3, 1], Value::Counter32(drops)),
                cell(9, vec![], Value::Counter32(1)),
            ],
            all_objects: true,
            ..Reading::default()
        };
        memory.take(reading, &objects)
    };
    let first = ask(0, Value::Text(b" 425 ".to_vec()), 10);
    assert_eq!((first.len(), first[0].value, &first[0].of), (1, 42.5, &Of::Device));
    let second = ask(60, Value::Text(b"NaN".to_vec()), 70);
    assert_eq!((second.len(), second[0].value, &second[0].of), (1, 1.0, &Of::Row(vec![3, 1])));
}

#[test]
fn samples_go_to_the_interface_or_bear_its_name() {
    let id = |n: u8| EntityId(uuid::Uuid::from_bytes([n; 16]));
    let port = |index, name: &str, descr: &str| Port {
        index,
        name: name.into(),
        descr: descr.into(),
        alias: Name::EMPTY,
    };
    let ports = [
        port(1, "Gi0/1", ""),
        port(2, "Gi0/2", ""),
        port(3, "", "a \"b\" \\"),
        port(4, "dup", ""),
        port(5, "dup", ""),
    ];
    let seats = Seats {
        device: id(9),
        interfaces: BTreeMap::from([(1, id(1))]),
    };
    let of = [
        Of::Interface(1),
        Of::Interface(2),
        Of::Interface(3),
        Of::Interface(4),
        Of::Interface(6),
        Of::Row(vec![3, 1]),
        Of::Device,
    ];
    let measures = of.map(|of| Measure {
        of,
        metric: "m".into(),
        at: Timestamp::from_micros(MINUTE as i64),
        value: 1.0,
    });
    let samples = samples(measures.to_vec(), &seats, &ports, &Name::from("poll"));
    let told: Vec<(EntityId, String)> = samples.into_iter().map(|sample| (sample.entity, sample.metric.to_string())).collect();
    let on_device = |metric: &str| (id(9), metric.to_owned());
    assert_eq!(
        told,
        [
            (id(1), "m".to_owned()),
            on_device("m{ifName=\"Gi0/2\"}"),
            on_device("m{ifDescr=\"a \\\"b\\\" \\\\\"}"),
            on_device("m{ifName=\"dup\",ifIndex=\"4\"}"),
            on_device("m{ifIndex=\"6\"}"),
            on_device("m{index=\"3.1\"}"),
            on_device("m"),
        ]
    );
}

#[test]
fn text_from_devices_is_tamed() {
    assert_eq!(Value::Text(b"a\0b\n".to_vec()).text().unwrap(), "a b");
    assert_eq!(Value::Text(vec![0xff; 5_000]).text().unwrap().len(), 255);
    assert_eq!(Value::Counter64(u64::MAX).number(), Some(18_446_744_073_709_551_615.0));
    assert_eq!(Value::Text(b"inf".to_vec()).number(), None);
    assert_eq!(Value::Integer(-1).count(moment(0, 0)), None);
}
