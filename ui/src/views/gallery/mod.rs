//! Every widget in every state on one page: the document of the design system, and its test.

mod rows;

use egui::{ScrollArea, Ui, vec2};
use pedkai_core::model::{Span, Timestamp};

use crate::{
    format::Clock,
    theme::{Icon, Level, Theme, Weight},
    widgets::{
        badge, button,
        button::Button,
        card::{self, Card},
        chip,
        countdown::Countdown,
        empty, field, key,
        plot::{
            curve::{Curve, Dot},
            evidence::Evidence,
        },
        sparkline,
        table::{Table, TableState},
        text,
        timeline::{Mark, Timeline},
    },
};

/// What the gallery remembers.
#[derive(Debug, Default)]
pub struct Gallery {
    table: TableState,
    written: String,
    segment: usize,
}

impl Gallery {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, clock: &Clock) {
        let theme = Theme::of(ui);
        let gap = theme.scale.space.l;
        ScrollArea::vertical().auto_shrink(false).content_margin(gap as i8).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(gap, gap);
            text::heading(ui, "Design system");
            ui.columns(2, |columns| {
                let (left, right) = columns.split_at_mut(1);
                self.left(&mut left[0]);
                self.right(&mut right[0], clock);
            });
        });
    }

    fn left(&mut self, ui: &mut Ui) {
        Card::new("Type").icon(Icon::TAG).show(ui, type_scale);
        Card::new("Severities")
            .icon(Icon::BELL)
            .note("shape, letter, word, colour")
            .show(ui, severities);
        Card::new("Buttons").icon(Icon::COMMAND).show(ui, |ui| self.buttons(ui));
        Card::new("Chips and keys").icon(Icon::KEYBOARD).show(ui, chips);
        Card::new("Table").icon(Icon::ROWS).flush().show(ui, |ui| {
            Table::new("gallery", &rows::COLUMNS).show(&mut tall(ui, 230.0), &mut self.table, &mut rows::Samples { open: Some((1, 58.0)) });
        });
    }

    fn right(&mut self, ui: &mut Ui, clock: &Clock) {
        Card::new("Time").icon(Icon::CLOCK).note(clock.zone_name()).show(ui, |ui| times(ui, clock));
        Card::new("Evidence").icon(Icon::CHART_LINE).show(ui, |ui| evidence(ui, clock));
        Card::new("Trend").icon(Icon::TREND_UP).show(ui, |ui| {
            let calm: Vec<f32> = (0..40).map(|step| 3.0 + (step as f32 * 0.7).sin()).collect();
            let storm: Vec<f32> = (0..40).map(|step| if step > 33 { (step - 30) as f32 * 4.0 } else { 2.0 }).collect();
            ui.horizontal(|ui| {
                sparkline::sparkline(ui, &calm, vec2(140.0, 30.0), None, "Alarms per minute, calm");
                sparkline::sparkline(ui, &storm, vec2(140.0, 30.0), Some(Level::Major), "Alarms per minute, rising");
                sparkline::sparkline(ui, &[], vec2(140.0, 30.0), None, "No values");
            });
        });
        Card::new("Facts").icon(Icon::INFO).show(ui, |ui| {
            card::fact(ui, "Entity", "RTR-BERN-02");
            card::fact(
                ui,
                "Probable cause",
                "A text that is far too long for the room it was given, so that it has to be cut and shown whole in its tooltip",
            );
        });
        Card::new("Nothing here").show(ui, |ui| {
            empty::empty(
                &mut tall(ui, 180.0),
                Icon::CHECK_CIRCLE,
                "No alarms",
                "Everything that reports is well. New alarms appear here by themselves.",
                Some("Show cleared"),
            );
        });
        Card::new("Not to be shown").show(ui, |ui| {
            empty::error(
                &mut tall(ui, 130.0),
                "The map could not be drawn",
                "Two places have no coordinates and no links.",
                None,
            );
        });
        Card::new("Icons").icon(Icon::SQUARES_FOUR).note("Phosphor").show(ui, icons);
    }

    fn buttons(&mut self, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            Button::new("Acknowledge").icon(Icon::CHECK).key("A").primary().show(ui);
            Button::new("Own").icon(Icon::USER).key("O").show(ui);
            Button::new("Unacknowledge").unless(Some("Not acknowledged")).show(ui);
            Button::new("Clear").icon(Icon::ERASER).danger().show(ui);
            Button::new("Columns").icon(Icon::COLUMNS).bare().show(ui);
            button::icon(ui, Icon::GEAR_SIX, "Settings", false);
            button::icon(ui, Icon::FUNNEL, "Filter", true);
        });
        if let Some(segment) = button::segments(ui, &["Geographic", "Layers", "Sites"], self.segment) {
            self.segment = segment;
        }
        field::line(ui, &mut self.written, Icon::MAGNIFYING_GLASS, "Filter alarms in words", 300.0);
    }
}

fn tall(ui: &mut Ui, height: f32) -> Ui {
    let (_, place) = ui.allocate_space(vec2(ui.available_width(), height));
    ui.new_child(egui::UiBuilder::new().max_rect(place))
}

