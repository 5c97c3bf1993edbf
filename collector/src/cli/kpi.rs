use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context, bail};
use serde_json::Value;

use super::args::{Kpi, Reach};
use super::reach::Link;
use super::{note, say};

/// Bytes that go in one request, well below the limit of a body.
const PIECE: usize = 4 << 20;
/// A line longer than this is none of CSV.
const LONGEST: usize = 1 << 20;

pub(super) async fn run(reach: &Reach, command: Kpi) -> anyhow::Result<bool> {
    let Kpi::Import { tenant, entity, source, file } = command;
    let opened = File::open(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let size = opened.metadata()?.len();
    let mut pieces = Pieces::begin(BufReader::new(opened)).with_context(|| file.display().to_string())?;
    let source = source.unwrap_or_else(|| file.file_name().unwrap_or_default().to_string_lossy().into_owned());
    let link = Link::open(reach).await?;
    let (mut lines, mut samples, mut letters) = (0, 0, 0);
    while let Some((first, body)) = pieces.next().with_context(|| file.display().to_string())? {
        let mut query = vec![("line", first.to_string()), ("source", source.clone())];
        query.extend(entity.clone().map(|entity| ("entity_id", entity)));
        let sent: anyhow::Result<Value> = link.csv("/api/v1/kpi/import", &query, &tenant, body).await;
        let answer = sent.with_context(|| format!("from line {first} on nothing is in; what was before it is"))?;
        lines += answer["lines"].as_u64().unwrap_or_default();
        samples += answer["accepted"].as_u64().unwrap_or_default();
        letters += answer["dead_letters"].as_u64().unwrap_or_default();
        for bad in answer["rejected"].as_array().into_iter().flatten() {
            note(&format!("line {}: {}", bad["line"], bad["reason"].as_str().unwrap_or_default()));
        }
        let share = pieces.read.saturating_mul(100).checked_div(size).unwrap_or(100);
        note(&format!("{share} %: {lines} lines, {samples} samples, {letters} dead letters"));
    }
    link.close().await?;
    say(&format!("{lines} lines read, {samples} samples kept, {letters} lines are dead letters"))?;
    Ok(samples > 0)
}

/// A file in pieces that each begin with the header and end with a line.
struct Pieces<R> {
    from: R,
    header: Vec<u8>,
    /// Bytes read so far.
    read: u64,
    /// Number of the next line.
    line: u64,
}

impl<R: BufRead> Pieces<R> {
    fn begin(from: R) -> anyhow::Result<Self> {
        let mut pieces = Self {
            from,
            header: Vec::new(),
            read: 0,
            line: 1,
        };
        let mut header = Vec::new();
        pieces.whole_line(&mut header)?;
        if header.trim_ascii().is_empty() {
            bail!("the file is empty; its first line should name the columns");
        }
        if !header.ends_with(b"\n") {
            header.push(b'\n');
        }
        pieces.header = header;
        Ok(pieces)
    }

    /// Number of its first line, and the piece.
    fn next(&mut self) -> anyhow::Result<Option<(u64, Vec<u8>)>> {
        let first = self.line;
        let mut piece = self.header.clone();
        while piece.len() < PIECE && self.whole_line(&mut piece)? {}
        Ok((piece.len() > self.header.len()).then_some((first, piece)))
    }

    /// Adds a line, with those that a quoted field of it goes on in. False at the end.
    fn whole_line(&mut self, out: &mut Vec<u8>) -> anyhow::Result<bool> {
        let start = out.len();
        loop {
            let before = out.len();
            let read = self.from.read_until(b'\n', out)?;
            self.read += read as u64;
            self.line += u64::from(read > 0);
            let quotes = out[start..].iter().filter(|byte| **byte == b'"').count();
            if read == 0 || quotes.is_multiple_of(2) {
                return Ok(out.len() > start);
            }
            if out.len() - start > LONGEST || before == out.len() {
                bail!("a quote that begins in line {} does not end: this is no CSV", self.line.saturating_sub(1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_begin_with_the_header_and_end_with_a_line() {
        let row = "1,\"two\nlines\",3\n";
        let text = format!("time,entity,load\n{}", row.repeat(600_000));
        let mut pieces = Pieces::begin(text.as_bytes()).unwrap();
        let (mut rows, mut next) = (0, 2);
        while let Some((first, piece)) = pieces.next().unwrap() {
            assert_eq!(first, next);
            let body = std::str::from_utf8(&piece).unwrap().strip_prefix("time,entity,load\n").unwrap();
            assert_eq!(body, row.repeat(body.len() / row.len()));
            rows += body.len() / row.len();
            next += body.matches('\n').count() as u64;
        }
        assert_eq!((rows, pieces.read), (600_000, text.len() as u64));
        assert!(Pieces::begin(&b""[..]).is_err());
        assert!(Pieces::begin(&b"a,b\n1,\"2\n3\n"[..]).unwrap().next().is_ok());
    }
}
