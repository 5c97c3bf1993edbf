//! Above the list: the filter, in the operator's words and in ours. Below it: what can be done to what is selected.

use egui::{Align, Frame, Layout as Direction, Margin, Popup, PopupCloseBehavior, Ui};

use super::{Alarms, COLUMNS, filter::Scope};
use crate::{
    command::{AlarmCommand, Command, ListCommand, Situation},
    format,
    model::Model,
    theme::{Icon, Theme, Weight},
    views::ViewName,
    widgets::{
        button::{self, Button},
        field, key,
        table::Table,
        text,
    },
};

/// Draws the bar above the list.
pub(super) fn top(ui: &mut Ui, view: &mut Alarms, model: &Model) {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let frame = Frame::new().inner_margin(Margin::symmetric(space.m as i8, space.s as i8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let width = (ui.available_width() * 0.3).clamp(200.0, 420.0);
            let written = field::line(ui, &mut view.written, Icon::FUNNEL, "Filter: major+ bgp owner:mira -fan", width);
            if std::mem::take(&mut view.write) {
                written.response.request_focus();
            }
            let place = Scope::ALL.iter().position(|scope| *scope == view.scope).unwrap_or_default();
            if let Some(chosen) = button::segments(ui, &Scope::WORDS, place) {
                view.scope = Scope::ALL.get(chosen).copied().unwrap_or_default();
            }
            ui.with_layout(Direction::right_to_left(Align::Center), |ui| {
                let columns = button::icon(ui, Icon::COLUMNS, "Choose columns", false);
                let menu = Popup::menu(&columns).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
                menu.show(|ui| Table::new("alarms", &COLUMNS).columns_menu(ui, &mut view.layout.table));
                if button::icon(ui, Icon::STACK, "Group by incident (G)", view.layout.grouped).clicked() {
                    view.layout.grouped = !view.layout.grouped;
                }
                tell(ui, &theme, view, model);
            });
        });
    });
}

/// Tells the filter in words, and how much it hides.
fn tell(ui: &mut Ui, theme: &Theme, view: &Alarms, model: &Model) {
    let shown = view.lines.alarms.len();
    let mut words = format!("{} of {}", format::count(shown), format::count(model.alarms().len()));
    if view.lines.hidden > 0 {
        words = format!("{words} · {} hidden by filter", format::count(view.lines.hidden));
    }
    text::label(ui, &words, Weight::Medium.at(theme.scale.text.small), theme.palette.text.normal);
    let told = view.filter().words(model).join(" · ");
    ui.with_layout(Direction::left_to_right(Align::Center), |ui| {
        text::label(ui, &told, Weight::Regular.at(theme.scale.text.small), theme.palette.text.soft);
    });
}

/// What can be done to what is selected, as it stands in the strip.
const VERBS: [AlarmCommand; 5] = [
    AlarmCommand::Ack,
    AlarmCommand::Own,
    AlarmCommand::Comment,
    AlarmCommand::Unack,
    AlarmCommand::Clear,
];
/// Room for selecting everything.
const MORE: f32 = 160.0;

/// Draws the strip below the list and returns the commands that were clicked.
pub(super) fn bottom(ui: &mut Ui, view: &Alarms, model: &Model, cannot_act: Option<&'static str>) -> Vec<Command> {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let mut given = Vec::new();
    ui.painter().hline(ui.max_rect().x_range(), ui.max_rect().top() + 0.5, theme.line());
    let frame = Frame::new().inner_margin(Margin::symmetric(space.m as i8, space.s as i8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.set_min_height(theme.scale.control.height);
            let situation = Situation {
                view: ViewName::Alarms,
                selected: view.selected(),
                cannot_act,
            };
            if view.selected() == 0 {
                hints(ui);
                return;
            }
            let words = format!("{} selected", format::count(view.selected()));
            text::label(ui, &words, Weight::Medium.at(theme.scale.text.body), theme.palette.text.strong);
            let all = view.lines.alarms.len();
            let more = (view.selected() < all).then(|| format!("Select all {}", format::count(all)));
            let room = ui.available_width() - if more.is_some() { MORE } else { 0.0 };
            let keys = VERBS.map(|verb| Command::Alarm(verb).facts().keys.first().map(|keys| keys.words()).unwrap_or_default());
            let buttons: [Button<'_>; VERBS.len()] = std::array::from_fn(|place| {
                let verb = VERBS[place];
                let facts = Command::Alarm(verb).facts();
                let nothing_fits = view.fitting(model, verb).next().is_none();
                let nothing_fits = nothing_fits.then_some("None of the selected is in a state for this");
                let why_not = Command::Alarm(verb).why_not(&situation).or(nothing_fits);
                Button::new(facts.label).icon(facts.icon).key(&keys[place]).unless(why_not)
            });
            for (verb, button) in VERBS.into_iter().zip(button::fitting(ui, room, buttons)) {
                if button.show(ui).clicked() {
                    given.push(Command::Alarm(verb));
                }
            }
            if more.is_some_and(|words| Button::new(&words).bare().show(ui).clicked()) {
                given.push(Command::List(ListCommand::All));
            }
        });
    });
    given
}

fn hints(ui: &mut Ui) {
    for (keys, words) in [
        ("J", "next"),
        ("K", "previous"),
        ("Space", "unfold"),
        ("Enter", "incident"),
        ("M", "map"),
        ("/", "filter"),
        ("?", "every key"),
    ] {
        key::keys(ui, keys);
        text::soft(ui, words);
        ui.add_space(6.0);
    }
}
