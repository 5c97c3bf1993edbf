//! What the alarms of an incident say of one link, put together.

use crate::model::{AlarmId, EntityIx, Timestamp};

/// So many raises an alarm make a line that goes up and down.
const FLAPS: u32 = 4;

/// A link, or the way between two neighbours, of which alarms tell.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) link: Option<EntityIx>,
    pub(super) ends: (EntityIx, EntityIx),
    /// Which of the ends told of it.
    pub(super) spoke: [bool; 2],
    /// Which of the ends said that somebody shut its port.
    pub(super) shut: [bool; 2],
    /// Which of the ends said that its light is gone or bad.
    pub(super) light: [bool; 2],
    /// Which of the ends said that its port is down, whoever did it.
    pub(super) port: [bool; 2],
    /// … and said so by a trap, which bears what the port is meant to be (RFC 2863).
    pub(super) trapped: [bool; 2],
    pub(super) down: bool,
    pub(super) worse: bool,
    pub(super) first: Timestamp,
    /// Since when it is worse.
    pub(super) worse_at: Option<Timestamp>,
    /// When each end's own port was said to be down.
    pub(super) port_at: [Option<Timestamp>; 2],
    /// No alarm about it stands; where ports are said to be down, none of those.
    pub(super) back: bool,
    pub(super) by_port: bool,
    /// When the first of its alarms was over, log's time.
    pub(super) up_at: Option<Timestamp>,
    pub(super) alarm: AlarmId,
    pub(super) alarms: u32,
    /// Raises counted over all its alarms.
    pub(super) raises: u32,
}

impl Line {
    pub(super) fn touches(&self, device: EntityIx) -> bool {
        self.ends.0 == device || self.ends.1 == device
    }

    pub(super) fn spoke(&self, device: EntityIx) -> bool {
        self.ends.0 == device && self.spoke[0] || self.ends.1 == device && self.spoke[1]
    }

    /// This end said that its light is gone or bad.
    pub(super) fn light(&self, device: EntityIx) -> bool {
        self.ends.0 == device && self.light[0] || self.ends.1 == device && self.light[1]
    }

    /// Somebody shut this end.
    pub(super) fn shut(&self, device: EntityIx) -> bool {
        self.ends.0 == device && self.shut[0] || self.ends.1 == device && self.shut[1]
    }

    /// This end's port went down without anybody shutting it.
    pub(super) fn fell(&self, device: EntityIx) -> bool {
        let at = usize::from(self.ends.0 != device);
        self.touches(device) && self.port[at] && !self.shut[at]
    }

    /// … and a trap said so.
    pub(super) fn fell_by_trap(&self, device: EntityIx) -> bool {
        self.fell(device) && self.trapped[usize::from(self.ends.0 != device)]
    }

    /// When this end's port was said to be down.
    pub(super) fn port_at(&self, device: EntityIx) -> Option<Timestamp> {
        self.port_at[usize::from(self.ends.0 != device)]
    }

    /// It goes up and down: every alarm about it was raised again and again.
    pub(super) fn flaps(&self) -> bool {
        self.raises / self.alarms.max(1) >= FLAPS
    }

    /// Takes in what another one says of the same way.
    pub(super) fn join(&mut self, other: &Line) {
        for end in 0..2 {
            self.spoke[end] |= other.spoke[end];
            self.shut[end] |= other.shut[end];
            self.port[end] |= other.port[end];
            self.trapped[end] |= other.trapped[end];
            self.light[end] |= other.light[end];
            self.port_at[end] = earlier(self.port_at[end], other.port_at[end]);
        }
        self.first = if self.down { self.first.min(other.first) } else { other.first };
        self.down |= other.down;
        self.back = match (self.by_port, other.by_port) {
            (true, false) => self.back,
            (false, true) => other.back,
            _ => self.back && other.back,
        };
        self.by_port |= other.by_port;
        self.up_at = earlier(self.up_at, other.up_at);
        self.alarms += other.alarms;
        self.raises = self.raises.saturating_add(other.raises);
    }

    pub(super) fn far(&self, device: EntityIx) -> EntityIx {
        if self.ends.0 == device { self.ends.1 } else { self.ends.0 }
    }
}

pub(super) fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    a.into_iter().chain(b).min()
}
