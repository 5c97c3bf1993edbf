//! Reads ahead what a batch is about. Deciding one thing after another waits for memory at every step, since each step asks what the one
//! before found; these reads do not wait for each other. Changes nothing.

use std::hint::black_box;

use super::input::Input;
use super::state::State;
use crate::model::{Alarm, AlarmIx, EntityIx, IncidentIx, Payload};
use crate::reduction;
use crate::topology::Found;

/// So many inputs are read ahead at once: what they touch stays in a core's own cache until it is their turn.
pub(super) const AHEAD: usize = 256;
/// So many incidents that are to be looked at.
pub(super) const INCIDENTS_AHEAD: usize = 32;

/// Fewer are not worth it.
const FEW: usize = 8;
/// So many alarms are near anyway.
const NEAR_ANYWAY: usize = 10_000;

pub(super) fn read_ahead(state: &State, inputs: &[Input]) {
    if inputs.len() < FEW || state.alarms.len() < NEAR_ANYWAY {
        return;
    }
    let mut identities = [(EntityIx(0), 0_u128); AHEAD];
    let mut count = 0;
    for input in inputs.iter().take(AHEAD) {
        let Input::Event(event) = input else { continue };
        let Payload::Alarm(alarm) = &event.payload else { continue };
        let Found::One(entity) = state.topology.find(&alarm.entity_id) else {
            continue;
        };
        identities[count] = (entity, reduction::identity(entity, &alarm.alarm_type, &alarm.qualifier));
        count += 1;
    }
    let mut slots = [None; AHEAD];
    for (slot, (_, identity)) in slots.iter_mut().zip(&identities[..count]) {
        *slot = state.alarms.slot_of(*identity);
    }
    let mut seen = 0_u64;
    for (slot, (entity, _)) in slots.iter().zip(&identities[..count]) {
        seen = seen.wrapping_add(match slot {
            Some(ix) => alarm(state, *ix),
            None => state.index.touch(*entity).wrapping_add(around(state, *entity)),
        });
    }
    black_box(seen);
}

/// What the clock is about to look at: the alarms of incidents, where they are, what is beside that.
pub(super) fn read_incidents(state: &State, incidents: &[IncidentIx]) {
    if incidents.len() < FEW || state.alarms.len() < NEAR_ANYWAY {
        return;
    }
    let mut members = [AlarmIx(0); 8 * INCIDENTS_AHEAD];
    let mut count = 0;
    for incident in incidents.iter().filter_map(|ix| state.incidents.get(*ix)) {
        for member in incident.members.iter().take(8) {
            if let Some(place) = members.get_mut(count) {
                *place = member.alarm;
                count += 1;
            }
        }
    }
    let mut seen = 0_u64;
    for ix in &members[..count] {
        seen = seen.wrapping_add(alarm(state, *ix));
    }
    // Lesser alarms beside them are asked whether they belong there.
    for group in incidents.iter().filter_map(|ix| state.index.group(*ix)) {
        let loose = group.ties().take(8).flat_map(|tie| state.index.loose(tie.entity).take(8));
        seen = seen.wrapping_add(loose.map(|ix| alarm(state, ix)).fold(0, u64::wrapping_add));
    }
    for alarm in members[..count].iter().filter_map(|ix| state.alarms.get(*ix)) {
        let device = alarm.anchor.device;
        let named = |entity| state.topology.entity(entity).map_or(0, |entity| entity.name.len() as u64);
        let beside = state.wires.from(device).iter().take(8).map(|way| named(way.other)).fold(0, u64::wrapping_add);
        let known = state.impact.touch(device);
        seen = seen
            .wrapping_add(named(device))
            .wrapping_add(beside)
            .wrapping_add(known)
            .wrapping_add(around(state, device));
    }
    black_box(seen);
}

/// Every line of memory that an alarm takes.
fn alarm(state: &State, ix: AlarmIx) -> u64 {
    state.alarms.get(ix).map_or(0, |alarm: &Alarm| {
        alarm.events.newest().next().map_or(0, |(seq, _)| seq)
            + u64::from(alarm.text.as_bytes().first().copied().unwrap_or_default())
            + u64::from(alarm.count)
            + alarm.alarm_type.len() as u64
            + alarm.raised_at.as_micros().unsigned_abs()
            + u64::from(alarm.flapping)
            + alarm.source_system.len() as u64
            + alarm.owner.len() as u64
    })
}

/// What the graph has beside an entity.
fn around(state: &State, entity: EntityIx) -> u64 {
    let related = state.topology.neighbours(entity).first().map_or(0, |next| u64::from(next.other.0));
    let ways = state.wires.from(entity).first().map_or(0, |way| u64::from(way.other.0));
    related.wrapping_add(ways).wrapping_add(u64::from(state.topology.nature(entity).placed()))
}
