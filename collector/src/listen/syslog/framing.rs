//! Messages out of a stream: octet counting and lines (RFC 6587, 3.4.1 and 3.4.2), told apart at each message.

/// A count longer than this is no count.
const DIGITS: usize = 10;
/// A counted message above this is taken for a mistake: its rest is not waited for.
const ABSURD: usize = 16 << 20;

/// A message without its framing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The message, at most as long as is allowed.
    pub bytes: Vec<u8>,
    /// There was more of it, which is lost.
    pub cut: bool,
}

/// A count that cannot be meant; the stream cannot be followed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame claims to be {0} bytes long: the sender counts wrongly")]
pub struct Absurd(pub usize);

/// What the next bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The start of a message.
    Start,
    /// So many bytes of a counted message.
    Counted(usize),
    /// A line.
    Line,
    /// So many bytes beyond what is kept of a counted message.
    SkipCounted(usize),
    /// The rest of a line beyond what is kept.
    SkipLine,
}

/// Takes messages out of a stream of bytes.
#[derive(Debug)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Bytes of the buffer already used.
    used: usize,
    /// Bytes of the current line already searched for its end.
    searched: usize,
    state: State,
    max: usize,
    /// The stream has counted before: a number at a message's start is believed without looking further.
    counts: bool,
}

impl Framer {
    /// A framer that keeps at most `max` bytes of a message.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self {
            buffer: Vec::new(),
            used: 0,
            searched: 0,
            state: State::Start,
            max: max.max(1),
            counts: false,
        }
    }

    /// Takes more of the stream and appends the messages that are complete to `out`.
    ///
    /// # Errors
    /// The stream cannot be followed any further; messages before that are in `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Frame>) -> Result<(), Absurd> {
        self.buffer.extend_from_slice(bytes);
        while self.step(out)? {}
        self.buffer.drain(..self.used.min(self.buffer.len()));
        self.used = 0;
        Ok(())
    }

    /// A message has begun and is not complete.
    #[must_use]
    pub fn unfinished(&self) -> bool {
        self.state != State::Start || !self.buffer.is_empty()
    }

    /// The stream is over: a line that only lacks its end is a message; what is there of a counted one is given as an error.
    ///
    /// # Errors
    /// The part of a counted message that came.
    pub fn finish(self) -> Result<Option<Frame>, Vec<u8>> {
        let rest = self.buffer.get(self.used..).unwrap_or(&[]).to_vec();
        match self.state {
            State::Counted(_) => Err(rest),
            State::SkipCounted(_) | State::SkipLine => Ok(None),
            State::Start | State::Line => Ok(line(&rest, false)),
        }
    }

    /// One step; false when more bytes are needed.
    fn step(&mut self, out: &mut Vec<Frame>) -> Result<bool, Absurd> {
        let here = self.buffer.get(self.used..).unwrap_or(&[]);
        match self.state {
            State::Start => {
                let skip = here.iter().take_while(|byte| matches!(byte, b'\n' | b'\r' | 0)).count();
                let Some(begun) = start(here.get(skip..).unwrap_or(&[]), self.counts) else {
                    self.used += skip;
                    return Ok(false);
                };
                self.used += skip;
                match begun {
                    Start::Line => {
                        self.state = State::Line;
                        self.searched = 0;
                    }
                    Start::Counted { prefix, length } => {
                        if length > ABSURD {
                            return Err(Absurd(length));
                        }
                        self.counts = true;
                        self.used += prefix;
                        self.state = State::Counted(length);
                    }
                }
                Ok(true)
            }
            State::Counted(length) => {
                let wanted = length.min(self.max);
                let Some(message) = here.get(..wanted) else { return Ok(false) };
                out.extend(line(message, length > wanted));
                self.used += wanted;
                self.state = if length > wanted { State::SkipCounted(length - wanted) } else { State::Start };
                Ok(true)
            }
            State::SkipCounted(left) => {
                let skipped = left.min(here.len());
                self.used += skipped;
                self.state = if skipped == left { State::Start } else { State::SkipCounted(left - skipped) };
                Ok(skipped == left)
            }
            State::Line => Ok(self.step_line(out)),
            State::SkipLine => {
                let end = here.iter().position(|byte| matches!(byte, b'\n' | 0));
                self.used += end.unwrap_or(here.len());
                if end.is_some() {
                    self.state = State::Start;
                }
                Ok(end.is_some())
            }
        }
    }

    fn step_line(&mut self, out: &mut Vec<Frame>) -> bool {
        let here = self.buffer.get(self.used..).unwrap_or(&[]);
        let unsearched = here.get(self.searched..).unwrap_or(&[]);
        match unsearched.iter().position(|byte| matches!(byte, b'\n' | 0)) {
            Some(at) if self.searched + at <= self.max => {
                let end = self.searched + at;
                out.extend(line(here.get(..end).unwrap_or(&[]), false));
                self.used += end + 1;
                self.state = State::Start;
                true
            }
            None if here.len() <= self.max => {
                self.searched = here.len();
                false
            }
            _ => {
                out.extend(line(here.get(..self.max).unwrap_or(&[]), true));
                self.used += self.max;
                self.state = State::SkipLine;
                true
            }
        }
    }
}

