//! The window: what it is connected to, and what it shows meanwhile.

use std::time::{Duration, Instant};

use eframe::egui::{Context, Ui};
use pedkai_core::model::Timestamp;
use pedkai_ui::{
    desk::{Desk, Surroundings},
    format::{self, Clock},
    theme::Theme,
    views::ViewName,
};

use crate::{
    args::Args,
    handle,
    link::{Credential, Link, Order, Target},
    logic,
    picture::{self, Outcome, Pictures},
    platform::{
        self,
        child::{Collector, Wish},
        drawing::Start,
        folders,
        settings::{Choice, Settings},
    },
    replica::Replica,
    shelf,
    welcome::{Answer, Welcome},
};

/// A seat: the line, the copy, the desk.
pub struct Seat {
    /// The copy of the network's state.
    pub replica: Replica,
    /// What is drawn.
    pub desk: Desk,
    pub(crate) settings: Settings,
    pub(crate) link: Option<Link>,
    pub(crate) collector: Option<Collector>,
    pub(crate) welcome: Option<Welcome>,
    pub(crate) user: String,
    pub(crate) address: String,
    /// The line's credential is no login of a person by name.
    keyed: bool,
    /// Who draws, where that has to be said.
    drawing: Option<String>,
    wish: Option<Wish>,
    /// Files that are being written.
    pub(crate) files: handle::Files,
    wall: bool,
    still: Option<Timestamp>,
}

impl Seat {
    /// Gives the line an order; without a line it is told.
    pub fn order(&mut self, order: Order) {
        match &self.link {
            Some(link) => link.order(order),
            None => self.desk.tell(false, "Not connected to a collector"),
        }
    }

    /// Keeps what was chosen and how the window looks.
    pub fn keep_settings(&mut self) {
        self.settings.layout = self.desk.layout();
        if let Err(error) = self.settings.save(&folders::settings()) {
            tracing::warn!(%error, "settings");
            self.desk.tell(false, format!("What you chose could not be kept: {error}"));
        }
    }

    /// Opens a line to a collector.
    pub fn connect(&mut self, ctx: &Context, url: String, credential: Credential) {
        let shelf = match (&self.wish, &self.collector, &credential) {
            (Some(wish), Some(_), _) => wish.data.join("seat"),
            (_, _, Credential::Login { name, .. }) => shelf::folder(&folders::data(), &url, name),
            (_, _, Credential::Token(token)) => shelf::folder(&folders::data(), &url, &shelf::mark(token)),
        };
        self.user = match &credential {
            Credential::Login { name, .. } => name.clone(),
            Credential::Token(_) => self.user.clone(),
        };
        if self.address != url {
            // What the screens made of another network is not shown for this one.
            let view = self.desk.view();
            self.desk = Desk::new(self.desk.layout());
            self.desk.go(view);
        }
        self.keyed = matches!(credential, Credential::Token(_));
        self.address = url.clone();
        // The line before lets go of its folder first, for it may be the same one.
        if let Some(before) = self.link.take() {
            before.close(LAST_ORDERS);
        }
        let ctx = ctx.clone();
        self.replica = Replica::default();
        match Link::open(
            Target {
                url,
                credential,
                shelf: Some(shelf),
            },
            move |within| ctx.request_repaint_after(within),
        ) {
            Ok(link) => (self.link, self.welcome) = (Some(link), None),
            Err(error) => self.desk.tell(false, format!("{error:#}")),
        }
    }

    /// Asks for the login once more, at the collector that the line leads to.
    pub fn ask_login(&mut self, why: String) {
        self.welcome = Some(Welcome::login_again(self.address.clone(), self.settings.name.clone(), why));
    }

    /// Logs in. Whoever comes back goes on with the line that there is: what they gave meanwhile is sent. So does whoever takes over from a
    /// key. Somebody else gets a line and a folder of their own, and what waits waits for the one who gave it.
    pub fn login(&mut self, ctx: &Context, url: String, name: String, password: String) {
        let credential = Credential::Login { name: name.clone(), password };
        if self.link.is_some() && self.address == url && (self.keyed || self.user == name) {
            (self.user, self.keyed, self.welcome) = (name, false, None);
            self.order(Order::Login(credential));
            return;
        }
        let (before, waiting) = (self.user.clone(), self.replica.model.outbox.waiting());
        self.connect(ctx, url, credential);
        if waiting > 0 {
            let words = format!("{} of {before} wait until {before} logs in again", format::counted(waiting, "command"));
            self.desk.tell(false, words);
        }
    }

