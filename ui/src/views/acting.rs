//! What lists of alarms and incidents share: a command on what is selected, with a question before it where one is due.

use egui::Context;
use pedkai_core::model::{AckUntil, CommandKind, Name, Span, Timestamp};

use crate::{
    command::AlarmCommand,
    format::{self, Clock},
    intent::{Act, Intent},
    model::Aim,
    theme::{Icon, Level, Theme},
    widgets::{
        badge, button,
        dialog::{Answer, Dialog},
        field, text,
    },
};

/// Something a command is about to be given on.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// What, and its name on screen.
    pub aim: Aim,
    /// Its severity.
    pub level: Level,
    /// Its state as it is on screen.
    pub changed_at: Timestamp,
}

/// A command that waits for an answer.
#[derive(Debug)]
struct Question {
    command: AlarmCommand,
    subjects: Vec<Subject>,
    text: String,
    until: usize,
    fresh: bool,
}

/// The question that is open, if one is.
#[derive(Debug, Default)]
pub struct Acting {
    question: Option<Question>,
}

/// From how many on a plain command asks first.
const MANY: usize = 20;
const UNTIL: [&str; 5] = ["It worsens", "It clears", "1 hour", "4 hours", "12 hours"];
const HOURS: [i64; 3] = [1, 4, 12];

impl Acting {
    /// Gives a command, or asks before it.
    pub fn start(&mut self, command: AlarmCommand, subjects: Vec<Subject>) -> Option<Intent> {
        if subjects.is_empty() {
            return None;
        }
        let asks = matches!(command, AlarmCommand::AckWith | AlarmCommand::Clear | AlarmCommand::Comment) || subjects.len() > MANY;
        let question = Question {
            command,
            subjects,
            text: String::new(),
            until: 0,
            fresh: true,
        };
        if asks {
            self.question = Some(question);
            return None;
        }
        Some(question.act(None))
    }

    /// Draws the open question; the answer is an intent.
    pub fn show(&mut self, ctx: &Context, clock: &Clock) -> Option<Intent> {
        let question = self.question.as_mut()?;
        let (title, yes) = question.words();
        let why_not = question.why_not();
        let mut dialog = Dialog::new(&title, yes)
            .icon(crate::command::Command::Alarm(question.command).facts().icon)
            .unless(why_not);
        if question.command == AlarmCommand::Clear {
            dialog = dialog.danger();
        }
        match dialog.show(ctx, |ui| question.ask(ui)) {
            Answer::Open => None,
            Answer::No => {
                self.question = None;
                None
            }
            Answer::Yes => self.question.take().map(|question| question.act(Some(clock.now))),
        }
    }

    /// Whether a question is open.
    pub fn asking(&self) -> bool {
        self.question.is_some()
    }
}

impl Question {
    fn words(&self) -> (String, &'static str) {
        let what = match self.subjects.as_slice() {
            [one] => one.aim.name.clone(),
            many => format!("{} selected", format::count(many.len())),
        };
        match self.command {
            AlarmCommand::Ack | AlarmCommand::AckWith => (format!("Acknowledge {what}"), "Acknowledge"),
            AlarmCommand::Clear => (format!("Clear {what} by hand"), "Clear"),
            AlarmCommand::Comment => (format!("Comment on {what}"), "Comment"),
            AlarmCommand::Own => (format!("Own {what}"), "Own"),
            AlarmCommand::Release => (format!("Give back {what}"), "Give back"),
            AlarmCommand::Unack => (format!("Unacknowledge {what}"), "Unacknowledge"),
        }
    }

    fn why_not(&self) -> Option<&'static str> {
        let written = !self.text.trim().is_empty();
        match self.command {
            AlarmCommand::Clear if !written => Some("Say why it is over"),
            AlarmCommand::Comment if !written => Some("Nothing is written yet"),
            _ => None,
        }
    }

    fn ask(&mut self, ui: &mut egui::Ui) {
        let theme = Theme::of(ui);
        if self.subjects.len() > 1 {
            self.preview(ui);
            ui.add_space(theme.scale.space.s);
        }
        if self.command == AlarmCommand::AckWith {
            text::caption(ui, "Acknowledged until");
            if let Some(chosen) = button::segments(ui, &UNTIL, self.until) {
                self.until = chosen;
            }
            ui.add_space(theme.scale.space.s);
        }
        if self.command == AlarmCommand::Clear {
            text::paragraph(
                ui,
                "The resource did not say that it is over. If it is not, the alarm comes back with its next raise.",
                theme.palette.text.soft,
            );
            ui.add_space(theme.scale.space.s);
        }
        let hint = match self.command {
            AlarmCommand::AckWith => "Note (may stay empty)",
            AlarmCommand::Clear => "Why it is over",
            AlarmCommand::Comment => "Comment",
            AlarmCommand::Ack | AlarmCommand::Own | AlarmCommand::Release | AlarmCommand::Unack => return,
        };
        let response = field::lines(ui, &mut self.text, hint, 3);
        if std::mem::take(&mut self.fresh) {
            response.request_focus();
        }
    }

    fn preview(&self, ui: &mut egui::Ui) {
        ui.horizontal_wrapped(|ui| {
            for level in Level::ALL {
                let number = self.subjects.iter().filter(|subject| subject.level == level).count();
                if number > 0 {
                    badge::severity(ui, level);
                    text::strong(ui, &format::count(number));
                    ui.add_space(6.0);
                }
            }
        });
        let theme = Theme::of(ui);
        for subject in self.subjects.iter().take(4) {
            text::body(ui, &subject.aim.name);
        }
        let more = self.subjects.len().saturating_sub(4);
        if more > 0 {
            text::label(
                ui,
                &format!("and {} more", format::count(more)),
                crate::theme::Weight::Regular.at(theme.scale.text.small),
                theme.palette.text.soft,
            );
        }
    }

    fn act(self, now: Option<Timestamp>) -> Intent {
        let until = match (self.until, now) {
            (1, _) => AckUntil::Clear,
            (place @ 2.., Some(now)) => HOURS
                .get(place - 2)
                .map_or(AckUntil::Worse, |hours| AckUntil::Time(now.plus(Span::minutes(hours * 60)))),
            _ => AckUntil::Worse,
        };
        let kind = match self.command {
            AlarmCommand::Ack | AlarmCommand::AckWith => CommandKind::Ack { until },
            AlarmCommand::Clear => CommandKind::Clear,
            AlarmCommand::Comment => CommandKind::Comment,
            AlarmCommand::Own => CommandKind::Own,
            AlarmCommand::Release => CommandKind::Assign { to: Name::EMPTY },
            AlarmCommand::Unack => CommandKind::Unack,
        };
        let expect = match self.subjects.as_slice() {
            [one] if self.command != AlarmCommand::Comment => Some(one.changed_at),
            _ => None,
        };
        Intent::Act(Act {
            kind,
            aims: self.subjects.into_iter().map(|subject| subject.aim).collect(),
            expect,
            text: self.text.trim().to_owned(),
        })
    }
}

/// Icon and words of a standing, the same in every list.
pub fn standing_icon(standing: crate::model::Standing) -> (Icon, &'static str) {
    use crate::model::Standing;
    match standing {
        Standing::New => (Icon::BELL_RINGING, "Active, and nobody acknowledged it"),
        Standing::Returned => (Icon::ARROW_COUNTER_CLOCKWISE, "Over before anybody acknowledged it: returned to normal"),
        Standing::Acked => (Icon::CHECK, "Active and acknowledged"),
        Standing::Cleared => (Icon::MINUS, "Over"),
    }
}
