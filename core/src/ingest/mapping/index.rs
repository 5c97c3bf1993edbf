//! Which rules may be about an event: by the trap's id, by the tag, by words in the text.

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use super::super::syslog::Line;
use super::compile::Entry;

/// Tables of rules by what they are recognised by; rules are numbered by precedence.
#[derive(Debug, Default)]
pub(super) struct Index {
    traps: FxHashMap<Box<str>, Vec<usize>>,
    below: FxHashMap<Box<str>, Vec<usize>>,
    tags: FxHashMap<Box<str>, Vec<usize>>,
    /// Tags with stars, by what stands before the mnemonic; the pattern of the mnemonic.
    families: FxHashMap<Box<str>, Vec<(Box<str>, usize)>>,
    words: Option<AhoCorasick>,
    of_word: Vec<Vec<usize>>,
}

impl Index {
    pub(super) fn new(entries: &[Entry]) -> Self {
        let mut index = Self::default();
        let mut words: Vec<&str> = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            for trap in &entry.traps {
                match trap.strip_suffix(".*") {
                    Some(below) => index.below.entry(below.into()).or_default().push(number),
                    None => index.traps.entry(trap.as_str().into()).or_default().push(number),
                }
            }
            for tag in &entry.tags {
                if tag.contains('*') {
                    let (facility, pattern) = split(tag);
                    index.families.entry(facility.into()).or_default().push((pattern.into(), number));
                } else {
                    index.tags.entry(tag.as_str().into()).or_default().push(number);
                }
            }
            for word in &entry.contains {
                let at = words.iter().position(|known| known == word).unwrap_or_else(|| {
                    words.push(word);
                    index.of_word.push(Vec::new());
                    words.len() - 1
                });
                index.of_word[at].push(number);
            }
        }
        index.words = AhoCorasick::new(&words).ok().filter(|_| !words.is_empty());
        index
    }

    /// Every id that a rule names whole.
    #[cfg(test)]
    pub(super) fn traps_for_test(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.traps.keys().map(|id| &**id).collect();
        ids.sort_unstable();
        ids
    }

    /// Rules for a trap's id: those of the id itself, then those of the nearest start of it that has any, and so on upwards. A `0` before
    /// the last number may be there or not: v1 traps are translated with it, while some MIBs define the same notification without.
    pub(super) fn of_trap<'i>(&'i self, oid: &'i str) -> impl Iterator<Item = usize> + 'i {
        let exact = self.traps.get(oid);
        let other = if exact.is_none() { self.twin(oid) } else { None };
        let below = std::iter::successors(oid.rfind('.'), move |end| oid[..*end].rfind('.')).filter_map(|end| self.below.get(&oid[..end]));
        exact.or(other).into_iter().chain(below).flatten().copied()
    }

    fn twin(&self, oid: &str) -> Option<&Vec<usize>> {
        let (start, last) = oid.rsplit_once('.')?;
        let twin = match start.strip_suffix(".0") {
            Some(start) => [start, ".", last].concat(),
            None => [start, ".0.", last].concat(),
        };
        self.traps.get(twin.as_str())
    }

    /// Offers the rules for a line one by one until `take` is content: those of the whole tag, of the tag without the outer words of its
    /// facility (IOS-XR's category, a card's name), of the mnemonic alone, of families of tags, and then those of words in the text.
    pub(super) fn of_line(&self, line: &Line, take: &mut dyn FnMut(usize) -> bool) {
        let tag = &line.tag;
        if !tag.is_empty() {
            let sign = if tag.slash { "/" } else { "-" };
            let facility = tag.facility.as_str();
            let last = facility.rsplit('-').next().unwrap_or("");
            let first = facility.split('-').next().unwrap_or("");
            let facilities = [
                Some(facility),
                Some(last).filter(|f| *f != facility),
                Some(first).filter(|f| *f != facility && *f != last),
                Some("").filter(|_| !facility.is_empty()),
            ];
            let mut key = String::with_capacity(64);
            for part in facilities.into_iter().flatten() {
                key.clear();
                key.push_str(part);
                if !part.is_empty() {
                    key.push_str(sign);
                }
                let family = key.len();
                key.push_str(&tag.mnemonic);
                if self.tags.get(key.as_str()).into_iter().flatten().any(|rule| take(*rule)) {
                    return;
                }
                let families = self.families.get(&key[..family]).into_iter().flatten();
                if families.filter(|(pattern, _)| fits(pattern, &tag.mnemonic)).any(|(_, rule)| take(*rule)) {
                    return;
                }
            }
        }
        self.of_words(&line.message.text, take);
    }

    fn of_words(&self, text: &str, take: &mut dyn FnMut(usize) -> bool) {
        let Some(words) = &self.words else { return };
        let mut rules: Vec<usize> = Vec::new();
        for found in words.find_overlapping_iter(text) {
            rules.extend(&self.of_word[found.pattern().as_usize()]);
        }
        rules.sort_unstable();
        rules.dedup();
        let _ = rules.into_iter().any(take);
    }
}

/// `ETHPORT-IF_DOWN*` as (`ETHPORT-`, `IF_DOWN*`); `RPD_*` as (``, `RPD_*`).
fn split(tag: &str) -> (&str, &str) {
    match tag.rfind(['-', '/']) {
        Some(at) => tag.split_at(at + 1),
        None => ("", tag),
    }
}

/// A star stands for anything.
fn fits(pattern: &str, word: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| word.strip_prefix(first)) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, word) in [
            ("*", "X"),
            ("IF_DOWN*", "IF_DOWN_ERR"),
            ("*VIOLATION*", "PS_VIOLATION_X"),
            ("A*C", "ABC"),
            ("A*C", "AC"),
            ("A", "A"),
        ] {
            assert!(fits(pattern, word), "{pattern} {word}");
        }
        for (pattern, word) in [("IF_UP*", "IF_DOWN"), ("A*C", "ABCD"), ("A", "AB"), ("*X*", "ABC")] {
            assert!(!fits(pattern, word), "{pattern} {word}");
        }
    }
}
