use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use pedkai_core::ingest::poll::{Port, Seats};
use pedkai_core::model::{EntityIx, Name, TenantId};
use pedkai_core::pipeline::{Input, State};
use pedkai_core::topology::{Found, Topology};

use crate::engine::Engine;

/// A device as its target names it.
#[derive(Clone, Debug)]
pub struct Who {
    /// Whose.
    pub tenant: TenantId,
    /// External id, UUID or name.
    pub entity: Option<Name>,
    /// Where it is asked.
    pub address: IpAddr,
}

/// Whose a device's samples are.
#[derive(Clone, Debug)]
pub struct Seated {
    /// The device and its interfaces.
    pub seats: Seats,
    /// The device's name.
    pub name: Name,
    /// It is in an inventory; false for one that is known by its answers alone.
    pub placed: bool,
    /// The topology's version that says so.
    pub version: u64,
}

/// An answer to whose samples they are.
#[derive(Clone, Debug)]
pub enum Seat {
    /// As before.
    Same,
    /// These.
    At(Seated),
    /// Nobody's, and what to do about it.
    Nowhere(String),
}

/// Resolves to whose samples they are, or says what keeps it from being known.
pub type Seating<'a> = Pin<Box<dyn Future<Output = Result<Seat, String>> + Send + 'a>>;

/// Knows whose samples are whose.
pub trait Places: Send + Sync + 'static {
    /// The device, and the entities of its interfaces; `known` is the version of the topology that an earlier answer for the same ports was of.
    fn seat(&self, who: Who, ports: Vec<Port>, known: Option<u64>) -> Seating<'_>;
}

impl Places for Engine {
    fn seat(&self, who: Who, ports: Vec<Port>, known: Option<u64>) -> Seating<'_> {
        Box::pin(async move {
            let tenant = self
                .tenant(who.tenant)
                .ok_or("its tenant does not exist any more: take the target out of the configuration")?;
            let looking = (who.clone(), ports.clone());
            let look_at = move |state: &State| look(state.topology(), &looking.0, &looking.1, known);
            let stranger = match tenant.read(look_at).await.map_err(|error| error.to_string())? {
                Looked::Seat(seat) => return Ok(seat),
                Looked::Stranger(word) => word,
            };
            // It did answer: somebody is there whom no inventory names.
            let made = tenant.input(Input::Names(vec![stranger.clone()])).await;
            made.map_err(|error| format!("no entity '{stranger}' could be made for it: {error}"))?;
            let again = move |state: &State| look(state.topology(), &who, &ports, None);
            match tenant.read(again).await.map_err(|error| error.to_string())? {
                Looked::Seat(seat) => Ok(seat),
                Looked::Stranger(_) => Err("its entity could not be looked up; it will be tried again".to_owned()),
            }
        })
    }
}

/// What a look at the topology gives.
pub(super) enum Looked {
    Seat(Seat),
    /// Nothing bears this word.
    Stranger(Name),
}

pub(super) fn look(topology: &Topology, who: &Who, ports: &[Port], known: Option<u64>) -> Looked {
    if known == Some(topology.version()) {
        return Looked::Seat(Seat::Same);
    }
    match device(topology, who) {
        Ok(Ok(device)) => Looked::Seat(seated(topology, device, ports)),
        Ok(Err(word)) => Looked::Stranger(word),
        Err(problem) => Looked::Seat(Seat::Nowhere(problem)),
    }
}

fn seated(topology: &Topology, device: EntityIx, ports: &[Port]) -> Seat {
    let Some(entity) = topology.entity(device) else {
        return Seat::Nowhere("its entity was removed".to_owned());
    };
    let asked: Vec<_> = ports.iter().map(|port| (port.index, port.names())).collect();
    let interfaces = topology.interfaces(device, &asked).into_iter();
    Seat::At(Seated {
        seats: Seats {
            device: entity.id,
            interfaces: interfaces.filter_map(|(index, ix)| Some((index, topology.entity(ix)?.id))).collect(),
        },
        name: entity.name.clone(),
        placed: entity.placed,
        version: topology.version(),
    })
}

/// The device, or the word for one that nothing bears.
fn device(topology: &Topology, who: &Who) -> Result<Result<EntityIx, Name>, String> {
    let word = match &who.entity {
        Some(word) => word.clone(),
        None => {
            let address = Name::from(who.address.to_canonical().to_string());
            if let Some(ix) = topology.by_address(&address) {
                return Ok(Ok(ix));
            }
            address
        }
    };
    match topology.find(&word) {
        Found::One(ix) => Ok(Ok(ix)),
        Found::Ambiguous => Err(format!("several entities are called '{word}': write the external id as its entity")),
        Found::None => Ok(Err(word)),
    }
}
