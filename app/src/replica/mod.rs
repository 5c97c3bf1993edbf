//! The window's own copy of the network's state.
//!
//! - does: takes news of the line in, and knows how old what it holds is
//! - takes: news, and the time at which it came
//! - gives: the model that the views read, how the line stands, words for the operator
//! - never knows: sockets, or how anything is drawn

mod notes;

use pedkai_core::model::{Span, Timestamp};
use pedkai_ui::{
    format,
    model::{Detail, Model},
    shell,
};

use self::notes::Notes;
use crate::link::{News, Outcome, Strange};

/// The copy.
#[derive(Debug, Default)]
pub struct Replica {
    /// What the views read.
    pub model: Model,
    state: State,
    /// The collector let us in at least once.
    admitted: bool,
    heard_at: Option<Timestamp>,
    /// When the line said its first word, be it that nobody is there.
    began_at: Option<Timestamp>,
    notes: Notes,
    /// How far the collector's clock is ahead of the seat's even one; none before it was ever asked.
    skew: Option<Span>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Connecting,
    Syncing(usize),
    Live,
    Broken(String),
    Failing(String),
    LoggedOut(String),
    Unfit(String),
}

/// Something the operator is told.
#[derive(Debug, PartialEq, Eq)]
pub enum Word {
    /// It was done.
    Done(String),
    /// It was not.
    Refused(String),
    /// The credential is not good, and never was: there is nothing to show.
    LoginNeeded(String),
}

/// A clock that is off by more is told.
const OFF: Span = Span::seconds(5);
/// A line without a word for this long is stale: three heartbeats.
const STALE: Span = Span::seconds(50);

impl Replica {
    /// Takes news in.
    pub fn take(&mut self, news: News, now: Timestamp) -> Option<Word> {
        self.began_at.get_or_insert(now);
        match news {
            News::Broken(why) => {
                self.state = State::Broken(why);
                return None;
            }
            News::Failing(why) => {
                self.state = State::Failing(why);
                return None;
            }
            News::Unfit(words) => {
                self.state = State::Unfit(words);
                return None;
            }
            News::Strange(strange) => self.notes.strange.add(strange),
            News::Refused(why) => {
                let word = (!self.admitted).then(|| Word::LoginNeeded(why.clone()));
                self.state = State::LoggedOut(why);
                return word;
            }
            News::Asked(asked) => {
                self.model.outbox.put(*asked);
                return None;
            }
            News::Answered(id, aims) => {
                self.model.outbox.answered(id, aims);
                return None;
            }
            News::Settled(id) => {
                self.model.outbox.remove(id);
                return None;
            }
            News::Unkept(why) => return self.notes.unkept(&why).map(Word::Refused),
            News::Aside(aside) => return Some(Word::Refused(self.notes.aside(&aside))),
            News::Kept(at) => {
                self.model.whole = true;
                self.heard_at = Some(at);
                return None;
            }
            News::Reset => {
                self.model.clear();
                self.notes.strange = Strange::default();
            }
            News::Changes(changes) => changes.into_iter().for_each(|change| self.model.apply(change)),
            News::Unreadable(why) => tracing::warn!(why, "a row of the feed could not be read"),
            News::Syncing(rows) => self.state = State::Syncing(rows),
            News::Live => {
                tracing::info!(alarms = self.model.alarms().len(), "in step with the collector");
                (self.state, self.admitted) = (State::Live, true);
                self.model.whole = true;
            }
            News::Heartbeat => {}
            News::Skew(ahead) => self.skew = Some(ahead),
            News::Kpi(question, answer) => {
                self.model.kpis.put(question, *answer);
                return None;
            }
            News::Withdrawn(back, gone) => return withdrawn(back, gone),
            News::Done(outcome) => return Some(told(outcome)),
            News::Merged(commands) => return Some(Word::Done(format!("{} that had waited: done", format::counted(commands, "command")))),
            News::Answer(question, detail) => {
                let keeps = matches!(detail, Detail::Failed(_)) && matches!(self.model.details.get(&question), Some(Detail::Here(_)));
                if !keeps {
                    self.model.details.put(question, detail);
                }
                // An answer, or that there is none, says nothing of the line that rows come by.
                return None;
            }
        }
        self.heard_at = Some(now);
        None
    }

    /// What is not right with this seat itself, each as a sentence.
    pub fn notes(&self) -> Vec<String> {
        self.notes.all()
    }

    /// What time it is: by the collector's clock, or by this machine's where the collector was never asked.
    pub fn time(&self, now: Timestamp, wall: Timestamp) -> Timestamp {
        self.skew.map_or(wall, |ahead| now.plus(ahead))
    }

    /// A sentence about this machine's clock, when it is off.
    pub fn clock_note(&self, now: Timestamp, wall: Timestamp) -> Option<String> {
        let ahead = wall.since(self.time(now, wall));
        let which = if ahead > Span::ZERO { "ahead of" } else { "behind" };
        (ahead.abs() > OFF).then(|| {
            format!(
                "This machine's clock is {} {which} the collector's. Times and ages are by the collector's; set this machine's clock.",
                format::span(ahead.abs())
            )
        })
    }

    /// How the line stands.
    pub fn link(&self, now: Timestamp) -> shell::Link {
        let age = self.heard_at.or(self.began_at).map_or(Span::ZERO, |at| now.since(at));
        match &self.state {
            State::Connecting => shell::Link::Connecting,
            State::Syncing(rows) => shell::Link::Syncing(*rows),
            State::Live if age > STALE => shell::Link::Stale(age),
            State::Live => shell::Link::Live,
            State::Failing(why) => shell::Link::Failing(age, why.clone()),
            State::LoggedOut(why) => shell::Link::Shut(age, shell::Shut::Login(why.clone())),
            State::Unfit(words) => shell::Link::Shut(age, shell::Shut::Version(words.clone())),
            State::Broken(why) => shell::Link::Offline(age, why.clone()),
        }
    }

