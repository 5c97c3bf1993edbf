//! Dialogs: a question over everything else, answered by Enter, refused by Escape.

use egui::{Context, Frame, Id, Key, Layout, Margin, Modal, Ui};

use super::{button::Button, text};
use crate::theme::{Icon, Theme, Weight};

/// How a dialog was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not yet.
    Open,
    /// The operator goes on.
    Yes,
    /// The operator does not.
    No,
}

/// A question with two answers.
#[must_use]
pub struct Dialog<'a> {
    title: &'a str,
    icon: Icon,
    yes: &'a str,
    no: &'a str,
    why_not: Option<&'a str>,
    danger: bool,
    width: f32,
}

impl<'a> Dialog<'a> {
    /// A dialog whose going-on button reads `yes`.
    pub fn new(title: &'a str, yes: &'a str) -> Self {
        Self {
            title,
            icon: Icon::QUESTION,
            yes,
            no: "Cancel",
            why_not: None,
            danger: false,
            width: 460.0,
        }
    }

    /// With an icon before the title.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = icon;
        self
    }

    /// Going on cannot be undone.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// Going on is not possible, when there is a reason.
    pub fn unless(mut self, why_not: Option<&'a str>) -> Self {
        self.why_not = why_not;
        self
    }

    /// Wider or narrower than usual.
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Draws it and says how it was left.
    pub fn show(self, ctx: &Context, contents: impl FnOnce(&mut Ui)) -> Answer {
        let theme = Theme::in_context(ctx);
        let space = &theme.scale.space;
        let width = self.width.min(ctx.content_rect().width() - 2.0 * space.xxl);
        let mut answer = Answer::Open;
        let modal = Modal::new(Id::unique(("dialog", self.title)))
            .backdrop_color(theme.palette.ground.backdrop)
            .frame(sheet(&theme));
        let shown = modal.show(ctx, |ui| {
            ui.set_width(width);
            ui.horizontal(|ui| {
                text::icon(ui, self.icon, theme.palette.text.soft, "");
                text::label(ui, self.title, Weight::Strong.at(theme.scale.text.title), theme.palette.text.strong);
            });
            ui.add_space(space.s);
            contents(ui);
            ui.add_space(space.l);
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                let yes = Button::new(self.yes).key("Enter").unless(self.why_not);
                let yes = if self.danger { yes.danger() } else { yes.primary() };
                if yes.show(ui).clicked() {
                    answer = Answer::Yes;
                }
                if Button::new(self.no).key("Esc").show(ui).clicked() {
                    answer = Answer::No;
                }
            });
        });
        let typing_lines = ctx.input(|input| input.modifiers.shift);
        if self.why_not.is_none() && !typing_lines && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Enter)) {
            answer = Answer::Yes;
        }
        if answer == Answer::Open && shown.should_close() { Answer::No } else { answer }
    }
}

/// The surface of what floats over everything.
pub fn sheet(theme: &Theme) -> Frame {
    let visuals_shadow = egui::Shadow {
        offset: [0, 8],
        blur: 32,
        spread: 0,
        color: theme.palette.ground.shadow,
    };
    Frame::new()
        .fill(theme.palette.ground.raised)
        .stroke(theme.line())
        .corner_radius(theme.scale.radius.large)
        .inner_margin(Margin::same(theme.scale.space.l as i8 + 4))
        .shadow(visuals_shadow)
}
