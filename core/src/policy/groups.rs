use serde::{Deserialize, Serialize};

use crate::model::Name;

/// What groups of things are judged by: segment `groups`.
///
/// ```toml
/// [groups]
/// utilisation = ["prb_utilisation", "if_utilisation"]
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Groups {
    /// Parts of names of metrics that tell how much of a thing is used, the best first. Case does not matter.
    pub utilisation: Vec<Name>,
}

impl Default for Groups {
    fn default() -> Self {
        Self {
            utilisation: ["utilisation", "utilization", "usage", "load"].map(Name::from).to_vec(),
        }
    }
}

impl Groups {
    /// The metrics of `known` that tell of utilisation, the best first, each once.
    #[must_use]
    pub fn metrics<'a>(&self, known: &'a [Name]) -> Vec<&'a Name> {
        let mut found: Vec<&Name> = Vec::new();
        for part in self.utilisation.iter().map(|part| part.to_lowercase()).filter(|part| !part.is_empty()) {
            for metric in known.iter().filter(|metric| metric.to_lowercase().contains(&part)) {
                if !found.contains(&metric) {
                    found.push(metric);
                }
            }
        }
        found
    }

    /// What is wrong with it, in one sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.utilisation.len() > 64 || self.utilisation.iter().any(|part| part.trim().is_empty()) {
            return Err("groups.utilisation: write at most 64 parts of names of metrics, none of them empty".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_name_comes_first_and_each_metric_once() {
        let known = ["cpu_load", "dl_prb_Utilisation_pct", "rx_utilization", "temperature"].map(Name::from);
        let found: Vec<&str> = Groups::default().metrics(&known).into_iter().map(Name::as_str).collect();
        assert_eq!(found, ["dl_prb_Utilisation_pct", "rx_utilization", "cpu_load"]);
        let own = Groups {
            utilisation: vec![Name::from("PRB"), Name::from("utilisation")],
        };
        assert_eq!(own.metrics(&known).len(), 1);
        assert_eq!(own.check(), Ok(()));
        assert!(
            Groups {
                utilisation: vec![Name::from(" ")]
            }
            .check()
            .is_err()
        );
    }
}
