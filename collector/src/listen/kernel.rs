//! How many datagrams the kernel dropped for a socket, where it tells (`/proc/net/udp`, Linux).

/// Watches the drops of one UDP socket.
pub(super) struct KernelDrops {
    inode: Option<String>,
    seen: u64,
}

impl KernelDrops {
    #[cfg(target_os = "linux")]
    pub(super) fn of(socket: &impl std::os::fd::AsRawFd) -> Self {
        let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok();
        let inode = link.and_then(|link| {
            let name = link.to_str()?;
            Some(name.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        });
        Self { inode, seen: 0 }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn of<S>(_socket: &S) -> Self {
        Self { inode: None, seen: 0 }
    }

    /// Drops since the last call.
    pub(super) fn fresh(&mut self) -> u64 {
        let Some(inode) = &self.inode else { return 0 };
        let tables = ["/proc/self/net/udp", "/proc/self/net/udp6"];
        let found = tables.iter().find_map(|table| drops(&std::fs::read_to_string(table).ok()?, inode));
        let Some(total) = found else { return 0 };
        let fresh = total.saturating_sub(self.seen);
        self.seen = total;
        fresh
    }
}

/// Reads the drops (last column) of the socket with `inode` (tenth) from the kernel's table.
fn drops(table: &str, inode: &str) -> Option<u64> {
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_ascii_whitespace();
        (columns.nth(9)? == inode).then(|| columns.last()?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_are_read_by_inode() {
        let table = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n  \
            512: 0100007F:048A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 7\n  \
            513: 0100007F:048B 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4712 2 0000000000000000 99\n";
        assert_eq!(drops(table, "4711"), Some(7));
        assert_eq!(drops(table, "4712"), Some(99));
        assert_eq!(drops(table, "1"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_buffer_is_seen() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket2::SockRef::from(&socket).set_recv_buffer_size(4_096).unwrap();
        let mut drops = KernelDrops::of(&socket);
        assert_eq!(drops.fresh(), 0);
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..200 {
            sender.send_to(&[0; 1_000], socket.local_addr().unwrap()).unwrap();
        }
        let fresh = drops.fresh();
        assert!((150..200).contains(&fresh), "{fresh}");
        assert_eq!(drops.fresh(), 0, "counted once");
    }
}
