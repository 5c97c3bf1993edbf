use std::fmt;

/// A number with the word for one, or for several: `1 link`, `3 links`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted(pub usize, pub &'static str, pub &'static str);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(n, one, many) = self;
        write!(f, "{n} {}", if *n == 1 { one } else { many })
    }
}
