//! The truth beside a run is true.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use pedkai_simulator::forms::Transport;
use pedkai_simulator::mix::{self, FaultKind, Span};
use pedkai_simulator::topology::{Graph, Topology, folder};
use pedkai_simulator::{Emission, Fault, Options, Scenario, Simulation, Unheard, record};

const SECOND: u64 = 1_000_000;
/// Hold time, retry, report and lateness after the end of a fault.
const AFTERMATH: u64 = (180 + 60 + 45 + 60) * SECOND;

struct Ran {
    emissions: Vec<Emission>,
    faults: Vec<Fault>,
    unheard: Vec<Unheard>,
    topology: Topology,
}

fn ran(topology: &str, scenario: Scenario, seed: u64, minutes: u64) -> Ran {
    let options = Options {
        seed,
        scenario,
        minutes: Some(minutes),
        ..Options::default()
    };
    let mut run = Simulation::new(Topology::open(topology, seed).unwrap(), options);
    let emissions: Vec<Emission> = run.by_ref().collect();
    Ran {
        emissions,
        faults: run.faults().to_vec(),
        unheard: run.take_unheard(),
        topology: run.topology().clone(),
    }
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_gives_others() {
    for topology in ["builtin:isp-80", "builtin:hub-spoke-40", "builtin:demo"] {
        let [first, again, other] = [7, 7, 8].map(|seed| ran(topology, Scenario::Mix, seed, 60));
        assert_eq!(first.emissions, again.emissions);
        assert_eq!(first.faults, again.faults);
        assert_ne!(first.emissions, other.emissions);
        assert!(first.emissions.is_sorted_by_key(|emission| emission.at_micros));
    }
}

#[test]
fn messages_belong_to_faults_that_are_going_on() {
    for (topology, scenario) in [
        ("builtin:ring-access-120", Scenario::Mix),
        ("builtin:mesh-60", Scenario::Several),
        ("builtin:isp-200", Scenario::Rough),
        ("builtin:hub-spoke-60", Scenario::Clean),
        ("builtin:demo", Scenario::Story),
    ] {
        let run = ran(topology, scenario, 11, 240);
        let known = run.topology.external_ids();
        let said = run.emissions.iter().map(|emission| &emission.truth);
        for truth in said.chain(run.unheard.iter().map(|unheard| &unheard.truth)) {
            assert!(known.contains(&truth.device) && known.contains(&truth.about), "{truth:?}");
            assert_ne!(truth.cause.fault.is_some(), truth.cause.stray.is_some(), "{truth:?}");
            let Some(id) = truth.cause.fault else { continue };
            let fault = &run.faults[id as usize - 1];
            let time = fault.start_micros.saturating_sub(SECOND)..fault.end_micros + AFTERMATH;
            assert!(time.contains(&truth.said_micros), "{truth:?} {fault:?}");
        }
        assert!(run.faults.len() > 5, "{topology}");
        for fault in &run.faults {
            assert!(known.contains(&fault.root) && fault.accepted.contains(&fault.root), "{fault:?}");
            assert!(fault.accepted.iter().chain(&fault.affected).all(|id| known.contains(id)), "{fault:?}");
            assert!(fault.heard <= fault.said && fault.start_micros < fault.end_micros, "{fault:?}");
        }
    }
}

#[test]
fn every_kind_happens_and_is_heard() {
    for kind in FaultKind::ALL {
        let topology = if kind == FaultKind::SitePower { "builtin:demo" } else { "builtin:isp-80" };
        let run = ran(topology, Scenario::One(kind), 2, 180);
        let mine: Vec<&Fault> = run.faults.iter().filter(|fault| fault.kind == kind).collect();
        assert!(mine.len() > 3, "{kind:?}");
        let heard = mine.iter().any(|fault| fault.heard > 0);
        assert_eq!(heard, kind != FaultKind::Silent, "{kind:?}");
    }
}

#[test]
fn the_loss_of_a_node_is_told_by_every_neighbour_that_can() {
    let run = ran("builtin:isp-200", Scenario::One(FaultKind::NodePower), 21, 240);
    let graph = Graph::of(&run.topology);
    let at: BTreeMap<&str, usize> = run
        .topology
        .devices
        .iter()
        .enumerate()
        .map(|(at, device)| (device.record.external_id.as_str(), at))
        .collect();
    let mut said: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for truth in run
        .emissions
        .iter()
        .map(|emission| &emission.truth)
        .chain(run.unheard.iter().map(|lost| &lost.truth))
    {
        for fault in truth.cause.fault.iter().chain(&truth.cause.also) {
            said.entry(*fault).or_default().insert(&truth.device);
        }
    }
    let end = 240 * 60 * SECOND;
    let told = run.faults.iter().filter(|fault| fault.end_micros < end);
    let mut count = 0;
    for fault in told {
        for (_, peer) in &graph.beside[at[fault.root.as_str()]] {
            let peer = run.topology.devices[*peer].record.external_id.as_str();
            // A neighbour that is dark itself cannot tell.
            let dark = |other: &Fault| other.root == peer && other.start_micros < fault.end_micros && other.end_micros > fault.start_micros;
            assert!(said[&fault.id].contains(peer) || run.faults.iter().any(dark), "{fault:?} {peer}");
            count += 1;
        }
    }
    assert!(count > 40);
}

#[test]
fn a_device_that_is_cut_off_or_dark_is_not_heard() {
    let run = ran("builtin:ring-access-120", Scenario::One(FaultKind::NodePower), 4, 240);
    let whys: BTreeSet<&str> = run.unheard.iter().map(|unheard| unheard.why.as_str()).collect();
    assert!(whys.contains("cut-off"), "{whys:?}");
    for fault in &run.faults {
        // Between the last words and the start nothing comes from the device itself.
        let boot = fault.end_micros;
        let dark = boot - 3 * 60 * SECOND..boot;
        let own = run
            .emissions
            .iter()
            .find(|emission| emission.truth.device == fault.root && dark.contains(&emission.truth.said_micros));
        assert!(own.is_none(), "{fault:?} {own:?}");
    }
}

#[test]
fn conditions_do_what_they_say() {
    let clean = ran("builtin:isp-80", Scenario::Clean, 3, 120);
    assert!(
        clean
            .emissions
            .iter()
            .all(|emission| !emission.truth.copy && emission.truth.cause.stray.is_none())
    );
    assert!(clean.unheard.iter().all(|unheard| unheard.why != "lost"));
    let rough = ran("builtin:isp-80", Scenario::Rough, 3, 240);
    let of = |count: usize| count * 1_000 / rough.emissions.len();
    let copies = rough.emissions.iter().filter(|emission| emission.truth.copy).count();
    let late = |emission: &&Emission| emission.at_micros > emission.truth.said_micros + 4 * SECOND;
    let lost = rough.unheard.iter().filter(|unheard| unheard.why == "lost").count();
    assert!((10..=30).contains(&of(copies)) && (10..=30).contains(&of(lost)), "{copies} {lost}");
    assert!((18..=42).contains(&of(rough.emissions.iter().filter(late).count())));
    assert!(ran("builtin:isp-80", Scenario::Nothing, 3, 600).emissions.is_empty());
    assert!(ran("builtin:isp-80", Scenario::Calm, 3, 60).faults.is_empty());
}

#[test]
fn the_demo_is_large_and_its_story_comes_round() {
    let run = ran("builtin:demo", Scenario::Story, 1, 45);
    assert!(run.topology.external_ids().len() >= 300);
    let devices = run.topology.devices.iter().map(|device| &device.record);
    let kinds: BTreeSet<&str> = run.topology.others.iter().chain(devices).map(|record| record.kind.as_str()).collect();
    assert!(kinds.len() >= 8, "{kinds:?}");
    let told: Vec<FaultKind> = run.faults.iter().map(|fault| fault.kind).collect();
    let turn = [FaultKind::FibreCut, FaultKind::SitePower, FaultKind::FlappingPort];
    assert_eq!(told[..6], [turn, turn].concat());
    let known = run.topology.external_ids();
    assert!(
        run.topology
            .relations
            .iter()
            .all(|one| known.contains(&one.source) && known.contains(&one.target))
    );
}

#[test]
fn an_exported_network_is_the_same_network() {
    for name in ["builtin:demo", "builtin:isp-80", "builtin:mesh-30"] {
        let folder = tempfile::tempdir().unwrap();
        let before = Topology::open(name, 6).unwrap();
        before.write(folder.path()).unwrap();
        let mut after = folder::read(folder.path()).unwrap();
        after.dress(6);
        assert_eq!(before.external_ids(), after.external_ids());
        let ports = |topology: &Topology| -> Vec<_> {
            let devices = &topology.devices;
            let end = |link: &pedkai_simulator::topology::Link, side: usize| {
                let device = &devices[link.ends[side]];
                (device.record.external_id.clone(), device.address, device.vendor, link.ports[side].clone())
            };
            topology
                .links
                .iter()
                .map(|link| (link.external_id.clone(), end(link, 0), end(link, 1)))
                .collect()
        };
        assert_eq!(ports(&before), ports(&after));
    }
}

#[test]
fn a_recording_holds_every_message_and_its_truth() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        seed: 5,
        minutes: Some(60),
        ..Options::default()
    };
    let start = || Simulation::new(Topology::open("builtin:isp-80", 5).unwrap(), options.clone());
    let summary = record::record(start(), &options, folder.path()).unwrap();
    let arrivals: Vec<_> = record::arrivals(folder.path()).unwrap().map(Result::unwrap).collect();
    let truths = record::truth(folder.path()).unwrap();
    let messages: Vec<_> = truths
        .iter()
        .filter_map(|line| if let record::TruthLine::Message(truth) = line { Some(truth) } else { None })
        .collect();
    assert_eq!((arrivals.len() as u64, messages.len()), (summary.arrived, arrivals.len()));
    for ((emission, arrival), truth) in start().zip(&arrivals).zip(&messages) {
        assert_eq!(emission.bytes, arrival.decode().unwrap());
        assert_eq!(&&emission.truth, truth);
    }
    assert!(folder.path().join("topology/relations.csv").exists());
}

