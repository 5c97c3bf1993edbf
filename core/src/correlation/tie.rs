//! What an alarm says about which entity: the ties by which incidents are found.

use crate::model::{EntityIx, Subject, Timestamp, Trouble};

/// In what way an incident touches an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A link that alarms are about.
    Link,
    /// A device at the end of a link that is down.
    End,
    /// A device, part or service that has trouble of its own.
    Direct,
    /// A device that others have lost.
    Lost,
}

/// A link or the way to a neighbour is down.
pub(super) const DOWN: u16 = 1;
/// A link works, but worse.
pub(super) const WORSE: u16 = 2;
/// The device itself told of its end.
pub(super) const SPOKE: u16 = 4;
/// The device is the far end that the other side tells of.
pub(super) const NAMED: u16 = 8;
/// Broken hardware or lost power.
pub(super) const HARD: u16 = 16;
/// On battery, a feed gone.
pub(super) const POWER: u16 = 32;
/// Temperature and the like.
pub(super) const ENVIRONMENT: u16 = 64;
/// It started again.
pub(super) const RESTART: u16 = 128;
/// A service or cell does not serve.
pub(super) const SERVICE: u16 = 256;
/// A port that leads to nothing in the topology is down.
pub(super) const PORT: u16 = 512;
/// Load, thresholds.
pub(super) const LOAD: u16 = 1024;
/// Anything else.
pub(super) const OTHER: u16 = 2048;
/// The power itself is gone.
pub(super) const DARK: u16 = 4096;

/// One thing that an alarm says about an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) entity: EntityIx,
    pub(super) role: Role,
    pub(super) flags: u16,
    /// For a link: its ends, the lower slot first; else the entity twice.
    pub(super) ends: (EntityIx, EntityIx),
}

impl Claim {
    /// Tells of a link, or of the way to a neighbour, that is down.
    pub(super) fn has_down(&self) -> bool {
        self.role == Role::End || self.role == Role::Link && self.flags & DOWN != 0
    }
}

/// At most this many claims come from one alarm.
const MOST: usize = 3;

/// The claims of one alarm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claims {
    items: [Claim; MOST],
    count: usize,
}

impl Claims {
    fn none() -> Self {
        let nothing = EntityIx(u32::MAX);
        let empty = Claim {
            entity: nothing,
            role: Role::Direct,
            flags: 0,
            ends: (nothing, nothing),
        };
        Self {
            items: [empty; MOST],
            count: 0,
        }
    }

    fn push(&mut self, entity: EntityIx, role: Role, flags: u16) {
        self.push_between(entity, role, flags, (entity, entity));
    }

    fn push_between(&mut self, entity: EntityIx, role: Role, flags: u16, ends: (EntityIx, EntityIx)) {
        if let Some(slot) = self.items.get_mut(self.count) {
            *slot = Claim { entity, role, flags, ends };
            self.count += 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.items[..self.count].iter()
    }
}

/// The flags of a trouble.
pub(super) const fn flags(trouble: Trouble) -> u16 {
    match trouble {
        Trouble::Dark => HARD | POWER | DARK,
        Trouble::Power => POWER,
        Trouble::Hardware => HARD,
        Trouble::Environment => ENVIRONMENT,
        Trouble::Restart => RESTART,
        Trouble::Service => SERVICE,
        Trouble::Port => PORT,
        Trouble::Load => LOAD,
        Trouble::Other => OTHER,
    }
}

/// The claims of an alarm about `subject`.
pub(super) fn claims(subject: Subject) -> Claims {
    let mut claims = Claims::none();
    match subject {
        Subject::Line { link, near, far, told } => {
            let other = far.unwrap_or(near);
            let ends = if near <= other { (near, other) } else { (other, near) };
            if let Some(link) = link {
                claims.push_between(link, Role::Link, DOWN, ends);
            }
            claims.push(near, Role::End, if told { NAMED } else { SPOKE });
            if let Some(far) = far {
                claims.push(far, Role::End, NAMED);
            }
        }
        Subject::Worse { link, .. } => claims.push(link, Role::Link, WORSE),
        Subject::Gone { lost, .. } => claims.push(lost, Role::Lost, 0),
        Subject::Own { entity, device, trouble } => {
            let flags = flags(trouble);
            claims.push(entity, Role::Direct, flags);
            if device != entity {
                claims.push(device, Role::Direct, flags);
            }
        }
        Subject::Nothing => {}
    }
    claims
}

/// An incident's claims about one entity in one role, taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The entity.
    pub entity: EntityIx,
    /// In what way.
    pub role: Role,
    pub(super) flags: u16,
    pub(super) ends: (EntityIx, EntityIx),
    /// When the first of its alarms came in.
    pub first: Timestamp,
    /// When the newest of its alarms came in.
    pub last: Timestamp,
    /// How many alarms.
    pub alarms: u32,
    /// How many of them stand.
    pub active: u32,
}

impl Tie {
    pub(super) fn has(&self, flags: u16) -> bool {
        self.flags & flags != 0
    }

    /// How far an instant lies outside the time of its alarms, microseconds.
    pub(super) fn gap(&self, at: Timestamp) -> i64 {
        let (before, after) = (self.first.since(at).as_micros(), at.since(self.last).as_micros());
        before.max(after).max(0)
    }
}
