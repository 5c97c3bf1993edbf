//! Text as the network writes it, made fit to be drawn.
//!
//! What cannot be seen is taken out or shown as a mark, so that no name can hide, move or push away other words; and words
//! that are read from right to left are put into the order they are seen in, since what draws them goes from left to right.
//! The line itself always goes from left to right: the product's own words keep their place whatever a name is written in.

use std::borrow::Cow;
use unicode_bidi::{BidiClass, BidiDataSource, BidiInfo, HardcodedBidiData, Level};

/// Marks over or under one letter that are drawn; more than that is a game.
const MARKS: usize = 3;
/// Stands for a character that has no shape.
const NO_SHAPE: char = '\u{fffd}';
/// Has no width, and keeps what stands before and after it from being shaped as one.
const APART: char = '\u{200b}';

/// The text as one line without what cannot be seen.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    cleaned(text, ' ')
}

/// The text without what cannot be seen, its lines kept.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    cleaned(text, '\n')
}

fn cleaned(text: &str, line_end: char) -> Cow<'_, str> {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) || (byte == b'\n' && line_end == '\n');
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        marks = if mark(letter) { marks + 1 } else { 0 };
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(line_end),
            '\t' | '\u{b}' | '\u{c}' => out.push(' '),
            _ if letter.is_control() => out.push(NO_SHAPE),
            _ if unseen(letter) || marks > MARKS => {}
            _ => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// A mark that stands over or under the letter before it.
fn mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Takes no room, or turns the direction of what follows.
fn unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether any of it is read from right to left.
pub(super) fn right_to_left(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(right)
}

/// A letter of a script that is read from right to left.
fn right(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// What stands between the fields of a line that the product composed; each field is put in order by itself, so that names from
/// right to left do not change places with each other.
const BETWEEN: [&str; 5] = [" · ", ": ", " – ", " → ", "  "];

/// A line in the order it is seen in. Letters of a word stay in the order they are written in: the shaper turns them round.
pub(super) fn as_seen(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line;
    let next = |text: &str| BETWEEN.iter().filter_map(|sign| Some((text.find(sign)?, sign.len()))).min();
    while let Some((at, length)) = next(rest) {
        let (field, after) = rest.split_at(at);
        let (sign, after) = after.split_at(length);
        field_as_seen(field, &mut out);
        out.push_str(sign);
        rest = after;
    }
    field_as_seen(rest, &mut out);
    out
}

fn field_as_seen(field: &str, out: &mut String) {
    if !right_to_left(field) {
        return out.push_str(field);
    }
    let info = BidiInfo::new_with_data_source(&Figures, field, Some(Level::ltr()));
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let turned = levels.get(run.start).is_some_and(Level::is_rtl);
            let Some(words) = field.get(run) else { continue };
            let words = if turned { turned_round(words) } else { figures_turned_round(words) };
            if out.chars().next_back().is_some_and(right) && words.chars().next().is_some_and(right) {
                out.push(APART);
            }
            out.push_str(&words);
        }
    }
}

/// The directions of letters, but figures go from left to right as the addresses, ports and counts of a network do, so that one
/// beside a name from right to left stays where it was written. (Rule HL2 of the algorithm allows it.)
struct Figures;

impl BidiDataSource for Figures {
    fn bidi_class(&self, letter: char) -> BidiClass {
        if letter.is_ascii_digit() {
            BidiClass::L
        } else {
            HardcodedBidiData.bidi_class(letter)
        }
    }
}

/// Figures of scripts from right to left go from left to right, and the shaper turns them round with the rest of their script.
fn figures_turned_round(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut held = String::new();
    for letter in words.chars() {
        if right(letter) {
            held.push(letter);
        } else {
            out.extend(held.chars().rev());
            held.clear();
            out.push(letter);
        }
    }
    out.extend(held.chars().rev());
    out
}

/// Words and what stands between them in the opposite order.
fn turned_round(words: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut start = 0;
    let mut letters = words.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        let end = place + letter.len_utf8();
        let together = |next: char| right(letter) == right(next) && !letter.is_ascii() && !next.is_ascii() || joins(next) || joins(letter);
        if !letters.peek().is_some_and(|(_, next)| together(*next)) {
            parts.extend(words.get(start..end));
            start = end;
        }
    }
    let mut out = String::with_capacity(words.len());
    for part in parts.into_iter().rev() {
        let mut only = part.chars();
        match (only.next(), only.next()) {
            (Some(one), None) => out.push(mirrored(one)),
            _ => out.push_str(part),
        }
    }
    out
}