enum Start {
    Line,
    Counted { prefix: usize, length: usize },
}

/// What begins here; `None` when that cannot be told yet.
fn start(here: &[u8], counts: bool) -> Option<Start> {
    let first = *here.first()?;
    if !first.is_ascii_digit() || first == b'0' {
        return Some(Start::Line);
    }
    let digits = here.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > DIGITS {
        return Some(Start::Line);
    }
    let space = here.get(digits)?;
    if *space != b' ' {
        return Some(Start::Line);
    }
    // Every syslog message begins with its priority; a line may begin with a number.
    if !counts && *here.get(digits + 1)? != b'<' {
        return Some(Start::Line);
    }
    let number = here.get(..digits)?;
    let length = number
        .iter()
        .fold(0_usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
    Some(Start::Counted { prefix: digits + 1, length })
}

fn line(bytes: &[u8], cut: bool) -> Option<Frame> {
    let bytes = super::trimmed(bytes);
    (!bytes.is_empty()).then(|| Frame { bytes: bytes.to_vec(), cut })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames(stream: &[u8], max: usize) -> Vec<String> {
        let mut framer = Framer::new(max);
        let mut out = Vec::new();
        framer.push(stream, &mut out).unwrap();
        out.extend(framer.finish().unwrap());
        out.into_iter()
            .map(|frame| String::from_utf8(frame.bytes).unwrap() + if frame.cut { "…" } else { "" })
            .collect()
    }

    #[test]
    fn counted_messages_and_lines_are_told_apart_at_each_message() {
        assert_eq!(frames(b"<1>a\n<2>b\r\n<3>c\0<4>d", 100), ["<1>a", "<2>b", "<3>c", "<4>d"]);
        assert_eq!(frames(b"6 <1>a\nb4 <2>c\n4 <3>d<4>e\n", 100), ["<1>a\nb", "<2>c", "<3>d", "<4>e"]);
        assert_eq!(
            frames(b"2026 was a year\n12:00 noon\n007 bond\n", 100),
            ["2026 was a year", "12:00 noon", "007 bond"]
        );
        assert_eq!(frames(b"99999999999 <1>a\n", 100), ["99999999999 <1>a"], "no count has eleven digits");
    }

    #[test]
    fn long_messages_are_cut_and_the_next_is_whole() {
        assert_eq!(frames(b"<1>abcdefgh\n<2>b\n", 6), ["<1>abc…", "<2>b"]);
        assert_eq!(frames(b"11 <1>abcdefgh4 <2>b", 6), ["<1>abc…", "<2>b"]);
        assert_eq!(frames(b"<1>abc\n<2>b\n", 6), ["<1>abc", "<2>b"], "exactly the longest");
    }

    #[test]
    fn an_absurd_count_ends_the_stream_and_a_cut_off_message_is_said_so() {
        let mut framer = Framer::new(100);
        let mut out = Vec::new();
        assert_eq!(framer.push(b"4 <1>a999999999 <2>b", &mut out), Err(Absurd(999_999_999)));
        assert_eq!(out.len(), 1);
        let mut framer = Framer::new(100);
        framer.push(b"10 <1>a", &mut out).unwrap();
        assert!(framer.unfinished());
        assert_eq!(framer.finish(), Err(b"<1>a".to_vec()));
    }

    proptest! {
        #[test]
        fn however_the_stream_is_cut_the_messages_are_the_same(
            messages in prop::collection::vec(("<[0-9]{1,3}>[ -~]{0,40}", any::<bool>()), 1..20),
            cuts in prop::collection::vec(1_usize..30, 1..60),
        ) {
            let mut stream = Vec::new();
            for (message, counted) in &messages {
                if *counted {
                    stream.extend(format!("{} {message}", message.len()).bytes());
                } else {
                    stream.extend(format!("{message}\n").bytes());
                }
            }
            let mut framer = Framer::new(64);
            let mut out = Vec::new();
            let mut rest = stream.as_slice();
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                framer.push(now, &mut out).unwrap();
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let expected: Vec<_> = messages.iter().map(|(message, _)| message.clone().into_bytes()).collect();
            prop_assert_eq!(out.into_iter().map(|frame| frame.bytes).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn rubbish_neither_panics_nor_grows(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20)) {
            let mut framer = Framer::new(50);
            let mut out = Vec::new();
            for chunk in &chunks {
                if framer.push(chunk, &mut out).is_err() {
                    return Ok(());
                }
                prop_assert!(framer.buffer.len() <= 64, "{}", framer.buffer.len());
            }
            prop_assert!(out.iter().all(|frame| frame.bytes.len() <= 50));
        }
    }
}
