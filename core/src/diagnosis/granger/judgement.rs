use super::words::sentence;
use crate::model::{CausalLink, Name, SeriesName};

/// What the tests of two series say: did the one's past tell more of the other than the other's own past?
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The series asked to be the cause.
    pub cause: SeriesName,
    /// The series asked to be the effect.
    pub effect: SeriesName,
    /// What is held of them.
    pub verdict: Verdict,
    /// The test as asked; none where there can be none.
    pub forth: Option<Told>,
    /// The test the other way round.
    pub back: Option<Told>,
    /// Points that both have, after differencing.
    pub n: usize,
    /// Seconds from point to point.
    pub step_seconds: f64,
    /// How many times both were differenced.
    pub differences: usize,
    /// Points that only one of them had.
    pub left_out: usize,
    /// What speaks against taking it at its word.
    pub warnings: Vec<String>,
}

/// One direction's figures; all finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// The F statistic.
    pub f: f64,
    /// The probability of one as large by chance; 0 where it is too small to write.
    pub p: f64,
    /// The share of false links among those at least as sure, over all tests asked together (Benjamini and Hochberg).
    pub q: f64,
    /// So many steps back were looked at.
    pub lags: usize,
    /// The step back that told most.
    pub lag: usize,
    /// The same in seconds.
    pub lag_seconds: f64,
    /// More of the one came before less of the other.
    pub opposite: bool,
}

/// What is held of two series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The cause led the effect, and not the other way round.
    Leads,
    /// Each led the other: which comes first cannot be told.
    Both,
    /// The effect led the cause.
    Follows,
    /// Neither told anything of the other.
    Nothing,
    /// There is no test to go by; the warnings say why.
    Untested,
}

impl Judgement {
    /// The judgement in one sentence, without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        sentence(self)
    }

    /// The link to keep as evidence, from what led to what followed; `None` where there is none to tell.
    #[must_use]
    pub fn link(&self) -> Option<CausalLink> {
        let (cause, effect, told, other) = match self.verdict {
            Verdict::Leads | Verdict::Both => (&self.cause, &self.effect, self.forth.as_ref()?, self.back.as_ref()),
            Verdict::Follows => (&self.effect, &self.cause, self.back.as_ref()?, self.forth.as_ref()),
            Verdict::Nothing | Verdict::Untested => return None,
        };
        Some(CausalLink {
            cause: cause.clone(),
            effect: effect.clone(),
            lag: count(told.lag),
            step_s: (self.step_seconds.round() as u32).max(1),
            f: told.f,
            p: told.p,
            q: told.q,
            n: count(self.n),
            differences: count(self.differences),
            reverse_p: other.map(|other| other.p),
            warnings: self.warnings.iter().map(|warning| Name::from(warning.as_str())).collect(),
            sentence: Name::from(self.sentence()),
        })
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
