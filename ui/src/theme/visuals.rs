//! The tokens in the terms of egui's own widgets.

use egui::{
    CornerRadius, FontId, Margin, Shadow, Stroke, Style, TextStyle, Visuals,
    style::{ScrollStyle, Selection, Spacing, TextCursorStyle, WidgetVisuals, Widgets},
    vec2,
};

use super::{Theme, Weight};

/// The style of all widgets that are egui's own.
pub(super) fn style(theme: &Theme) -> Style {
    let text = &theme.scale.text;
    let text_styles: [(TextStyle, FontId); 5] = [
        (TextStyle::Small, Weight::Regular.at(text.small)),
        (TextStyle::Body, Weight::Regular.at(text.body)),
        (TextStyle::Button, Weight::Medium.at(text.body)),
        (TextStyle::Heading, Weight::Strong.at(text.title)),
        (TextStyle::Monospace, Weight::Mono.at(text.mono)),
    ];
    Style {
        text_styles: text_styles.into(),
        spacing: spacing(theme),
        visuals: visuals(theme),
        animation_time: if theme.motion { 0.08 } else { 0.0 },
        ..Style::default()
    }
}

fn spacing(theme: &Theme) -> Spacing {
    let space = &theme.scale.space;
    Spacing {
        item_spacing: vec2(space.s, space.xs),
        button_padding: vec2(space.m, space.xs),
        window_margin: Margin::same(space.l as i8),
        menu_margin: Margin::same(space.xs as i8),
        interact_size: vec2(theme.scale.control.height, theme.scale.control.height),
        icon_width: 16.0,
        icon_width_inner: 10.0,
        icon_spacing: space.s,
        tooltip_width: 360.0,
        scroll: ScrollStyle {
            bar_width: 8.0,
            floating: true,
            floating_allocated_width: 10.0,
            ..ScrollStyle::thin()
        },
        ..Spacing::default()
    }
}

fn visuals(theme: &Theme) -> Visuals {
    let ground = &theme.palette.ground;
    let text = &theme.palette.text;
    let accent = &theme.palette.accent;
    let small = CornerRadius::same(theme.scale.radius.small);
    let medium = CornerRadius::same(theme.scale.radius.medium);
    let widget = |fill, line, ink| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: small,
        fg_stroke: Stroke::new(1.0, ink),
        expansion: 0.0,
    };
    let mut noninteractive = widget(ground.surface, ground.line, text.normal);
    noninteractive.corner_radius = medium;
    let shadow = Shadow {
        offset: [0, 6],
        blur: 24,
        spread: 0,
        color: ground.shadow,
    };
    let base = if theme.name.is_dark() { Visuals::dark() } else { Visuals::light() };
    Visuals {
        override_text_color: None,
        weak_text_color: Some(text.soft),
        widgets: Widgets {
            noninteractive,
            inactive: widget(ground.raised, ground.line, text.normal),
            hovered: widget(ground.hover, ground.line_strong, text.strong),
            active: widget(ground.hover, accent.focus, text.strong),
            open: widget(ground.hover, ground.line_strong, text.strong),
        },
        selection: Selection {
            bg_fill: ground.selected,
            stroke: Stroke::new(1.0, accent.focus),
        },
        hyperlink_color: accent.focus,
        faint_bg_color: ground.sunken,
        extreme_bg_color: ground.sunken,
        text_edit_bg_color: Some(ground.sunken),
        code_bg_color: ground.sunken,
        warn_fg_color: theme.palette.level.major.text,
        error_fg_color: theme.palette.level.critical.text,
        window_corner_radius: CornerRadius::same(theme.scale.radius.large),
        window_shadow: shadow,
        window_fill: ground.raised,
        window_stroke: Stroke::new(1.0, ground.line),
        menu_corner_radius: medium,
        panel_fill: ground.ground,
        popup_shadow: shadow,
        text_cursor: TextCursorStyle {
            stroke: Stroke::new(1.5, accent.focus),
            blink: theme.motion,
            ..TextCursorStyle::default()
        },
        striped: false,
        ..base
    }
}
