//! Trouble of a kind that says little: where it belongs, time and place alone must tell.

use smallvec::SmallVec;

use super::family::family;
use super::find::{Home, Limit, Look, MANY, Match, NEAR, VAGUE, best, one, recent, several, tied, together};
use super::index::Group;
use super::tie::{OTHER, Role, Tie};
use crate::model::{AlarmLookup, EntityIx, IncidentIx, LinkReason};

/// The entity has trouble of a kind that says little: only what is close in time counts.
pub(super) fn vague<L: AlarmLookup>(look: &Look<'_, L>, entity: EntityIx, device: EntityIx, flags: u16) -> Home {
    let own = |at: EntityIx| recent(look, at, Role::Direct, Some(VAGUE), |_, tie| together(flags, tie.flags));
    let own = best(own(entity).chain((device != entity).then(|| own(device)).into_iter().flatten()));
    if own.is_some() {
        return one(own, LinkReason::SameEntity, Some(entity));
    }
    let ends: Vec<Match> = recent(look, device, Role::End, Some(0), |group, _| {
        group.explained_by(device).then_some(Limit::Within(0))
    })
    .collect();
    if !ends.is_empty() {
        return several(ends.into_iter(), device);
    }
    let near = family(look, entity, flags);
    if near.found.is_some() || flags & OTHER == 0 {
        near
    } else {
        next_door(look, device)
    }
}

/// Trouble of which nothing is known but place and time: a device one link away has some too, at the same time, and the incident began no
/// more than two links from here. Where that holds of several, and they began as near to each other, they are the same: which of them was
/// heard first is chance.
fn next_door<L: AlarmLookup>(look: &Look<'_, L>, device: EntityIx) -> Home {
    let wires = look.view.wires;
    let beside = |one: EntityIx, other: EntityIx| wires.from(one).iter().any(|next| next.other == other);
    let found = wires.from(device).iter().take(MANY).flat_map(|way| {
        let around = move |group: &Group, tie: &Tie| {
            let began = group.began()?;
            let close = began == way.other || began == device || beside(began, way.other);
            (close && tie.has(OTHER)).then_some(Limit::Within(NEAR))
        };
        recent(look, way.other, Role::Direct, Some(NEAR), around).map(|found| (found, way.other))
    });
    let found: SmallVec<[(Match, EntityIx); 8]> = found.take(MANY).collect();
    let Some((nearest, through)) = found.iter().min_by_key(|(found, _)| (!found.open, found.gap, found.ix)).copied() else {
        return Home::default();
    };
    let began = |ix: IncidentIx| look.view.index.group(ix).and_then(Group::began);
    let here = began(nearest.ix);
    let over = |one: EntityIx, other: EntityIx| wires.from(one).iter().take(MANY).any(|way| beside(way.other, other));
    let close = |ix: IncidentIx| {
        let (Some(one), Some(other)) = (here, began(ix)) else { return false };
        // Asked from both sides: of two it must not matter which is the nearest.
        one == other || beside(one, other) || over(one, other) || over(other, one)
    };
    let others = found.iter().map(|(other, _)| other).filter(|other| other.ix != nearest.ix && other.open);
    let mut same: Vec<IncidentIx> = others.map(|other| other.ix).filter(|ix| close(*ix)).collect();
    same.sort_unstable();
    same.dedup();
    Home {
        found: Some((nearest.ix, tied(LinkReason::SameNeighbour, Some(through)))),
        same,
    }
}
