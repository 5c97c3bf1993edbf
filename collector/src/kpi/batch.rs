use pedkai_core::model::{EntityId, Name, Sample};
use rustc_hash::FxHashMap;
use uuid::Uuid;

/// Samples of one call, with what they name told once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Batch {
    pub(super) entities: Vec<EntityId>,
    pub(super) metrics: Vec<Name>,
    pub(super) sources: Vec<Name>,
    pub(super) rows: Vec<Row>,
}

/// A sample by places in the batch's lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) entity: u32,
    pub(super) metric: u32,
    pub(super) source: u32,
    /// Microseconds since 1970.
    pub(super) at: i64,
    pub(super) value: f64,
}

impl Batch {
    /// Of samples in their order. The negative zero becomes the usual one.
    pub(super) fn of(samples: &[Sample]) -> Self {
        let mut batch = Self {
            rows: Vec::with_capacity(samples.len()),
            ..Self::default()
        };
        let mut entities: FxHashMap<EntityId, u32> = FxHashMap::default();
        let mut metrics: FxHashMap<&str, u32> = FxHashMap::default();
        let mut sources: FxHashMap<&str, u32> = FxHashMap::default();
        let mut before: Option<(&Sample, Row)> = None;
        for sample in samples {
            // Neighbours have much in common.
            let same = before.as_ref();
            let entity = match same {
                Some((other, row)) if other.entity == sample.entity => row.entity,
                _ => *entities.entry(sample.entity).or_insert_with(|| push(&mut batch.entities, sample.entity)),
            };
            let metric = match same {
                Some((other, row)) if other.metric == sample.metric => row.metric,
                _ => *metrics.entry(&sample.metric).or_insert_with(|| push(&mut batch.metrics, sample.metric.clone())),
            };
            let source = match same {
                Some((other, row)) if other.source == sample.source => row.source,
                _ => *sources.entry(&sample.source).or_insert_with(|| push(&mut batch.sources, sample.source.clone())),
            };
            let row = Row {
                entity,
                metric,
                source,
                at: sample.at.as_micros(),
                value: sample.value + 0.0,
            };
            batch.rows.push(row);
            before = Some((sample, row));
        }
        batch
    }

    /// Its bytes, with their hash in front: lists, then columns.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.entities.len() * 16 + self.metrics.len() * 32 + self.rows.len() * 28);
        out.extend_from_slice(&[0; 8]);
        count(&mut out, self.entities.len());
        for entity in &self.entities {
            out.extend_from_slice(entity.0.as_bytes());
        }
        for names in [&self.metrics, &self.sources] {
            count(&mut out, names.len());
            for name in names {
                count(&mut out, name.len());
                out.extend_from_slice(name.as_bytes());
            }
        }
        count(&mut out, self.rows.len());
        for row in &self.rows {
            out.extend_from_slice(&row.entity.to_le_bytes());
            out.extend_from_slice(&row.metric.to_le_bytes());
            out.extend_from_slice(&row.source.to_le_bytes());
            out.extend_from_slice(&row.at.to_le_bytes());
            out.extend_from_slice(&row.value.to_le_bytes());
        }
        let hash = xxhash_rust::xxh3::xxh3_64(&out[8..]);
        out[..8].copy_from_slice(&hash.to_le_bytes());
        out
    }

    /// The way back; `None` for what is not what was written.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Input(bytes);
        if input.u64()? != xxhash_rust::xxh3::xxh3_64(input.0) {
            return None;
        }
        let mut batch = Self::default();
        for _ in 0..input.u32()? {
            batch.entities.push(EntityId(Uuid::from_bytes(input.array()?)));
        }
        batch.metrics = input.names()?;
        batch.sources = input.names()?;
        for _ in 0..input.u32()? {
            let row = Row {
                entity: input.u32()?,
                metric: input.u32()?,
                source: input.u32()?,
                at: input.u64()?.cast_signed(),
                value: f64::from_bits(input.u64()?),
            };
            let known = (row.entity as usize) < batch.entities.len() && (row.metric as usize) < batch.metrics.len();
            if !known || (row.source as usize) >= batch.sources.len() || !row.value.is_finite() {
                return None;
            }
            batch.rows.push(row);
        }
        input.0.is_empty().then_some(batch)
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> u32 {
    list.push(item);
    (list.len() - 1) as u32
}

fn count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&(n as u32).to_le_bytes());
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn names(&mut self) -> Option<Vec<Name>> {
        let mut names = Vec::new();
        for _ in 0..self.u32()? {
            let length = self.u32()? as usize;
            let (text, rest) = self.0.split_at_checked(length)?;
            self.0 = rest;
            names.push(Name::from(std::str::from_utf8(text).ok()?));
        }
        Some(names)
    }
}
