//! Incidents of what an entity depends on, of what depends on it, and of what depends on the same.

use super::find::{HOLD, Home, Limit, Look, MANY, Match, NEAR, best, matches, one, recent, several};
use super::index::Group;
use super::tie::{DARK, HARD, NAMED, OTHER, POWER, Role, SERVICE, Tie};
use crate::model::{AlarmLookup, EntityIx, LinkReason};

/// What the entity depends on has trouble, or what depends on it, or others that depend on the same.
pub(super) fn family<L: AlarmLookup>(look: &Look<'_, L>, entity: EntityIx, flags: u16) -> Home {
    let above = look.view.topology.above(entity, MANY - 1);
    let trouble = HARD | POWER | DARK | SERVICE | OTHER;
    if flags & (SERVICE | OTHER) != 0 {
        let upwards = above.iter().flat_map(|up| {
            let own = recent(look, *up, Role::Direct, Some(HOLD), move |_, tie| {
                tie.has(trouble).then_some(Limit::Within(HOLD))
            });
            let lost = recent(look, *up, Role::Lost, Some(HOLD), |_, _| Some(Limit::Within(HOLD)));
            let ends = recent(look, *up, Role::End, Some(HOLD), |group, tie| {
                (group.explained_by(*up) && tie.has(NAMED)).then_some(Limit::Within(HOLD))
            });
            own.chain(lost).chain(ends).map(|found| (found, *up))
        });
        let nearest = upwards.min_by_key(|(found, _)| (!found.open, found.gap, found.ix));
        if let Some((found, up)) = nearest {
            return one(Some(found), LinkReason::DependsOn, Some(up));
        }
    }
    if flags & (SERVICE | HARD | POWER) != 0 {
        let same = |_: &Group, tie: &Tie| tie.has(SERVICE).then_some(Limit::Within(NEAR));
        let below: Vec<Match> = dependants(look, entity).flat_map(|down| matches(look, down, Role::Direct, same)).collect();
        if !below.is_empty() {
            let mut home = several(below.into_iter(), entity);
            if let Some((_, link)) = &mut home.found {
                link.reason = LinkReason::DependsOn;
            }
            return home;
        }
    }
    if flags & SERVICE == 0 {
        return Home::default();
    }
    let same = |_: &Group, tie: &Tie| tie.has(SERVICE).then_some(Limit::Within(NEAR));
    for up in &above {
        let siblings = dependants(look, *up).filter(|other| *other != entity);
        let found = best(siblings.flat_map(|other| matches(look, other, Role::Direct, same)));
        if found.is_some() {
            return one(found, LinkReason::DependsOn, Some(*up));
        }
    }
    Home::default()
}

/// What needs the entity, at most so many.
fn dependants<'a, L: AlarmLookup>(look: &'a Look<'_, L>, entity: EntityIx) -> impl Iterator<Item = EntityIx> + 'a {
    look.view.topology.below_it(entity).take(MANY)
}
