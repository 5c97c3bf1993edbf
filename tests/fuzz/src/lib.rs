//! What the fuzz targets share: a tenant's state, and one turn of it with everything that must hold.

use std::sync::Arc;

use pedkai_core::ingest::Mapping;
use pedkai_core::model::{Actor, Event, Name, Payload, Role, SourceKind, TenantId, Timestamp};
use pedkai_core::pipeline::{Input, Record, RecordHeader, State, decide};
use pedkai_core::topology::TopologyPatch;
use uuid::Uuid;

/// The tenant that everything is fed to.
pub const TENANT: TenantId = TenantId(Uuid::from_u128(1));

/// The instant at which everything comes in.
pub const AT: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

fn state() -> State {
    State::new(TENANT, 1, Arc::new(Mapping::builtin()))
}

/// An event that came in from a device.
#[must_use]
pub fn event(source: SourceKind, payload: Payload) -> Input {
    Input::Event(Event {
        received_at: AT,
        source,
        source_address: Name::from("192.0.2.1"),
        relay: true,
        key: None,
        payload,
    })
}

/// A patch that somebody imports.
#[must_use]
pub fn patch(patch: TopologyPatch) -> Input {
    Input::Topology {
        patch: Box::new(patch),
        actor: Actor {
            name: Name::from("fuzz"),
            role: Role::Admin,
            from: Name::from("127.0.0.1"),
        },
    }
}

/// Decides the inputs on a fresh state, and holds that folding what was decided, after its record was written and read, gives the
/// same state: so it is recovered after a crash.
///
/// # Panics
/// When it does not.
pub fn turn(inputs: Vec<Input>) {
    let mut decided = state();
    let deltas = decide(&mut decided, 1, AT, &inputs).deltas;
    let record = Record {
        header: RecordHeader {
            epoch: 1,
            seq: 1,
            at: AT,
            build: Name::EMPTY,
            policy: 0,
            mapping: 0,
            topology: 0,
            previous: [0; 32],
        },
        inputs,
        deltas,
    };
    let bytes = record.encode();
    let Ok(read) = Record::decode(&bytes) else {
        panic!("a record of ours cannot be read");
    };
    assert_eq!(read, record);
    let mut folded = state();
    folded.begin(1, AT);
    read.deltas.iter().for_each(|delta| folded.fold(delta));
    assert_eq!(folded.hash(), decided.hash());
}
