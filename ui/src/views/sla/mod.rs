//! What was promised: what breaks, for whom, when, and how sure that is; and how the month went.

mod rows;

use egui::{Frame, Margin, Ui};
use pedkai_core::{
    model::{SlaState, Span, Timestamp},
    screen::PromiseRow,
};
use serde_json::Value;
use uuid::Uuid;

use self::rows::{COLUMNS, Line, Promises};
use crate::{
    command::{Command, ListCommand},
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{Detail, Model},
    theme::{Icon, Level, Theme},
    widgets::{
        chip, empty,
        selection::Selection,
        table::{SortKey, Table, TableState},
    },
};

/// The screen of promises.
#[derive(Debug)]
pub struct Sla {
    table: TableState,
    selection: Selection<(Uuid, Uuid)>,
    asked_at: Option<Timestamp>,
    answered: Vec<PromiseRow>,
    lines: Vec<Line>,
    made: Option<Made>,
    page: usize,
}

/// What the lines were made from, and when.
#[derive(Debug, PartialEq)]
struct Made {
    second: i64,
    incidents: u64,
    foretold: u64,
    sort: Vec<SortKey>,
}

/// How often the collector is asked how promises stand; clocks of incidents come by themselves.
const EVERY: Span = Span::seconds(10);

impl Default for Sla {
    fn default() -> Self {
        Self {
            table: TableState::sorted_by("left", false),
            selection: Selection::default(),
            asked_at: None,
            answered: Vec::new(),
            lines: Vec::new(),
            made: None,
            page: 0,
        }
    }
}

impl Sla {
    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command]) -> Vec<Intent> {
        let mut intents = Vec::new();
        if self.asked_at.is_none_or(|at| clock.now.since(at).abs() >= EVERY) {
            self.asked_at = Some(clock.now);
            intents.push(Intent::Fetch(Fetch::Sla));
        }
        self.refresh(model, clock);
        for command in commands {
            self.press(*command, &mut intents);
        }
        if !self.lines.is_empty() {
            self.figures(ui, model, clock);
        }
        let theme = Theme::of(ui);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.palette.ground.surface);
        if self.lines.is_empty() {
            nothing(ui, model);
            return intents;
        }
        self.page = theme.rows_in(ui.available_height());
        let mut rows = Promises {
            model,
            clock,
            lines: &self.lines,
            selection: &self.selection,
        };
        let done = Table::new("sla", &COLUMNS).show(ui, &mut self.table, &mut rows);
        if let Some((line, modifiers)) = done.clicked.and_then(|(row, modifiers)| Some((self.lines.get(row)?, modifiers))) {
            let all: Vec<(Uuid, Uuid)> = self.lines.iter().map(Line::key).collect();
            self.selection.click(&all, line.key(), modifiers);
        }
        intents.extend(done.opened.and_then(|row| self.lines.get(row)).map(open));
        intents
    }

    fn refresh(&mut self, model: &Model, clock: &Clock) {
        let wanted = Made {
            second: clock.now.as_micros() / 1_000_000,
            incidents: model.incidents().revision(),
            foretold: model.foretold().revision(),
            sort: self.table.sort.clone(),
        };
        if self.made.as_ref() == Some(&wanted) {
            return;
        }
        if let Some(Detail::Here(answer)) = model.details.get(&Fetch::Sla) {
            self.answered = read(answer);
        }
        self.lines = rows::lines(model, &self.answered, &self.table.sort, clock.now);
        self.made = Some(wanted);
    }

    fn figures(&self, ui: &mut Ui, model: &Model, clock: &Clock) {
        let theme = Theme::of(ui);
        let space = &theme.scale.space;
        let number = |wanted: SlaState| self.lines.iter().filter(|line| line.state(clock.now) == wanted).count();
        let tone = |number: usize, level: Level| if number > 0 { chip::Tone::Level(level) } else { chip::Tone::Quiet };
        Frame::new().inner_margin(Margin::symmetric(space.m as i8, space.s as i8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                let (broken, risk) = (number(SlaState::Breached), number(SlaState::AtRisk));
                chip::chip(
                    ui,
                    Some(Icon::SEAL_WARNING),
                    &format!("{} broken", format::count(broken)),
                    tone(broken, Level::Critical),
                );
                chip::chip(
                    ui,
                    Some(Icon::HOURGLASS_MEDIUM),
                    &format!("{} at risk", format::count(risk)),
                    tone(risk, Level::Major),
                );
                for (words, meaning) in month(&self.answered) {
                    chip::chip(ui, None, &words, chip::Tone::Quiet).on_hover_text(meaning);
                }
                if let Some(words) = noise(model) {
                    chip::chip(ui, None, &words, chip::Tone::Quiet).on_hover_text("How many events came for each incident that is kept");
                }
            });
        });
    }

    fn press(&mut self, command: Command, intents: &mut Vec<Intent>) {
        let Command::List(command) = command else { return };
        let all: Vec<(Uuid, Uuid)> = self.lines.iter().map(Line::key).collect();
        if let Some((steps, extend)) = command.steps(self.page) {
            if let Some(place) = self.selection.step(&all, steps, extend) {
                self.table.scroll_to(place);
            }
            return;
        }
        let line = self.selection.cursor().and_then(|key| self.lines.iter().find(|line| line.key() == key));
        match command {
            ListCommand::All => self.selection.all(&all),
            ListCommand::Open => intents.extend(line.map(open)),
            ListCommand::ShowOnMap => intents.extend(line.map(|line| Intent::ShowOnMap(line.entity))),
            ListCommand::Escape => self.selection.clear(),
            _ => {}
        }
    }
}

