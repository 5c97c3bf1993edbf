use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use pedkai_core::ingest::poll::{Port, Seats};
use pedkai_core::model::{EntityIx, Name, TenantId};
use pedkai_core::pipeline::State;
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
            let look = move |state: &State| look(state.topology(), &who, &ports, known);
            tenant.read(look).await.map_err(|error| error.to_string())
        })
    }
}

pub(super) fn look(topology: &Topology, who: &Who, ports: &[Port], known: Option<u64>) -> Seat {
    if known == Some(topology.version()) {
        return Seat::Same;
    }
    let device = match device(topology, who) {
        Ok(device) => device,
        Err(problem) => return Seat::Nowhere(problem),
    };
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
        version: topology.version(),
    })
}

fn device(topology: &Topology, who: &Who) -> Result<EntityIx, String> {
    if let Some(word) = &who.entity {
        return match topology.find(word) {
            Found::One(ix) => Ok(ix),
            Found::Ambiguous => Err(format!("several entities are called '{word}': write the external id as its entity")),
            Found::None => Err(format!(
                "no entity is called '{word}': its samples are not kept. Import it, or correct entity in [[poll.targets]]"
            )),
        };
    }
    let address = who.address.to_canonical().to_string();
    topology.by_address(&address).ok_or_else(|| {
        format!("no entity has the address {address}: its samples are not kept. Import it with that address, or write entity in [[poll.targets]]")
    })
}
