use egui::{Align, Frame, Layout, Margin, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{Gestures, Status};
use crate::{
    command::{Command, GoCommand},
    format::{self, Clock},
    theme::{Icon, Level, Theme, Weight},
    widgets::{badge, chip, text},
};

/// Draws the header: product and tenant, how we stand, what is active, who and when.
pub(super) fn show(ui: &mut Ui, clock: &Clock, status: &Status, done: &mut Gestures) {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let narrow = ui.available_width() < 1_100.0;
    Frame::new().inner_margin(Margin::symmetric(space.m as i8, 0)).show(ui, |ui| {
        ui.set_height(theme.scale.control.header);
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = space.s;
            product(ui, &theme, &status.tenant, narrow);
            ui.add_space(space.xs);
            link(ui, status);
            divider(ui, &theme);
            severities(ui, status, done);
            let fits = Fits::of(ui, &theme, clock, status);
            if fits.unacked {
                unacked(ui, &theme, status);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space.s;
                right(ui, &theme, clock, status, fits, done);
            });
        });
    });
}

/// Which of the things that may be left out there is room for.
#[derive(Clone, Copy)]
struct Fits {
    refused: bool,
    waiting: bool,
    unacked: bool,
    mode: bool,
    user: bool,
    day: bool,
}

impl Fits {
    /// Gives the room that is left to what matters most first.
    fn of(ui: &Ui, theme: &Theme, clock: &Clock, status: &Status) -> Self {
        let gap = theme.scale.space.s;
        let width = |words: &str, font: egui::FontId| text::line(ui.painter(), words, font, theme.palette.text.soft, f32::INFINITY).size().x;
        let time = width(&clock.of_day(), Weight::Strong.at(theme.scale.text.title));
        let zone = width(&clock.zone_name(), Weight::Medium.at(theme.scale.text.caption));
        let mut room = ui.available_width() - time - zone - 3.0 * gap;
        let mut takes = |wanted: bool, width: f32| {
            let fits = wanted && width + gap <= room;
            if fits {
                room -= width + gap;
            }
            fits
        };
        let refused = takes(status.refused > 0, chip::state_width(ui, &format::written(status.refused), "refused"));
        let waiting = takes(status.waiting > 0, chip::state_width(ui, &format::written(status.waiting), "waiting"));
        let mode = takes(true, chip::state_width(ui, status.mode.words().1, ""));
        let unacked = takes(true, gap + width(&unacked_words(status), Weight::Medium.at(theme.scale.text.body)));
        let user = takes(!status.user.is_empty(), chip::state_width(ui, &status.user, ""));
        let day = takes(true, gap + 1.0 + width(&clock.day(), Weight::Regular.at(theme.scale.text.small)));
        Self {
            refused,
            waiting,
            unacked,
            mode,
            user,
            day,
        }
    }
}

fn unacked_words(status: &Status) -> String {
    format!("{} unacked", format::written(status.unacked))
}

/// Draws what stands at the right, from the right.
fn right(ui: &mut Ui, theme: &Theme, clock: &Clock, status: &Status, fits: Fits, done: &mut Gestures) {
    let mut opened = false;
    time(ui, theme, clock, fits.day);
    if fits.day {
        divider(ui, theme);
    }
    if fits.user {
        chip::state(ui, Icon::USER_CIRCLE, &status.user, "", chip::Tone::Quiet).on_hover_text("Who is on this seat");
    }
    if fits.mode {
        let (icon, word, meaning) = status.mode.words();
        chip::state(ui, icon, word, "", chip::Tone::Quiet).on_hover_text(meaning);
    }
    if fits.waiting {
        let hint = "Sent as soon as the collector answers. Click for the outbox";
        let chip = chip::state_door(ui, Icon::TRAY, &format::written(status.waiting), "waiting", chip::Tone::Level(Level::Minor)).on_hover_text(hint);
        opened |= chip.clicked();
    }
    if fits.refused {
        let hint = "Commands that were refused: nothing was changed by them. Click for the outbox";
        let words = format::written(status.refused);
        let chip = chip::state_door(ui, Icon::PROHIBIT, &words, "refused", chip::Tone::Level(Level::Major)).on_hover_text(hint);
        opened |= chip.clicked();
    }
    if opened {
        done.commands.push(Command::Go(GoCommand::Outbox));
    }
}

