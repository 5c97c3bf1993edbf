//! The fleet by groups: how everything of one region, site or model stands, and which firmware fails more every day.

mod alike;
mod bar;
mod cells;
mod rows;
mod search;

use egui::Ui;
use pedkai_core::{
    model::{Span, Timestamp},
    wire::{AttributeRow, CohortRow, GroupRow},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::{alike::Alike, rows::Groups, search::Search};
use crate::{
    command::{Command, FleetCommand, ListCommand},
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{Detail, Model},
    shell::Link,
    theme::{Icon, Theme},
    views::alarms,
    widgets::{
        empty,
        selection::Selection,
        table::{SortKey, Table, TableState},
    },
};

/// What the screen remembers between runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// The attribute that things are grouped by; empty as long as nobody chose one.
    pub by: String,
    /// Cohorts are shown, and not how groups stand.
    pub alike: bool,
    /// Days over which the trend of cohorts is told.
    pub days: u16,
    /// Columns and order of the board.
    pub groups: TableState,
    /// Columns and order of the cohorts.
    pub cohorts: TableState,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            by: String::new(),
            alike: false,
            days: DAYS[0],
            groups: TableState::sorted_by("state", false),
            cohorts: TableState::sorted_by("trend", false),
        }
    }
}

/// The windows of a trend, days.
const DAYS: [u16; 3] = [7, 14, 30];
/// How often the collector is asked.
const EVERY: Span = Span::seconds(30);
/// Attributes that are looked at before anybody chose one, the best first.
const BEST: [&str; 7] = ["region", "site", "store", "firmware", "model", "vendor", "type"];

/// The screen.
#[derive(Debug, Default)]
pub struct Fleet {
    /// What is kept between runs.
    pub layout: Layout,
    search: Search,
    selection: Selection<u64>,
    attributes: Told<AttributeRow>,
    groups: Told<GroupRow>,
    cohorts: Told<CohortRow>,
    sorted: Vec<SortKey>,
    page: usize,
}

/// What the collector told, and when.
#[derive(Debug)]
struct Told<T> {
    of: Option<Fetch>,
    number: Option<u64>,
    rows: Vec<T>,
    /// The number of each row by what it is, in the order of rows.
    keys: Vec<u64>,
    at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self {
            of: None,
            number: None,
            rows: Vec::new(),
            keys: Vec::new(),
            at: None,
            asked_at: None,
        }
    }
}

impl<T: DeserializeOwned> Told<T> {
    /// Asks now and then, and takes in what was answered; true where that is something else than before.
    fn listen(&mut self, model: &Model, clock: &Clock, link: &Link, question: Fetch, intents: &mut Vec<Intent>) -> bool {
        let another = self.of.as_ref() != Some(&question);
        if another {
            *self = Self::default();
        }
        if *link == Link::Live && self.asked_at.is_none_or(|at| clock.now.since(at).abs() >= EVERY) {
            self.asked_at = Some(clock.now);
            intents.push(Intent::Fetch(question.clone()));
        }
        let number = model.details.number(&question);
        let news = number != self.number;
        if news {
            if let Some(Detail::Here(answer)) = model.details.get(&question) {
                (self.rows, self.at) = (read(answer), Some(clock.now));
            }
            self.number = number;
        }
        self.of = Some(question);
        another || news
    }

    /// Why nothing is known, or the newest answer did not come.
    fn failed<'a>(&self, model: &'a Model) -> Option<&'a str> {
        match self.of.as_ref().and_then(|question| model.details.get(question)) {
            Some(Detail::Failed(why)) => Some(why),
            _ => None,
        }
    }
}

/// The rows of an answer; what another version tells and this one cannot read is left out.
fn read<T: DeserializeOwned>(answer: &Value) -> Vec<T> {
    let items = answer.get("items").and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| T::deserialize(item).ok()).collect()
}

