//! Who is beside whom.

use std::collections::VecDeque;

use super::Topology;

/// The devices and links as an adjacency list.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Per device: links and the device at the other end.
    pub beside: Vec<Vec<(usize, usize)>>,
}

impl Graph {
    /// The graph of a topology.
    #[must_use]
    pub fn of(topology: &Topology) -> Self {
        let mut beside = vec![Vec::new(); topology.devices.len()];
        for (index, link) in topology.links.iter().enumerate() {
            let [a, b] = link.ends;
            beside[a].push((index, b));
            if a != b {
                beside[b].push((index, a));
            }
        }
        Self { beside }
    }

    /// Hops from the given devices to every other, `None` where there is no way.
    #[must_use]
    pub fn hops(&self, from: &[usize]) -> Vec<Option<usize>> {
        let mut hops = vec![None; self.beside.len()];
        let mut queue: VecDeque<usize> = from.iter().copied().collect();
        for &start in from {
            hops[start] = Some(0);
        }
        while let Some(at) = queue.pop_front() {
            let next = hops[at].map(|so_far| so_far + 1);
            for &(_, other) in &self.beside[at] {
                if hops[other].is_none() {
                    hops[other] = next;
                    queue.push_back(other);
                }
            }
        }
        hops
    }

    /// Numbers the connected parts; a device that is down has none, a link that does not pass connects nothing.
    #[must_use]
    pub fn parts(&self, up: impl Fn(usize) -> bool, passes: impl Fn(usize) -> bool) -> Vec<Option<u32>> {
        let mut part = vec![None; self.beside.len()];
        let mut stack = Vec::new();
        let mut number = 0;
        for start in 0..self.beside.len() {
            if part[start].is_some() || !up(start) {
                continue;
            }
            part[start] = Some(number);
            stack.push(start);
            while let Some(at) = stack.pop() {
                for &(link, other) in &self.beside[at] {
                    if part[other].is_none() && up(other) && passes(link) {
                        part[other] = Some(number);
                        stack.push(other);
                    }
                }
            }
            number += 1;
        }
        part
    }
}
