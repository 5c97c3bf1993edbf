//! What is shown before there is a network to show: the three ways to begin, the login, a collector that is starting.

use eframe::egui::{Align, Key, Layout, Rect, Role, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};
use pedkai_ui::{
    theme::{Icon, Level, Theme, Weight},
    widgets::{button::Button, field, text},
};

/// How the operator answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A network of our own making.
    Demo,
    /// This machine listens.
    Listen,
    /// A collector elsewhere.
    Collector(String),
    /// Name and password.
    Login {
        /// Where.
        url: String,
        /// Name.
        name: String,
        /// Password.
        password: String,
    },
    /// Once more.
    Again,
    /// Back to the three ways.
    Choose,
    /// Back to what was shown.
    Back,
}

/// A page before the desk.
#[derive(Clone, Debug)]
pub enum Welcome {
    /// The three ways to begin.
    Choose {
        /// Address that is being written.
        url: String,
    },
    /// The login.
    Login {
        /// Where.
        url: String,
        /// Name.
        name: String,
        /// Password.
        password: String,
        /// Why it is asked again.
        why: Option<String>,
        /// There is something to go back to.
        back: bool,
    },
    /// Our own collector is starting.
    Starting {
        /// With the network that it makes itself.
        demo: bool,
    },
    /// Our own collector could not be started.
    Failed {
        /// Why.
        why: String,
    },
}

const WIDTH: f32 = 460.0;

impl Welcome {
    /// The three ways to begin.
    pub fn choose() -> Self {
        Self::Choose { url: "http://".to_owned() }
    }

    /// The login at a collector.
    pub fn login(url: String, name: String, why: Option<String>) -> Self {
        Self::Login {
            url,
            name,
            password: String::new(),
            why,
            back: false,
        }
    }

    /// The login once more, at a collector that let us in before; one may go back and read on.
    pub fn login_again(url: String, name: String, why: String) -> Self {
        Self::Login {
            url,
            name,
            password: String::new(),
            why: Some(why),
            back: true,
        }
    }

    /// Our own collector is starting.
    pub fn starting(demo: bool) -> Self {
        Self::Starting { demo }
    }

    /// Our own collector could not be started.
    pub fn failed(why: String) -> Self {
        Self::Failed { why }
    }

    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui) -> Option<Answer> {
        let theme = Theme::of(ui);
        let whole = ui.ctx().content_rect();
        ui.painter().rect_filled(whole, 0.0, theme.palette.ground.ground);
        let width = WIDTH.min(whole.width() - 40.0);
        let place = Rect::from_center_size(whole.center(), vec2(width, (whole.height() - 80.0).min(460.0)));
        let mut page = ui.new_child(UiBuilder::new().max_rect(place));
        text::label(&mut page, "Pedkai", Weight::Strong.at(theme.scale.text.display), theme.palette.text.strong);
        match self {
            Self::Choose { url } => choose(&mut page, &theme, url),
            Self::Login {
                url,
                name,
                password,
                why,
                back,
            } => {
                let away = if *back {
                    ("Back to what is shown", Answer::Back)
                } else {
                    ("Another collector", Answer::Choose)
                };
                login(&mut page, &theme, url, (name, password), why.as_deref(), away)
            }
            Self::Starting { demo } => {
                starting(&mut page, &theme, *demo);
                None
            }
            Self::Failed { why } => failed(&mut page, &theme, why),
        }
    }
}

fn choose(ui: &mut Ui, theme: &Theme, url: &mut String) -> Option<Answer> {
    text::paragraph(
        ui,
        "One incident with its likely cause, instead of two hundred alarms. Where shall the network come from?",
        theme.palette.text.soft,
    );
    ui.add_space(theme.scale.space.l);
    let mut answer = None;
    if way(
        ui,
        theme,
        Icon::PLAY,
        "Demo network",
        "A small operator with faults of its own, heard through real sockets. Nothing of yours is touched.",
    ) {
        answer = Some(Answer::Demo);
    }
    ui.add_space(theme.scale.space.s);
    if way(
        ui,
        theme,
        Icon::BROADCAST,
        "Listen on this machine",
        "SNMP traps, syslog and the webhook, on this machine alone until you configure more.",
    ) {
        answer = Some(Answer::Listen);
    }
    ui.add_space(theme.scale.space.m);
    text::caption(ui, "Or take a seat at a collector of your team");
    ui.horizontal(|ui| {
        let written = field::line(ui, url, Icon::GLOBE_SIMPLE, "Address of the collector", ui.available_width() - 110.0);
        let why_not = (!sane(url)).then_some("An address such as http://noc.example:8620");
        let clicked = Button::new("Connect").icon(Icon::ARROW_RIGHT).unless(why_not).show(ui).clicked();
        if (clicked || written.entered) && why_not.is_none() {
            answer = Some(Answer::Collector(url.trim().to_owned()));
        }
    });
    answer
}

