//! What is told of the one that is chosen: all of it, and how its alarm stands now.

use egui::{Frame, Margin, Ui};
use pedkai_core::wire::TargetKind;

use super::rows;
use crate::{
    format::{self, Clock},
    model::{Aim, Asked, Fate, Model, Standing},
    theme::{Theme, Weight},
    widgets::{card, text},
};

/// Room that it takes.
pub(super) const HEIGHT: f32 = 156.0;

/// More names than a line holds.
const NAMES: usize = 24;

/// Draws it.
pub(super) fn show(ui: &mut Ui, model: &Model, clock: &Clock, asked: &Asked) {
    let theme = Theme::of(ui);
    ui.set_clip_rect(ui.max_rect());
    ui.painter().hline(ui.max_rect().x_range(), ui.max_rect().top() + 0.5, theme.line());
    let space = &theme.scale.space;
    Frame::new().inner_margin(Margin::symmetric(space.m as i8, space.s as i8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space.xs;
        ui.horizontal(|ui| {
            let (icon, word, ink) = rows::fate(&theme, &asked.fate);
            text::icon(ui, icon, ink, word);
            let head = format!("{}: {}", asked.what, asked.on());
            text::label(ui, &head, Weight::Strong.at(theme.scale.text.body), theme.palette.text.strong);
        });
        card::fact(ui, "Asked", &told(clock, asked));
        match &asked.fate {
            Fate::Refused { at, why } => card::fact(ui, "Refused", &format!("{}: {why}", clock.full(*at))),
            Fate::Waiting { .. } => card::fact(ui, "Waits", &rows::why(asked)),
        }
        if !asked.text.is_empty() {
            card::fact(ui, "Note", &asked.text);
        }
        match asked.aims.as_slice() {
            [] => {}
            [one] => card::fact(ui, "Now", &now(model, clock, one)),
            many => {
                let names: Vec<&str> = many.iter().take(NAMES).map(|aim| aim.name.as_str()).collect();
                card::fact(ui, "On", &names.join(", "));
                let gone = many.iter().filter(|aim| !here(model, aim)).count();
                let words = match gone {
                    0 => format!("All {} are still listed", format::count(many.len())),
                    gone => format!("{} of {} are not listed any more", format::count(gone), format::count(many.len())),
                };
                card::fact(ui, "Now", &words);
            }
        }
    });
}

fn told(clock: &Clock, asked: &Asked) -> String {
    let by = if asked.by.is_empty() { "on this seat" } else { &asked.by };
    format!("{} by {by}", clock.full(asked.at))
}

fn here(model: &Model, aim: &Aim) -> bool {
    match aim.target.kind {
        TargetKind::Alarm => model.alarms().get(aim.target.id).is_some(),
        TargetKind::Incident => model.incidents().get(aim.target.id).is_some(),
    }
}

/// How the alarm or incident stands now, which says what trying again would meet.
fn now(model: &Model, clock: &Clock, aim: &Aim) -> String {
    let owned = |owner: &str| {
        if owner.is_empty() {
            "owned by nobody".to_owned()
        } else {
            format!("owned by {owner}")
        }
    };
    let (standing, owner, changed) = match aim.target.kind {
        TargetKind::Alarm => match model.alarms().get(aim.target.id) {
            Some(alarm) => {
                let standing = match &alarm.ack {
                    Some(ack) => format!("{}, acknowledged by {}", Standing::of(alarm).word(), ack.by),
                    None => Standing::of(alarm).word().to_owned(),
                };
                (standing, owned(&alarm.owner), alarm.changed_at)
            }
            None => return "It is not listed any more".to_owned(),
        },
        TargetKind::Incident => match model.incidents().get(aim.target.id) {
            Some(incident) => (
                crate::views::incidents::capital(incident.status.word()),
                owned(&incident.owner),
                incident.changed_at,
            ),
            None => return "It is not listed any more".to_owned(),
        },
    };
    format!("{standing}, {owner}; last changed {}", clock.full(changed))
}
