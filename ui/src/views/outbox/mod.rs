//! What was asked of the collector and is not done: refused until somebody takes note, or waiting for the line.

mod detail;
mod rows;

use egui::{Align, Frame, Layout as Direction, Margin, Ui, UiBuilder};
use pedkai_core::wire::TargetKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::rows::{COLUMNS, OutboxLines};
use super::ViewName;
use crate::{
    command::{Command, ListCommand, OutboxCommand, Situation},
    format::{self, Clock},
    intent::Intent,
    model::{Asked, Model},
    theme::{Icon, Theme, Weight},
    widgets::{
        button::{self, Button},
        empty,
        selection::Selection,
        table::{Table, TableState},
        text,
    },
};

/// What the list remembers between runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Columns and order.
    pub table: TableState,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            table: TableState::sorted_by("fate", false),
        }
    }
}

/// What can be done to what is selected, from the right.
const VERBS: [Command; 4] = [
    Command::Outbox(OutboxCommand::Dismiss),
    Command::Outbox(OutboxCommand::Withdraw),
    Command::Outbox(OutboxCommand::Again),
    Command::List(ListCommand::Open),
];

/// The list of what is not done.
#[derive(Debug, Default)]
pub struct OutboxView {
    /// What is kept between runs.
    pub layout: Layout,
    selection: Selection<Uuid>,
    /// Rows on a screen.
    page: usize,
}

