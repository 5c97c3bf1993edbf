//! What becomes of the wishes of views.
//!
//! - does: sends commands and questions to the line, copies text, writes files, keeps what was chosen
//! - takes: intents
//! - gives: orders to the line, changes of the settings
//! - never knows: how a view came to its wish

mod choose;
mod collector;
mod files;

use eframe::egui::Context;
use pedkai_ui::intent::Intent;

pub use files::Files;

use crate::window::Seat;

/// Carries one wish out.
pub fn handle(ctx: &Context, seat: &mut Seat, intent: Intent) {
    match intent {
        Intent::Act(act) => collector::act(seat, act),
        Intent::Again(refused) => collector::again(seat, refused),
        Intent::Dismiss(refused) => collector::dismiss(seat, refused),
        Intent::Withdraw(waiting) => collector::withdraw(seat, waiting),
        Intent::Fetch(question) => collector::fetch(seat, question),
        Intent::Reconnect => collector::reconnect(seat),
        Intent::AskKpi(question) => collector::ask_kpi(seat, question),
        Intent::Save(what) => seat.files.save(ctx, what),
        Intent::Copy(text) => ctx.copy_text(text),
        Intent::Look(_) | Intent::LocalTime(_) => choose::keep(seat),
        Intent::Go(_)
        | Intent::OpenIncident(_)
        | Intent::ShowOnMap(_)
        | Intent::ShowAlarm(_)
        | Intent::ShowAlarmsOf(_)
        | Intent::ShowAlarmsThat(_)
        | Intent::ShowKpis(_)
        | Intent::ShowThese(_) => {}
    }
}
