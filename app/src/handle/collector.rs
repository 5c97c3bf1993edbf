use pedkai_ui::{
    intent::{Act, Fetch},
    model::{Detail, KpiQuestion},
};
use uuid::Uuid;

use crate::{link::Order, window::Seat};

/// Sends a command.
pub(super) fn act(seat: &mut Seat, act: Act) {
    let by = seat.user.clone();
    seat.order(Order::Act(act, by));
}

/// Sends what was refused once more.
pub(super) fn again(seat: &mut Seat, refused: Vec<Uuid>) {
    let by = seat.user.clone();
    seat.order(Order::Retry(refused, by));
}

/// Lets refusals go.
pub(super) fn dismiss(seat: &mut Seat, refused: Vec<Uuid>) {
    seat.order(Order::Dismiss(refused));
}

/// Takes back what waits.
pub(super) fn withdraw(seat: &mut Seat, waiting: Vec<Uuid>) {
    seat.order(Order::Withdraw(waiting));
}

/// Asks a question; the same one is asked once while its answer is awaited.
pub(super) fn fetch(seat: &mut Seat, question: Fetch) {
    let details = &mut seat.replica.model.details;
    match details.get(&question) {
        Some(Detail::Waiting) => return,
        Some(Detail::Here(_) | Detail::Failed(_)) => details.asked(&question),
        None => details.put(question.clone(), Detail::Waiting),
    }
    seat.order(Order::Fetch(question));
}

/// Asks for series or samples; the same ones are asked for once while the answer is awaited.
pub(super) fn ask_kpi(seat: &mut Seat, question: KpiQuestion) {
    if seat.replica.model.kpis.ask(&question) {
        seat.order(Order::AskKpi(question));
    }
}

/// Tries the line again at once; where the login is what is missing, asks for it.
pub(super) fn reconnect(seat: &mut Seat) {
    match seat.replica.logged_out().map(str::to_owned) {
        Some(why) => seat.ask_login(why),
        None => seat.order(Order::Reconnect),
    }
}