/// The incident that endangers it, or whom it was promised to.
fn open(line: &Line) -> Intent {
    line.incident.map_or(Intent::ShowOnMap(line.entity), Intent::OpenIncident)
}

/// The promises of an answer; what another version tells and this one cannot read is left out.
fn read(answer: &Value) -> Vec<PromiseRow> {
    let items = answer.get("items").and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| serde_json::from_value(item.clone()).ok()).collect()
}

/// The month over all services, each figure with its meaning.
fn month(answered: &[PromiseRow]) -> Vec<(String, String)> {
    let months: Vec<(&PromiseRow, &pedkai_core::screen::MonthRow)> = answered.iter().filter_map(|row| Some((row, row.month.as_ref()?))).collect();
    let Some((worst, value)) = months
        .iter()
        .filter_map(|(row, _)| Some((row, row.value?)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
    else {
        return Vec::new();
    };
    let mut told = vec![(
        format!("Availability ≥ {value:.3} %"),
        format!("The least available this month: {}", format::named(&worst.service)),
    )];
    let kept = months.iter().filter(|(row, month)| row.state != SlaState::Breached && month.late == 0).count();
    told.push((
        format!("{} of {} kept", format::count(kept), format::count(months.len())),
        "Services whose promises hold this month".to_owned(),
    ));
    let outages: u32 = months.iter().map(|(_, month)| month.outages).fold(0, u32::saturating_add);
    let weighed = |of: fn(&pedkai_core::screen::MonthRow) -> Option<f64>| {
        let each = months.iter().filter_map(|(_, month)| Some((of(month)?, f64::from(month.outages.max(1)))));
        let (sum, number) = each.fold((0.0, 0.0), |(sum, number), (value, outages)| (sum + value * outages, number + outages));
        (number > 0.0).then(|| format::span(Span::seconds((sum / number) as i64)))
    };
    if let Some(mttr) = weighed(|month| month.mttr_s) {
        told.push((
            format!("MTTR {mttr}"),
            format!("Mean time to restore, {}", format::counted(outages as usize, "outage")),
        ));
    }
    if let Some(mtta) = weighed(|month| month.mtta_s) {
        told.push((format!("MTTA {mtta}"), "Mean time until somebody took an outage up".to_owned()));
    }
    told
}

/// Events for each incident that is kept.
fn noise(model: &Model) -> Option<String> {
    let events = model.sources().iter().map(|source| source.received).fold(0, u64::saturating_add) as usize;
    let incidents = model.incidents().len();
    (incidents > 0 && events > 0).then(|| format!("{} events an incident", format::written(events / incidents)))
}

fn nothing(ui: &mut Ui, model: &Model) {
    match model.details.get(&Fetch::Sla) {
        Some(Detail::Failed(why)) => {
            empty::empty(
                ui,
                Icon::TIMER,
                "How promises stand is not known",
                &format!("The collector did not tell: {why}"),
                None,
            );
        }
        None | Some(Detail::Waiting) => empty::unknown(ui),
        Some(Detail::Here(_)) => {
            empty::empty(
                ui,
                Icon::TIMER,
                "Nothing is promised",
                "Give services and customers a tier in the topology, or an objective in the slo policy; what is promised to them then stands here.",
                None,
            );
        }
    }
}