    /// Why somebody has to log in before anything more comes; none while that is not so.
    pub fn logged_out(&self) -> Option<&str> {
        match &self.state {
            State::LoggedOut(why) => Some(why),
            State::Broken(_) | State::Connecting | State::Failing(_) | State::Live | State::Syncing(_) | State::Unfit(_) => None,
        }
    }

    /// Whether everything has been copied at least once and the line is up.
    pub fn is_live(&self) -> bool {
        matches!(self.state, State::Live)
    }
}

fn withdrawn(back: usize, gone: usize) -> Option<Word> {
    let taken = format!("{} taken back, nothing of it was sent", format::counted(back, "command"));
    let out = format!("{} cannot be taken back: sent already, and may be done", format::counted(gone, "command"));
    match (back, gone) {
        (0, 0) => None,
        (_, 0) => Some(Word::Done(taken)),
        (0, _) => Some(Word::Refused(out)),
        _ => Some(Word::Refused(format!("{taken}; {out}"))),
    }
}

fn told(outcome: Outcome) -> Word {
    let Outcome { word, done, refused } = outcome;
    let (past, not) = match word.as_str() {
        "ack" => ("Acknowledged", "Not acknowledged"),
        "unack" => ("Acknowledgement taken back on", "Acknowledgement not taken back"),
        "own" => ("Owned", "Not owned"),
        "assign" => ("Given", "Not given"),
        "comment" => ("Commented on", "Not commented on"),
        "clear" => ("Cleared", "Not cleared"),
        "set_status" => ("Status set on", "Status not set"),
        other => (other, "Not done"),
    };
    match (done, refused.as_slice()) {
        (_, []) => Word::Done(format!("{past} {}", format::count(done))),
        (0, reasons) => Word::Refused(format!("{not}: {}", reasons.join("; "))),
        (_, reasons) => Word::Refused(format!("{past} {}; not done on the rest: {}", format::count(done), reasons.join("; "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pedkai_ui::intent::Fetch;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn the_line_is_never_called_live_when_it_is_not() {
        let mut replica = Replica::default();
        assert_eq!(replica.link(at(0)), shell::Link::Connecting);
        replica.take(News::Live, at(10));
        assert_eq!(replica.link(at(20)), shell::Link::Live);
        let failed = News::Answer(Fetch::Workers, Detail::Failed("connection refused".into()));
        assert_eq!(replica.take(failed, at(95)), None);
        assert_eq!(replica.link(at(100)), shell::Link::Stale(Span::seconds(90)));
        replica.take(News::Failing("the disk is full".into()), at(104));
        assert_eq!(replica.link(at(109)), shell::Link::Failing(Span::seconds(99), "the disk is full".into()));
        replica.take(News::Broken("refused".into()), at(110));
        assert_eq!(replica.link(at(130)), shell::Link::Offline(Span::seconds(120), "refused".into()));
    }

    #[test]
    fn a_collector_that_was_never_there_is_away_for_longer_and_longer() {
        let mut replica = Replica::default();
        replica.take(News::Broken("refused".into()), at(10));
        replica.take(News::Broken("refused".into()), at(20));
        assert_eq!(replica.link(at(40)), shell::Link::Offline(Span::seconds(30), "refused".into()));
    }

    #[test]
    fn a_clock_that_is_off_or_set_moves_no_age_and_is_told() {
        let mut replica = Replica::default();
        let now = at(1_000_000);
        assert_eq!(
            (replica.time(now, at(999_000)), replica.clock_note(now, at(999_000))),
            (at(999_000), None),
            "nothing is known yet"
        );
        for (ahead, which) in [(3_600, "behind"), (-3_600, "ahead of")] {
            replica.take(News::Skew(Span::seconds(ahead)), now);
            replica.take(News::Live, now);
            assert_eq!(replica.time(now, now), at(1_000_000 + ahead));
            assert!(
                replica.clock_note(now, now).is_some_and(|words| words.contains("1 h") && words.contains(which)),
                "{ahead}"
            );
            assert_eq!(replica.link(now), shell::Link::Live);
            let set = at(1_000_000 + ahead);
            assert_eq!((replica.time(now, set), replica.clock_note(now, set)), (set, None), "it was set right");
        }
        replica.take(News::Skew(Span::ZERO), now);
        for jump in [7_200, -7_200, 6, -6, 4] {
            let wall = at(1_000_000 + jump);
            assert_eq!(replica.time(now, wall), now, "what the machine's clock does meanwhile changes nothing");
            assert_eq!(replica.clock_note(now, wall).is_some(), jump.abs() > 5, "{jump}");
        }
    }

    #[test]
    fn what_was_refused_is_said() {
        let mut replica = Replica::default();
        let outcome = Outcome {
            word: "own".to_owned(),
            done: 1,
            refused: vec!["owned by jan".into()],
        };
        let word = replica.take(News::Done(outcome), at(1));
        assert_eq!(word, Some(Word::Refused("Owned 1; not done on the rest: owned by jan".into())));
        let outcome = Outcome {
            word: "ack".to_owned(),
            done: 0,
            refused: vec!["your role does not allow it".into()],
        };
        let word = replica.take(News::Done(outcome), at(1));
        assert_eq!(word, Some(Word::Refused("Not acknowledged: your role does not allow it".into())));
    }
}
