//! What the collector says of itself: its workers, its log, what it could not understand.

use egui::{Rect, Ui, pos2};
use pedkai_core::model::{Span, Timestamp};
use serde_json::Value;

use crate::{
    format::{self, Clock},
    intent::Fetch,
    model::{Detail, Model},
    theme::{Icon, Level, Theme, Weight},
    widgets::{badge, card, card::Card, text},
};

/// So many seats are told by name.
const SEATS: usize = 12;

/// The answer to a question, or words instead of it.
fn answer<'a>(ui: &mut Ui, model: &'a Model, question: &Fetch) -> Option<&'a Value> {
    match model.details.get(question) {
        None | Some(Detail::Waiting) => drop(text::soft(ui, "Asking …")),
        Some(Detail::Failed(why)) => drop(text::soft(ui, &format!("Not to be had: {why}"))),
        Some(Detail::Here(answer)) => return Some(answer),
    }
    None
}

fn items(answer: &Value) -> &[Value] {
    answer.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn word<'a>(item: &'a Value, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn figure(item: &Value, name: &str) -> Option<u64> {
    item.get(name).and_then(Value::as_u64)
}

/// Draws how large the log is and how fast it grows.
pub(super) fn storage(ui: &mut Ui, model: &Model) {
    Card::new("Log and storage").icon(Icon::DATABASE).show(ui, |ui| {
        let Some(answer) = answer(ui, model, &Fetch::Storage) else { return };
        for item in items(answer) {
            if let Some(size) = figure(item, "bytes") {
                card::fact(ui, &capital(word(item, "name")), &format::bytes(size));
            }
        }
        let facts = [
            ("In all", figure(answer, "bytes").map(format::bytes)),
            ("Free on the disk", figure(answer, "free_bytes").map(format::bytes)),
            ("Grows by", figure(answer, "bytes_per_day").map(|size| format!("{} a day", format::bytes(size)))),
            ("Records", figure(answer, "records").map(|number| format::count(number as usize))),
            ("Log is kept for", figure(answer, "log_days").map(|days| format::counted(days as usize, "day"))),
        ];
        for (name, value) in facts {
            if let Some(value) = value {
                card::fact(ui, name, &value);
            }
        }
    });
}

/// The items of an answer that is here.
fn told<'a>(model: &'a Model, question: &Fetch) -> Option<&'a [Value]> {
    match model.details.get(question) {
        Some(Detail::Here(answer)) => Some(items(answer)),
        _ => None,
    }
}

/// How many there are; nothing where nobody knows, and no more than is known where there is another page.
fn how_many(model: &Model, question: &Fetch) -> String {
    let Some(Detail::Here(answer)) = model.details.get(question) else {
        return String::new();
    };
    let many = format::count(items(answer).len());
    if answer.get("next").is_some_and(|next| !next.is_null()) {
        format!("the newest {many} of more")
    } else {
        many
    }
}

/// Draws who follows the feed.
pub(super) fn seats(ui: &mut Ui, model: &Model) {
    let seats = told(model, &Fetch::Seats);
    Card::new("Seats").icon(Icon::DESKTOP).note(how_many(model, &Fetch::Seats)).show(ui, |ui| {
        if answer(ui, model, &Fetch::Seats).is_some() && seats.is_none_or(<[Value]>::is_empty) {
            text::soft(ui, "Nobody follows the feed.");
        }
        let seats = seats.unwrap_or_default();
        for seat in seats.iter().take(SEATS) {
            let open = seat.get("open_seconds").and_then(Value::as_f64).unwrap_or_default();
            let told = format!("{} · {}", word(seat, "address"), format::span(Span::seconds(open as i64)));
            card::fact(ui, word(seat, "name"), &told);
        }
        if seats.len() > SEATS {
            text::soft(ui, &format!("and {} more", format::count(seats.len() - SEATS)));
        }
    });
}

