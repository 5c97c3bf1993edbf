//! Which pictures are taken, and when.

use std::{path::PathBuf, time::Duration};

use pedkai_ui::{theme::ThemeName, views::ViewName};

use crate::args::{Args, Show};

/// One picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shot {
    /// Where it is written.
    pub file: PathBuf,
    /// When, counted from the start of the window.
    pub after: Duration,
    /// The screen; without one, whatever is shown.
    pub view: Option<ViewName>,
    /// The theme; without one, whatever is worn.
    pub theme: Option<ThemeName>,
    /// On the map: what the likeliest cause of the foremost incident takes with it.
    pub reach: bool,
    /// From here on the network's state and the clock stand still, so that the pictures after it show the same moment.
    pub still: bool,
    /// Written with few colours, for documents.
    pub small: bool,
}

/// The demo's story, frame by frame: the name, the second, the screen, whether the map shows what falls. Among them a minute of the overview, every
/// ten seconds, in which a network that is calm gets its first incident.
///
/// The story cuts a fibre at 45 s, mends it at 285 s, and takes a site's mains at 420 s; its batteries are empty at 550 s.
const STORY: [(&str, u64, ViewName, bool); 13] = [
    ("minute-30", 30, ViewName::Overview, false),
    ("tour-1-calm", 33, ViewName::Topology, false),
    ("minute-40", 40, ViewName::Overview, false),
    ("minute-50", 50, ViewName::Overview, false),
    ("tour-2-cut", 53, ViewName::Alarms, false),
    ("tour-3-cause", 57, ViewName::Incident, false),
    ("minute-60", 60, ViewName::Overview, false),
    ("tour-4-reach", 64, ViewName::Topology, true),
    ("minute-70", 70, ViewName::Overview, false),
    ("minute-80", 80, ViewName::Overview, false),
    ("minute-90", 90, ViewName::Overview, false),
    ("tour-5-recovery", 310, ViewName::Incident, false),
    ("tour-6-power", 600, ViewName::Topology, true),
];

/// The pictures that a command line asks for, in the order in which they are taken.
pub(super) fn of(args: &Args) -> Vec<Shot> {
    let Some(target) = &args.screenshot else { return Vec::new() };
    let in_folder = |name: String| target.join(name).with_extension("png");
    match args.view {
        Some(Show::All) => every_view()
            .map(|(view, theme)| Shot {
                file: in_folder(format!("{}-{}", view.word().to_lowercase(), short(theme))),
                after: args.after,
                view: Some(view),
                theme: Some(theme),
                reach: view == ViewName::Topology,
                still: true,
                small: true,
            })
            .collect(),
        Some(Show::Tour) => STORY
            .iter()
            .map(|&(name, second, view, reach)| Shot {
                file: in_folder(name.to_owned()),
                after: Duration::from_secs(second),
                view: Some(view),
                reach,
                small: true,
                ..Shot::default()
            })
            .collect(),
        Some(Show::View(_)) | None => vec![Shot {
            file: target.clone(),
            after: args.after,
            ..Shot::default()
        }],
    }
}

/// Every view in dark and in light, and the alarm list in high contrast.
fn every_view() -> impl Iterator<Item = (ViewName, ThemeName)> {
    let both = [ThemeName::Dark, ThemeName::Light].into_iter();
    let all = both.flat_map(|theme| ViewName::ALL.iter().map(move |view| (*view, theme)));
    all.chain([(ViewName::Alarms, ThemeName::HighContrast)])
}

/// The theme's name as the command line takes it.
fn short(theme: ThemeName) -> &'static str {
    match theme {
        ThemeName::Dark => "dark",
        ThemeName::Light => "light",
        ThemeName::HighContrast => "contrast",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser as _;

    use super::*;

    fn shots(words: &[&str]) -> Vec<Shot> {
        of(&Args::try_parse_from([&["pedkai"], words].concat()).unwrap())
    }

    #[test]
    fn one_picture_is_of_the_screen_that_is_shown() {
        assert!(shots(&["--view", "overview"]).is_empty());
        let one = shots(&["--screenshot", "a.png", "--view", "overview", "--after", "30s"]);
        let expected = Shot {
            file: "a.png".into(),
            after: Duration::from_secs(30),
            ..Shot::default()
        };
        assert_eq!(one, [expected]);
    }

    #[test]
    fn every_view_is_taken_in_both_themes_at_one_moment() {
        let all = shots(&["--screenshot", "folder", "--view", "all", "--after", "2m"]);
        for view in ViewName::ALL {
            for theme in ["dark", "light"] {
                let file = PathBuf::from(format!("folder/{}-{theme}.png", view.word().to_lowercase()));
                assert!(all.iter().any(|shot| shot.file == file && shot.view == Some(*view)), "{file:?}");
            }
        }
        assert!(all.iter().any(|shot| shot.theme == Some(ThemeName::HighContrast)));
        assert!(all.iter().all(|shot| shot.still && shot.after == Duration::from_secs(120)));
        let files: BTreeSet<_> = all.iter().map(|shot| &shot.file).collect();
        assert_eq!(files.len(), all.len());
    }

    #[test]
    fn the_tour_goes_forward_and_nothing_stands_still_in_it() {
        let tour = shots(&["--screenshot", "folder", "--view", "tour"]);
        assert!(tour.windows(2).all(|pair| pair[0].after + Duration::from_secs(3) <= pair[1].after));
        let files: BTreeSet<_> = tour.iter().map(|shot| &shot.file).collect();
        assert_eq!(files.len(), tour.len());
        let minute: Vec<u64> = tour
            .iter()
            .filter(|shot| shot.view == Some(ViewName::Overview))
            .map(|shot| shot.after.as_secs())
            .collect();
        assert_eq!(minute, [30, 40, 50, 60, 70, 80, 90]);
        assert!(tour.iter().all(|shot| !shot.still));
    }
}