impl OutboxView {
    /// How many rows a command would be about.
    pub fn selected(&self) -> usize {
        self.selection.len()
    }

    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command], cannot_act: Option<&'static str>) -> Vec<Intent> {
        let mut intents = Vec::new();
        let lines = rows::lines(&model.outbox, &self.layout.table.sort);
        self.selection.retain(|id| model.outbox.get(id).is_some());
        for command in commands {
            self.command(*command, model, &lines, &mut intents);
        }
        let theme = Theme::of(ui);
        for command in self.bar(ui, model, cannot_act) {
            self.command(command, model, &lines, &mut intents);
        }
        let mut place = ui.available_rect_before_wrap();
        ui.painter().rect_filled(place, 0.0, theme.palette.ground.surface);
        if lines.is_empty() {
            let why = "Nothing waits for the collector, and nothing was refused. What waits or is refused stays here until it is done or dismissed.";
            empty::empty(ui, Icon::CHECK_CIRCLE, "Everything that was asked is done", why, None);
            return intents;
        }
        let chosen = self
            .selection
            .cursor()
            .and_then(|id| model.outbox.get(id))
            .filter(|_| self.selection.len() == 1);
        if let Some(asked) = chosen {
            let below = place.split_top_bottom_at_y(place.bottom() - detail::HEIGHT).1;
            place.max.y -= detail::HEIGHT;
            let mut inside = ui.new_child(UiBuilder::new().max_rect(below));
            detail::show(&mut inside, model, clock, asked);
        }
        let mut inside = ui.new_child(UiBuilder::new().max_rect(place));
        self.table(&mut inside, model, clock, &lines, &mut intents);
        intents
    }

    fn table(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, lines: &[Uuid], intents: &mut Vec<Intent>) {
        self.page = Theme::of(ui).rows_in(ui.available_height());
        let mut rows = OutboxLines {
            outbox: &model.outbox,
            clock,
            lines,
            selection: &self.selection,
        };
        let done = Table::new("outbox", &COLUMNS).show(ui, &mut self.layout.table, &mut rows);
        let at = |row: usize| lines.get(row).copied();
        if let Some((id, modifiers)) = done.clicked.and_then(|(row, modifiers)| Some((at(row)?, modifiers))) {
            self.selection.click(lines, id, modifiers);
        }
        let opened = done.opened.and_then(at).and_then(|id| model.outbox.get(id));
        intents.extend(opened.and_then(there));
    }

    /// Counts at the left, what can be done to what is selected at the right.
    fn bar(&self, ui: &mut Ui, model: &Model, cannot_act: Option<&'static str>) -> Vec<Command> {
        let mut given = Vec::new();
        let theme = Theme::of(ui);
        let space = &theme.scale.space;
        let refused = model.outbox.refused();
        let waiting = model.outbox.len() - refused;
        Frame::new().inner_margin(Margin::symmetric(space.m as i8, space.s as i8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.set_min_height(theme.scale.control.height);
                text::heading(ui, "Outbox");
                let words = format!("{} refused · {} waiting", format::count(refused), format::count(waiting));
                text::label(ui, &words, Weight::Medium.at(theme.scale.text.small), theme.palette.text.normal);
                ui.with_layout(Direction::right_to_left(Align::Center), |ui| {
                    if self.selected() == 0 {
                        return;
                    }
                    let words = format!("{} selected", format::count(self.selected()));
                    let font = Weight::Medium.at(theme.scale.text.small);
                    let told = text::line(ui.painter(), &words, font.clone(), theme.palette.text.strong, f32::INFINITY)
                        .size()
                        .x;
                    let room = ui.available_width() - told - 2.0 * space.s;
                    let keys = VERBS.map(|verb| verb.facts().keys.first().map(|keys| keys.words()).unwrap_or_default());
                    let buttons: [Button<'_>; VERBS.len()] = std::array::from_fn(|place| self.button(model, VERBS[place], &keys[place], cannot_act));
                    for (verb, button) in VERBS.into_iter().zip(button::fitting(ui, room, buttons)) {
                        if button.show(ui).clicked() {
                            given.push(verb);
                        }
                    }
                    text::label(ui, &words, font, theme.palette.text.strong);
                });
            });
        });
        given
    }

    fn button<'a>(&self, model: &Model, command: Command, keys: &'a str, cannot_act: Option<&'static str>) -> Button<'a> {
        let situation = Situation {
            view: ViewName::Outbox,
            selected: self.selected(),
            cannot_act,
        };
        let facts = command.facts();
        let (label, icon, fits) = match command {
            Command::Outbox(OutboxCommand::Withdraw) => {
                let none = self.chosen(model, false).next().is_none();
                (facts.label, facts.icon, none.then_some("It was refused: dismiss it, or try again"))
            }
            Command::Outbox(OutboxCommand::Again | OutboxCommand::Dismiss) => {
                let none = self.chosen(model, true).next().is_none();
                let why = "It waits, and is sent as soon as the collector answers";
                (facts.label, facts.icon, none.then_some(why))
            }
            _ => ("Show", Icon::ARROW_RIGHT, None),
        };
        Button::new(label).icon(icon).key(keys).unless(command.why_not(&situation).or(fits))
    }

    /// Those of the selected that were refused, or those that wait.
    fn chosen<'a>(&'a self, model: &'a Model, refused: bool) -> impl Iterator<Item = &'a Asked> {
        let chosen = self.selection.iter().filter_map(|id| model.outbox.get(id));
        chosen.filter(move |asked| asked.refused() == refused)
    }

    fn command(&mut self, command: Command, model: &Model, lines: &[Uuid], intents: &mut Vec<Intent>) {
        match command {
            Command::List(command) => self.press(command, model, lines, intents),
            Command::Outbox(command) => {
                let refused = command != OutboxCommand::Withdraw;
                let ids: Vec<Uuid> = self.chosen(model, refused).map(|asked| asked.id).collect();
                if !ids.is_empty() {
                    intents.push(match command {
                        OutboxCommand::Again => Intent::Again(ids),
                        OutboxCommand::Dismiss => Intent::Dismiss(ids),
                        OutboxCommand::Withdraw => Intent::Withdraw(ids),
                    });
                }
            }
            Command::Alarm(_) | Command::App(_) | Command::Fleet(_) | Command::Go(_) | Command::Kpi(_) | Command::Map(_) | Command::Score(_) => {}
        }
    }

    fn press(&mut self, command: ListCommand, model: &Model, lines: &[Uuid], intents: &mut Vec<Intent>) {
        if let Some((steps, extend)) = command.steps(self.page) {
            if let Some(place) = self.selection.step(lines, steps, extend) {
                self.layout.table.scroll_to(place);
            }
            return;
        }
        match command {
            ListCommand::All => self.selection.all(lines),
            ListCommand::Escape => self.selection.clear(),
            ListCommand::Open => {
                let asked = self.selection.cursor().and_then(|id| model.outbox.get(id));
                intents.extend(asked.and_then(there));
            }
            _ => {}
        }
    }
}

/// The way to what was asked about.
fn there(asked: &Asked) -> Option<Intent> {
    let first = asked.aims.first()?;
    Some(match (first.target.kind, asked.aims.len()) {
        (TargetKind::Incident, _) => Intent::OpenIncident(first.target.id),
        (TargetKind::Alarm, 1) => Intent::ShowAlarm(first.target.id),
        (TargetKind::Alarm, _) => Intent::ShowThese(asked.aims.iter().map(|aim| aim.target.id).collect()),
    })
}
