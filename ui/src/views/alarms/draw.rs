//! One line of the list, cell by cell.

use egui::{Color32, Ui};
use pedkai_core::screen::{AckRow, AlarmRow};
use uuid::Uuid;

use super::{inside, rows::Line};
use crate::{
    format::{self, Clock},
    intent::Intent,
    model::{Model, Standing},
    theme::{Icon, Level, Theme, Weight},
    views::{acting::standing_icon, promise},
    widgets::{
        selection::Selection,
        table::{Cell, Rows},
    },
};

/// The list as the table asks for it.
pub(super) struct AlarmLines<'a> {
    pub(super) model: &'a Model,
    pub(super) clock: &'a Clock,
    pub(super) theme: &'a Theme,
    pub(super) lines: &'a [Line],
    pub(super) selection: &'a Selection<Uuid>,
    pub(super) open: Option<Uuid>,
    pub(super) intents: &'a mut Vec<Intent>,
}

impl AlarmLines<'_> {
    fn alarm(&self, row: usize) -> Option<&AlarmRow> {
        match self.lines.get(row)? {
            Line::Alarm(id) => self.model.alarms().get(*id),
            Line::Head(..) => None,
        }
    }

    fn head(&self, cell: &Cell<'_>, incident: Option<Uuid>, number: usize) {
        let ink = &cell.theme.palette.text;
        let Some(incident) = incident.and_then(|id| self.model.incidents().get(id)) else {
            cell.write(&format!("In no incident · {}", format::counted(number, "alarm")), Weight::Medium, ink.soft);
            return;
        };
        let rest = cell.badge(incident.severity.into());
        let words = format!(
            "{} · {} · {}",
            format::named(&incident.title),
            incident.status.word(),
            format::counted(number, "alarm")
        );
        cell.within(rest).write(&words, Weight::Strong, ink.strong);
    }
}

