use axum::extract::{Query, State};
use axum::http::StatusCode;
use csv::{ReaderBuilder, StringRecord, Trim};
use pedkai_core::model::{Event, Name, Payload, SourceKind, Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::doors::Door;
use super::take::{MOST, NAMED, Said, check, take};
use crate::serve::access::{Can, KpiWrite};
use crate::serve::body::Whole;
use crate::serve::problem::{Answer, Problem};
use crate::serve::world::World;

/// Longest piece of a line that a dead letter keeps, bytes.
const KEPT: usize = 4_096;

/// How to read it.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct ImportQuery {
    /// The entity of every line, where the file has no column for it.
    entity_id: Option<String>,
    /// The system that the samples come from, where the file has no column for it; the credential's name unless said.
    source: Option<String>,
    /// Number of the first line after the header in the file that this is a piece of; 2 unless said.
    line: Option<u64>,
}

/// What became of a file or a piece of it.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::serve) struct Imported {
    /// Lines after the header.
    lines: u64,
    /// Samples that are kept, durably.
    accepted: usize,
    /// Lines that are dead letters now, at most 1,000 of them.
    rejected: Vec<RejectedLine>,
    /// How many lines are dead letters now.
    dead_letters: u64,
}

/// A line that could not be taken.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::serve) struct RejectedLine {
    /// Its number in the file, from 1.
    line: u64,
    /// What is wrong with it.
    reason: String,
}

/// Import KPI samples as CSV with a header: a column `time` or `timestamp` (RFC 3339, `YYYY-MM-DD HH:MM:SS` in UTC, or seconds since 1970), one `entity`
/// or `entity_id` unless it is given once for all, and either `metric` and `value`, or one column a metric. An empty value or NaN is no sample. A
/// line that cannot be read is a dead letter with its number, and the others go in.
#[utoipa::path(post, path = "/api/v1/kpi/import", tag = "kpi", params(ImportQuery), extensions(("x-permission" = json!("hand in KPI samples"))),
    request_body(description = "CSV, UTF-8", content = String, content_type = "text/csv"),
    responses((status = 202, description = "Durable", body = Imported), (status = 413, description = "Larger than the limit: send it in pieces, each with the header"),
        (status = 422, description = "The header is not understood"), (status = 503, description = "The samples cannot be written")))]
pub(in crate::serve) async fn import(
    State(world): State<World>,
    can: Can<KpiWrite>,
    Query(asked): Query<ImportQuery>,
    Whole(bytes): Whole,
) -> Answer<(StatusCode, axum::Json<Imported>)> {
    let now = world.engine.clock().now();
    let caller = can.caller.name();
    let defaults = (asked.entity_id.unwrap_or_default(), asked.source.unwrap_or_else(|| caller.to_string()));
    let mut file = read(&bytes, &defaults, asked.line.unwrap_or(2), now)?;
    drop(bytes);
    if file.said.len() > MOST {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("a piece holds at most {MOST} samples: send smaller ones"),
        ));
    }
    world.kpi.came(Door::Csv, file.said.len() + file.bad.len());
    let taken = take(&can.tenant, std::mem::take(&mut file.said), (&world.kpi, Door::Csv)).await?;
    for (line, reason) in taken.rejected {
        let line = line as u64;
        if file.bad.last().is_none_or(|bad| bad.line != line) {
            file.bad.push(Bad {
                line,
                reason,
                bytes: Vec::new(),
            });
        }
    }
    let letters: Vec<Event> = file.bad.iter().map(|bad| letter(bad, &Name::from(&*caller), now)).collect();
    for letters in letters.chunks(1_000) {
        can.tenant.events(letters.to_vec()).await?;
    }
    let dead_letters = file.bad.len() as u64;
    world.kpi.letters(Door::Csv, dead_letters);
    file.bad.truncate(NAMED);
    let imported = Imported {
        lines: file.lines,
        accepted: taken.accepted,
        rejected: file.bad.into_iter().map(|Bad { line, reason, .. }| RejectedLine { line, reason }).collect(),
        dead_letters,
    };
    Ok((StatusCode::ACCEPTED, axum::Json(imported)))
}

