//! How well it went: what each service was there of what was promised, how quickly it was restored, and how little of what came in was left for
//! people.

mod answer;
mod rows;
mod tiles;

use egui::{Align, Frame, Layout as Direction, Margin, Ui};
use pedkai_core::model::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::answer::Period;
use self::{
    answer::Answer,
    rows::{COLUMNS, Scores},
};
use crate::{
    command::{Command, ListCommand, ScoreCommand},
    format::Clock,
    intent::{Fetch, Intent},
    model::{Detail, Model},
    theme::{Icon, Level, Theme, Weight},
    views::kpis::{Export, Sheet},
    widgets::{
        button::{self, Button},
        empty,
        selection::Selection,
        table::{Table, TableState},
        text,
    },
};

/// What is remembered of it between runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Of which period.
    pub period: Period,
}

/// The scorecard.
#[derive(Debug, Default)]
pub struct Scorecard {
    /// What is remembered of it between runs.
    pub layout: Layout,
    table: TableState,
    selection: Selection<Uuid>,
    asked: Option<(Period, Timestamp)>,
    answer: Option<Answer>,
    /// Number of the answer that was read, and of which period it is.
    read: Option<(Period, u64)>,
    page: usize,
}

/// How often the collector is asked.
const EVERY: Span = Span::seconds(30);
/// An answer that is older was not renewed.
const OLD: Span = Span::seconds(75);

