//! Which card of a device a link's port sits on, told from the port's name.

use crate::model::EntityIx;
use crate::topology::Topology;

/// The slot of a device that a link ends in: `GigabitEthernet7/0/3` is in slot 7, `TenGigE0/1/0/2` (rack, slot, bay, port) in slot 1;
/// `None` where the inventory does not name the port, or its name has no slot.
pub(super) fn slot(topology: &Topology, link: EntityIx, device: EntityIx) -> Option<u32> {
    let (a, b) = topology.ends(link)?;
    let entity = topology.entity(link)?;
    let port = if a == device {
        entity.attribute("source_interface")
    } else if b == device {
        entity.attribute("target_interface")
    } else {
        return None;
    };
    of_port(port)
}

fn of_port(port: &str) -> Option<u32> {
    let numbers = &port[port.find(|c: char| c.is_ascii_digit())?..];
    let mut parts = numbers.split('/');
    let (first, second) = (parts.next()?, parts.next()?);
    let slot = if parts.count() >= 2 { second } else { first };
    slot.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::of_port;

    #[test]
    fn slots_are_read_as_makers_write_them() {
        let ports = [
            "GigabitEthernet7/0/3",
            "TenGigE0/1/0/2",
            "xe-6/0/4",
            "Ethernet9/1",
            "GigabitEthernet0/0.100",
            "ae0",
            "",
        ];
        assert_eq!(ports.map(of_port), [Some(7), Some(1), Some(6), Some(9), Some(0), None, None]);
    }
}