/// Draws what each worker does, and in full what goes wrong.
pub(super) fn workers(ui: &mut Ui, model: &Model) {
    Card::new("Workers").icon(Icon::GEAR_SIX).show(ui, |ui| {
        let Some(answer) = answer(ui, model, &Fetch::Workers) else { return };
        for item in items(answer) {
            let name = spoken(word(item, "name"));
            let detail = word(item, "detail");
            if word(item, "state") == "trouble" {
                trouble(ui, &name, detail);
                continue;
            }
            let queued = figure(item, "queued").filter(|queued| *queued > 0);
            let told = match (word(item, "state"), queued) {
                ("running", Some(queued)) => format!("{} waiting", format::count(queued as usize)),
                ("running", None) if !detail.is_empty() => detail.to_owned(),
                ("running", None) => format!("{} done", format::count(figure(item, "done").unwrap_or(0) as usize)),
                (other, _) => other.to_owned(),
            };
            card::fact(ui, &name, &told);
        }
    });
}

fn trouble(ui: &mut Ui, name: &str, detail: &str) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(theme.scale.control.badge), egui::Sense::hover());
        let place = Rect::from_center_size(pos2(rect.center().x, rect.center().y), rect.size());
        badge::paint(ui.painter(), &theme, place, Level::Critical);
        let words = format!("{name}: trouble");
        text::label(ui, &words, Weight::Strong.at(theme.scale.text.body), theme.level(Level::Critical).text);
    });
    text::paragraph(ui, &capital(detail), theme.palette.text.strong);
}

/// What a worker is called on screen.
fn spoken(name: &str) -> String {
    match name {
        "listen/snmp" => "SNMP".to_owned(),
        "listen/syslog-udp" => "Syslog, UDP".to_owned(),
        "listen/syslog-tcp" => "Syslog, TCP".to_owned(),
        "listen/syslog-tls" => "Syslog, TLS".to_owned(),
        "writer" => "Log".to_owned(),
        other => capital(format::named(&other.replace(['/', '-', '_'], " "))),
    }
}

fn capital(words: &str) -> String {
    crate::views::incidents::capital(words)
}

/// Draws what could not be understood, newest first.
pub(super) fn dead_letters(ui: &mut Ui, model: &Model, clock: &Clock) {
    let letters = told(model, &Fetch::DeadLetters);
    Card::new("Dead letters")
        .icon(Icon::ENVELOPE_SIMPLE)
        .note(how_many(model, &Fetch::DeadLetters))
        .show(ui, |ui| {
            if answer(ui, model, &Fetch::DeadLetters).is_some() && letters.is_none_or(<[Value]>::is_empty) {
                text::soft(ui, "Nothing was lost for want of understanding.");
            }
            for letter in letters.unwrap_or_default().iter().take(8) {
                let at = Timestamp::parse(word(letter, "received_at"))
                    .or_else(|_| Timestamp::parse(word(letter, "at")))
                    .map(|at| clock.short(at))
                    .unwrap_or_default();
                card::fact(ui, &format!("{at} {}", word(letter, "source")), word(letter, "reason"));
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        testing::{clock, window},
        theme::ThemeName,
        views::system::System,
    };
    use egui_kittest::kittest::Queryable;

    #[test]
    fn what_goes_wrong_is_told_in_full_and_the_rest_in_words() {
        let mut model = Model::default();
        let told = serde_json::json!({"items": [
            {"name": "listen/snmp", "state": "off", "detail": "", "queued": 0, "done": 0},
            {"name": "writer", "state": "trouble", "detail": "the disk that holds it is full", "queued": 3, "done": 9},
            {"name": "rows", "state": "running", "detail": "", "queued": 0, "done": 1_519},
        ]});
        model.details.put(Fetch::Workers, Detail::Here(told));
        let sizes = serde_json::json!({"items": [{"name": "log", "bytes": 22_888_872}], "bytes_per_day": 267_131_012, "log_days": 90, "free_bytes": 61_000_000_000_u64});
        let seats = serde_json::json!({"items": [{"name": "mira", "role": "operator", "address": "10.0.0.7", "stream": "changes", "open_seconds": 7_260.5}]});
        model.details.put(Fetch::Seats, Detail::Here(seats));
        model.details.put(Fetch::Storage, Detail::Here(sizes));
        let mut view = System::default();
        let harness = window(ThemeName::Dark, egui::vec2(1280.0, 720.0), |ui| {
            view.show(ui, &model, &clock());
        });
        for words in [
            "SNMP",
            "off",
            "Log: trouble",
            "The disk that holds it is full",
            "1\u{202f}519 done",
            "22.9 MB",
            "267 MB a day",
            "90 days",
            "61.0 GB",
            "10.0.0.7 · 2 h 01 m",
        ] {
            harness.get_by_label(words);
        }
    }
}