impl Fleet {
    /// The screen as it was left.
    pub fn new(layout: Layout) -> Self {
        Self { layout, ..Self::default() }
    }

    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command], link: &Link) -> Vec<Intent> {
        let mut intents = Vec::new();
        for command in commands {
            self.command(*command, &mut intents);
        }
        self.refresh(model, clock, link, &mut intents);
        let theme = Theme::of(ui);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.palette.ground.surface);
        if !self.attributes.rows.is_empty() {
            bar::top(ui, self, model, clock, link);
        }
        let known = if self.layout.alike {
            !self.cohorts.rows.is_empty()
        } else {
            !self.groups.rows.is_empty()
        };
        if known {
            self.table(ui, &mut intents);
        } else {
            self.nothing(ui, model);
        }
        intents
    }

    fn refresh(&mut self, model: &Model, clock: &Clock, link: &Link, intents: &mut Vec<Intent>) {
        self.attributes.listen(model, clock, link, Fetch::Attributes, intents);
        if self.layout.by.is_empty() {
            self.layout.by = best(&self.attributes.rows);
        }
        if self.layout.by.is_empty() {
            return;
        }
        let by = self.layout.by.clone();
        let changed = if self.layout.alike {
            let question = Fetch::Cohorts(by, self.layout.days);
            self.cohorts.listen(model, clock, link, question, intents)
        } else {
            self.groups.listen(model, clock, link, Fetch::Groups(by), intents)
        };
        let sort = &self.sort().sort;
        if changed || self.sorted != *sort {
            let sort = sort.clone();
            if self.layout.alike {
                alike::sort(&mut self.cohorts.rows, &sort);
                self.cohorts.keys = self.cohorts.rows.iter().map(alike::key).collect();
            } else {
                rows::sort(&mut self.groups.rows, &sort);
                self.groups.keys = self.groups.rows.iter().map(|row| rows::key(&row.value)).collect();
            }
            self.sorted = sort;
        }
    }

    fn sort(&self) -> &TableState {
        if self.layout.alike { &self.layout.cohorts } else { &self.layout.groups }
    }

    fn keys(&self) -> &[u64] {
        if self.layout.alike { &self.cohorts.keys } else { &self.groups.keys }
    }

    fn table(&mut self, ui: &mut Ui, intents: &mut Vec<Intent>) {
        let theme = Theme::of(ui);
        self.page = theme.rows_in(ui.available_height());
        let done = if self.layout.alike {
            let mut rows = Alike::new(&self.cohorts.rows, &self.cohorts.keys, &self.selection);
            Table::new("cohorts", &alike::COLUMNS).show(ui, &mut self.layout.cohorts, &mut rows)
        } else {
            let mut rows = Groups::new(&self.groups.rows, &self.groups.keys, &self.selection);
            Table::new("groups", &rows::COLUMNS).show(ui, &mut self.layout.groups, &mut rows)
        };
        if let Some((key, modifiers)) = done.clicked.and_then(|(row, modifiers)| Some((*self.keys().get(row)?, modifiers))) {
            let all = self.keys().to_vec();
            self.selection.click(&all, key, modifiers);
        }
        if let Some(row) = done.opened {
            intents.extend(self.alarms_of(row));
        }
    }

    /// Shows the alarms of what stands in a row.
    fn alarms_of(&self, row: usize) -> Option<Intent> {
        let by = &self.layout.by;
        let words = if self.layout.alike {
            let cohort = self.cohorts.rows.get(row)?;
            let value = cohort.values.first()?;
            format!("{} {}", alarms::sharing(by, value), alarms::of_type(&cohort.alarm_type))
        } else {
            alarms::sharing(by, &self.groups.rows.get(row)?.value)
        };
        Some(Intent::ShowAlarmsThat(words))
    }

    fn command(&mut self, command: Command, intents: &mut Vec<Intent>) {
        match command {
            Command::Fleet(FleetCommand::Search) => self.search.write = true,
            Command::Fleet(FleetCommand::Switch) => self.switch(!self.layout.alike),
            Command::Fleet(FleetCommand::Days) if self.layout.alike => {
                let place = DAYS.iter().position(|days| *days == self.layout.days).unwrap_or_default();
                self.layout.days = DAYS[(place + 1) % DAYS.len()];
            }
            Command::List(command) => self.press(command, intents),
            _ => {}
        }
    }

    fn switch(&mut self, alike: bool) {
        if self.layout.alike != alike {
            self.layout.alike = alike;
            self.selection.clear();
            self.sorted.clear();
        }
    }

    /// Groups by another attribute.
    fn group_by(&mut self, attribute: String) {
        self.layout.by = attribute;
        self.selection.clear();
    }

    fn press(&mut self, command: ListCommand, intents: &mut Vec<Intent>) {
        let all = self.keys().to_vec();
        if let Some((steps, extend)) = command.steps(self.page) {
            if let Some(place) = self.selection.step(&all, steps, extend) {
                let table = if self.layout.alike {
                    &mut self.layout.cohorts
                } else {
                    &mut self.layout.groups
                };
                table.scroll_to(place);
            }
            return;
        }
        let row = self.selection.cursor().and_then(|key| all.iter().position(|each| *each == key));
        match command {
            ListCommand::All => self.selection.all(&all),
            ListCommand::Open => intents.extend(row.and_then(|row| self.alarms_of(row))),
            ListCommand::ShowKpis if !self.layout.alike => {
                let strange = row.and_then(|row| self.groups.rows.get(row)?.strange.first());
                intents.extend(strange.map(|thing| Intent::ShowKpis(thing.entity_id)));
            }
            ListCommand::Escape => self.selection.clear(),
            _ => {}
        }
    }

    fn nothing(&mut self, ui: &mut Ui, model: &Model) {
        let (failed, told) = if self.layout.by.is_empty() {
            (self.attributes.failed(model), self.attributes.at)
        } else if self.layout.alike {
            (self.cohorts.failed(model), self.cohorts.at)
        } else {
            (self.groups.failed(model), self.groups.at)
        };
        let by = format::named(&self.layout.by).to_owned();
        if let Some(why) = failed {
            let why = format!("The collector did not tell: {why}");
            if empty::error(ui, "How groups stand is not known", &why, Some("Ask again")) {
                self.attributes.asked_at = None;
                self.groups.asked_at = None;
                self.cohorts.asked_at = None;
            }
        } else if told.is_none() {
            empty::unknown(ui);
        } else if self.layout.by.is_empty() {
            empty::empty(
                ui,
                Icon::HARD_DRIVES,
                "Nothing to group yet",
                "Bring a topology in, and give its entities attributes such as region, model or firmware: a column of that name in entities.csv, a key in \
                 GraphML, or attributes in POST /api/v1/topology. What stands in a place has the place's.",
                None,
            );
        } else if self.layout.alike {
            let why = format!(
                "No two things of one {by} had alarms of the same type within {} days. That is how it should be.",
                self.layout.days
            );
            empty::empty(ui, Icon::CHECK_CIRCLE, "Nothing fails alike", &why, None);
        } else {
            let why = format!(
                "Give entities the attribute {by} (a column of that name in entities.csv, or attributes in POST /api/v1/topology), or type another above."
            );
            empty::empty(ui, Icon::HARD_DRIVES, &format!("Nothing has a {by}"), &why, None);
        }
    }
}

/// What is looked at before anybody chose: what tells most of the usual words, else what makes the fewest groups.
fn best(attributes: &[AttributeRow]) -> String {
    let tells = |row: &&AttributeRow| row.values > 1;
    let usual = BEST
        .iter()
        .find_map(|word| attributes.iter().filter(tells).find(|row| row.attribute.as_str() == *word));
    let fewest = || attributes.iter().filter(tells).min_by_key(|row| row.values);
    let found = usual.or_else(fewest).or(attributes.first());
    found.map(|row| row.attribute.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_most_is_looked_at_first() {
        let row = |attribute: &str, values| AttributeRow {
            attribute: attribute.into(),
            values,
            things: 90,
            examples: Vec::new(),
        };
        let all = [row("address", 90), row("firmware", 5), row("region", 4), row("rack", 3)];
        assert_eq!(best(&all), "region");
        assert_eq!(best(&[row("address", 90), row("region", 1), row("rack", 3)]), "rack", "one group tells nothing");
        assert_eq!(best(&[row("region", 1)]), "region");
        assert_eq!(best(&[]), "");
    }
}
