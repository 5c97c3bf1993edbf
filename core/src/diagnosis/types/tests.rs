use proptest::prelude::*;

use super::*;

/// A chain in a ring of entities: type 0 raises type 1 at the same entity two to nine seconds later, type 1 raises type 2 at the next
/// entity; types 3 and 4 come by themselves, 4 often.
fn story() -> (Vec<Raised>, Vec<(u32, u32)>) {
    let mut state = 7_u64;
    let mut chance = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut raised = Vec::new();
    let mut tell = |second: u64, entity: u64, kind: u32| {
        raised.push(Raised {
            at: Timestamp::from_micros(second as i64 * 1_000_000),
            entity: (entity % 10) as u32,
            kind,
        });
    };
    for _ in 0..300 {
        let (at, entity) = (chance(1_000_000), chance(10));
        tell(at, entity, 0);
        if chance(10) < 7 {
            let after = at + 2 + chance(8);
            tell(after, entity, 1);
            if chance(10) < 7 {
                tell(after + 1 + chance(20), entity + 1, 2);
            }
        }
        tell(chance(1_000_000), chance(10), 3);
        for _ in 0..3 {
            tell(chance(1_000_000), chance(10), 4);
        }
    }
    (raised, (0..10).map(|entity| (entity, (entity + 1) % 10)).collect())
}

#[test]
fn what_follows_at_the_entity_and_at_a_neighbour_comes_first_and_in_its_direction() {
    let (mut raised, neighbours) = story();
    let causes = causes(&raised, &neighbours, 5);
    let mut pairs: Vec<(usize, usize)> = (0..5).flat_map(|cause| (0..5).map(move |effect| (cause, effect))).collect();
    pairs.sort_by(|a, b| causes.score(b.0, b.1).total_cmp(&causes.score(a.0, a.1)));
    assert_eq!(pairs[..2], [(0, 1), (1, 2)], "{causes:?}");
    assert!(causes.score(1, 2) > 0.9 && causes.score(pairs[2].0, pairs[2].1) < 0.8, "{causes:?}");
    assert_eq!((causes.score(1, 0), causes.score(2, 1)), (0.0, 0.0), "no effect is held for the cause");
    raised.reverse();
    assert_eq!(super::causes(&raised, &neighbours, 5), causes, "the order in which they come says nothing");
}

#[test]
fn without_the_topology_what_passes_between_neighbours_is_not_seen() {
    let (raised, _) = story();
    let causes = causes(&raised, &[], 5);
    assert!(causes.score(0, 1) >= 0.5 && causes.score(1, 2) < 0.5, "{causes:?}");
}

#[test]
fn what_comes_in_the_same_moment_has_no_direction() {
    let both = |second: i64| {
        [0, 1].map(|kind| Raised {
            at: Timestamp::from_micros(second * 1_000_000_000),
            entity: 1,
            kind,
        })
    };
    let causes = causes(&(0..100).flat_map(both).collect::<Vec<_>>(), &[], 2);
    assert_eq!((causes.score(0, 1), causes.score(1, 0)), (0.0, 0.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_history_has_scores_from_0_to_1(
        raised in prop::collection::vec((any::<i64>(), 0_u32..5, 0_u32..7), 0..60),
        neighbours in prop::collection::vec((any::<u32>(), 0_u32..5), 0..8),
        kinds in 0_usize..6,
    ) {
        let raised: Vec<Raised> = raised.into_iter().map(|(at, entity, kind)| Raised { at: Timestamp::from_micros(at % 10_000_000_000), entity, kind }).collect();
        let causes = causes(&raised, &neighbours, kinds);
        for (cause, effect) in (0..7).flat_map(|cause| (0..7).map(move |effect| (cause, effect))) {
            prop_assert!((0.0..=1.0).contains(&causes.score(cause, effect)));
        }
    }
}