impl Scorecard {
    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command]) -> Vec<Intent> {
        let mut intents = Vec::new();
        for command in commands {
            self.press(*command, &mut intents);
        }
        let period = self.layout.period;
        if self.asked.is_none_or(|(before, at)| before != period || clock.now.since(at).abs() >= EVERY) {
            self.asked = Some((period, clock.now));
            intents.push(Intent::Fetch(Fetch::Scorecard(period)));
        }
        self.refresh(model);
        let theme = Theme::of(ui);
        for command in self.bar(ui, &theme, clock) {
            self.press(Command::Score(command), &mut intents);
        }
        let Some(answer) = self.answer.as_ref().filter(|answer| !answer.rows.is_empty() || answer.noise.events > 0) else {
            ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.palette.ground.surface);
            nothing(ui, model, period);
            return intents;
        };
        tiles::show(ui, answer);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.palette.ground.surface);
        if answer.rows.is_empty() {
            no_promise(ui);
            return intents;
        }
        self.page = theme.rows_in(ui.available_height());
        let order = rows::order(answer, &self.table.sort);
        let mut rows = Scores {
            clock,
            rows: &order,
            selection: &self.selection,
        };
        let done = Table::new("scorecard", &COLUMNS).show(ui, &mut self.table, &mut rows);
        if let Some((row, modifiers)) = done.clicked.and_then(|(row, modifiers)| Some((order.get(row)?, modifiers))) {
            let all: Vec<Uuid> = order.iter().map(|row| row.id).collect();
            self.selection.click(&all, row.id, modifiers);
        }
        intents.extend(done.opened.and_then(|row| order.get(row)).map(|row| Intent::ShowOnMap(row.id)));
        intents
    }

    /// Takes a newer answer in.
    fn refresh(&mut self, model: &Model) {
        let question = Fetch::Scorecard(self.layout.period);
        let newest = model.details.number(&question).map(|number| (self.layout.period, number));
        if newest == self.read {
            return;
        }
        self.read = newest;
        self.answer = match model.details.get(&question) {
            Some(Detail::Here(told)) => Answer::read(told),
            _ => None,
        };
    }

    /// Above the figures: the period, what it is, and the file.
    fn bar(&mut self, ui: &mut Ui, theme: &Theme, clock: &Clock) -> Vec<ScoreCommand> {
        let space = &theme.scale.space;
        let mut given = Vec::new();
        let frame = Frame::new()
            .fill(theme.palette.ground.surface)
            .inner_margin(Margin::symmetric(space.m as i8, space.s as i8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let words = Period::ALL.map(Period::word);
                let chosen = Period::ALL.iter().position(|period| *period == self.layout.period).unwrap_or_default();
                if let Some(chosen) = button::segments(ui, &words, chosen).and_then(|chosen| Period::ALL.get(chosen)) {
                    self.layout.period = *chosen;
                }
                ui.with_layout(Direction::right_to_left(Align::Center), |ui| {
                    let nothing = self.answer.as_ref().is_none_or(|answer| answer.rows.is_empty());
                    let file = Button::new("CSV").icon(Icon::DOWNLOAD_SIMPLE).key("E");
                    if file.unless(nothing.then_some("There is nothing to save")).show(ui).clicked() {
                        given.push(ScoreCommand::SaveTable);
                    }
                    if let Some(answer) = &self.answer {
                        told(ui, theme, answer, clock);
                    }
                });
            });
        });
        let line = ui.min_rect().bottom();
        ui.painter().hline(ui.max_rect().x_range(), line - 0.5, theme.line());
        given
    }

    fn press(&mut self, command: Command, intents: &mut Vec<Intent>) {
        match command {
            Command::Score(ScoreCommand::Period) => self.layout.period = self.layout.period.next(),
            Command::Score(ScoreCommand::SaveTable) => {
                let answer = self.answer.as_ref().filter(|answer| !answer.rows.is_empty());
                intents.extend(answer.map(|answer| {
                    Intent::Save(Export::Sheet(Sheet {
                        name: "scorecard",
                        noun: "service",
                        lines: answer.rows.len(),
                        text: answer.csv(),
                    }))
                }));
            }
            Command::List(command) => self.list(command, intents),
            _ => {}
        }
    }

    fn list(&mut self, command: ListCommand, intents: &mut Vec<Intent>) {
        let Some(answer) = &self.answer else { return };
        let all: Vec<Uuid> = rows::order(answer, &self.table.sort).iter().map(|row| row.id).collect();
        if let Some((steps, extend)) = command.steps(self.page) {
            if let Some(place) = self.selection.step(&all, steps, extend) {
                self.table.scroll_to(place);
            }
            return;
        }
        match command {
            ListCommand::All => self.selection.all(&all),
            ListCommand::Open | ListCommand::ShowOnMap => intents.extend(self.selection.cursor().map(Intent::ShowOnMap)),
            ListCommand::ShowKpis => intents.extend(self.selection.cursor().map(Intent::ShowKpis)),
            ListCommand::Escape => self.selection.clear(),
            _ => {}
        }
    }
}

/// Which time the figures are of, and that they are old where they are.
fn told(ui: &mut Ui, theme: &Theme, answer: &Answer, clock: &Clock) {
    let old = clock.now.since(answer.to) > OLD;
    let span = format!("{} to {} {}", clock.short(answer.from), clock.short(answer.to), clock.zone_name());
    let (words, ink) = if old {
        (format!("{span} · not renewed"), theme.level(Level::Minor).text)
    } else {
        (span, theme.palette.text.soft)
    };
    text::label(ui, &words, Weight::Regular.at(theme.scale.text.small), ink);
}

fn nothing(ui: &mut Ui, model: &Model, period: Period) {
    match model.details.get(&Fetch::Scorecard(period)) {
        Some(Detail::Failed(why)) => {
            let why = format!("The collector did not tell: {why}");
            empty::error(ui, "How well it went is not known", &why, None);
        }
        None | Some(Detail::Waiting) => empty::unknown(ui),
        Some(Detail::Here(_)) => no_promise(ui),
    }
}

fn no_promise(ui: &mut Ui) {
    let why = "Give services and customers a tier in the topology, or an objective in the slo policy; how well it was kept then stands here.";
    empty::empty(ui, Icon::GAUGE, "Nothing is promised", why, None);
}
