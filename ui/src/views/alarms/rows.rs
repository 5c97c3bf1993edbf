//! The list as lines: filtered, sorted, grouped.

use std::cmp::Ordering;

use pedkai_core::{
    model::{Name, Timestamp},
    screen::{AlarmRow, IncidentRow},
};
use rustc_hash::{FxHashMap, FxHashSet};
use uuid::Uuid;

use super::filter::Filter;
use crate::{
    model::{Model, Standing},
    theme::Level,
    views::promise,
    widgets::table::{Column, SortKey},
};

pub(super) const COLUMNS: [Column; 16] = [
    Column::new("severity", "Sev", 52.0).hint("Severity: shape and letter"),
    Column::new("state", "State", 98.0).hint("Whether it is active, acknowledged, returned"),
    Column::new("age", "Age", 80.0).hint("Time since it was first raised").right(),
    Column::new("count", "Count", 60.0).hint("Raises counted since it was raised as new").right(),
    Column::new("sla", "SLA left", 92.0).hint("Time until its incident breaks a promise"),
    Column::new("entity", "Entity", 140.0).hint("Entity it is on").stretches(),
    Column::new("type", "Type", 110.0).hint("Alarm type").stretches(),
    Column::new("qualifier", "Qualifier", 100.0).hint("Interface, neighbour or instance"),
    Column::new("text", "Text", 180.0).hint("Newest text").grows(),
    Column::new("incident", "Incident", 110.0).hint("Incident it belongs to").stretches(),
    Column::new("owner", "Owner", 64.0).hint("Whose it is"),
    Column::new("acked", "Acked by", 104.0).hint("Who acknowledged it, and the note's beginning"),
    Column::new("last", "Last", 84.0).hint("Newest raise, source's time"),
    Column::new("first", "First", 84.0).hint("First raise, source's time").hidden(),
    Column::new("source", "Source", 120.0).hint("Door and system it came through").hidden(),
    Column::new("cause", "Probable cause", 180.0)
        .hint("Probable cause in X.733's or the source's words")
        .hidden(),
];

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A head over the alarms of an incident, with how many are shown under it.
    Head(Option<Uuid>, usize),
    /// An alarm.
    Alarm(Uuid),
}

/// The lines of a list, and how many alarms the filter hides.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<Line>,
    /// The alarms among them, in the same order.
    pub(super) alarms: Vec<Uuid>,
    pub(super) hidden: usize,
}

/// Filters, sorts and groups.
pub(super) fn lines(model: &Model, filter: &Filter, sort: &[SortKey], grouped: bool) -> Lines {
    let shown = sorted(model, filter, sort);
    let hidden = model.alarms().len() - shown.len();
    if !grouped {
        let alarms: Vec<Uuid> = shown.iter().map(|alarm| alarm.id).collect();
        return Lines {
            lines: alarms.iter().copied().map(Line::Alarm).collect(),
            alarms,
            hidden,
        };
    }
    let mut groups: Vec<(Option<Uuid>, Vec<Uuid>)> = Vec::new();
    let mut places = FxHashMap::default();
    for alarm in shown {
        let place = *places.entry(alarm.incident_id).or_insert_with(|| {
            groups.push((alarm.incident_id, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, members)) = groups.get_mut(place) {
            members.push(alarm.id);
        }
    }
    groups.sort_by_key(|(incident, _)| incident.is_none());
    let mut out = Lines { hidden, ..Lines::default() };
    for (incident, members) in groups {
        out.lines.push(Line::Head(incident, members.len()));
        out.lines.extend(members.iter().copied().map(Line::Alarm));
        out.alarms.extend(members);
    }
    out
}

/// Takes the alarms that changed out of a list that is not grouped, and puts those that are still shown where they belong now.
pub(super) fn update(lines: &mut Lines, model: &Model, filter: &Filter, sort: &[SortKey], changed: &FxHashSet<Uuid>) {
    let titles = Places::default();
    let before = |a: &AlarmRow, b: &AlarmRow| {
        order(sort, &titles, a, b)
            .then_with(|| b.last_raised_at.cmp(&a.last_raised_at))
            .then_with(|| a.id.cmp(&b.id))
    };
    let mut came: Vec<&AlarmRow> = changed.iter().filter_map(|id| model.alarms().get(*id)).collect();
    came.retain(|alarm| filter.lets(model, alarm));
    came.sort_unstable_by(|a, b| before(a, b));
    let mut left = std::mem::take(&mut lines.alarms);
    left.retain(|id| !changed.contains(id));
    let mut alarms = Vec::with_capacity(left.len() + came.len());
    let mut from = 0;
    for alarm in came {
        let rest = left.get(from..).unwrap_or_default();
        let earlier = rest.partition_point(|id| model.alarms().get(*id).is_some_and(|other| before(other, alarm) == Ordering::Less));
        alarms.extend_from_slice(rest.get(..earlier).unwrap_or_default());
        alarms.push(alarm.id);
        from += earlier;
    }
    alarms.extend_from_slice(left.get(from..).unwrap_or_default());
    lines.hidden = model.alarms().len() - alarms.len();
    lines.lines = alarms.iter().copied().map(Line::Alarm).collect();
    lines.alarms = alarms;
}

/// An alarm with what decides most comparisons beside it, so that they need not look into the row.
struct Ranked<'a> {
    /// Grows with the first column; equal where that column is equal, or begins alike.
    first: u64,
    last: Timestamp,
    alarm: &'a AlarmRow,
}

fn sorted<'a>(model: &'a Model, filter: &Filter, sort: &[SortKey]) -> Vec<&'a AlarmRow> {
    let titles = places(model, sort);
    let rank = |alarm: &AlarmRow| {
        let Some(key) = sort.first() else { return 0 };
        let rank = rank(&key.column, alarm, &titles);
        if key.descending { !rank } else { rank }
    };
    let shown = model.alarms().iter().filter(|alarm| filter.lets(model, alarm));
    let mut shown: Vec<Ranked<'_>> = shown
        .map(|alarm| Ranked {
            first: rank(alarm),
            last: alarm.last_raised_at,
            alarm,
        })
        .collect();
    let rest = if sort.first().is_some_and(|key| whole(&key.column)) {
        sort.get(1..).unwrap_or_default()
    } else {
        sort
    };
    shown.sort_unstable_by(|a, b| {
        a.first
            .cmp(&b.first)
            .then_with(|| order(rest, &titles, a.alarm, b.alarm))
            .then_with(|| b.last.cmp(&a.last))
            .then_with(|| a.alarm.id.cmp(&b.alarm.id))
    });
    shown.into_iter().map(|ranked| ranked.alarm).collect()
}