fn letter(bad: &Bad, caller: &Name, now: Timestamp) -> Event {
    Event {
        received_at: now,
        source: SourceKind::Webhook,
        source_address: caller.clone(),
        relay: false,
        key: None,
        payload: Payload::Unreadable {
            reason: Name::from(format!("line {} of a CSV file of KPI samples: {}", bad.line, bad.reason)),
            bytes: bad.bytes.clone(),
        },
    }
}

#[derive(Debug, Default)]
struct File {
    said: Vec<Said>,
    bad: Vec<Bad>,
    lines: u64,
}

#[derive(Debug)]
struct Bad {
    line: u64,
    reason: String,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", self.time, self.entity, self.metric, self.value)
    }
}

/// Where things stand on a line.
#[derive(Debug)]
struct Columns {
    time: usize,
    entity: Option<usize>,
    source: Option<usize>,
    /// The metric and its value; else every column that is left is a metric.
    long: Option<(usize, usize)>,
    wide: Vec<(usize, Name)>,
}

impl Columns {
    fn of(header: &StringRecord, entity_given: bool) -> Result<Self, String> {
        let find = |names: &[&str]| header.iter().position(|name| names.iter().any(|known| name.eq_ignore_ascii_case(known)));
        let time = find(&["time", "timestamp"]).ok_or("the header names no column 'time' or 'timestamp'")?;
        let entity = find(&["entity", "entity_id"]);
        if entity.is_none() && !entity_given {
            return Err("the header names no column 'entity': name the entity of all lines (--entity, or entity_id= in the address)".to_owned());
        }
        let source = find(&["source"]);
        let long = find(&["metric"]).zip(find(&["value"]));
        let used = [Some(time), entity, source];
        let wide: Vec<(usize, Name)> = header
            .iter()
            .enumerate()
            .filter(|(at, name)| long.is_none() && !used.contains(&Some(*at)) && !name.is_empty())
            .map(|(at, name)| (at, Name::from(name)))
            .collect();
        if long.is_none() && wide.is_empty() {
            return Err("the header names no metric: give columns 'metric' and 'value', or one column a metric".to_owned());
        }
        Ok(Self {
            time,
            entity,
            source,
            long,
            wide,
        })
    }
}

fn read(bytes: &[u8], (entity, source): &(String, String), first: u64, now: Timestamp) -> Answer<File> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|error| Problem::unprocessable(format!("the header cannot be read: {error}")))?
        .clone();
    let columns = Columns::of(&header, !entity.trim().is_empty()).map_err(Problem::unprocessable)?;
    let (entity, source) = (Name::from(entity.trim()), Name::from(source.as_str()));
    let mut file = File::default();
    let start = reader.position().line();
    loop {
        let from = reader.position().clone();
        let mut record = StringRecord::new();
        let read = reader.read_record(&mut record);
        if matches!(read, Ok(false)) {
            return Ok(file);
        }
        file.lines += 1;
        // The reader counts empty lines before a record to it.
        let ahead = bytes.get(from.byte() as usize..).unwrap_or_default().iter();
        let empty = ahead.take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
        let line = first + from.line().saturating_sub(start) + empty as u64;
        let good = read.map_err(|_| "it is not UTF-8".to_owned()).and_then(|_| {
            if record.len() != header.len() {
                return Err(format!("it has {} fields, the header {}", record.len(), header.len()));
            }
            samples(&record, &columns, line, (&entity, &source), now)
        });
        match good {
            Ok(said) => file.said.extend(said),
            Err(reason) => {
                let piece = &bytes[(from.byte() as usize).min(bytes.len())..(reader.position().byte() as usize).min(bytes.len())];
                let piece = piece.trim_ascii();
                file.bad.push(Bad {
                    line,
                    reason,
                    bytes: piece[..piece.len().min(KEPT)].to_vec(),
                });
            }
        }
    }
}

