//! How messages are told apart in the stream: `]]>]]>` (base:1.0) and chunks (base:1.1), RFC 6242 sections 4.2 and 4.3.

use super::error::Error;

const END: &[u8] = b"]]>]]>";
// A chunk's size has at most ten digits (RFC 6242 section 4.2).
const DIGITS: usize = 10;

/// Which framing is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Ends of messages are marked.
    EndOfMessage,
    /// Messages come in chunks with their sizes.
    Chunked,
}

impl Framing {
    /// A message as it goes out.
    pub(super) fn encode(self, message: &str) -> Vec<u8> {
        match self {
            Framing::EndOfMessage => [message.as_bytes(), END].concat(),
            Framing::Chunked => [format!("\n#{}\n", message.len()).as_bytes(), message.as_bytes(), b"\n##\n"].concat(),
        }
    }
}

/// Bytes in, messages out; looks at each byte once, and keeps at most one message.
#[derive(Debug)]
pub(super) struct Decoder {
    framing: Framing,
    limit: usize,
    buffer: Vec<u8>,
    /// Bytes of `buffer` known to hold no end of message.
    seen: usize,
    message: Vec<u8>,
    /// Bytes that this chunk still has to bring.
    missing: usize,
}

impl Decoder {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            framing: Framing::EndOfMessage,
            limit,
            buffer: Vec::new(),
            seen: 0,
            message: Vec::new(),
            missing: 0,
        }
    }

    /// From now on, what came already included.
    pub(super) fn speak(&mut self, framing: Framing) {
        self.framing = framing;
        self.seen = 0;
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, if it is there.
    ///
    /// # Errors
    /// [`Error::TooBig`] as soon as a message is known to be too large; [`Error::Malformed`].
    pub(super) fn next(&mut self, what: &'static str) -> Result<Option<String>, Error> {
        match self.framing {
            Framing::EndOfMessage => self.next_marked(what),
            Framing::Chunked => self.next_chunked(what),
        }
    }

    fn next_marked(&mut self, what: &'static str) -> Result<Option<String>, Error> {
        let from = self.seen.saturating_sub(END.len() - 1);
        let found = self.buffer[from..].windows(END.len()).position(|window| window == END).map(|at| from + at);
        let length = found.unwrap_or(self.buffer.len());
        if length > self.limit {
            return Err(Error::TooBig { what, limit: self.limit });
        }
        let Some(end) = found else {
            self.seen = self.buffer.len();
            return Ok(None);
        };
        let message = self.buffer[..end].to_vec();
        self.buffer.drain(..end + END.len());
        self.seen = 0;
        text(message).map(Some)
    }

    fn next_chunked(&mut self, what: &'static str) -> Result<Option<String>, Error> {
        loop {
            if self.missing > 0 {
                let here = self.missing.min(self.buffer.len());
                self.message.extend(self.buffer.drain(..here));
                self.missing -= here;
                if self.missing > 0 {
                    return Ok(None);
                }
            }
            match header(&self.buffer, self.message.is_empty())? {
                Header::Incomplete => return Ok(None),
                Header::End { length } => {
                    self.buffer.drain(..length);
                    return text(std::mem::take(&mut self.message)).map(Some);
                }
                Header::Chunk { length, size } => {
                    if size > self.limit.saturating_sub(self.message.len()) {
                        return Err(Error::TooBig { what, limit: self.limit });
                    }
                    self.buffer.drain(..length);
                    self.missing = size;
                }
            }
        }
    }
}

enum Header {
    Incomplete,
    Chunk { length: usize, size: usize },
    End { length: usize },
}

