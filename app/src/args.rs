//! The command line.

use std::{path::PathBuf, time::Duration};

use crate::platform::drawing::Drawing;
use clap::Parser;
use pedkai_ui::{theme::ThemeName, views::ViewName};

/// The workstation of a network operations centre.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "pedkai", version, about, args_override_self = true)]
pub struct Args {
    /// A network of our own making, without questions.
    #[arg(long, conflicts_with = "collector")]
    pub demo: bool,
    /// Folder of a collector of our own.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Take a seat at this collector.
    #[arg(long, value_name = "URL")]
    pub collector: Option<String>,
    /// A wall display: full screen, goes round, cannot act.
    #[arg(long)]
    pub wall: bool,
    /// How long a wall display shows each screen.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub rotate: Duration,
    /// Which monitor a wall display takes, from 0.
    #[arg(long, value_name = "N")]
    pub monitor: Option<usize>,
    /// Write one picture of the window and end; with `--view all` or `--view tour` a folder of them.
    #[arg(long, value_name = "FILE")]
    pub screenshot: Option<PathBuf>,
    /// The screen to begin with: alarms, incidents, incident, topology, overview, system, outbox, gallery. For pictures also all: every screen in
    /// dark and light at one moment; and tour: the demo's story, frame by frame.
    #[arg(long, value_name = "NAME", value_parser = show)]
    pub view: Option<Show>,
    /// How long to wait before the picture is taken.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub after: Duration,
    /// dark, light or contrast.
    #[arg(long, value_name = "NAME", value_parser = theme)]
    pub theme: Option<ThemeName>,
    /// Who draws: auto, card or processor. By itself the graphics card, and the processor where its driver fails.
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = drawing)]
    pub drawing: Drawing,
    /// Size of the window, such as 1920x1080.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub size: Option<(f32, f32)>,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// One screen.
    View(ViewName),
    /// A picture of every screen.
    All,
    /// Pictures of the demo's story.
    Tour,
}

impl Args {
    /// The screen to begin with, where one is named.
    pub fn screen(&self) -> Option<ViewName> {
        match self.view {
            Some(Show::View(view)) => Some(view),
            Some(Show::All | Show::Tour) | None => None,
        }
    }

    /// What does not go together, said in words.
    ///
    /// # Errors
    /// When many pictures are wanted and no folder is named, or a tour of a network that is not the demo.
    pub fn check(&self) -> Result<(), &'static str> {
        match self.view {
            Some(Show::All | Show::Tour) if self.screenshot.is_none() => Err("--view all and --view tour write pictures: say where with --screenshot FOLDER"),
            Some(Show::Tour) if !self.demo => Err("--view tour follows the demo's story: add --demo"),
            _ => Ok(()),
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => match text.strip_suffix('m') {
            Some(number) => (number, 60.0),
            None => (text.strip_suffix('s').unwrap_or(text), 1.0),
        },
    };
    let number: f64 = number.trim().parse().map_err(|_| format!("'{text}' is not a time such as 30s, 500ms or 2m"))?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| format!("'{text}' is not a time that can be waited"))
}

fn show(text: &str) -> Result<Show, String> {
    let view = || ViewName::parse(text).map(Show::View);
    let many = match text {
        "all" => Some(Show::All),
        "tour" => Some(Show::Tour),
        _ => None,
    };
    many.or_else(view).ok_or_else(|| {
        let names: Vec<String> = ViewName::ALL.iter().map(|view| view.word().to_lowercase()).collect();
        format!("no screen is called '{text}': {}, all, tour", names.join(", "))
    })
}

fn theme(text: &str) -> Result<ThemeName, String> {
    match text {
        "dark" => Ok(ThemeName::Dark),
        "light" => Ok(ThemeName::Light),
        "contrast" => Ok(ThemeName::HighContrast),
        _ => Err(format!("no theme is called '{text}': dark, light, contrast")),
    }
}

fn drawing(text: &str) -> Result<Drawing, String> {
    match text {
        "auto" => Ok(Drawing::Auto),
        "card" => Ok(Drawing::Card),
        "processor" => Ok(Drawing::Processor),
        _ => Err(format!("nobody draws who is called '{text}': auto, card, processor")),
    }
}

fn size(text: &str) -> Result<(f32, f32), String> {
    let side = |text: &str| text.trim().parse::<f32>().ok().filter(|side| (320.0..=16_384.0).contains(side));
    let sides = text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
    sides.ok_or_else(|| format!("'{text}' is not a size such as 1920x1080"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sizes_and_names_are_read() {
        assert_eq!(drawing("processor"), Ok(Drawing::Processor));
        assert!(drawing("magic").is_err());
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("soon").is_err() && duration("-1s").is_err());
        assert_eq!(size("1920x1080"), Ok((1920.0, 1080.0)));
        assert!(size("big").is_err() && show("garden").is_err());
        assert!(Args::try_parse_from(["pedkai", "--demo", "--collector", "http://x"]).is_err());
    }
    fn read(words: &[&str]) -> Args {
        Args::try_parse_from([&["pedkai"], words].concat()).unwrap()
    }

    #[test]
    fn the_last_word_on_an_option_holds_so_that_a_script_can_be_added_to() {
        let args = read(&["--demo", "--view", "overview", "--view", "system"]);
        assert_eq!(args.screen(), Some(ViewName::System));
    }

    #[test]
    fn many_pictures_need_a_folder_and_a_tour_needs_the_demo() {
        assert!(read(&["--view", "all"]).check().is_err());
        assert!(read(&["--view", "tour", "--screenshot", "x"]).check().is_err());
        assert_eq!(read(&["--view", "tour", "--screenshot", "x", "--demo"]).check(), Ok(()));
        assert_eq!(read(&["--view", "all", "--screenshot", "x"]).check(), Ok(()));
        assert_eq!(read(&["--view", "alarms"]).check(), Ok(()));
    }
}