fn product(ui: &mut Ui, theme: &Theme, tenant: &str, narrow: bool) {
    let (rect, response) = ui.allocate_exact_size(vec2(26.0, 26.0), Sense::hover());
    mark(ui, theme, rect);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Pedkai"));
    if !narrow {
        text::label(ui, "Pedkai", Weight::Strong.at(theme.scale.text.title), theme.palette.text.strong);
    }
    let room = ui.available_width().min(if narrow { 96.0 } else { 160.0 });
    ui.allocate_ui_with_layout(vec2(room, theme.scale.control.height), Layout::left_to_right(Align::Center), |ui| {
        text::label(ui, tenant, Weight::Regular.at(theme.scale.text.body), theme.palette.text.soft).on_hover_text("Tenant: whose network this is");
    });
}

/// The product's mark: a path through two places to the one that matters.
fn mark(ui: &Ui, theme: &Theme, rect: Rect) {
    let at = |x: f32, y: f32| pos2(rect.left() + x * rect.width(), rect.top() + y * rect.height());
    let ink = theme.palette.text.strong;
    let stroke = egui::Stroke::new(2.2, ink);
    let painter = ui.painter();
    let bow: Vec<egui::Pos2> = (0..=12)
        .map(|step| {
            let angle = std::f32::consts::PI * (step as f32 / 12.0 - 0.5);
            at(0.50, 0.40) + vec2(angle.cos(), angle.sin()) * 0.25 * rect.width()
        })
        .collect();
    let mut path = vec![at(0.22, 0.92), at(0.22, 0.15), at(0.50, 0.15)];
    path.extend(bow);
    path.push(at(0.22, 0.65));
    painter.add(egui::Shape::line(path, stroke));
    painter.circle_filled(at(0.22, 0.92), 2.6, ink);
    painter.circle_filled(at(0.22, 0.15), 2.6, ink);
    let side = 0.17 * rect.width();
    let centre = at(0.76, 0.40);
    let diamond = |side: f32| {
        vec![
            centre + vec2(0.0, -side),
            centre + vec2(side, 0.0),
            centre + vec2(0.0, side),
            centre + vec2(-side, 0.0),
        ]
    };
    painter.add(egui::Shape::convex_polygon(
        diamond(side * 1.5),
        theme.palette.ground.surface,
        egui::Stroke::NONE,
    ));
    painter.add(egui::Shape::convex_polygon(diamond(side), ink, egui::Stroke::NONE));
}

fn link(ui: &mut Ui, status: &Status) {
    let (icon, word, detail, tone) = status.link.words();
    text::hover(chip::state(ui, icon, word, &detail, tone), &status.link.meaning());
}

fn severities(ui: &mut Ui, status: &Status, done: &mut Gestures) {
    ui.spacing_mut().item_spacing.x = 0.0;
    for (level, number) in Level::ALL.into_iter().zip(status.counts) {
        if badge::count(ui, level, number, status.chosen == Some(level)).clicked() {
            done.level = Some(level);
        }
    }
}

fn unacked(ui: &mut Ui, theme: &Theme, status: &Status) {
    ui.add_space(theme.scale.space.s);
    let ink = if status.unacked > 0 {
        theme.palette.text.strong
    } else {
        theme.palette.text.faint
    };
    let font = Weight::Medium.at(theme.scale.text.body);
    text::label(ui, &unacked_words(status), font, ink).on_hover_text("Alarms that nobody has acknowledged");
}

fn time(ui: &mut Ui, theme: &Theme, clock: &Clock, day: bool) {
    let soft = theme.palette.text.soft;
    text::label(ui, &clock.zone_name(), Weight::Medium.at(theme.scale.text.caption), soft).on_hover_text("Time zone of every time on screen");
    text::label(ui, &clock.of_day(), Weight::Strong.at(theme.scale.text.title), theme.palette.text.strong);
    if day {
        text::label(ui, &clock.day(), Weight::Regular.at(theme.scale.text.small), soft);
    }
}

fn divider(ui: &mut Ui, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(vec2(1.0, 20.0), Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), theme.line());
}
