/// A seeded stream of numbers, the same on every platform: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    #[cfg(test)]
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The stream `index` of a seed; streams of one seed share nothing.
    pub(super) fn of(seed: u64, index: u64) -> Self {
        let mut both = Self(seed ^ index.wrapping_mul(0xd134_2543_de82_ef95));
        Self(both.bits())
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// From 0 to below 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From 0 to below `bound`, which is at least 1.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound.max(1) as u128) >> 64) as usize
    }

    /// `count` different indices below `bound`, or all of them, in no order (Floyd).
    pub(super) fn sample(&mut self, bound: usize, count: usize) -> Vec<usize> {
        if count >= bound {
            return (0..bound).collect();
        }
        let mut taken = rustc_hash::FxHashSet::default();
        let mut list = Vec::with_capacity(count);
        for last in bound - count..bound {
            let one = self.below(last + 1);
            let one = if taken.insert(one) { one } else { last };
            taken.insert(one);
            list.push(one);
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_distinct_and_within_bounds() {
        let mut chance = Chance::of(1, 2);
        for (bound, count) in [(1, 1), (10, 10), (300, 256), (100_000, 256), (5, 9)] {
            let mut list = chance.sample(bound, count);
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), count.min(bound));
            assert!(list.iter().all(|one| *one < bound));
        }
        let mean = (0..10_000).map(|_| chance.unit()).sum::<f64>() / 1e4;
        assert!((mean - 0.5).abs() < 0.02);
    }
}
