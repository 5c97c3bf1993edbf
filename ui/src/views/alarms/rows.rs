//! The list as lines: filtered, sorted, grouped.

use std::cmp::Ordering;

use pedkai_core::screen::AlarmRow;
use uuid::Uuid;

use super::filter::Filter;
use crate::{
    model::{Model, Standing},
    theme::Level,
    widgets::table::{Column, SortKey},
};

pub(super) const COLUMNS: [Column; 14] = [
    Column::new("severity", "Sev", 56.0).hint("Severity: shape and letter"),
    Column::new("state", "State", 98.0).hint("Whether it is active, acknowledged, returned"),
    Column::new("age", "Age", 78.0).hint("Time since it was first raised").right(),
    Column::new("count", "Count", 66.0).hint("Raises counted since it was raised as new").right(),
    Column::new("entity", "Entity", 150.0).hint("Entity it is on").stretches(),
    Column::new("type", "Type", 124.0).hint("Alarm type").stretches(),
    Column::new("qualifier", "Qualifier", 88.0).hint("Interface, neighbour or instance"),
    Column::new("text", "Text", 190.0).hint("Newest text").grows(),
    Column::new("incident", "Incident", 140.0).hint("Incident it belongs to").stretches(),
    Column::new("owner", "Owner", 64.0).hint("Whose it is"),
    Column::new("last", "Last", 76.0).hint("Newest raise, source's time"),
    Column::new("first", "First", 76.0).hint("First raise, source's time").hidden(),
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
    let mut shown: Vec<&AlarmRow> = model.alarms().iter().filter(|alarm| filter.lets(model, alarm)).collect();
    shown.sort_unstable_by(|a, b| order(model, sort, a, b));
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
    let mut places = std::collections::HashMap::new();
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

fn order(model: &Model, sort: &[SortKey], a: &AlarmRow, b: &AlarmRow) -> Ordering {
    let level = |alarm: &AlarmRow| if alarm.cleared { Level::Cleared } else { alarm.severity.into() };
    let title = |alarm: &AlarmRow| {
        alarm
            .incident_id
            .and_then(|id| model.incidents().get(id))
            .map(|incident| incident.title.clone())
    };
    for key in sort {
        let order = match key.column.as_str() {
            "severity" => level(a).cmp(&level(b)),
            "state" => Standing::of(a).cmp(&Standing::of(b)),
            "age" => b.raised_at.cmp(&a.raised_at),
            "first" => a.raised_at.cmp(&b.raised_at),
            "last" => a.last_raised_at.cmp(&b.last_raised_at),
            "count" => a.count.cmp(&b.count),
            "entity" => a.entity_name.cmp(&b.entity_name),
            "type" => a.alarm_type.cmp(&b.alarm_type),
            "qualifier" => a.qualifier.cmp(&b.qualifier),
            "text" => a.text.cmp(&b.text),
            "incident" => title(a).cmp(&title(b)),
            "owner" => a.owner.cmp(&b.owner),
            "source" => a.source_system.cmp(&b.source_system),
            "cause" => a.probable_cause.cmp(&b.probable_cause),
            _ => Ordering::Equal,
        };
        let order = if key.descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    b.last_raised_at.cmp(&a.last_raised_at).then(a.id.cmp(&b.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::samples, views::alarms::filter::Scope};

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
}
