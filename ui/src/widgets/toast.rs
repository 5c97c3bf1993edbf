//! Toasts: what just happened, in a corner, gone by itself. Refusals stay until they are read.

use egui::{Area, Context, Frame, Id, Margin, Order, Ui};

use super::{button, text};
use crate::theme::{Icon, Level, Theme, Weight};

/// How a toast speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It was done.
    Done,
    /// It was refused or failed; stays until it is closed.
    Refused,
}

/// One toast.
#[derive(Clone, Debug)]
struct Toast {
    number: u64,
    tone: Tone,
    words: String,
    born: Option<f64>,
}

/// The toasts of a window, newest last.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    all: Vec<Toast>,
    count: u64,
}

const LIFE_SECONDS: f64 = 4.0;
const AT_MOST: usize = 5;
/// Lines of one toast; its tooltip has the rest.
const ROWS: usize = 5;

impl Toasts {
    /// Adds one; the oldest gives way.
    pub fn push(&mut self, tone: Tone, words: impl Into<String>) {
        self.count += 1;
        self.all.push(Toast {
            number: self.count,
            tone,
            words: words.into(),
            born: None,
        });
        let surplus = self.all.len().saturating_sub(AT_MOST);
        self.all.drain(..surplus);
    }

    /// Draws them at the lower right, above the strip of a list and below every dialog, and lets the old ones go.
    pub fn show(&mut self, ctx: &Context) {
        if self.all.is_empty() {
            return;
        }
        let now = ctx.time();
        let mut next: Option<f64> = None;
        self.all.retain_mut(|toast| {
            let born = *toast.born.get_or_insert(now);
            let left = born + LIFE_SECONDS - now;
            if toast.tone == Tone::Done {
                next = Some(next.map_or(left, |next: f64| next.min(left)));
            }
            toast.tone == Tone::Refused || left > 0.0
        });
        if let Some(next) = next.filter(|next| *next > 0.0) {
            ctx.request_repaint_after_secs(next as f32);
        }
        let theme = Theme::in_context(ctx);
        let gap = theme.scale.space.l;
        let strip = theme.scale.control.height + 2.0 * theme.scale.space.s;
        let mut closed = None;
        let area = Area::new(Id::unique("toasts"))
            .order(Order::Middle)
            .anchor(egui::Align2::RIGHT_BOTTOM, [-gap, -gap - strip]);
        area.show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = theme.scale.space.s;
            for toast in &self.all {
                if draw(ui, &theme, toast) {
                    closed = Some(toast.number);
                }
            }
        });
        self.all.retain(|toast| Some(toast.number) != closed);
    }
}

fn draw(ui: &mut Ui, theme: &Theme, toast: &Toast) -> bool {
    let (icon, ink) = match toast.tone {
        Tone::Done => (Icon::CHECK, theme.palette.text.soft),
        Tone::Refused => (Icon::PROHIBIT, theme.level(Level::Major).text),
    };
    let shadow = egui::Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: theme.palette.ground.shadow,
    };
    let frame = Frame::new()
        .fill(theme.palette.ground.raised)
        .stroke(theme.line())
        .corner_radius(theme.corner())
        .shadow(shadow)
        .inner_margin(Margin::symmetric(theme.scale.space.m as i8, theme.scale.space.xs as i8));
    frame
        .show(ui, |ui| {
            ui.set_width(340.0);
            let control = theme.scale.control.height;
            let room = ui.available_width() - 2.0 * (control + theme.scale.space.s);
            let font = Weight::Regular.at(theme.scale.text.body);
            let words = text::block(ui.painter(), &toast.words, font, theme.palette.text.normal, room, ROWS);
            let cut = words.elided;
            let height = words.size().y.max(control);
            ui.spacing_mut().interact_size.y = height;
            ui.horizontal(|ui| {
                text::icon(ui, icon, ink, "");
                let (place, response) = ui.allocate_exact_size(egui::vec2(room, height), egui::Sense::hover());
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &toast.words));
                let corner = egui::pos2(place.left(), place.center().y - words.size().y / 2.0);
                ui.painter().galley(corner, words, theme.palette.text.normal);
                if cut {
                    text::hover(response, &toast.words);
                }
                button::icon(ui, Icon::X, "Close this notice", false).clicked()
            })
            .inner
        })
        .inner
}