/// Belongs to the letter before it.
fn joins(letter: char) -> bool {
    mark(letter) || matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

fn mirrored(letter: char) -> char {
    const PAIRS: [(char, char); 6] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»'), ('‹', '›')];
    PAIRS
        .into_iter()
        .find_map(|(open, close)| match letter {
            _ if letter == open => Some(close),
            _ if letter == close => Some(open),
            _ => None,
        })
        .unwrap_or(letter)
}

/// The longest start of a line that `fits`, with the sign that something is missing; nothing when even that does not fit.
pub(super) fn cut_to_fit(line: &str, mut fits: impl FnMut(&str) -> bool) -> String {
    let ends: Vec<usize> = line.char_indices().map(|(place, _)| place).collect();
    let with_sign = |end: usize| {
        let kept = line.get(..end).unwrap_or_default().trim_end();
        let sign = if kept.chars().next_back().is_some_and(right) { "…\u{200f}" } else { "…" };
        as_seen(&format!("{kept}{sign}")).replace('\u{200f}', "")
    };
    let place = ends.partition_point(|end| fits(&with_sign(*end)));
    with_sign(ends.get(place.saturating_sub(1)).copied().unwrap_or_default())
}

/// Lines that fit into `room`, each in the order it is seen in; `width` measures a piece.
pub(super) fn broken(text: &str, room: f32, width: impl Fn(&str) -> f32) -> String {
    let gap = width(" ");
    let mut out = String::new();
    for line in text.split('\n') {
        if !out.is_empty() {
            out.push('\n');
        }
        let (mut held, mut used) = (String::new(), 0.0);
        for word in pieces(line, room, &width) {
            let wide = width(&word);
            if !held.is_empty() && used + gap + wide > room {
                out.push_str(&as_seen(&held));
                out.push('\n');
                (held, used) = (String::new(), 0.0);
            } else if !held.is_empty() {
                held.push(' ');
                used += gap;
            }
            held.push_str(&word);
            used += wide;
        }
        out.push_str(&as_seen(&held));
    }
    out
}

/// The words of a line; one that has no room in a line of its own falls into parts that have.
fn pieces(line: &str, room: f32, width: impl Fn(&str) -> f32) -> Vec<String> {
    let mut out = Vec::new();
    for word in line.split(' ') {
        if width(word) <= room {
            out.push(word.to_owned());
            continue;
        }
        let mut part = String::new();
        for letter in word.chars() {
            part.push(letter);
            if part.chars().count() > 1 && width(&part) > room {
                part.pop();
                out.push(std::mem::replace(&mut part, letter.to_string()));
            }
        }
        out.push(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_does_not_come_through() {
        for (written, drawn) in [
            ("plain - 7", "plain - 7"),
            ("one\r\ntwo\tthree\u{85}four", "one two three four"),
            ("\u{1b}[31mred\u{0}", "\u{fffd}[31mred\u{fffd}"),
            ("core-\u{202e}10-RTB\u{202c}-live", "core-10-RTB-live"),
            ("e\u{301}\u{302}\u{303}\u{304}\u{305}x", "e\u{301}\u{302}\u{303}x"),
            ("\u{200b}\u{2060}\u{feff}", ""),
        ] {
            assert_eq!(one_line(written), drawn);
        }
        assert_eq!(lines("a\r\nb\u{2028}c"), "a\nb\nc");
    }

    #[test]
    fn words_from_right_to_left_stand_in_the_order_they_are_read() {
        for (written, seen) in [
            ("RTR-01 up", "RTR-01 up"),
            ("מגדל צפון", "צפון מגדל"),
            ("RTR מגדל צפון (גיבוי) PE-7", "RTR (גיבוי) צפון מגדל PE-7"),
            ("برج ٣٤", "٤٣ برج"),
            ("صفر٣٤", "٤٣\u{200b}صفر"),
            ("מגדל 7", "מגדל 7"),
            ("مركز 10.0.0.1 (91 %)", "مركز 10.0.0.1 (91 %)"),
            ("linkDown on מגדל: 91 % · jan", "linkDown on מגדל: 91 % · jan"),
        ] {
            assert_eq!(as_seen(written), seen, "{written}");
        }
    }

    #[test]
    fn a_line_that_is_cut_keeps_its_beginning_and_says_so() {
        let eight = |text: &str| text.chars().count() <= 8;
        assert_eq!(cut_to_fit("מגדל צפון", eight), "…צפ מגדל");
        assert_eq!(cut_to_fit("PE-1 מגדל", eight), "PE-1 …מג");
        assert_eq!(cut_to_fit("abc", |_| false), "…");
    }

    #[test]
    fn prose_is_broken_before_it_is_turned() {
        let width = |text: &str| text.chars().count() as f32;
        assert_eq!(broken("מגדל צפון ראשי", 9.0, width), "צפון מגדל\nראשי");
        assert_eq!(broken("ab\nאבגדה", 3.0, width), "ab\nאבג\nדה");
    }
}
