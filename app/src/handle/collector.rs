use pedkai_ui::{
    intent::{Act, Fetch},
    model::Detail,
};

use crate::{link::Order, window::Seat};

/// Sends a command.
pub(super) fn act(seat: &mut Seat, act: Act) {
    seat.order(Order::Act(act));
}

/// Asks a question; the same one is asked once while its answer is awaited.
pub(super) fn fetch(seat: &mut Seat, question: Fetch) {
    match seat.replica.model.details.get(&question) {
        Some(Detail::Waiting) => return,
        Some(Detail::Here(_) | Detail::Failed(_)) => {}
        None => seat.replica.model.details.put(question.clone(), Detail::Waiting),
    }
    seat.order(Order::Fetch(question));
}

/// Tries the line again at once.
pub(super) fn reconnect(seat: &mut Seat) {
    seat.order(Order::Reconnect);
}