fn sane(url: &str) -> bool {
    url.trim().strip_prefix("http://").is_some_and(|rest| !rest.is_empty())
}

fn way(ui: &mut Ui, theme: &Theme, icon: Icon, title: &str, words: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 84.0), Sense::click());
    let loud = response.hovered() || response.has_focus();
    let ground = if loud { theme.palette.ground.hover } else { theme.palette.ground.surface };
    let line = if response.has_focus() {
        (1.5, theme.palette.accent.focus)
    } else {
        (1.0, theme.palette.ground.line)
    };
    ui.painter().rect(rect, theme.corner(), ground, line, eframe::egui::StrokeKind::Inside);
    let inner = rect.shrink(theme.scale.space.l);
    text::paint_icon(ui.painter(), inner.with_max_x(inner.left() + 32.0), icon, 28.0, theme.palette.text.soft);
    let mut page = ui.new_child(UiBuilder::new().max_rect(inner.with_min_x(inner.left() + 48.0)));
    page.spacing_mut().item_spacing.y = 2.0;
    text::label(&mut page, title, Weight::Strong.at(theme.scale.text.title), theme.palette.text.strong);
    let words_font = Weight::Regular.at(theme.scale.text.small);
    page.add(
        eframe::egui::Label::new(eframe::egui::RichText::new(words).font(words_font).color(theme.palette.text.soft))
            .wrap()
            .selectable(false),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, title));
    response.clicked()
}

fn login(
    ui: &mut Ui,
    theme: &Theme,
    url: &str,
    (name, password): (&mut String, &mut String),
    why: Option<&str>,
    (elsewhere, away): (&str, Answer),
) -> Option<Answer> {
    text::label(
        ui,
        &format!("Seat at {url}"),
        Weight::Regular.at(theme.scale.text.body),
        theme.palette.text.soft,
    );
    ui.add_space(theme.scale.space.l);
    if let Some(why) = why {
        text::paragraph(ui, &format!("Not let in: {why}"), theme.level(Level::Major).text);
        ui.add_space(theme.scale.space.s);
    }
    let written = field::line(ui, name, Icon::USER, "Name", ui.available_width());
    if name.is_empty() && why.is_none() && ui.memory(|memory| memory.focused().is_none()) {
        written.response.request_focus();
    }
    ui.add_space(theme.scale.space.xs);
    let secret = TextEdit::singleline(password)
        .password(true)
        .hint_text("Password")
        .font(Weight::Regular.at(theme.scale.text.body))
        .text_color(theme.palette.text.strong)
        .margin(eframe::egui::Margin::symmetric(theme.scale.space.m as i8, 5))
        .min_size(vec2(0.0, theme.scale.control.height))
        .desired_width(ui.available_width());
    let secret = ui.add(secret);
    ui.add_space(theme.scale.space.m);
    let why_not = (name.trim().is_empty() || password.is_empty()).then_some("Name and password are needed");
    let mut answer = None;
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        let clicked = Button::new("Log in").key("Enter").primary().unless(why_not).show(ui).clicked();
        let entered = (secret.lost_focus() || written.entered) && ui.input(|input| input.key_pressed(Key::Enter));
        if (clicked || entered) && why_not.is_none() {
            answer = Some(Answer::Login {
                url: url.to_owned(),
                name: name.trim().to_owned(),
                password: std::mem::take(password),
            });
        }
        if Button::new(elsewhere).bare().show(ui).clicked() {
            answer = Some(away);
        }
    });
    answer
}

fn starting(ui: &mut Ui, theme: &Theme, demo: bool) {
    let words = if demo {
        "The demo network is being made, and a collector for it started."
    } else {
        "A collector of our own is being started."
    };
    text::paragraph(ui, words, theme.palette.text.soft);
    ui.add_space(theme.scale.space.l);
    ui.add(eframe::egui::Spinner::new().size(22.0).color(theme.palette.text.soft));
}

fn failed(ui: &mut Ui, theme: &Theme, why: &str) -> Option<Answer> {
    text::label(
        ui,
        "The collector of our own does not run",
        Weight::Strong.at(theme.scale.text.title),
        theme.palette.text.strong,
    );
    text::paragraph(ui, why, theme.level(Level::Major).text);
    ui.add_space(theme.scale.space.m);
    let mut answer = None;
    ui.horizontal(|ui| {
        if Button::new("Try again").icon(Icon::ARROW_CLOCKWISE).primary().show(ui).clicked() {
            answer = Some(Answer::Again);
        }
        if Button::new("Begin another way").show(ui).clicked() {
            answer = Some(Answer::Choose);
        }
    });
    answer
}
