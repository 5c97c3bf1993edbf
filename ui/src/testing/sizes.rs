//! Every screen in the smallest window, in the largest, and with everything half as large again: nothing outside of the window,
//! and no two things in one place.

use egui::{MissingGlyphPolicy, Rect, Role, Vec2, vec2};
use egui_kittest::{Harness, SnapshotResults, kittest::NodeT};

use super::{clock, strange::strange, window_at};
use crate::{
    desk::{Desk, Surroundings},
    model::{Model, samples},
    shell::Link,
    theme::ThemeName,
    views::ViewName,
};

/// Size of the window in points, and pixels of a point.
const SIZES: [(Vec2, f32); 3] = [(vec2(800.0, 600.0), 1.0), (vec2(1280.0 / 1.5, 720.0 / 1.5), 1.5), (vec2(3840.0, 2160.0), 1.0)];

/// A window at work: a row is chosen, a room is open, something on the map is looked at.
fn at_work<'a>(model: Model, view: ViewName, (size, pixels): (Vec2, f32)) -> Harness<'a> {
    let mut desk = Desk::new(super::kpis::layout(&[(1, 0), (2, 0), (1, 1), (3, 2)], true));
    let mut model = model;
    super::fleet::told(&mut model, 40, 40);
    match view {
        ViewName::Incident => desk.open_incident(samples::id(6, 1)),
        ViewName::Topology => desk.show_reach(samples::id(1, 5)),
        _ => desk.go(view),
    }
    let around = Surroundings {
        tenant: "Helvetia Net".to_owned(),
        user: "mira".to_owned(),
        link: Link::Live,
        ..Surroundings::default()
    };
    let mut harness = window_at(ThemeName::Dark, size, pixels, move |ui| {
        let ready = ui.ctx().missing_glyph_policy() == MissingGlyphPolicy::Tofu;
        ui.ctx().set_missing_glyph_policy(MissingGlyphPolicy::Tofu);
        if ready {
            let asked = desk.show(ui, &model, &clock(), &around);
            super::kpis::answer(&mut model, &asked, super::kpis::measured);
        }
    });
    harness.run();
    if matches!(
        view,
        ViewName::Alarms | ViewName::Fleet | ViewName::Incident | ViewName::Incidents | ViewName::Outbox | ViewName::Scorecard | ViewName::Sla
    ) {
        harness.key_press(egui::Key::J);
        harness.run();
    }
    harness
}

/// What an operator reads or presses.
struct Thing {
    what: String,
    place: Rect,
    pressed: bool,
    scrolls: bool,
}

fn things(harness: &Harness<'_>) -> Vec<Thing> {
    let all = harness.root().children_recursive();
    all.filter_map(|node| {
        let role = node.accesskit_node().role();
        let pressed = matches!(role, Role::Button | Role::RadioButton | Role::Tab | Role::TextInput);
        let what = node.accesskit_node().label().or(node.value()).unwrap_or_default();
        if !(pressed || matches!(role, Role::Label | Role::Image)) || what.is_empty() {
            return None;
        }
        let place = node.rect();
        let mut scrolls = false;
        let mut above = node.parent();
        while let Some(parent) = above {
            scrolls |= parent.children().any(|child| child.accesskit_node().role() == Role::ScrollBar);
            above = parent.parent();
        }
        Some(Thing { what, place, pressed, scrolls })
    })
    .filter(|thing| thing.place.is_positive())
    .collect()
}

/// What is wrong with where things are, in words.
fn wrong(harness: &Harness<'_>, size: Vec2) -> Vec<String> {
    let whole = Rect::from_min_size(egui::Pos2::ZERO, size).expand(0.5);
    let all = things(harness);
    assert!(all.len() > 12, "the screen is drawn: {} things", all.len());
    let mut told = Vec::new();
    for thing in &all {
        let wide = thing.place.left() < whole.left() || thing.place.right() > whole.right();
        let high = thing.place.top() < whole.top() || thing.place.bottom() > whole.bottom();
        if wide || (high && !thing.scrolls) {
            told.push(format!("{:?} is outside of the window: {:?}", thing.what, thing.place));
        }
    }
    for (index, one) in all.iter().enumerate() {
        for other in all.iter().skip(index + 1).filter(|other| one.pressed || other.pressed) {
            let both = one.place.intersect(other.place);
            if one.scrolls == other.scrolls && both.width() > 1.0 && both.height() > 1.0 {
                told.push(format!("{:?} {:?} lies over {:?} {:?}", one.what, one.place, other.what, other.place));
            }
        }
    }
    told
}

fn all_views(model: fn() -> Model) -> Vec<String> {
    let mut told = Vec::new();
    for view in ViewName::ALL.iter().filter(|view| **view != ViewName::Gallery) {
        for size in SIZES {
            let harness = at_work(model(), *view, size);
            let here = wrong(&harness, size.0);
            told.extend(here.into_iter().map(|words| format!("{} at {:?}: {words}", view.word(), size.0)));
        }
    }
    told
}

#[test]
fn everything_has_its_place_in_every_window() {
    let told = all_views(super::outbox::typical);
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn everything_has_its_place_whatever_it_is_called() {
    let told = all_views(strange);
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn the_smallest_window() {
    let mut results = SnapshotResults::new();
    for view in ViewName::ALL.iter().filter(|view| **view != ViewName::Gallery) {
        let mut harness = at_work(super::outbox::typical(), *view, SIZES[0]);
        harness.snapshot(format!("smallest_{}", view.word().to_lowercase()));
        results.extend_harness(&mut harness);
    }
}