/// Where incidents stand among each other, as far as the order asks for it.
#[derive(Default)]
struct Places {
    /// By title.
    titles: FxHashMap<Uuid, u64>,
    /// By the instant at which a promise breaks.
    breaks: FxHashMap<Uuid, u64>,
}

/// Whether an alarm shows something of its incident in a column.
pub(super) fn of_incident(column: &str) -> bool {
    matches!(column, "incident" | "sla")
}

fn places(model: &Model, sort: &[SortKey]) -> Places {
    let mut places = Places::default();
    if sort.iter().any(|key| key.column == "incident") {
        let mut incidents: Vec<(&Name, Uuid)> = model.incidents().iter().map(|incident| (&incident.title, incident.id)).collect();
        incidents.sort_unstable();
        places.titles = incidents.iter().enumerate().map(|(place, (_, id))| (*id, place as u64 + 1)).collect();
    }
    if sort.iter().any(|key| key.column == "sla") {
        let breaks = |incident: &IncidentRow| Some((incident.id, promise::breaks_at(incident)?.as_micros().cast_unsigned()));
        places.breaks = model.incidents().iter().filter_map(breaks).collect();
    }
    places
}

fn level(alarm: &AlarmRow) -> Level {
    if alarm.cleared { Level::Cleared } else { alarm.severity.into() }
}

/// Whether the rank says all about a column.
fn whole(column: &str) -> bool {
    !matches!(column, "entity" | "type" | "qualifier" | "text" | "owner" | "acked" | "source" | "cause")
}

static NOBODY: Name = Name::EMPTY;

fn words<'a>(column: &str, alarm: &'a AlarmRow) -> &'a Name {
    match column {
        "entity" => &alarm.entity_name,
        "type" => &alarm.alarm_type,
        "qualifier" => &alarm.qualifier,
        "text" => &alarm.text,
        "owner" => &alarm.owner,
        "acked" => alarm.ack.as_ref().map_or(&NOBODY, |ack| &ack.by),
        "source" => &alarm.source_system,
        _ => &alarm.probable_cause,
    }
}

/// The place of an alarm by a column: of words, as far as their first eight letters tell.
fn rank(column: &str, alarm: &AlarmRow, places: &Places) -> u64 {
    let time = |at: Timestamp| at.as_micros().cast_unsigned() ^ 1 << 63;
    match column {
        "severity" => level(alarm) as u64,
        "state" => Standing::of(alarm) as u64,
        "age" => !time(alarm.raised_at),
        "first" => time(alarm.raised_at),
        "last" => time(alarm.last_raised_at),
        "count" => u64::from(alarm.count),
        "incident" => alarm.incident_id.and_then(|id| places.titles.get(&id).copied()).unwrap_or(0),
        // What breaks nothing comes last.
        "sla" => alarm.incident_id.and_then(|id| places.breaks.get(&id).copied()).unwrap_or(u64::MAX),
        _ if whole(column) => 0,
        _ => {
            let mut first = [0; 8];
            for (letter, byte) in first.iter_mut().zip(words(column, alarm).bytes()) {
                *letter = byte;
            }
            u64::from_be_bytes(first)
        }
    }
}