/// Reads `\n#123\n` or `\n##\n`. Before a message's first chunk a few empty lines are let pass: some devices end their hello with one.
fn header(buffer: &[u8], first: bool) -> Result<Header, Error> {
    let refuse = |what: &str| Err(Error::Malformed(format!("chunked framing: {what}")));
    let mut start = 0;
    while first && start < 8 && matches!(buffer.get(start), Some(b'\n' | b'\r' | b' ')) && matches!(buffer.get(start + 1), Some(b'\n' | b'\r' | b' ')) {
        start += 1;
    }
    let rest = &buffer[start..];
    match (rest.first(), rest.get(1)) {
        (None, _) | (Some(b'\n' | b'\r' | b' '), None) => return Ok(Header::Incomplete),
        (Some(b'\n'), Some(b'#')) => {}
        _ => return refuse("no chunk where one must begin; does the device speak base:1.0 although it said base:1.1?"),
    }
    let digits = &rest[2..];
    match digits.first() {
        None => return Ok(Header::Incomplete),
        Some(b'#') => {
            return match digits.get(1) {
                None => Ok(Header::Incomplete),
                Some(b'\n') if !first => Ok(Header::End { length: start + 4 }),
                Some(b'\n') => refuse("a message without content"),
                Some(_) => refuse("an end of chunks that is none"),
            };
        }
        Some(_) => {}
    }
    let Some(count) = digits.iter().take(DIGITS + 1).position(|byte| *byte == b'\n') else {
        let bad = digits.len() > DIGITS || !digits.iter().all(u8::is_ascii_digit);
        return if bad {
            refuse("a chunk size that is no number")
        } else {
            Ok(Header::Incomplete)
        };
    };
    let number = std::str::from_utf8(&digits[..count])
        .ok()
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0'));
    match number.and_then(|number| number.parse::<u64>().ok()).and_then(|size| usize::try_from(size).ok()) {
        Some(size) if size > 0 => Ok(Header::Chunk {
            length: start + 2 + count + 1,
            size,
        }),
        _ => refuse("a chunk size that is no number"),
    }
}

fn text(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::Malformed("a message that is not UTF-8".to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(framing: Framing, bytes: &[u8], step: usize) -> Result<Vec<String>, Error> {
        let mut decoder = Decoder::new(1_000);
        decoder.speak(framing);
        let mut messages = Vec::new();
        for piece in bytes.chunks(step) {
            decoder.push(piece);
            while let Some(message) = decoder.next("a test")? {
                messages.push(message);
            }
        }
        Ok(messages)
    }

    #[test]
    fn chunks_make_a_message_and_an_empty_line_may_stand_before_it() {
        let bytes = b"\n\n#4\n<rpc\n#18\n message-id=\"102\"\n\n#2\n/>\n##\n\n#1\nx\n##\n";
        for step in [1, 2, 7, 100] {
            assert_eq!(
                all(Framing::Chunked, bytes, step),
                Ok(vec!["<rpc message-id=\"102\"\n/>".to_owned(), "x".to_owned()])
            );
        }
    }

    #[test]
    fn what_is_no_framing_is_refused() {
        for bytes in [
            "<rpc-reply/>]]>]]>",
            "\n#0\n\n##\n",
            "\n#x\n",
            "\n#01\na\n##\n",
            "\n#12345678901\n",
            "\n##\n",
            "\n#1\na#",
            "\n#1\na\n#-1\n",
        ] {
            assert!(matches!(all(Framing::Chunked, bytes.as_bytes(), 3), Err(Error::Malformed(_))), "{bytes:?}");
        }
    }

    #[test]
    fn a_message_above_the_limit_is_refused_before_it_is_there() {
        let announced = all(Framing::Chunked, b"\n#600\n", 2);
        assert_eq!(announced, Ok(vec![]));
        assert!(matches!(all(Framing::Chunked, b"\n#4294967295\n", 2), Err(Error::TooBig { limit: 1_000, .. })));
        let twice = [b"\n#600\n".as_slice(), &[b'a'; 600], b"\n#401\n"].concat();
        assert!(matches!(all(Framing::Chunked, &twice, 50), Err(Error::TooBig { .. })));
        assert!(matches!(all(Framing::EndOfMessage, &[b'a'; 1_001], 50), Err(Error::TooBig { .. })));
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(messages in proptest::collection::vec("[^\\]]{1,80}", 1..6), step in 1_usize..40, chunked: bool) {
            let framing = if chunked { Framing::Chunked } else { Framing::EndOfMessage };
            let bytes: Vec<u8> = messages.iter().flat_map(|message| framing.encode(message)).collect();
            prop_assert_eq!(all(framing, &bytes, step), Ok(messages));
        }

        #[test]
        fn any_bytes_are_a_message_or_an_error(bytes: Vec<u8>, step in 1_usize..40, chunked: bool) {
            let framing = if chunked { Framing::Chunked } else { Framing::EndOfMessage };
            let _ = all(framing, &bytes, step);
        }
    }
}
