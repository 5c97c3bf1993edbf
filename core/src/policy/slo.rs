use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::{Name, Severity, Span, Timestamp};

/// What was promised to whom: segment `slo`.
///
/// The promise to an entity is the one of its own (`entities`), else that of its tier, else that of its type.
///
/// ```toml
/// [slo]
/// warn_s = 900
/// [slo.tiers.gold]
/// availability = 99.95
/// restore_min = 240
/// [slo.entities."SVC-4711"]
/// restore_min = 60
/// [[slo.kpis]]
/// metric = "DL_THROUGHPUT(Mbps)"
/// threshold = 5.0
/// direction = "below"
/// types = ["CELL"]
/// [[slo.maintenance]]
/// entity = "R7"
/// from = "2026-01-31T22:00:00Z"
/// until = "2026-02-01T02:00:00Z"
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Slo {
    /// An alarm of this severity or worse takes service away: it starts the clock.
    pub affects_from: Severity,
    /// A clock is at risk when less than this share (0..1) of its time is left …
    pub warn_share: f64,
    /// … or less than this (seconds), whichever is more; never more than half of its time.
    pub warn_s: i64,
    /// By tier, as entities bear it in `sla_tier`; in any case of letters. What a file names replaces the default of that name.
    #[serde(deserialize_with = "over_defaults")]
    pub tiers: BTreeMap<Name, Objective>,
    /// By type of entity, in any case of letters.
    pub types: BTreeMap<Name, Objective>,
    /// By external id.
    pub entities: BTreeMap<Name, Objective>,
    /// Limits of measured values.
    pub kpis: Vec<KpiObjective>,
    /// Agreed work: time within it counts against no promise.
    pub maintenance: Vec<Maintenance>,
}

/// A promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Objective {
    /// Percent of a calendar month (UTC) in which the service is there.
    pub availability: Option<f64>,
    /// Minutes within which service is back.
    pub restore_min: Option<i64>,
}

/// On which side of its threshold a value breaks the promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Direction {
    /// Values above it do.
    #[n(0)]
    Above,
    /// Values below it do.
    #[n(1)]
    Below,
}

/// The limit of a measured value. It holds for the entities that any of the three lists names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpiObjective {
    /// The metric as its source writes it.
    pub metric: Name,
    /// In the metric's unit.
    pub threshold: f64,
    /// Which side is the bad one.
    pub direction: Direction,
    /// For entities of these tiers.
    #[serde(default)]
    pub tiers: Vec<Name>,
    /// For entities of these types.
    #[serde(default)]
    pub types: Vec<Name>,
    /// For these entities, by external id.
    #[serde(default)]
    pub entities: Vec<Name>,
}

/// Agreed work on an entity and on what it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// External id.
    pub entity: Name,
    /// Begin.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
}

fn usual() -> BTreeMap<Name, Objective> {
    let tier = |name: &str, availability, restore_min| {
        let objective = Objective {
            availability: Some(availability),
            restore_min: Some(restore_min),
        };
        (Name::from(name), objective)
    };
    BTreeMap::from([
        tier("platinum", 99.99, 60),
        tier("gold", 99.95, 240),
        tier("silver", 99.9, 480),
        tier("bronze", 99.5, 1_440),
    ])
}

fn over_defaults<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Name, Objective>, D::Error> {
    let mut tiers = usual();
    for (name, objective) in BTreeMap::<Name, Objective>::deserialize(deserializer)? {
        tiers.retain(|known, _| !known.eq_ignore_ascii_case(&name));
        tiers.insert(name, objective);
    }
    Ok(tiers)
}

impl Default for Slo {
    fn default() -> Self {
        Self {
            affects_from: Severity::Major,
            warn_share: 0.25,
            warn_s: 900,
            tiers: usual(),
            types: BTreeMap::new(),
            entities: BTreeMap::new(),
            kpis: Vec::new(),
            maintenance: Vec::new(),
        }
    }
}

impl Objective {
    /// `restore_min` as a span.
    #[must_use]
    pub fn restore(&self) -> Option<Span> {
        self.restore_min.map(Span::minutes)
    }
}

impl Slo {
    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=0.5).contains(&self.warn_share) {
            return Err(format!("slo.warn_share = {}: write a share between 0 and 0.5", self.warn_share));
        }
        if !(0..=86_400).contains(&self.warn_s) {
            return Err(format!("slo.warn_s = {}: write seconds between 0 and 86400", self.warn_s));
        }
        for (kind, of_kind) in [("tiers", &self.tiers), ("types", &self.types), ("entities", &self.entities)] {
            for (name, objective) in of_kind {
                objective.check().map_err(|problem| format!("slo.{kind}.{name}.{problem}"))?;
            }
        }
        for (place, kpi) in self.kpis.iter().enumerate() {
            let place = format!("slo.kpis, number {}", place + 1);
            if kpi.metric.trim().is_empty() || !kpi.threshold.is_finite() {
                return Err(format!("{place}: write the metric's name and a finite threshold"));
            }
            if kpi.tiers.is_empty() && kpi.types.is_empty() && kpi.entities.is_empty() {
                return Err(format!("{place} ({}): name the tiers, types or entities it holds for", kpi.metric));
            }
        }
        for window in &self.maintenance {
            if window.until <= window.from {
                return Err(format!(
                    "slo.maintenance of {}: it ends at {}, not after it begins",
                    window.entity, window.until
                ));
            }
        }
        Ok(())
    }
}

impl Objective {
    fn check(&self) -> Result<(), String> {
        if let Some(share) = self.availability
            && !(0.0..=100.0).contains(&share)
        {
            return Err(format!("availability = {share}: write percent between 0 and 100"));
        }
        match self.restore_min {
            Some(minutes) if !(1..=366 * 1_440).contains(&minutes) => Err(format!("restore_min = {minutes}: write minutes between 1 and a year")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;

    #[test]
    fn a_file_replaces_the_tiers_it_names_and_keeps_the_others() {
        let policy = Policy::parse("[slo.tiers.Gold]\nrestore_min = 30\n[slo.types.CELL]\navailability = 98.5").unwrap();
        let tiers = &policy.slo.tiers;
        assert_eq!(tiers.get("Gold").unwrap().restore_min, Some(30));
        assert_eq!(tiers.get("Gold").unwrap().availability, None);
        assert!(!tiers.contains_key("gold") && tiers.get("silver").unwrap().restore_min == Some(480));
        assert_eq!(policy.slo.types.get("CELL").unwrap().availability, Some(98.5));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        for (text, part) in [
            ("[slo.tiers.gold]\navailability = 101.0", "slo.tiers.gold.availability = 101"),
            ("[slo.tiers.gold]\nrestore_min = 0", "restore_min = 0"),
            ("[slo.tiers.gold]\nrestor_min = 5", "restor_min"),
            ("[slo]\nwarn_share = 0.9", "warn_share"),
            ("[[slo.kpis]]\nmetric = \"x\"\nthreshold = 1.0\ndirection = \"below\"", "name the tiers"),
            (
                "[[slo.kpis]]\nmetric = \"x\"\nthreshold = nan\ndirection = \"below\"\ntypes = [\"CELL\"]",
                "finite",
            ),
            (
                "[[slo.maintenance]]\nentity = \"r\"\nfrom = \"2026-01-02T00:00:00Z\"\nuntil = \"2026-01-01T00:00:00Z\"",
                "maintenance of r",
            ),
        ] {
            let problem = Policy::parse(text).unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }
}
