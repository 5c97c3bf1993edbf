//! What is played, and on what kind of wire.

use anyhow::{Result, bail};

use crate::mix::{self, FaultKind, RANGES};
use crate::rng::Rng;

/// What is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Everything, by weight.
    Mix,
    /// Everything on a perfect wire, with right clocks and no noise.
    Clean,
    /// Everything, every condition at its upper end.
    Rough,
    /// Noise alone.
    Calm,
    /// Nothing at all.
    Nothing,
    /// Several faults at once, every time.
    Several,
    /// One kind only.
    One(FaultKind),
    /// The demo's story, over and over.
    Story,
}

impl Scenario {
    /// The scenario of that name.
    ///
    /// # Errors
    /// For a name that is not among them.
    pub fn named(name: &str) -> Result<Self> {
        let fixed = [
            ("mix", Self::Mix),
            ("clean", Self::Clean),
            ("rough", Self::Rough),
            ("calm", Self::Calm),
            ("nothing", Self::Nothing),
            ("several", Self::Several),
            ("story", Self::Story),
        ];
        if let Some((_, scenario)) = fixed.iter().find(|(known, _)| *known == name) {
            return Ok(*scenario);
        }
        match FaultKind::ALL.into_iter().find(|kind| kind.name() == name) {
            Some(kind) => Ok(Self::One(kind)),
            None => bail!(
                "there is no scenario {name}; there are mix, clean, rough, calm, nothing, several, story, {}",
                FaultKind::ALL.map(FaultKind::name).join(", ")
            ),
        }
    }
}

/// The conditions of one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Conditions {
    /// Lost messages, parts per million.
    pub loss_ppm: u64,
    /// Messages that arrive twice, parts per million.
    pub duplicate_ppm: u64,
    /// Late messages, parts per million.
    pub late_ppm: u64,
    /// Devices whose clock is off, percent.
    pub skewed_percent: u64,
    /// Informational messages per device and hour.
    pub chatter_per_hour: u64,
    /// Stray alarms per 100 device-hours.
    pub stray_per_100_hours: u64,
}

impl Conditions {
    pub(super) fn of(scenario: Scenario, rng: &mut Rng) -> Self {
        let mut draw = |range: mix::Span| {
            let drawn = rng.within(range);
            if scenario == Scenario::Rough { range.hi } else { drawn }
        };
        let drawn = Self {
            loss_ppm: draw(RANGES.loss_ppm),
            duplicate_ppm: draw(RANGES.duplicate_ppm),
            late_ppm: draw(RANGES.late_ppm),
            skewed_percent: draw(RANGES.skewed_percent),
            chatter_per_hour: draw(RANGES.chatter_per_hour),
            stray_per_100_hours: draw(RANGES.stray_per_100_hours),
        };
        match scenario {
            Scenario::Clean | Scenario::Nothing => Self::default(),
            // The story is for people: a little chatter, hardly a stray alarm.
            Scenario::Story => Self {
                chatter_per_hour: 2,
                stray_per_100_hours: 1,
                ..Self::default()
            },
            Scenario::Mix | Scenario::Rough | Scenario::Calm | Scenario::Several | Scenario::One(_) => drawn,
        }
    }
}