fn order(sort: &[SortKey], places: &Places, a: &AlarmRow, b: &AlarmRow) -> Ordering {
    SortKey::order(sort, |column| {
        if whole(column) {
            rank(column, a, places).cmp(&rank(column, b, places))
        } else {
            words(column, a).cmp(words(column, b))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Change, Kind, samples},
        views::alarms::filter::Scope,
    };
    use pedkai_core::{
        model::Span,
        screen::{AckState, Row},
    };

    #[test]
    fn the_worst_comes_first_and_groups_stay_together() {
        let model = samples::typical();
        let filter = Filter::read(Scope::Work, None, "");
        let sort = [SortKey {
            column: "severity".into(),
            descending: false,
        }];
        let plain = lines(&model, &filter, &sort, false);
        let first = plain.alarms.first().and_then(|id| model.alarms().get(*id)).map(|alarm| alarm.severity.word());
        assert_eq!((first, plain.hidden), (Some("critical"), 0));
        let grouped = lines(&model, &filter, &sort, true);
        assert!(matches!(grouped.lines.first(), Some(Line::Head(Some(_), 6))));
        assert_eq!(grouped.alarms.len(), plain.alarms.len());
    }

    /// The same order, told by comparing what the columns show.
    fn plainly(column: &str, a: &AlarmRow, b: &AlarmRow, model: &Model) -> Ordering {
        let title = |alarm: &AlarmRow| {
            alarm
                .incident_id
                .and_then(|id| model.incidents().get(id))
                .map(|incident| incident.title.clone())
        };
        let breaks = |alarm: &AlarmRow| {
            let incident = alarm.incident_id.and_then(|id| model.incidents().get(id));
            incident.and_then(promise::breaks_at).unwrap_or(Timestamp::MAX)
        };
        match column {
            "severity" => level(a).cmp(&level(b)),
            "state" => Standing::of(a).cmp(&Standing::of(b)),
            "age" => b.raised_at.cmp(&a.raised_at),
            "first" => a.raised_at.cmp(&b.raised_at),
            "last" => a.last_raised_at.cmp(&b.last_raised_at),
            "count" => a.count.cmp(&b.count),
            "incident" => title(a).cmp(&title(b)),
            "sla" => breaks(a).cmp(&breaks(b)),
            _ => words(column, a).cmp(words(column, b)),
        }
    }

    #[test]
    fn every_column_sorts_by_what_it_shows() {
        let model = samples::overfull();
        let filter = Filter::read(Scope::All, None, "");
        for column in COLUMNS {
            for descending in [false, true] {
                let sort = [SortKey {
                    column: column.id.into(),
                    descending,
                }];
                let rows: Vec<&AlarmRow> = sorted(&model, &filter, &sort);
                assert!(rows.len() > 100);
                for pair in rows.windows(2) {
                    let order = plainly(column.id, pair[0], pair[1], &model);
                    let wrong = if descending { Ordering::Less } else { Ordering::Greater };
                    assert_ne!(order, wrong, "{} {descending}", column.id);
                }
            }
        }
    }

    #[test]
    fn a_second_column_decides_where_the_first_is_equal() {
        let model = samples::overfull();
        let key = |column: &str| SortKey {
            column: column.into(),
            descending: false,
        };
        let rows = sorted(&model, &Filter::read(Scope::All, None, ""), &[key("type"), key("entity")]);
        let told = |alarm: &AlarmRow| (alarm.alarm_type.to_string(), alarm.entity_name.to_string());
        assert!(rows.windows(2).all(|pair| told(pair[0]) <= told(pair[1])));
    }

    /// Now a row goes, now it is over, now it comes anew and later.
    fn change(number: usize, row: &AlarmRow) -> Change {
        if number.is_multiple_of(7) {
            return Change::Gone(Kind::Alarm, row.id);
        }
        let mut row = row.clone();
        row.count += number as u32;
        row.cleared = number % 7 == 1 && !row.cleared;
        row.ack_state = AckState::Acked;
        row.last_raised_at = row.last_raised_at.plus(Span::seconds(number as i64));
        Change::Put(Box::new(Row::Alarm(row)))
    }

    #[test]
    fn a_list_that_follows_changes_is_the_list_made_anew() {
        let mut model = samples::overfull();
        let filter = Filter::read(Scope::Work, None, "-bgp");
        let rows: Vec<AlarmRow> = model.alarms().iter().cloned().collect();
        for column in COLUMNS.iter().filter(|column| !of_incident(column.id)) {
            let sort = [SortKey {
                column: column.id.into(),
                descending: column.id == "count",
            }];
            let mut followed = lines(&model, &filter, &sort, false);
            for batch in rows.chunks(400) {
                let seen = model.alarms().revision();
                for (number, row) in batch.iter().enumerate().filter(|(number, _)| number % 7 < 3) {
                    model.apply(change(number, row));
                }
                let changed = model.alarms().changed_since(seen).unwrap().collect();
                update(&mut followed, &model, &filter, &sort, &changed);
            }
            let anew = lines(&model, &filter, &sort, false);
            assert_eq!((followed.alarms, followed.hidden), (anew.alarms, anew.hidden), "{}", column.id);
        }
    }
}