fn samples(record: &StringRecord, columns: &Columns, line: u64, (entity, source): (&Name, &Name), now: Timestamp) -> Result<Vec<Said>, String> {
    let text = |at: usize| record.get(at).unwrap_or_default();
    let time = time(text(columns.time))?;
    let own = |column: Option<usize>, usual: &Name| column.map(text).filter(|text| !text.is_empty()).map_or_else(|| usual.clone(), Name::from);
    let said = |metric: Name, value: &str| {
        let Some(value) = number(value).map_err(|problem| format!("{metric}: {problem}"))? else {
            return Ok(None);
        };
        let said = Said {
            at: line as usize,
            entity: own(columns.entity, entity),
            metric,
            value,
            time,
            source: own(columns.source, source),
        };
        check(&said, now).map(|()| Some(said))
    };
    let made: Result<Vec<Option<Said>>, String> = match columns.long {
        Some((metric, value)) => Ok(vec![said(Name::from(text(metric)), text(value))?]),
        None => columns.wide.iter().map(|(at, metric)| said(metric.clone(), text(*at))).collect(),
    };
    Ok(made?.into_iter().flatten().collect())
}

/// A number; none where there is no sample.
fn number(text: &str) -> Result<Option<f64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let value: f64 = text.parse().map_err(|_| format!("'{}' is no number", Name::cut(text, 40)))?;
    Ok((!value.is_nan()).then_some(value))
}

/// RFC 3339, `YYYY-MM-DD HH:MM:SS` in UTC, or seconds since 1970.
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        if !(0.0..Timestamp::MAX.as_micros() as f64 / 1e6).contains(&seconds) {
            return Err(format!("time '{}' lies outside the years 1970 to 9998", Name::cut(text, 40)));
        }
        return Ok(Timestamp::EPOCH.plus(Span::micros((seconds * 1e6).round() as i64)));
    }
    let plain = text.len() == 19 && text.as_bytes()[10] == b' ' && text.is_ascii();
    let parsed = if plain {
        Timestamp::parse(&format!("{}T{}Z", &text[..10], &text[11..]))
    } else {
        Timestamp::parse(text)
    };
    parsed.map_err(|problem| format!("time {problem}, 2026-01-31 12:00:00 or seconds since 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, entity: &str) -> Answer<File> {
        read(
            text.as_bytes(),
            &(entity.to_owned(), "test".to_owned()),
            2,
            Timestamp::parse("2026-11-22T00:00:00Z").unwrap(),
        )
    }

    #[test]
    fn long_and_wide_files_are_read_and_bad_lines_keep_their_numbers() {
        let long = "time,entity,metric,value\n2026-11-01 00:00:00,a,load,1.5\n\nyesterday,a,load,1\n1793491200,b,load,x\n2026-11-01T00:15:00+01:00,b,load,\n1793491200,b,load,inf\n1793491200,b\n";
        let file = parse(long, "").unwrap();
        assert_eq!(format!("{:?}", file.said), "[2026-11-01T00:00:00Z a load 1.5]");
        assert_eq!(file.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [4, 5, 7, 8]);
        assert_eq!(String::from_utf8_lossy(&file.bad[1].bytes), "1793491200,b,load,x");
        let wide = "Timestamp,cpu,mem\n2026-11-01T00:00:00Z,1,2\n2026-11-01T00:01:00Z,NaN,3\n";
        let file = parse(wide, "r1").unwrap();
        let said = "[2026-11-01T00:00:00Z r1 cpu 1, 2026-11-01T00:00:00Z r1 mem 2, 2026-11-01T00:01:00Z r1 mem 3]";
        assert_eq!((format!("{:?}", file.said), file.bad.len(), file.lines), (said.to_owned(), 0, 2));
    }

    #[test]
    fn a_header_that_is_not_understood_is_refused() {
        for (text, entity) in [("a,b\n1,2\n", "x"), ("time,cpu\n1,2\n", ""), ("time,entity\n1,2\n", ""), ("", "x")] {
            assert!(parse(text, entity).is_err(), "{text}");
        }
    }
}