impl Rows for AlarmLines<'_> {
    fn len(&self) -> usize {
        self.lines.len()
    }

    fn name(&self, row: usize) -> String {
        match (self.lines.get(row), self.alarm(row)) {
            (_, Some(alarm)) => {
                format!(
                    "{} {} on {}: {}",
                    alarm.severity.word(),
                    Standing::of(alarm).word().to_lowercase(),
                    alarm.entity_name,
                    alarm.text
                )
            }
            (Some(Line::Head(Some(incident), number)), None) => {
                let title = self
                    .model
                    .incidents()
                    .get(*incident)
                    .map(|incident| incident.title.to_string())
                    .unwrap_or_default();
                format!("Incident {title}, {}", format::counted(*number, "alarm"))
            }
            _ => "In no incident".to_owned(),
        }
    }

    fn selected(&self, row: usize) -> bool {
        matches!(self.lines.get(row), Some(Line::Alarm(id)) if self.selection.contains(*id))
    }

    fn cursor(&self, row: usize) -> bool {
        matches!(self.lines.get(row), Some(Line::Alarm(id)) if self.selection.cursor() == Some(*id))
    }

    fn mark(&self, row: usize) -> Option<Color32> {
        let alarm = self.alarm(row).filter(|alarm| Standing::of(alarm).waits())?;
        let fill = self.theme.level(level(alarm)).fill;
        let odd_second = self.clock.now.as_micros() / 1_000_000 % 2 == 1;
        let dimmed = self.theme.motion && odd_second && Standing::of(alarm) == Standing::New;
        Some(if dimmed { Theme::veil(fill, 0.35) } else { fill })
    }

    fn spans(&self, row: usize) -> bool {
        matches!(self.lines.get(row), Some(Line::Head(..)))
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        if let Some(Line::Head(incident, number)) = self.lines.get(row) {
            return self.head(cell, *incident, *number);
        }
        let Some(alarm) = self.alarm(row) else { return };
        let ink = &cell.theme.palette.text;
        let standing = Standing::of(alarm);
        let (weight, loud) = match standing {
            Standing::New => (Weight::Medium, ink.strong),
            Standing::Acked => (Weight::Regular, ink.normal),
            Standing::Returned | Standing::Cleared => (Weight::Regular, ink.soft),
        };
        let name = format::named(&alarm.entity_name);
        match column {
            "severity" => {
                cell.badge(alarm.severity.into());
            }
            "state" => state(cell, alarm, standing, loud),
            "age" => cell.soft(&self.clock.age(alarm.raised_at)),
            "count" if alarm.count > 1 => {
                cell.write(&format::in_column(alarm.count as usize), Weight::Regular, ink.normal);
                cell.tip(&format!("Raised {} times", format::count(alarm.count as usize)));
            }
            "count" => cell.write("1", Weight::Regular, ink.faint),
            "entity" if alarm.emergency => {
                let rest = cell.icon(Icon::AMBULANCE, cell.theme.level(Level::Critical).text, "Serves emergency calls");
                cell.within(rest).write(name, weight, loud);
            }
            "entity" => cell.write(name, weight, loud),
            "type" => cell.soft(&alarm.alarm_type),
            "qualifier" => cell.write(&alarm.qualifier, Weight::Mono, ink.soft),
            "text" => cell.write(&alarm.text, Weight::Regular, if standing.waits() { ink.normal } else { ink.soft }),
            "incident" => {
                let title = alarm
                    .incident_id
                    .and_then(|id| self.model.incidents().get(id))
                    .map(|incident| format::named(&incident.title));
                cell.soft(title.unwrap_or_default());
            }
            "sla" => {
                if let Some(incident) = alarm.incident_id.and_then(|id| self.model.incidents().get(id)) {
                    promise::nearest_cell(cell, incident, self.clock);
                }
            }
            "owner" => cell.text(&alarm.owner),
            "acked" => {
                if let Some(ack) = &alarm.ack {
                    acked(cell, ack, self.clock);
                }
            }
            "last" => cell.soft(&self.clock.short(alarm.last_raised_at)),
            "first" => cell.soft(&self.clock.short(alarm.raised_at)),
            "source" => cell.soft(&format!("{} {}", alarm.source.word(), alarm.source_system)),
            "cause" => cell.soft(&alarm.probable_cause),
            _ => {}
        }
    }

    fn open(&self) -> Option<(usize, f32)> {
        let open = self.open?;
        let place = self.lines.iter().position(|line| *line == Line::Alarm(open))?;
        Some((place, inside::HEIGHT))
    }

    fn inside(&mut self, ui: &mut Ui, row: usize) {
        if let Some(Line::Alarm(id)) = self.lines.get(row)
            && let Some(alarm) = self.model.alarms().get(*id)
        {
            inside::show(ui, self.model, self.clock, alarm, self.intents);
        }
    }
}

fn level(alarm: &AlarmRow) -> Level {
    if alarm.cleared { Level::Cleared } else { alarm.severity.into() }
}

/// Who took it up, and the note's beginning.
fn acked(cell: &Cell<'_>, ack: &AckRow, clock: &Clock) {
    let note = if ack.note.is_empty() { String::new() } else { format!(" · {}", ack.note) };
    cell.text(&format!("{}{note}", ack.by));
    cell.tip(&format!("By {} at {}{note}", ack.by, clock.short(ack.at)));
}

fn state(cell: &Cell<'_>, alarm: &AlarmRow, standing: Standing, ink: Color32) {
    let (icon, word, meaning) = if alarm.shelved {
        (Icon::BELL_SIMPLE_Z, "Shelved", "Shelved: put aside for a time".to_owned())
    } else if let Some(by) = &alarm.suppressed_by {
        (Icon::EYE_SLASH, "Suppressed", format!("Suppressed by {by}"))
    } else if alarm.flapping {
        (Icon::WAVES, "Flapping", "Comes and goes; held until it is quiet".to_owned())
    } else {
        let (icon, meaning) = standing_icon(standing);
        let by = alarm.ack.as_ref().map(|ack| format!(" by {}: {}", ack.by, ack.note)).unwrap_or_default();
        (icon, standing.word(), format!("{meaning}{by}"))
    };
    let rest = cell.icon(icon, ink, &meaning);
    cell.within(rest)
        .write(word, if standing == Standing::New { Weight::Medium } else { Weight::Regular }, ink);
    cell.tip(&meaning);
}
