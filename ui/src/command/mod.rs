//! Everything an operator can do, by name: one list for keys, palette, buttons and help.
//!
//! - does: gives each command its label, key, icon and the reason why it cannot be given now
//! - takes: key presses and the situation on screen
//! - gives: commands
//! - never knows: how one is carried out

mod alarm;
mod app;
mod fleet;
mod go;
mod keys;
mod kpi;
mod list;
mod map;
mod outbox;
mod press;
mod score;

use crate::{theme::Icon, views::ViewName};

pub use alarm::AlarmCommand;
pub use app::AppCommand;
pub use fleet::FleetCommand;
pub use go::GoCommand;
pub use keys::Keys;
pub use kpi::KpiCommand;
pub use list::ListCommand;
pub use map::MapCommand;
pub use outbox::OutboxCommand;
pub use press::Presses;
pub use score::ScoreCommand;

/// A command of any family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Works alarms and incidents.
    Alarm(AlarmCommand),
    /// Changes the window.
    App(AppCommand),
    /// Works groups of things.
    Fleet(FleetCommand),
    /// Goes to a screen.
    Go(GoCommand),
    /// Works plots of KPIs.
    Kpi(KpiCommand),
    /// Moves in a list.
    List(ListCommand),
    /// Moves on the map.
    Map(MapCommand),
    /// Works what is not done.
    Outbox(OutboxCommand),
    /// Works the scorecard.
    Score(ScoreCommand),
}

/// What a command is called, and how it is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// What it does, as a button would say it.
    pub label: &'static str,
    /// Keys that give it, the foremost first.
    pub keys: &'static [Keys],
    /// Its icon.
    pub icon: Icon,
}

/// What is on screen when a command is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Which screen.
    pub view: ViewName,
    /// How many rows are selected.
    pub selected: usize,
    /// Why nothing can be acted on, where that is so.
    pub cannot_act: Option<&'static str>,
}

impl Situation {
    /// Why nothing can be done to what is selected; `None` when it can.
    fn why_not_act(&self) -> Option<&'static str> {
        self.cannot_act.or((self.selected == 0).then_some("Nothing is selected"))
    }
}

impl Command {
    /// Every command of every family.
    pub fn all() -> impl Iterator<Item = Self> {
        let alarm = AlarmCommand::ALL.iter().copied().map(Self::Alarm);
        let app = AppCommand::ALL.iter().copied().map(Self::App);
        let fleet = FleetCommand::ALL.iter().copied().map(Self::Fleet);
        let go = GoCommand::ALL.iter().copied().map(Self::Go);
        let kpi = KpiCommand::ALL.iter().copied().map(Self::Kpi);
        let list = ListCommand::ALL.iter().copied().map(Self::List);
        let map = MapCommand::ALL.iter().copied().map(Self::Map);
        let outbox = OutboxCommand::ALL.iter().copied().map(Self::Outbox);
        let score = ScoreCommand::ALL.iter().copied().map(Self::Score);
        go.chain(alarm)
            .chain(list)
            .chain(map)
            .chain(kpi)
            .chain(fleet)
            .chain(score)
            .chain(outbox)
            .chain(app)
    }

    /// The family's name, a head on the key sheet.
    pub fn family(self) -> &'static str {
        match self {
            Self::Alarm(_) => "Alarms and incidents",
            Self::App(_) => "Window",
            Self::Fleet(_) => "In the fleet",
            Self::Go(_) => "Screens",
            Self::Kpi(_) => "Among KPIs",
            Self::List(_) => "In a list",
            Self::Map(_) => "On the map",
            Self::Outbox(_) => "In the outbox",
            Self::Score(_) => "On the scorecard",
        }
    }

    /// Label, keys and icon.
    pub fn facts(self) -> Facts {
        match self {
            Self::Alarm(command) => command.facts(),
            Self::App(command) => command.facts(),
            Self::Fleet(command) => command.facts(),
            Self::Go(command) => command.facts(),
            Self::Kpi(command) => command.facts(),
            Self::List(command) => command.facts(),
            Self::Map(command) => command.facts(),
            Self::Outbox(command) => command.facts(),
            Self::Score(command) => command.facts(),
        }
    }

    /// Whether it only steps through a list or moves what is seen, so that the next press means the same after it.
    fn steps(self) -> bool {
        match self {
            Self::Kpi(command) => command.steps(),
            Self::List(command) => command.steps(1).is_some(),
            _ => false,
        }
    }

    /// Why it cannot be given now; `None` when it can.
    pub fn why_not(self, situation: &Situation) -> Option<&'static str> {
        match self {
            Self::Alarm(command) => command.why_not(situation),
            Self::App(_) | Self::Go(_) => None,
            Self::Fleet(command) => command.why_not(situation),
            Self::Kpi(command) => command.why_not(situation),
            Self::List(command) => command.why_not(situation),
            Self::Map(command) => command.why_not(situation),
            Self::Outbox(command) => command.why_not(situation),
            Self::Score(command) => command.why_not(situation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn no_two_commands_share_a_key_on_one_screen() {
        for view in ViewName::ALL {
            let situation = Situation {
                view: *view,
                selected: 1,
                cannot_act: None,
            };
            let mut taken: HashMap<String, Command> = HashMap::new();
            for command in Command::all().filter(|command| command.why_not(&situation).is_none()) {
                for keys in command.facts().keys {
                    let other = taken.insert(keys.words(), command);
                    assert_eq!(other, None, "{command:?} and {other:?} share {}", keys.words());
                }
            }
        }
    }
}
