//! What the stages share of the state: the place of an alarm in the topology, the view of correlation, documents.

use std::sync::Arc;

use super::state::State;
use super::turn::Turn;
use crate::correlation::View;
use crate::ingest::{Mapped, Mapping};
use crate::model::{Anchor, EntityId, EntityIx, Event, Name, SourceKind};
use crate::policy::Policy;
use crate::reduction::Alarms;
use crate::topology::{Found, Topology};

pub(super) fn view<'a>(state: &'a State, policy: &'a Policy) -> View<'a, Alarms> {
    View {
        topology: &state.topology,
        wires: &state.wires,
        incidents: &state.incidents,
        index: &state.index,
        alarms: &state.alarms,
        now: state.at,
        policy: &policy.correlate,
    }
}

/// Where an alarm sits. An entity never heard of is made as UNPLACED.
pub(super) fn anchor(turn: &mut Turn<'_>, event: &Event, mapped: &Mapped) -> Anchor {
    let named = device(turn, event, mapped);
    let topology = &turn.state.topology;
    if topology.nature(named).link()
        && let Some((a, b)) = topology.ends(named)
    {
        return Anchor {
            entity: named,
            device: a,
            link: Some(named),
            peer: Some(b),
        };
    }
    let device = topology.device_of(named);
    let entity = if named == device {
        topology.below(device, &mapped.interface).unwrap_or(device)
    } else {
        named
    };
    let port = topology.by_port_address(&mapped.neighbor);
    let peer = topology.find_neighbor(&mapped.neighbor).filter(|peer| *peer != device);
    let link = given_link(topology, mapped)
        .or_else(|| topology.link_at(device, &mapped.interface))
        .or_else(|| port.map(|(link, _)| link))
        .or_else(|| link_of_part(topology, entity, device))
        .or_else(|| only(&topology.links_between(device, peer?)));
    let peer = peer.or_else(|| {
        let (a, b) = topology.ends(link?)?;
        let far = if a == device { b } else { a };
        (far != device && (a == device || b == device)).then_some(far)
    });
    Anchor { entity, device, link, peer }
}

fn given_link(topology: &Topology, mapped: &Mapped) -> Option<EntityIx> {
    if mapped.link.is_empty() {
        return None;
    }
    one(topology.find(&mapped.link)).filter(|ix| topology.nature(*ix).link())
}

/// The link of a port that the inventory knows by itself.
fn link_of_part(topology: &Topology, part: EntityIx, device: EntityIx) -> Option<EntityIx> {
    if part == device {
        return None;
    }
    let name = topology.entity(part)?.name.clone();
    topology.link_at(device, &name)
}

fn only(links: &[EntityIx]) -> Option<EntityIx> {
    match links {
        [link] => Some(*link),
        _ => None,
    }
}

fn one(found: Found) -> Option<EntityIx> {
    match found {
        Found::One(ix) => Some(ix),
        Found::Ambiguous | Found::None => None,
    }
}

fn device(turn: &mut Turn<'_>, event: &Event, mapped: &Mapped) -> EntityIx {
    let speaker = &mapped.speaker;
    let topology = &turn.state.topology;
    let by_name = || one(topology.find(&speaker.name)).or_else(|| topology.by_address(&speaker.name));
    if matches!(event.source, SourceKind::Webhook | SourceKind::Internal) || event.relay && !speaker.name.is_empty() {
        return match by_name() {
            Some(ix) => ix,
            None => turn.unplaced(&speaker.name, None),
        };
    }
    if let Some(ix) = topology.by_address(&speaker.address).or_else(|| one(topology.find(&speaker.address))) {
        return ix;
    }
    turn.unplaced(&speaker.address, Some(&speaker.address))
}

/// The entity that a word means: by id, external id, name or management address. One never heard of is made as UNPLACED; of a name that
/// several bear nothing is known.
pub(super) fn named(turn: &mut Turn<'_>, word: &str) -> Option<EntityId> {
    let topology = &turn.state.topology;
    let ix = match topology.find(word) {
        Found::One(ix) => ix,
        Found::Ambiguous => return None,
        Found::None => match topology.by_address(word) {
            Some(ix) => ix,
            None => turn.unplaced(word, None),
        },
    };
    turn.state.topology.entity(ix).map(|entity| entity.id)
}

/// The mapping of a tenant's own files together with the built-in ones.
pub(super) fn mapping_of(files: &[(Name, String)]) -> Arc<Mapping> {
    let files: Vec<(String, String)> = files.iter().map(|(name, text)| (name.to_string(), text.clone())).collect();
    Arc::new(Mapping::with_builtin(&files).unwrap_or_else(|_| Mapping::builtin()))
}

pub(super) fn try_mapping(files: &[(Name, String)]) -> Result<(), Vec<String>> {
    let files: Vec<(String, String)> = files.iter().map(|(name, text)| (name.to_string(), text.clone())).collect();
    Mapping::with_builtin(&files)
        .map(|_| ())
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

pub(super) fn policy_of(files: &[(Name, String)]) -> Arc<Policy> {
    Arc::new(try_policy(files).unwrap_or_default())
}

pub(super) fn try_policy(files: &[(Name, String)]) -> Result<Policy, Vec<String>> {
    let whole: String = files.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
    Policy::parse(&whole).map_err(|problem| vec![problem])
}
