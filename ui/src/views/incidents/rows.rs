use egui::{Color32, Rect, pos2};
use pedkai_core::{
    model::{IncidentStatus, Timestamp},
    screen::IncidentRow,
};
use std::cmp::Ordering;
use uuid::Uuid;

use crate::{
    format::{self, Clock},
    model::Model,
    theme::{Icon, Level, Theme, Weight},
    views::promise,
    widgets::{
        selection::Selection,
        table::{Cell, Column, Rows, SortKey},
    },
};

pub(super) const COLUMNS: [Column; 9] = [
    Column::new("severity", "Sev", 56.0).hint("Severity: shape and letter; what breaks a promise soon comes first"),
    Column::new("status", "Status", 136.0).hint("Where its handling stands"),
    Column::new("title", "What is wrong where", 260.0).hint("Title").grows(),
    Column::new("cause", "Likely cause", 220.0).hint("Best guess at the cause").stretches(),
    Column::new("confidence", "Sure", 100.0).hint("How sure the best guess is"),
    Column::new("sla", "SLA left", 104.0).hint("Time until a promise is broken"),
    Column::new("alarms", "Alarms", 84.0).hint("Alarms in it: active of all").right(),
    Column::new("age", "Age", 84.0).hint("Time since it was opened").right(),
    Column::new("owner", "Owner", 90.0).hint("Whose it is"),
];

/// Icon of a status.
pub(crate) fn status_icon(status: IncidentStatus) -> Icon {
    match status {
        IncidentStatus::New => Icon::BELL_RINGING,
        IncidentStatus::Acknowledged => Icon::CHECK,
        IncidentStatus::Investigating => Icon::MAGNIFYING_GLASS,
        IncidentStatus::Mitigating => Icon::WRENCH,
        IncidentStatus::Resolved => Icon::CHECK_CIRCLE,
        IncidentStatus::Closed => Icon::MINUS,
    }
}

/// A word with a capital.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Ids of the incidents that are shown, in order.
pub(super) fn lines(model: &Model, over_too: bool, written: &str, sort: &[SortKey]) -> Vec<Uuid> {
    let fits = |incident: &&IncidentRow| {
        let cause = incident.hypotheses.first().map_or("", |cause| cause.name.as_str());
        (over_too || incident.status.open())
            && (written.is_empty()
                || [incident.title.as_str(), cause, &incident.owner]
                    .iter()
                    .any(|field| field.to_lowercase().contains(written)))
    };
    let mut shown: Vec<&IncidentRow> = model.incidents().iter().filter(fits).collect();
    shown.sort_by(|a, b| order(sort, a, b));
    shown.into_iter().map(|incident| incident.id).collect()
}

fn order(sort: &[SortKey], a: &IncidentRow, b: &IncidentRow) -> Ordering {
    let level = |incident: &IncidentRow| Level::from(incident.severity);
    let cause = |incident: &IncidentRow| incident.hypotheses.first().map(|cause| cause.name.clone());
    // What breaks first comes first, what breaks nothing last.
    let breaks = |incident: &IncidentRow| promise::breaks_at(incident).filter(|_| incident.status.open()).unwrap_or(Timestamp::MAX);
    let sure = |incident: &IncidentRow| incident.hypotheses.first().map_or(0.0, |cause| cause.confidence);
    let by = |column: &str| match column {
        "severity" => promise::urgent(b).cmp(&promise::urgent(a)).then_with(|| level(a).cmp(&level(b))),
        "sla" => breaks(a).cmp(&breaks(b)),
        "status" => a.status.cmp(&b.status),
        "title" => a.title.cmp(&b.title),
        "cause" => cause(a).cmp(&cause(b)),
        "confidence" => sure(b).total_cmp(&sure(a)),
        "alarms" => a.active_alarms.cmp(&b.active_alarms),
        "age" => b.opened_at.cmp(&a.opened_at),
        "owner" => a.owner.cmp(&b.owner),
        _ => Ordering::Equal,
    };
    SortKey::order(sort, by)
        .then_with(|| breaks(a).cmp(&breaks(b)))
        .then_with(|| b.opened_at.cmp(&a.opened_at).then(a.id.cmp(&b.id)))
}

