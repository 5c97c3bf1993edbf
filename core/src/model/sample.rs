use super::{EntityId, Name, Timestamp};

/// One measured value of one metric of one entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// What was measured.
    pub entity: EntityId,
    /// The metric's name as its source writes it; a unit, where it has one, is part of the name (`User_Tput_MEAN_DL(kbps)`).
    pub metric: Name,
    /// When it was measured, source's time.
    pub at: Timestamp,
    /// The value; always finite.
    pub value: f64,
    /// The system it came from; may be empty.
    pub source: Name,
}

/// A point of one series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// The value; always finite.
    pub value: f64,
}
