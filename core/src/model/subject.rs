use super::{AlarmFacts, EntityIx, Symptom};

/// What an alarm is about, as far as its symptom and its place tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A link, or the way between two neighbours, is down.
    Line {
        /// The link, where it is known.
        link: Option<EntityIx>,
        /// The device that tells of it.
        near: EntityIx,
        /// The device at the other end.
        far: Option<EntityIx>,
        /// Neither end tells: somebody else does, of the link itself.
        told: bool,
    },
    /// A link works, but worse.
    Worse {
        /// The link.
        link: EntityIx,
        /// The device that tells of it.
        near: EntityIx,
    },
    /// Somebody cannot reach a device any more.
    Gone {
        /// Who.
        near: EntityIx,
        /// Whom.
        lost: EntityIx,
    },
    /// The entity has trouble of its own.
    Own {
        /// The entity.
        entity: EntityIx,
        /// The device that it belongs to; itself for a device.
        device: EntityIx,
        /// What trouble.
        trouble: Trouble,
    },
    /// No sign of a fault.
    Nothing,
}

/// Trouble that an entity has by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// The power is gone.
    Dark,
    /// On battery, a feed gone.
    Power,
    /// A part is broken.
    Hardware,
    /// Temperature and the like.
    Environment,
    /// It started again.
    Restart,
    /// A service or cell does not serve.
    Service,
    /// A port is down that leads to nothing in the topology.
    Port,
    /// Load, a threshold.
    Load,
    /// Anything else.
    Other,
}

impl AlarmFacts<'_> {
    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let anchor = self.anchor;
        let own = |entity: EntityIx, trouble: Trouble| Subject::Own {
            entity,
            device: anchor.device,
            trouble,
        };
        let far = anchor.peer.filter(|peer| *peer != anchor.device);
        if let Some(link) = anchor.link.filter(|link| *link == anchor.entity) {
            return of_link(self.symptom, link, anchor.device, far);
        }
        match self.symptom {
            Symptom::InterfaceDown | Symptom::SignalLost | Symptom::AdjacencyDown if anchor.link.is_some() || far.is_some() => Subject::Line {
                link: anchor.link,
                near: anchor.device,
                far,
                told: false,
            },
            Symptom::InterfaceDown | Symptom::SignalLost | Symptom::AdjacencyDown => own(anchor.device, Trouble::Port),
            Symptom::SessionDown => far.map_or(own(anchor.entity, Trouble::Other), |lost| Subject::Gone { near: anchor.device, lost }),
            Symptom::Unreachable => Subject::Gone {
                near: anchor.device,
                lost: far.unwrap_or(anchor.entity),
            },
            Symptom::Degraded => anchor
                .link
                .map_or(own(anchor.entity, Trouble::Load), |link| Subject::Worse { link, near: anchor.device }),
            Symptom::PowerLost => own(anchor.entity, Trouble::Dark),
            Symptom::PowerDegraded => own(anchor.entity, Trouble::Power),
            Symptom::HardwareFault => own(anchor.entity, Trouble::Hardware),
            Symptom::Environment => own(anchor.entity, Trouble::Environment),
            Symptom::Restarted => own(anchor.device, Trouble::Restart),
            Symptom::ServiceDown => own(anchor.entity, Trouble::Service),
            Symptom::Administrative => Subject::Nothing,
            Symptom::Other => own(anchor.entity, Trouble::Other),
        }
    }
}

/// What an alarm on a link itself is about: whatever is wrong with it, it is down or worse.
fn of_link(symptom: Symptom, link: EntityIx, near: EntityIx, far: Option<EntityIx>) -> Subject {
    match symptom {
        Symptom::Administrative => Subject::Nothing,
        Symptom::Degraded | Symptom::Environment | Symptom::PowerDegraded | Symptom::Restarted | Symptom::Other => Subject::Worse { link, near },
        _ => Subject::Line {
            link: Some(link),
            near,
            far,
            told: true,
        },
    }
}