fn type_scale(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let scale = &theme.scale.text;
    let strong = theme.palette.text.strong;
    text::label(ui, "Display 0123456789", Weight::Strong.at(scale.display), strong);
    text::heading(ui, "Heading 0123456789");
    text::label(ui, "Title 0123456789", Weight::Strong.at(scale.title), strong);
    text::strong(ui, "Strong body 0123456789");
    text::body(ui, "Body 0123456789 1111111111 · Größe, Ελλάδα, Сеть, 10 µs, −40 dBm, ≥ 3");
    text::soft(ui, "Soft small 0123456789");
    text::caption(ui, "Caption 0123456789");
    text::mono(ui, "mono xe-0/0/1.100 2001:db8::1 0O1lI");
}

fn severities(ui: &mut Ui) {
    let theme = Theme::of(ui);
    ui.horizontal_wrapped(|ui| {
        for level in Level::ALL {
            badge::severity_word(ui, level);
        }
    });
    ui.horizontal_wrapped(|ui| {
        for (level, number) in Level::ALL.into_iter().zip([2, 14, 1_204, 0, 3, 0]) {
            badge::count(ui, level, number, level == Level::Major);
        }
    });
    ui.horizontal(|ui| {
        for level in Level::ALL {
            let (rect, _) = ui.allocate_exact_size(vec2(40.0, 40.0), egui::Sense::hover());
            badge::paint(ui.painter(), &theme, rect, level);
        }
    });
    ui.horizontal(|ui| {
        for level in Level::ALL {
            let mut ink = theme.level(level).clone();
            (ink.fill, ink.on_fill) = (crate::theme::greyscale(ink.fill), crate::theme::greyscale(ink.on_fill));
            let (rect, _) = ui.allocate_exact_size(vec2(40.0, 24.0), egui::Sense::hover());
            let square = egui::Rect::from_center_size(rect.center(), vec2(20.0, 20.0));
            ui.painter().add(level.silhouette().shape(square, &ink));
        }
        text::soft(ui, "without colour");
    });
}

fn chips(ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        chip::chip(ui, Some(Icon::USER), "Owner: mira", chip::Tone::Quiet);
        chip::chip(ui, None, "Returned", chip::Tone::Level(Level::Minor));
        chip::chip(ui, Some(Icon::WARNING), "3 sources stale", chip::Tone::Level(Level::Major));
        chip::removable(ui, "severity ≥ major");
    });
    ui.horizontal(|ui| {
        chip::state(ui, Icon::PULSE, "Live", "0 s", chip::Tone::Quiet);
        chip::state(ui, Icon::CLOUD_SLASH, "Offline", "data of 3 m 10 s ago", chip::Tone::Level(Level::Critical));
    });
    ui.horizontal(|ui| {
        for keys in ["Ctrl+K", "?", "J", "Enter", "Shift+Down"] {
            key::keys(ui, keys);
        }
    });
}

fn times(ui: &mut Ui, clock: &Clock) {
    let minutes = |count: i64| clock.now.minus(Span::minutes(count));
    let mark = |at: Timestamp, level: Level| Mark {
        at,
        level,
        words: level.word().to_owned(),
    };
    let marks = [
        mark(minutes(22), Level::Critical),
        mark(minutes(21), Level::Major),
        mark(minutes(14), Level::Minor),
        mark(minutes(3), Level::Cleared),
    ];
    Timeline {
        from: minutes(30),
        to: clock.now,
        marks: &marks,
    }
    .show(ui, clock);
    ui.add_space(8.0);
    for (left, whole) in [(570, 600), (100, 600), (40, 600), (-125, 600)] {
        Countdown {
            then: "rolls back by itself",
            left: Span::seconds(left),
            whole: Span::seconds(whole),
            warn: Span::seconds(whole / 4),
        }
        .show(ui);
    }
}

/// Two series of which one follows the other after ten minutes.
fn evidence(ui: &mut Ui, clock: &Clock) {
    let lag = Span::minutes(10);
    let curve = |late: Span, base: f64, fall: f64| {
        let dot = |step: i64| {
            let at = clock.now.minus(Span::minutes(240 - step * 5));
            let fell = at >= clock.now.minus(Span::minutes(70)).plus(late);
            let wave = (step as f64 * 0.9).sin() * base.abs() * 0.02;
            Dot {
                at,
                value: if fell { base + fall + wave } else { base + wave },
            }
        };
        Curve::new((0..=48).map(dot).collect())
    };
    Evidence {
        cause: "Luzern – Bellinzona, optical_rx_power (dBm)",
        effect: "BEL-PE-01, ifHCInOctets (bps)",
        causes: &curve(Span::ZERO, -8.5, -14.0),
        effects: &curve(lag, 4.2e9, -3.1e9),
        lag,
        sentence: "What light arrives at Luzern – Bellinzona tells of the traffic of BEL-PE-01 ten minutes later (p < 0.001, 49 points).",
    }
    .show(ui, clock);
}

fn icons(ui: &mut Ui) {
    let theme = Theme::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        for (name, icon) in Icon::ALL {
            let words = name.to_lowercase().replace('_', " ");
            text::icon(ui, *icon, theme.palette.text.soft, &words);
        }
    });
}
