//! How long one entity's impact takes: `cargo run --release -p pedkai-core --example impact_bench`.
//!
//! Three networks, every entity of each failing once: 10,000 nodes with 30,000 random edges, each edge a LINK; the same with nothing but
//! nodes; and 10,000 devices in access rings on a meshed core, every link through ports, every device in a site.

#![allow(clippy::disallowed_types, clippy::print_stdout, reason = "a program that measures and tells")]

use std::time::Instant;

use pedkai_core::model::{EntityIx, Minter, Name, TenantId, Timestamp};
use pedkai_core::topology::{EntitySpec, Found, ImpactIndex, RelationSpec, Topology, TopologyPatch};

/// SplitMix64: the same networks every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

fn entity(patch: &mut TopologyPatch, id: &str, kind: &str, parent: Option<&str>, core: bool) {
    let mut spec = EntitySpec {
        external_id: Name::from(id),
        kind: Name::from(kind),
        parent: parent.map(Name::from),
        ..EntitySpec::default()
    };
    if core {
        spec.attributes.insert(Name::from("role"), Name::from("core"));
    }
    patch.entities.push(spec);
}

fn connect(patch: &mut TopologyPatch, a: &str, b: &str) {
    patch.relations.push(RelationSpec {
        source: Name::from(a),
        target: Name::from(b),
        kind: Name::from("connects"),
    });
}

fn link(patch: &mut TopologyPatch, n: usize, a: &str, b: &str, ports: bool) {
    let id = format!("link{n}");
    entity(patch, &id, "LINK", None, false);
    for device in [a, b] {
        if ports {
            let port = format!("{device}:p{n}");
            entity(patch, &port, "INTERFACE", Some(device), false);
            connect(patch, &id, &port);
        } else {
            connect(patch, &id, device);
        }
    }
}

fn random(links: bool, roots: u64) -> TopologyPatch {
    let (mut patch, mut chance) = (TopologyPatch::default(), Chance(7));
    for n in 0..10_000 {
        entity(&mut patch, &format!("n{n}"), "NODE", None, n < roots);
    }
    for n in 0..30_000 {
        let (a, b) = (format!("n{}", chance.below(10_000)), format!("n{}", chance.below(10_000)));
        if a == b {
            continue;
        }
        if links {
            link(&mut patch, n, &a, &b, false);
        } else {
            connect(&mut patch, &a, &b);
        }
    }
    patch
}

/// 100 meshed core routers in 50 sites, the others in rings of 12 between two of them, a site each.
fn rings() -> TopologyPatch {
    let (mut patch, mut chance) = (TopologyPatch::default(), Chance(7));
    for n in 0..10_000 {
        let site = if n < 100 { format!("site{}", n / 2) } else { format!("site{n}") };
        if n >= 100 || n % 2 == 0 {
            entity(&mut patch, &site, "SITE", None, false);
        }
        entity(&mut patch, &format!("n{n}"), "ROUTER", Some(&site), n < 4);
    }
    let mut links = 0;
    let mut join = |patch: &mut TopologyPatch, a: u64, b: u64| {
        links += 1;
        link(patch, links, &format!("n{a}"), &format!("n{b}"), true);
    };
    for n in 0..100u64 {
        join(&mut patch, n, (n + 1) % 100);
        join(&mut patch, n, (n + 2 + chance.below(96)) % 100);
    }
    for ring in 0..825u64 {
        let first = 100 + ring * 12;
        let (a, b) = (chance.below(100), chance.below(100));
        join(&mut patch, a, first);
        for n in first..first + 11 {
            join(&mut patch, n, n + 1);
        }
        join(&mut patch, first + 11, b);
    }
    patch
}

fn measure(name: &str, patch: &TopologyPatch) {
    let minter = Minter::new(TenantId(uuid::Uuid::nil()), 0);
    let mut graph = Topology::default();
    let began = Instant::now();
    let (deltas, problems) = graph.plan(patch, &minter, 1, 0, Timestamp::EPOCH);
    let planned = began.elapsed();
    deltas.iter().for_each(|delta| graph.fold(delta));
    let folded = began.elapsed() - planned;
    let began = Instant::now();
    let index = ImpactIndex::build(&graph);
    let built = began.elapsed();
    let mut times: Vec<(u64, EntityIx)> = graph
        .entities()
        .map(|(ix, _)| {
            // The quicker of two: the first finds caches cold and may be interrupted.
            let nanos = (0..2).map(|_| {
                let began = Instant::now();
                std::hint::black_box(&index.impact(ix));
                began.elapsed().as_nanos() as u64
            });
            (nanos.min().unwrap_or_default(), ix)
        })
        .collect();
    times.sort_unstable();
    let mean = times.iter().map(|(nanos, _)| nanos).sum::<u64>() / times.len() as u64;
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].0;
    let worst = times.last().map_or(EntityIx(0), |(_, ix)| *ix);
    let impact = index.impact(worst);
    println!(
        "{name}: {} entities, {} relations, {} problems",
        graph.len(),
        graph.relations().count(),
        problems.len()
    );
    println!("  plan {planned:.1?}, fold {folded:.1?}, index {built:.1?}");
    println!(
        "  impact of one: mean {mean} ns, p50 {} ns, p99 {} ns, p99.9 {} ns, worst {} ns",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
    let id = graph.entity(worst).map_or("", |entity| entity.external_id.as_str());
    println!("  the worst, {id}, takes {} down and degrades {}", impact.down.len(), impact.degraded.len());
    let words: Vec<String> = graph.entities().map(|(_, entity)| entity.external_id.to_string()).collect();
    let began = Instant::now();
    let found = words.iter().filter(|word| matches!(graph.find(word), Found::One(_))).count();
    println!(
        "  look-up by external id: {} ns ({found} found)",
        began.elapsed().as_nanos() / words.len() as u128
    );
}

fn main() {
    measure("random, links as entities, 4 roots", &random(true, 4));
    measure("random, links as entities, no root marked", &random(true, 0));
    measure("random, nodes alone, 4 roots", &random(false, 4));
    measure("rings on a core, with ports and sites, 4 roots", &rings());
}
