use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Raised;

/// How many alarms of each type brought about how many of each other.
pub(super) struct Fitted {
    /// By cause, then effect: alarms of the effect that the cause brought about.
    pub(super) passed: Vec<f64>,
    /// Alarms of each type.
    pub(super) heard: Vec<f64>,
}

/// Nothing older than this, in seconds, is a cause.
const REACH: f64 = 600.0;
/// Times after which excitation of each kind has mostly passed, in seconds: the next words of the same failure, protocols' timers, what
/// waits for several of them.
const DECAYS: [f64; 4] = [5.0, 30.0, 120.0, 400.0];
/// So many rounds of expectation and maximisation; counts move by less than a hundredth after them.
const ROUNDS: usize = 30;
/// Of what was heard nearby, so many alarms are looked at for each one: the newest of each entity first.
const LOOK: usize = 512;
/// An alarm is laid to another only where that is so many times likelier than that it came by itself: bursts and what the topology does
/// not show bring alarms together too.
const STRICT: f64 = 10.0;

/// That one type may excite another, within an entity or from a neighbour.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Way {
    cause: u32,
    effect: u32,
    hop: u8,
}

/// What could have brought about one alarm, of one type and from one distance: the kernels' sums over those alarms.
struct Suspect {
    effect: u32,
    way: u32,
    kernels: [f32; DECAYS.len()],
}

pub(super) fn fit(raised: &[Raised], neighbours: &[(u32, u32)], kinds: usize) -> Fitted {
    let mut sorted: Vec<Raised> = raised.iter().copied().filter(|one| (one.kind as usize) < kinds).collect();
    sorted.sort_by_key(|one| (one.at, one.entity, one.kind));
    let mut heard = vec![0.0; kinds];
    for one in &sorted {
        heard[one.kind as usize] += 1.0;
    }
    let mut fitted = Fitted {
        passed: vec![0.0; kinds.saturating_mul(kinds)],
        heard,
    };
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
        return fitted;
    };
    let span = (last.at.since(first.at).as_seconds()).max(1.0);
    let scene = Scene::of(&sorted, neighbours, kinds);
    let excitation = scene.settle(&sorted, &fitted.heard, span);
    for (way, counts) in scene.ways.iter().zip(&excitation) {
        fitted.passed[way.cause as usize * kinds + way.effect as usize] += counts.iter().sum::<f64>();
    }
    fitted
}

struct Scene {
    kinds: usize,
    entities: usize,
    /// Of each alarm, its entity's place.
    places: Vec<usize>,
    /// The ways that suspects name by their place here.
    ways: Vec<Way>,
    suspects: Vec<Suspect>,
}

impl Scene {
    fn of(sorted: &[Raised], neighbours: &[(u32, u32)], kinds: usize) -> Self {
        let mut known: BTreeMap<u32, usize> = BTreeMap::new();
        for one in sorted {
            let next = known.len();
            known.entry(one.entity).or_insert(next);
        }
        let mut near: Vec<Vec<usize>> = vec![Vec::new(); known.len()];
        for (one, other) in neighbours {
            if let (Some(&one), Some(&other)) = (known.get(one), known.get(other))
                && one != other
            {
                near[one].push(other);
                near[other].push(one);
            }
        }
        for list in &mut near {
            list.sort_unstable();
            list.dedup();
        }
        let places: Vec<usize> = sorted.iter().filter_map(|one| known.get(&one.entity).copied()).collect();
        let mut scene = Self {
            kinds,
            entities: known.len(),
            places,
            ways: Vec::new(),
            suspects: Vec::new(),
        };
        scene.look(sorted, &near);
        scene
    }

