use crate::model::{Name, Span};
use crate::policy::{Objective, Slo};
use crate::topology::Entity;

/// What was promised to one entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms<'a> {
    /// The promise.
    pub objective: &'a Objective,
    /// By which tier, type or external id, as the policy or the inventory writes it.
    pub tier: &'a Name,
}

impl Terms<'_> {
    /// The time within which service is back.
    #[must_use]
    pub fn restore(&self) -> Option<Span> {
        self.objective.restore()
    }
}

/// What was promised to an entity: by its own contract, else by its tier, else by its type.
#[must_use]
pub fn terms<'a>(slo: &'a Slo, entity: &'a Entity) -> Option<Terms<'a>> {
    if let Some((tier, objective)) = slo.entities.get_key_value(&entity.external_id) {
        return Some(Terms { objective, tier });
    }
    if !entity.sla_tier.is_empty()
        && let Some((_, objective)) = slo.tiers.iter().find(|(name, _)| name.eq_ignore_ascii_case(&entity.sla_tier))
    {
        return Some(Terms {
            objective,
            tier: &entity.sla_tier,
        });
    }
    let (tier, objective) = slo.types.iter().find(|(name, _)| entity.is(name))?;
    Some(Terms { objective, tier })
}

/// Is served by the network rather than a part of it: a SERVICE or CUSTOMER of any kind, or who has a contract of its own.
#[must_use]
pub fn is_served(slo: &Slo, entity: &Entity) -> bool {
    let kind = entity.kind.as_bytes();
    let ends = |word: &[u8]| kind.len() >= word.len() && kind[kind.len() - word.len()..].eq_ignore_ascii_case(word);
    ends(b"SERVICE") || ends(b"CUSTOMER") || slo.entities.contains_key(&entity.external_id)
}
