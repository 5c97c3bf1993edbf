//! A line to write into.

use egui::{Key, Margin, Response, TextEdit, Ui, vec2};

use super::text;
use crate::theme::{Icon, Theme, Weight};

/// What happened to a field.
#[derive(Debug)]
pub struct Written {
    /// The field itself.
    pub response: Response,
    /// Enter was pressed in it.
    pub entered: bool,
}

/// A single line with an icon and a hint, which is its name too.
pub fn line(ui: &mut Ui, value: &mut String, icon: Icon, hint: &str, width: f32) -> Written {
    let theme = Theme::of(ui);
    let height = theme.scale.control.height;
    let pad = theme.scale.space.s;
    let left = pad + theme.scale.text.title + theme.scale.space.xs;
    let edit = TextEdit::singleline(value)
        .hint_text(egui::RichText::new(hint).color(theme.palette.text.faint))
        .font(Weight::Regular.at(theme.scale.text.body))
        .text_color(theme.palette.text.strong)
        .margin(Margin {
            left: left as i8,
            right: pad as i8,
            top: 5,
            bottom: 5,
        })
        .min_size(vec2(0.0, height))
        .desired_width(width);
    let response = ui.add(edit);
    let place = response.rect.with_max_x(response.rect.left() + left).translate(vec2(pad / 4.0, 0.0));
    text::paint_icon(ui.painter(), place, icon, theme.scale.text.title, theme.palette.text.soft);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    Written { response, entered }
}

/// Several lines, for comments and reasons.
pub fn lines(ui: &mut Ui, value: &mut String, hint: &str, rows: usize) -> Response {
    let theme = Theme::of(ui);
    let edit = TextEdit::multiline(value)
        .hint_text(egui::RichText::new(hint).color(theme.palette.text.faint))
        .font(Weight::Regular.at(theme.scale.text.body))
        .text_color(theme.palette.text.strong)
        .margin(Margin::same(theme.scale.space.s as i8))
        .return_key(egui::KeyboardShortcut::new(egui::Modifiers::SHIFT, Key::Enter))
        .desired_width(f32::INFINITY)
        .desired_rows(rows);
    ui.add(edit)
}
