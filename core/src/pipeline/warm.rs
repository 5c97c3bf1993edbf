//! Reads ahead what a batch of alarms is about. Deciding them one by one waits for memory at every step, since each step asks what the one
//! before found; these reads do not wait for each other. Changes nothing.

use std::hint::black_box;

use super::input::Input;
use super::state::State;
use crate::model::Payload;
use crate::reduction;
use crate::topology::Found;

/// So many inputs are read ahead at once: what they touch stays in a core's own cache until it is their turn.
pub(super) const AHEAD: usize = 256;

/// Fewer are not worth it.
const FEW: usize = 8;

pub(super) fn read_ahead(state: &State, inputs: &[Input]) {
    if inputs.len() < FEW {
        return;
    }
    let mut identities = [0_u128; AHEAD];
    let mut count = 0;
    for input in inputs.iter().take(AHEAD) {
        let Input::Event(event) = input else { continue };
        let Payload::Alarm(alarm) = &event.payload else { continue };
        let Found::One(entity) = state.topology.find(&alarm.entity_id) else {
            continue;
        };
        identities[count] = reduction::identity(entity, &alarm.alarm_type, &alarm.qualifier);
        count += 1;
    }
    let mut slots = [None; AHEAD];
    for (slot, identity) in slots.iter_mut().zip(&identities[..count]) {
        *slot = state.alarms.slot_of(*identity);
    }
    let mut seen = 0;
    for ix in slots[..count].iter().copied().flatten() {
        let Some(alarm) = state.alarms.get(ix) else { continue };
        seen += alarm.events.newest().next().map_or(0, |(seq, _)| seq)
            + u64::from(alarm.text.as_bytes().first().copied().unwrap_or_default())
            + u64::from(alarm.count)
            + alarm.alarm_type.len() as u64
            + alarm.raised_at.as_micros().unsigned_abs()
            + u64::from(alarm.flapping)
            + alarm.source_system.len() as u64
            + alarm.owner.len() as u64;
    }
    black_box(seen);
}