#[test]
fn the_page_and_the_figures_agree() {
    let page = include_str!("../MIX.md");
    let total: u32 = FaultKind::ALL.iter().map(|kind| kind.weight()).sum();
    assert_eq!(total, 100);
    for kind in FaultKind::ALL.into_iter().filter(|kind| kind.weight() > 0) {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` | {} |", kind.name(), kind.weight())));
        let Span { lo, hi } = kind.lasts_s();
        let lasts = format!("{}–{} min", lo / 60, hi / 60);
        // A flapping port lasts as long as its flaps do.
        assert!(
            row.is_some_and(|row| kind == FaultKind::FlappingPort || row.contains(&lasts)),
            "{kind:?} {lasts}"
        );
    }
    let percent = |ppm: Span| format!("{}–{} %", ppm.lo / 10_000, ppm.hi / 10_000);
    let range = |span: Span| format!("{}–{}", span.lo, span.hi);
    let minutes = |span: Span| format!("{}–{}", span.lo / 60, span.hi / 60);
    for said in [
        format!("| loss | {} of messages |", percent(mix::RANGES.loss_ppm)),
        format!(
            "| duplication | {}, the copy {} ms later |",
            percent(mix::RANGES.duplicate_ppm),
            range(mix::COPY_MS)
        ),
        format!(
            "| lateness | {} of messages come {} s late; the rest {} ms |",
            percent(mix::RANGES.late_ppm),
            range(mix::LATE_S),
            range(mix::TRANSIT_MS)
        ),
        format!(
            "| clocks | {} % of the devices are off by {} s",
            range(mix::RANGES.skewed_percent),
            range(mix::SKEW_S)
        ),
        format!("| chatter | {} informational", range(mix::RANGES.chatter_per_hour)),
        format!("| stray alarms | {} per 100 device-hours", range(mix::RANGES.stray_per_100_hours)),
        format!(
            "goes down and up {} times, every {}–{} s",
            range(mix::FLAPS),
            mix::FLAP_EVERY_MS.lo / 1_000,
            mix::FLAP_EVERY_MS.hi / 1_000
        ),
        format!("Starts come {} minutes apart", minutes(mix::GAP_S)),
        format!("{} % of them bring **several at once**", mix::SEVERAL_PERCENT),
        format!("at least {} hops apart", mix::HOPS_APART),
        format!("At most {} are open", mix::OPEN_AT_MOST),
        format!(
            "{} % ran {} min on battery before, {} % send a dying gasp",
            mix::BATTERY_PERCENT,
            minutes(mix::BATTERY_S),
            mix::GASP_PERCENT
        ),
        format!(
            "{} % of the devices send traps only, {} % syslog only",
            mix::TRAPS_ONLY_PERCENT,
            mix::SYSLOG_ONLY_PERCENT
        ),
        format!("{} % of the links run over somebody else's switch", mix::CARRIERLESS_PERCENT),
    ] {
        assert!(page.contains(&said), "{said}");
    }
}

#[test]
fn a_device_speaks_in_the_order_of_what_it_saw() {
    let run = ran("builtin:ring-access-40", Scenario::One(FaultKind::FlappingPort), 3, 120);
    let mut last: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut said: Vec<_> = run
        .emissions
        .iter()
        .map(|emission| &emission.truth)
        .filter(|truth| truth.what == "link")
        .collect();
    said.sort_by_key(|truth| truth.message);
    let mut up: BTreeMap<(String, String), bool> = BTreeMap::new();
    for truth in said.into_iter().filter(|truth| !truth.copy) {
        let key = (truth.device.clone(), truth.instance.clone());
        let before = last.insert(key.clone(), truth.said_micros).unwrap_or(0);
        assert!(truth.said_micros >= before);
        up.insert(key, truth.polarity == pedkai_simulator::forms::Polarity::Clear);
    }
    assert!(up.len() > 4);
}

#[test]
fn graphml_networks_run_with_neighbours_that_never_speak_and_parts_that_are_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoo.graphml");
    let node = |at: usize| {
        let internal = at != 9;
        let label = if at % 4 == 3 { "Twin" } else { ["Aarau", "Bern Ost", "Chur"][at % 4 % 3] };
        format!(
            "<node id=\"n{at}\"><data key=\"d4\">{internal}</data><data key=\"d7\"><y:ShapeNode><y:NodeLabel>{label}{}</y:NodeLabel></y:ShapeNode></data></node>",
            if at % 4 == 3 { String::new() } else { at.to_string() }
        )
    };
    let edges = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 0), (3, 4), (4, 5), (5, 6), (6, 4), (6, 9), (7, 8)];
    let edge = |(a, b): &(usize, usize)| format!("<edge source=\"n{a}\" target=\"n{b}\"/>");
    let text = format!(
        "<graphml xmlns:y=\"y\"><key attr.name=\"Internal\" for=\"node\" id=\"d4\"/><key for=\"node\" id=\"d7\"/><graph>{}{}</graph></graphml>",
        (0..10).map(node).collect::<String>(),
        edges.iter().map(edge).collect::<String>()
    );
    std::fs::write(&file, text).unwrap();
    let run = ran(file.to_str().unwrap(), Scenario::Mix, 2, 600);
    assert!(run.topology.external_ids().contains("n0--n1#2"));
    assert_eq!(run.topology.devices[1].host, "n1");
    assert_eq!(run.topology.devices[0].host, "Aarau0");
    assert_eq!(run.topology.devices[3].host, "n3");
    let speakers: BTreeSet<&str> = run.emissions.iter().map(|emission| emission.truth.device.as_str()).collect();
    assert!(!speakers.contains("n9") && speakers.contains("n7"), "{speakers:?}");
    assert!(run.faults.len() > 20);
}

#[test]
fn a_fault_by_hand_happens_where_and_when_it_was_asked_for() {
    let options = Options {
        scenario: Scenario::Nothing,
        minutes: Some(20),
        ..Options::default()
    };
    let mut run = Simulation::new(Topology::open("builtin:demo", 1).unwrap(), options);
    let link = run.topology().links[3].external_id.clone();
    let node = "AR-MOR-1";
    assert_eq!(run.inject(FaultKind::FibreCut, &link, 10, Some(300)).unwrap(), 1);
    assert_eq!(run.inject(FaultKind::NodePower, node, 600, Some(300)).unwrap(), 2);
    for (kind, place) in [
        (FaultKind::FibreCut, node),
        (FaultKind::NodePower, link.as_str()),
        (FaultKind::Silent, "nobody"),
    ] {
        assert!(run.inject(kind, place, 0, None).is_err(), "{kind:?} {place}");
    }
    let emissions: Vec<Emission> = run.by_ref().collect();
    assert!(
        emissions
            .iter()
            .all(|emission| emission.at_micros >= 10 * SECOND && emission.truth.cause.stray.is_none())
    );
    assert!(run.faults().iter().all(|fault| fault.heard > 4));
    assert_eq!(run.faults()[0].end_micros, 310 * SECOND);
}

#[test]
fn the_storys_cell_says_zero_while_it_sleeps_and_nobody_else_raises_an_alarm_for_it() {
    let topology = Topology::open("builtin:demo", 7).unwrap();
    let cell = topology.sleeper.clone().unwrap();
    let options = Options {
        scenario: Scenario::Story,
        minutes: Some(20),
        kpis: true,
        ..Options::default()
    };
    let mut silent = Vec::new();
    for emission in Simulation::new(topology, options) {
        if emission.transport != Transport::Kpi {
            assert!(!emission.truth.about.contains(&cell));
            continue;
        }
        let samples: Vec<serde_json::Value> = serde_json::from_slice(&emission.bytes).unwrap();
        let own = |sample: &&serde_json::Value| sample["entity_id"] == cell.as_str() && sample["metric"] == "dl_traffic_volume_mb";
        let traffic = samples.iter().find(own).and_then(|sample| sample["value"].as_f64()).unwrap();
        if traffic == 0.0 {
            silent.push(emission.at_micros / 60_000_000);
        }
    }
    assert_eq!(silent, (5..18).collect::<Vec<u64>>(), "minutes of the turn");
}
