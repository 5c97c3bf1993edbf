use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where on the log something was first said: epoch, sequence of the record, index in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Life of the log, below 4,096; a restored or adopted log starts the next one.
    pub epoch: u16,
    /// Number of the record, below 2^44.
    pub seq: u64,
    /// Number within the record, below 2^20.
    pub index: u32,
}

/// What kind of thing an id names; part of the id, so that no two kinds ever share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum IdKind {
    /// An event as it came in.
    Event = 1,
    /// The trail of one event.
    Tracking = 2,
    /// An alarm.
    Alarm = 3,
    /// An incident.
    Incident = 4,
    /// An entity of the topology.
    Entity = 5,
    /// Work asked of a worker.
    Request = 6,
    /// A relation; by its slot.
    Relation = 7,
    /// A source of events; by its slot.
    Source = 8,
    /// A change request.
    Change = 9,
}

/// Makes the ids of one tenant: RFC 9562 version 8 UUIDs that hold their position on the log and a salt of the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minter {
    salt: u64,
    epoch: u16,
}

const SALT_BITS: u32 = 42;

impl Minter {
    /// A minter for `tenant` in `epoch` (below 4,096).
    #[must_use]
    pub fn new(tenant: TenantId, epoch: u16) -> Self {
        let salt = xxhash_rust::xxh3::xxh3_64(tenant.0.as_bytes()) & ((1 << SALT_BITS) - 1);
        Self { salt, epoch: epoch & 0xfff }
    }

    /// The id of `kind` at `seq`, `index`.
    #[must_use]
    pub fn mint(&self, kind: IdKind, seq: u64, index: u32) -> Uuid {
        let high = ((seq & 0xfff_ffff_ffff) << 20) | ((kind as u64) << 16) | 0x8000 | u64::from(self.epoch);
        let low = (0b10 << 62) | (u64::from(index & 0xf_ffff) << SALT_BITS) | self.salt;
        Uuid::from_u64_pair(high, low)
    }

    /// Reads the position back; `None` when the id is of another tenant, another kind, or not ours at all.
    #[must_use]
    pub fn position(&self, kind: IdKind, id: Uuid) -> Option<Position> {
        let (high, low) = id.as_u64_pair();
        let ours = (high >> 12) & 0xf == 8 && (low >> 62) == 0b10 && low & ((1 << SALT_BITS) - 1) == self.salt && (high >> 16) & 0xf == kind as u64;
        ours.then_some(Position {
            epoch: (high & 0xfff) as u16,
            seq: high >> 20,
            index: ((low >> SALT_BITS) & 0xf_ffff) as u32,
        })
    }

    /// One number for the tenant and the life of its log: another one where either is another.
    #[must_use]
    pub const fn life(&self) -> u64 {
        (self.salt << 16) | self.epoch as u64
    }

    /// The life of the log that this minter serves.
    #[must_use]
    pub const fn epoch(&self) -> u16 {
        self.epoch
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(self.0.as_bytes())?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Uuid::from_slice(d.bytes()?).map(Self).map_err(minicbor::decode::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A tenant. Its name is only a label.
    TenantId;
    /// One event as it came in from the network.
    EventId;
    /// The trail of one event through every stage.
    TrackingId;
    /// An alarm.
    AlarmId;
    /// An incident.
    IncidentId;
    /// A change request.
    ChangeId;
    /// A thing in the network.
    EntityId;
    /// A command, chosen by whoever sends it so that it can be sent again safely.
    CommandId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_position_to_its_own_tenant_only() {
        let a = Minter::new(TenantId(Uuid::from_u128(1)), 7);
        let b = Minter::new(TenantId(Uuid::from_u128(2)), 7);
        let id = a.mint(IdKind::Event, 123_456_789, 4_321);
        assert_eq!(id.get_version_num(), 8);
        assert_eq!(
            a.position(IdKind::Event, id),
            Some(Position {
                epoch: 7,
                seq: 123_456_789,
                index: 4_321
            })
        );
        assert_eq!(a.position(IdKind::Alarm, id), None);
        assert_eq!(b.position(IdKind::Event, id), None);
        assert!(a.mint(IdKind::Event, 1, 0) < a.mint(IdKind::Event, 2, 0), "ids sort as the log does");
    }
}
