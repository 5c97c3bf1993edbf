use super::{Count, Moment, Width};
use crate::model::Timestamp;

/// When and with what uptime an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Wall clock: the time of samples.
    pub at: Timestamp,
    /// Steady clock and uptime: what rates are made of.
    pub moment: Moment,
}

/// A value that a device answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Counter32.
    Counter32(u32),
    /// Counter64.
    Counter64(u64),
    /// INTEGER, Gauge32, Unsigned32 or TimeTicks.
    Integer(i64),
    /// A number in an Opaque (net-snmp's Float and Double).
    Float(f64),
    /// OCTET STRING.
    Text(Vec<u8>),
    /// There is none: NULL, noSuchObject, noSuchInstance, endOfMibView.
    Absent,
    /// Anything else.
    Other,
}

impl Value {
    /// The finite number that it is or that its text says; `None` for anything else.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let number = match self {
            Value::Counter32(count) => f64::from(*count),
            Value::Counter64(count) => *count as f64,
            Value::Integer(number) => *number as f64,
            Value::Float(number) => *number,
            Value::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok()?,
            Value::Absent | Value::Other => return None,
        };
        number.is_finite().then_some(number)
    }

    /// The counter that it is, read at that moment. What a device sends as another unsigned type counts as one of 32 bits.
    #[must_use]
    pub fn count(&self, read: Moment) -> Option<Count> {
        let (value, width) = match self {
            Value::Counter32(value) => (u64::from(*value), Width::Bits32),
            Value::Counter64(value) => (*value, Width::Bits64),
            Value::Integer(value) => (u64::from(u32::try_from(*value).ok()?), Width::Bits32),
            _ => return None,
        };
        Some(Count { value, width, read })
    }

    /// Its text: control characters become blanks, what is no UTF-8 is replaced, at most 255 bytes; `None` for what is no text.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let Value::Text(bytes) = self else { return None };
        let text = String::from_utf8_lossy(bytes.get(..1_024).unwrap_or(bytes));
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let clean = clean.trim();
        Some(clean[..clean.floor_char_boundary(255.min(clean.len()))].to_owned())
    }
}