    /// Starts a collector of our own.
    pub fn start_collector(&mut self, ctx: &Context, wish: Wish) {
        let wake = ctx.clone();
        match Collector::start(&wish, move || wake.request_repaint()) {
            Ok(collector) => (self.collector, self.welcome) = (Some(collector), Some(Welcome::starting(wish.demo))),
            Err(error) => self.welcome = Some(Welcome::failed(format!("{error:#}"))),
        }
        self.wish = Some(wish);
    }

    /// Starts our own collector once more after it ended.
    pub fn restart_collector(&mut self, ctx: &Context) {
        if let Some(wish) = self.wish.clone() {
            self.collector = None;
            self.start_collector(ctx, wish);
        }
    }

    /// Lets clock and network stand still from now on: nothing but answers to questions is taken in. There is no way back.
    pub fn stand_still(&mut self, now: Timestamp) {
        self.still.get_or_insert(now);
    }

    /// Whether they do.
    pub fn stands_still(&self) -> bool {
        self.still.is_some()
    }

    fn surroundings(&self, now: Timestamp) -> Surroundings {
        let clock = self.replica.clock_note(now, platform::wall());
        Surroundings {
            tenant: if self.collector.is_some() {
                "this machine".to_owned()
            } else {
                host(&self.address).to_owned()
            },
            user: self.user.clone(),
            link: self.replica.link(now),
            notes: self.replica.notes().into_iter().chain(clock).chain(self.drawing.clone()).collect(),
            cannot_act: self.wall.then_some("A wall display cannot act"),
            ..Surroundings::default()
        }
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// The window.
pub struct Window {
    seat: Seat,
    args: Args,
    pictures: Option<Pictures>,
    turned_at: Instant,
    touched_at: Instant,
    fitted: bool,
    start: Start,
}

/// Without a key or the pointer for so long, nobody is at the seat.
const AWAY: Duration = Duration::from_secs(30);
/// How long a window that closes waits for its last orders to be on the disk.
const LAST_ORDERS: Duration = Duration::from_secs(3);
/// Width in points from which on everything is drawn larger.
const FINE: f32 = 2_000.0;
/// Screens that a wall display goes round.
const ROUND: [ViewName; 4] = [ViewName::Overview, ViewName::Topology, ViewName::Incidents, ViewName::Alarms];

impl Window {
    /// A window as the command line and the settings want it.
    pub fn new(ctx: &Context, args: Args, outcome: Outcome, start: Start) -> anyhow::Result<Self> {
        let mut settings = Settings::load(&folders::settings());
        if let Some(theme) = args.theme {
            settings.layout.look.theme = theme;
        }
        settings.layout.look.motion &= args.screenshot.is_none();
        Theme::load(settings.layout.look)?.install(ctx);
        let mut desk = Desk::new(settings.layout.clone());
        desk.go(args.screen().unwrap_or(if args.wall { ViewName::Overview } else { ViewName::Alarms }));
        let mut seat = Seat {
            replica: Replica::default(),
            desk,
            settings,
            link: None,
            collector: None,
            welcome: None,
            user: String::new(),
            address: String::new(),
            keyed: false,
            drawing: start.note().map(str::to_owned),
            wish: None,
            files: handle::Files::default(),
            wall: args.wall,
            still: None,
        };
        begin(ctx, &mut seat, &args);
        if args.wall {
            ctx.set_zoom_factor(1.5);
        }
        let pictures = Pictures::wanted(&args, outcome);
        Ok(Self {
            seat,
            args,
            pictures,
            turned_at: Instant::now(),
            touched_at: Instant::now(),
            fitted: false,
            start,
        })
    }

    /// Enlarges everything once on a large screen that does not say how fine its pixels are.
    fn fit(&mut self, ctx: &Context) {
        let coarse = ctx.native_pixels_per_point().is_none_or(|points| points <= 1.0);
        if !std::mem::replace(&mut self.fitted, true) && coarse {
            let zoom = ctx.content_rect().width() * ctx.zoom_factor() / FINE;
            ctx.set_zoom_factor(ctx.zoom_factor() * ((zoom * 4.0).floor() / 4.0).clamp(1.0, 2.0));
        }
    }

    /// Whether nobody is at the seat and all is as it should be: then what counts seconds is drawn every ten. News are drawn at once all the same.
    fn rests(&mut self, ctx: &Context) -> bool {
        if ctx.input(|input| !input.events.is_empty()) {
            self.touched_at = Instant::now();
        }
        self.touched_at.elapsed() >= AWAY && self.seat.replica.is_live() && !self.args.wall && self.pictures.is_none()
    }

    fn go_round(&mut self) {
        if self.args.wall && self.args.view.is_none() && self.turned_at.elapsed() >= self.args.rotate {
            let here = ROUND.iter().position(|view| *view == self.seat.desk.view()).unwrap_or_default();
            self.seat.desk.go(ROUND[(here + 1) % ROUND.len()]);
            self.turned_at = Instant::now();
        }
    }
}

/// Connects to what the command line says, else to what was chosen before, else asks.
fn begin(ctx: &Context, seat: &mut Seat, args: &Args) {
    let token = std::env::var("PEDKAI_TOKEN").ok().filter(|token| !token.is_empty());
    let choice = match (&args.collector, args.demo) {
        (Some(url), _) => Some(Choice::Collector(url.clone())),
        (None, true) => Some(Choice::Demo),
        (None, false) => seat.settings.choice.clone(),
    };
    match choice {
        Some(Choice::Collector(url)) => match token {
            Some(token) => seat.connect(ctx, url, Credential::Token(token)),
            None => seat.welcome = Some(Welcome::login(url, seat.settings.name.clone(), None)),
        },
        Some(choice) => {
            let wish = own(args, choice == Choice::Demo);
            seat.start_collector(ctx, wish);
        }
        None => seat.welcome = Some(Welcome::choose()),
    }
}

fn own(args: &Args, demo: bool) -> Wish {
    let data = args
        .data
        .clone()
        .unwrap_or_else(|| folders::data().join(if demo { "demo" } else { "collector" }));
    Wish { data, demo }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        logic::run(ctx, &mut self.seat);
        self.go_round();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.fit(&ctx);
        // The first frame is laid out and not drawn, and a frame may take several passes: with the third, the second one is on the screen.
        if ctx.cumulative_frame_nr() > 1 {
            self.start.drawn();
        }
        let even = self.seat.still.unwrap_or_else(platform::now);
        let now = self.seat.replica.time(even, self.seat.still.unwrap_or_else(platform::wall));
        let zone = if self.seat.desk.local_time() {
            platform::zone()
        } else {
            jiff::tz::TimeZone::UTC
        };
        let rests = self.rests(&ctx);
        let clock = Clock { now, zone, rests };
        if let Some(welcome) = &mut self.seat.welcome {
            if let Some(answer) = welcome.show(ui) {
                self.answer(&ctx, answer);
            }
        } else {
            let around = self.seat.surroundings(even);
            let intents = self.seat.desk.show(ui, &self.seat.replica.model, &clock, &around);
            for intent in intents {
                handle::handle(&ctx, &mut self.seat, intent);
            }
        }
        if let Some(pictures) = &mut self.pictures {
            pictures.advance(&ctx, &mut self.seat);
        }
        let step = if rests { 10_000_000 } else { 1_000_000 };
        let past = (now.as_micros() % step).unsigned_abs();
        ctx.request_repaint_after(Duration::from_micros(step.unsigned_abs() - past + 2_000));
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if self.args.screenshot.is_some() {
            picture::summary(self.seat.desk.view(), &self.seat.replica.model);
        } else if !self.args.wall {
            self.seat.keep_settings();
        }
        if let Some(link) = self.seat.link.take() {
            link.close(LAST_ORDERS);
        }
    }
}

impl Window {
    fn answer(&mut self, ctx: &Context, answer: Answer) {
        let seat = &mut self.seat;
        match answer {
            Answer::Demo | Answer::Listen => {
                let demo = answer == Answer::Demo;
                seat.settings.choice = Some(if demo { Choice::Demo } else { Choice::Listen });
                seat.start_collector(ctx, own(&self.args, demo));
            }
            Answer::Collector(url) => {
                seat.settings.choice = Some(Choice::Collector(url.clone()));
                seat.welcome = Some(Welcome::login(url, seat.settings.name.clone(), None));
            }
            Answer::Login { url, name, password } => {
                seat.settings.name.clone_from(&name);
                seat.login(ctx, url, name, password);
            }
            Answer::Again => seat.restart_collector(ctx),
            Answer::Back => seat.welcome = None,
            Answer::Choose => {
                (seat.collector, seat.link) = (None, None);
                seat.welcome = Some(Welcome::choose());
            }
        }
        seat.keep_settings();
    }
}
