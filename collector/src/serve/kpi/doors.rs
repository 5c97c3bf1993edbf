use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A door by which samples are handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Door {
    /// `POST /api/v1/kpi/ingest`.
    Json,
    /// `POST /api/v1/kpi/import`.
    Csv,
    /// `POST /api/v1/kpi/write`.
    RemoteWrite,
}

/// Why a sample that came was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Lost {
    /// It makes no sense by itself; its sender was told.
    Invalid,
    /// Several entities bear the name that it gives; its sender was told.
    Ambiguous,
    /// It could not be written; its sender was told to try again.
    Store,
}

const DOORS: [(Door, &str); 3] = [(Door::Json, "kpi_json"), (Door::Csv, "kpi_csv"), (Door::RemoteWrite, "kpi_remote_write")];
const LOST: [(Lost, &str); 3] = [(Lost::Invalid, "invalid"), (Lost::Ambiguous, "ambiguous"), (Lost::Store, "store")];

#[derive(Debug, Default)]
struct Counts {
    received: AtomicU64,
    lost: [AtomicU64; LOST.len()],
    letters: AtomicU64,
}

/// What came by each door since the start, in samples. All only grow.
#[derive(Debug, Default)]
pub(crate) struct Doors([Counts; DOORS.len()]);

impl Doors {
    fn of(&self, door: Door) -> &Counts {
        &self.0[door as usize]
    }

    /// Samples that came, good or not.
    pub(in crate::serve) fn came(&self, door: Door, samples: usize) {
        self.of(door).received.fetch_add(samples as u64, Relaxed);
    }

    /// Samples that are not kept.
    pub(in crate::serve) fn lost(&self, door: Door, why: Lost, samples: usize) {
        self.of(door).lost[why as usize].fetch_add(samples as u64, Relaxed);
    }

    /// Lines that became dead letters.
    pub(super) fn letters(&self, door: Door, lines: u64) {
        self.of(door).letters.fetch_add(lines, Relaxed);
    }

    /// Each door's word and how many came by it.
    pub(in crate::serve) fn received(&self) -> impl Iterator<Item = (&'static str, u64)> {
        DOORS.iter().map(|(door, word)| (*word, self.of(*door).received.load(Relaxed)))
    }

    /// Door, reason and number, where it is not zero.
    pub(in crate::serve) fn dropped(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let each = DOORS
            .iter()
            .flat_map(|(door, word)| LOST.iter().map(move |(why, reason)| (*door, *word, *why, *reason)));
        each.map(|(door, word, why, reason)| (word, reason, self.of(door).lost[why as usize].load(Relaxed)))
            .filter(|row| row.2 > 0)
    }

    /// Door, reason and number of dead letters, where it is not zero.
    pub(in crate::serve) fn dead(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let each = DOORS.iter().map(|(door, word)| (*word, "unreadable", self.of(*door).letters.load(Relaxed)));
        each.filter(|row| row.2 > 0)
    }
}
