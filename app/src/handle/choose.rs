use crate::window::Seat;

/// Keeps how the window looks now.
pub(super) fn keep(seat: &mut Seat) {
    seat.keep_settings();
}
