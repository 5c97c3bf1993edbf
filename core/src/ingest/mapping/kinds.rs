//! What an alarm type is a sign of, told from its words.

use regex::RegexSet;

use crate::model::Symptom;

/// Patterns over the words of a type, the first that fits counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    patterns: Option<RegexSet>,
    symptoms: Vec<Symptom>,
}

impl Kinds {
    /// Takes patterns in order of precedence; they have been compiled one by one before.
    ///
    /// # Errors
    /// What the whole set is too much for.
    pub(super) fn new(patterns: &[(String, Symptom)]) -> Result<Self, String> {
        let set = RegexSet::new(patterns.iter().map(|(pattern, _)| pattern)).map_err(|error| error.to_string())?;
        Ok(Self {
            patterns: Some(set),
            symptoms: patterns.iter().map(|(_, symptom)| *symptom).collect(),
        })
    }

    pub(super) fn symptom(&self, alarm_type: &str) -> Symptom {
        let Some(patterns) = &self.patterns else { return Symptom::Other };
        let words = words(alarm_type);
        patterns
            .matches(&words)
            .iter()
            .next()
            .and_then(|first| self.symptoms.get(first).copied())
            .unwrap_or_default()
    }
}

/// Words in small letters with single blanks between: `linkDown`, `LINK_DOWN` and `Link-Down` all give `link down`.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut letters = text.chars().take(200).peekable();
    while let Some(c) = letters.next() {
        let next_small = letters.peek().is_some_and(|n| n.is_lowercase());
        let hump = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && next_small));
        if c.is_alphanumeric() {
            if hump && !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        before = c;
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn spelling_does_not_matter() {
        for text in ["linkDown", "LINK_DOWN", "Link-Down", "link down", " link..Down "] {
            assert_eq!(words(text), "link down", "{text}");
        }
        assert_eq!(words("S1 SCTP association lost"), "s1 sctp association lost");
        assert_eq!(words("jnxDomAlarmSet"), "jnx dom alarm set");
        assert_eq!(words("BGPPeerDown"), "bgp peer down");
        assert_eq!(words("LOS"), "los");
    }
}