/// The list as the table asks for it.
pub(super) struct IncidentLines<'a> {
    pub(super) model: &'a Model,
    pub(super) clock: &'a Clock,
    pub(super) lines: &'a [Uuid],
    pub(super) selection: &'a Selection<Uuid>,
}

impl IncidentLines<'_> {
    fn incident(&self, row: usize) -> Option<&IncidentRow> {
        self.lines.get(row).and_then(|id| self.model.incidents().get(*id))
    }
}

impl Rows for IncidentLines<'_> {
    fn len(&self) -> usize {
        self.lines.len()
    }

    fn name(&self, row: usize) -> String {
        self.incident(row).map_or(String::new(), |incident| {
            format!("{} incident, {}: {}", incident.severity, incident.status.word(), incident.title)
        })
    }

    fn selected(&self, row: usize) -> bool {
        self.lines.get(row).is_some_and(|id| self.selection.contains(*id))
    }

    fn cursor(&self, row: usize) -> bool {
        self.lines.get(row).is_some_and(|id| self.selection.cursor() == Some(*id))
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        let Some(incident) = self.incident(row) else { return };
        let ink = &cell.theme.palette.text;
        let new = incident.status == IncidentStatus::New;
        let loud = if new {
            ink.strong
        } else if incident.status.open() {
            ink.normal
        } else {
            ink.soft
        };
        let cause = incident.hypotheses.first();
        let title = format::named(&incident.title);
        match column {
            "severity" => {
                cell.badge(if incident.status.open() { incident.severity.into() } else { Level::Cleared });
            }
            "status" => {
                let rest = cell.icon(status_icon(incident.status), loud, incident.status.word());
                cell.within(rest)
                    .write(&capital(incident.status.word()), if new { Weight::Medium } else { Weight::Regular }, loud);
            }
            "title" if incident.emergency => {
                let rest = cell.icon(Icon::AMBULANCE, cell.theme.level(Level::Critical).text, "Touches emergency services");
                cell.within(rest).write(title, Weight::Medium, loud);
            }
            "title" => cell.write(title, if new { Weight::Medium } else { Weight::Regular }, loud),
            "cause" => cell.text(cause.map_or("", |cause| format::named(&cause.name))),
            "confidence" => {
                if let Some(cause) = cause {
                    confidence(cell, cause.confidence, ink.soft);
                }
            }
            "sla" => promise::nearest_cell(cell, incident, self.clock),
            "alarms" => cell.text(&format!(
                "{} / {}",
                format::in_column(incident.active_alarms as usize),
                format::in_column(incident.alarm_ids.len())
            )),
            "age" => cell.soft(&self.clock.age(incident.opened_at)),
            "owner" => cell.text(&incident.owner),
            _ => {}
        }
    }
}

fn confidence(cell: &Cell<'_>, share: f64, ink: Color32) {
    let words = cell.rect.with_max_x(cell.rect.left() + 42.0);
    cell.within(words).write(&format::percent(share), Weight::Regular, ink);
    let track = Rect::from_min_max(
        pos2(words.right() + 6.0, cell.rect.center().y - 2.0),
        pos2(cell.rect.right(), cell.rect.center().y + 2.0),
    );
    bar(cell.painter, cell.theme, track, share);
}

/// A bar that is filled to a share; grey, since being sure is no alarm.
pub(crate) fn bar(painter: &egui::Painter, theme: &Theme, track: Rect, share: f64) {
    painter.rect_filled(track, 2.0, theme.palette.ground.line);
    painter.rect_filled(
        track.with_max_x(track.left() + track.width() * share.clamp(0.0, 1.0) as f32),
        2.0,
        theme.palette.text.soft,
    );
}
