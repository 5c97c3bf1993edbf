use super::{Read, Value};
use crate::model::Name;

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The number itself is the sample.
    Gauge,
    /// Its change per second is.
    Counter,
}

/// An object besides IF-MIB that somebody wants to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Name of the metric.
    pub metric: Name,
    /// Object id. One that ends in `.0` is a single value, any other a column of a table.
    pub oid: Vec<u32>,
    /// What its numbers mean.
    pub kind: Kind,
    /// What the number, or its change per second, is multiplied with.
    pub scale: f64,
}

impl Object {
    /// It is a single value rather than a column.
    #[must_use]
    pub fn single(&self) -> bool {
        self.oid.last() == Some(&0)
    }
}

/// One value of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectCell {
    /// Which of the objects.
    pub object: u16,
    /// The row: what follows the column's object id; empty for a single value.
    pub row: Vec<u32>,
    /// Its value.
    pub value: Value,
    /// When.
    pub read: Read,
}
