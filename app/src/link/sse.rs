//! Server-sent events, read from the bytes as they come.

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) data: String,
}

/// What the bytes held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Event(Event),
    /// A comment, such as a heartbeat.
    Comment(String),
}

/// Takes bytes in, gives whole events out.
#[derive(Debug, Default)]
pub(super) struct Reader {
    bytes: Vec<u8>,
    event: Event,
}

/// An event that never ends is cut off here.
const LONGEST: usize = 16 << 20;

impl Reader {
    pub(super) fn take(&mut self, chunk: &[u8]) -> Vec<Item> {
        self.bytes.extend_from_slice(chunk);
        let mut items = Vec::new();
        let mut start = 0;
        while let Some(length) = self.bytes[start..].iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.bytes[start..start + length]).trim_end_matches('\r').to_owned();
            start += length + 1;
            items.extend(self.line(&line));
        }
        self.bytes.drain(..start);
        if self.bytes.len() > LONGEST {
            self.bytes.clear();
        }
        items
    }

    fn line(&mut self, line: &str) -> Option<Item> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return (event != Event::default()).then_some(Item::Event(event));
        }
        if let Some(comment) = line.strip_prefix(':') {
            return Some(Item::Comment(comment.trim().to_owned()));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "id" => value.clone_into(&mut self.event.id),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_wherever_the_bytes_are_cut() {
        let text = ": heartbeat\n\nevent: change\nid: c7\ndata: {\"a\":1}\n\ndata: x\r\ndata: y\r\n\r\n";
        for cut in 0..text.len() {
            let mut reader = Reader::default();
            let mut items = reader.take(&text.as_bytes()[..cut]);
            items.extend(reader.take(&text.as_bytes()[cut..]));
            let event = |name: &str, id: &str, data: &str| {
                Item::Event(Event {
                    name: name.into(),
                    id: id.into(),
                    data: data.into(),
                })
            };
            assert_eq!(
                items,
                [Item::Comment("heartbeat".into()), event("change", "c7", "{\"a\":1}"), event("", "", "x\ny")]
            );
        }
    }
}