    /// Finds what each alarm could be an effect of.
    fn look(&mut self, sorted: &[Raised], near: &[Vec<usize>]) {
        let mut told: Vec<Vec<usize>> = vec![Vec::new(); self.entities];
        let mut known: FxHashMap<Way, u32> = FxHashMap::default();
        for (effect, one) in sorted.iter().enumerate() {
            let place = self.places[effect];
            let mut sums: BTreeMap<Way, [f32; DECAYS.len()]> = BTreeMap::new();
            let mut left = LOOK;
            for (hop, other) in std::iter::once((0_u8, place)).chain(near[place].iter().map(|other| (1_u8, *other))) {
                for &cause in told[other].iter().rev() {
                    let ago = one.at.since(sorted[cause].at).as_seconds();
                    if ago > REACH || left == 0 {
                        break;
                    }
                    if ago > 0.0 {
                        left -= 1;
                        let way = Way {
                            cause: sorted[cause].kind,
                            effect: one.kind,
                            hop,
                        };
                        let sum = sums.entry(way).or_default();
                        for (sum, decay) in sum.iter_mut().zip(DECAYS) {
                            *sum += kernel(ago, decay) as f32;
                        }
                    }
                }
            }
            for (way, kernels) in sums {
                let place = *known.entry(way).or_insert(self.ways.len() as u32);
                if place as usize == self.ways.len() {
                    self.ways.push(way);
                }
                self.suspects.push(Suspect {
                    effect: effect as u32,
                    way: place,
                    kernels,
                });
            }
            told[place].push(effect);
        }
    }

    /// Of each way: how many alarms each decay passed on.
    fn settle(&self, sorted: &[Raised], heard: &[f64], span: f64) -> Vec<[f64; DECAYS.len()]> {
        let start = 0.1 / self.kinds.max(1) as f64 / DECAYS.len() as f64;
        let mut rates = vec![[start; DECAYS.len()]; self.ways.len()];
        let mut counts = vec![[0.0; DECAYS.len()]; self.ways.len()];
        let own = |alarm: usize| sorted[alarm].kind as usize;
        let mut alone = vec![0.5; sorted.len()];
        for _ in 0..ROUNDS {
            let base = self.base(sorted, &alone, span);
            let mut whole: Vec<f64> = (0..sorted.len()).map(|alarm| base[own(alarm)]).collect();
            for suspect in &self.suspects {
                let rates = &rates[suspect.way as usize];
                whole[suspect.effect as usize] += rates.iter().zip(suspect.kernels).map(|(rate, kernel)| rate * f64::from(kernel)).sum::<f64>();
            }
            counts.fill([0.0; DECAYS.len()]);
            for suspect in &self.suspects {
                let (rates, counts) = (&rates[suspect.way as usize], &mut counts[suspect.way as usize]);
                let whole = whole[suspect.effect as usize];
                for ((count, rate), kernel) in counts.iter_mut().zip(rates).zip(suspect.kernels) {
                    *count += rate * f64::from(kernel) / whole;
                }
            }
            for (alarm, share) in alone.iter_mut().enumerate() {
                *share = base[own(alarm)] / whole[alarm];
            }
            for ((rates, counts), way) in rates.iter_mut().zip(&counts).zip(&self.ways) {
                let causes = heard[way.cause as usize].max(1.0);
                for (rate, count) in rates.iter_mut().zip(counts) {
                    *rate = count / causes;
                }
            }
        }
        counts
    }

    /// What each type must be beaten by: [`STRICT`] times how often it comes by itself at an entity, a second; never nought.
    fn base(&self, sorted: &[Raised], alone: &[f64], span: f64) -> Vec<f64> {
        let mut all = vec![1e-3; self.kinds];
        for (one, share) in sorted.iter().zip(alone) {
            all[one.kind as usize] += share;
        }
        let entities = self.entities.max(1) as f64;
        all.into_iter().map(|count| STRICT * count / entities / span).collect()
    }
}

/// An exponential kernel cut off at [`REACH`], whose whole is one.
fn kernel(ago: f64, decay: f64) -> f64 {
    libm::exp(-ago / decay) / decay / (1.0 - libm::exp(-REACH / decay))
}
