//! The filter of the list: written in words, told in words.

use pedkai_core::{
    screen::AlarmRow,
    topology::{Said, shared},
};
use rustc_hash::FxHashSet;
use std::rc::Rc;
use uuid::Uuid;

use crate::{
    format,
    model::{Model, Standing},
    theme::Level,
};

/// Which alarms are looked at before any word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Scope {
    /// Active, and over but not acknowledged.
    #[default]
    Work,
    /// Not acknowledged.
    Unacked,
    /// Cleared and acknowledged ones too.
    All,
}

impl Scope {
    pub(super) const ALL: [Self; 3] = [Self::Work, Self::Unacked, Self::All];
    pub(super) const WORDS: [&'static str; 3] = ["In work", "Unacked", "Everything"];
}

/// A condition of the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Exactly(Level),
    AtLeast(Level),
    Entity(String),
    Shares(String, String),
    Flapping,
    InNoIncident,
    Owner(String),
    Source(String),
    Standing(Standing),
    Type(String),
    Unowned,
    Words(String),
}

/// Conditions that all hold, each as written or turned round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) scope: Scope,
    pub(super) level: Option<Level>,
    entity: Option<Uuid>,
    these: Option<Rc<FxHashSet<Uuid>>>,
    terms: Vec<(bool, Term)>,
}

impl Filter {
    /// Reads what was written: `major+ bgp owner:mira -type:fan is:returned "two words"`.
    pub(super) fn read(scope: Scope, level: Option<Level>, written: &str) -> Self {
        let terms = split(written)
            .into_iter()
            .map(|word| match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                Some(rest) => (false, Term::read(rest)),
                None => (true, Term::read(&word)),
            })
            .collect();
        Self {
            scope,
            level,
            entity: None,
            these: None,
            terms,
        }
    }

    /// The same, narrowed to an entity and everything in it.
    pub(super) fn of(mut self, entity: Option<Uuid>) -> Self {
        self.entity = entity;
        self
    }

    /// The same, narrowed to alarms that are named.
    pub(super) fn only(mut self, these: Option<Rc<FxHashSet<Uuid>>>) -> Self {
        self.these = these;
        self
    }

    pub(super) fn lets(&self, model: &Model, alarm: &AlarmRow) -> bool {
        let standing = Standing::of(alarm);
        let in_scope = match self.scope {
            Scope::Work => standing != Standing::Cleared,
            Scope::Unacked => standing.waits(),
            Scope::All => true,
        };
        in_scope
            && self.level.is_none_or(|level| Level::from(alarm.severity) == level && !alarm.cleared)
            && self.these.as_ref().is_none_or(|these| these.contains(&alarm.id))
            && self.entity.is_none_or(|entity| within(model, alarm, entity))
            && self.terms.iter().all(|(wanted, term)| term.holds(model, alarm, standing) == *wanted)
    }

    /// Whether only the scope narrows the list.
    pub(super) fn is_plain(&self) -> bool {
        self.terms.is_empty() && self.level.is_none() && self.entity.is_none() && self.these.is_none()
    }

    /// The conditions one by one, as a sentence would say them.
    pub(super) fn words(&self, model: &Model) -> Vec<String> {
        let scope = match self.scope {
            Scope::Work => "active or returned",
            Scope::Unacked => "not acknowledged",
            Scope::All => "everything kept",
        };
        let level = self.level.map(|level| format!("{} and active", level.word().to_lowercase()));
        let terms = self
            .terms
            .iter()
            .map(|(wanted, term)| if *wanted { term.words() } else { format!("not ({})", term.words()) });
        let entity = self.entity.map(|entity| format!("on or in {}", model.name_of(entity)));
        let these = self
            .these
            .as_ref()
            .map(|these| format!("{} of the outbox", format::counted(these.len(), "alarm")));
        std::iter::once(scope.to_owned()).chain(level).chain(entity).chain(these).chain(terms).collect()
    }
}

impl Term {
    fn read(word: &str) -> Self {
        let lower = word.to_lowercase();
        let level = |word: &str| {
            Level::ALL
                .into_iter()
                .find(|level| *level != Level::Cleared && level.word().eq_ignore_ascii_case(word))
        };
        if let Some(level) = level(&lower) {
            return Self::Exactly(level);
        }
        if let Some(level) = lower.strip_suffix('+').and_then(level) {
            return Self::AtLeast(level);
        }
        match lower.split_once(':') {
            Some(("by", rest)) if rest.split_once('=').is_some_and(|(attribute, _)| !attribute.is_empty()) => {
                let (attribute, value) = rest.split_once('=').unwrap_or_default();
                Self::Shares(attribute.to_owned(), value.to_owned())
            }
            Some(("entity", rest)) => Self::Entity(rest.to_owned()),
            Some(("type", rest)) => Self::Type(rest.to_owned()),
            Some(("source", rest)) => Self::Source(rest.to_owned()),
            Some(("owner", "none" | "")) | Some(("is", "unowned")) => Self::Unowned,
            Some(("owner", rest)) => Self::Owner(rest.to_owned()),
            Some(("incident", "none")) => Self::InNoIncident,
            Some(("severity" | "sev", rest)) => Self::read(rest),
            Some(("is", "new")) => Self::Standing(Standing::New),
            Some(("is", "returned")) => Self::Standing(Standing::Returned),
            Some(("is", "acked")) => Self::Standing(Standing::Acked),
            Some(("is", "cleared")) => Self::Standing(Standing::Cleared),
            Some(("is", "flapping")) => Self::Flapping,
            _ => Self::Words(lower),
        }
    }

    fn holds(&self, model: &Model, alarm: &AlarmRow, standing: Standing) -> bool {
        match self {
            Self::Exactly(level) => Level::from(alarm.severity) == *level,
            Self::AtLeast(level) => Level::from(alarm.severity) <= *level,
            Self::Entity(name) => contains(&alarm.entity_name, name) || contains(&alarm.external_id, name),
            Self::Shares(attribute, value) => shares(model, alarm, attribute, value),
            Self::Flapping => alarm.flapping,
            Self::InNoIncident => alarm.incident_id.is_none(),
            Self::Owner(name) => contains(&alarm.owner, name),
            Self::Source(name) => contains(alarm.source.word(), name) || contains(&alarm.source_system, name),
            Self::Standing(wanted) => standing == *wanted,
            Self::Type(name) => contains(&alarm.alarm_type, name),
            Self::Unowned => alarm.owner.is_empty(),
            Self::Words(words) => {
                let fields = [
                    &alarm.entity_name,
                    &alarm.text,
                    &alarm.alarm_type,
                    &alarm.qualifier,
                    &alarm.external_id,
                    &alarm.probable_cause,
                ];
                fields.iter().any(|field| contains(field, words))
            }
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Exactly(level) => format!("severity {}", level.word().to_lowercase()),
            Self::AtLeast(level) => format!("severity {} or worse", level.word().to_lowercase()),
            Self::Entity(name) => format!("entity has \u{201c}{name}\u{201d}"),
            Self::Shares(attribute, value) => format!("{attribute} is \u{201c}{value}\u{201d}"),
            Self::Flapping => "flapping".to_owned(),
            Self::InNoIncident => "in no incident".to_owned(),
            Self::Owner(name) => format!("owned by {name}"),
            Self::Source(name) => format!("from {name}"),
            Self::Standing(standing) => standing.word().to_lowercase(),
            Self::Type(name) => format!("type has \u{201c}{name}\u{201d}"),
            Self::Unowned => "owned by nobody".to_owned(),
            Self::Words(words) => format!("has \u{201c}{words}\u{201d}"),
        }
    }
}

/// The words that narrow a list to what shares a value of an attribute.
pub(in crate::views) fn sharing(attribute: &str, value: &str) -> String {
    quoted(&format!("by:{attribute}="), value)
}

/// The words that narrow a list to a type of alarm.
pub(in crate::views) fn of_type(alarm_type: &str) -> String {
    quoted("type:", alarm_type)
}

fn quoted(what: &str, value: &str) -> String {
    // A quotation mark cannot be written, and is not looked at.
    let value = value.replace('"', "");
    let all = format!("{what}{value}");
    if all.contains(' ') { format!("\"{all}\"") } else { all }
}

/// Whether what an alarm is on shares a value of an attribute, as groups are made: by its own, or by that of what it is part of or stands in.
fn shares(model: &Model, alarm: &AlarmRow, attribute: &str, value: &str) -> bool {
    let of = |id: Uuid| {
        let row = model.entities().get(id);
        let way_up = std::iter::successors(row, |row| row.parent_id.and_then(|id| model.entities().get(id)));
        let said = way_up.map(|row| Said {
            kind: &row.kind,
            name: &row.name,
            tier: &row.sla_tier,
            attributes: &row.attributes,
        });
        shared(attribute, said)
    };
    let found = of(alarm.entity_id).or_else(|| of(alarm.device_id?));
    found.is_some_and(|found| found.to_lowercase().replace('"', "") == value)
}

/// Whether an alarm is on an entity, on a link of it, or on something that is part of it.
fn within(model: &Model, alarm: &AlarmRow, entity: Uuid) -> bool {
    if [alarm.device_id, alarm.link_id].contains(&Some(entity)) {
        return true;
    }
    let mut here = Some(alarm.entity_id);
    for _ in 0..16 {
        match here {
            Some(id) if id == entity => return true,
            Some(id) => here = model.entities().get(id).and_then(|row| row.parent_id),
            None => return false,
        }
    }
    false
}

/// Whether `text` contains `wanted`, which is in lower case, in any case.
fn contains(text: &str, wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    if !wanted.is_ascii() {
        return text.to_lowercase().contains(wanted);
    }
    text.as_bytes()
        .windows(wanted.len())
        .any(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

fn split(written: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for letter in written.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Change, samples,
        samples::{alarm, id},
    };
    use pedkai_core::model::Severity;
    use pedkai_core::screen::Row;

    fn lets(written: &str, alarm: &AlarmRow) -> bool {
        Filter::read(Scope::Work, None, written).lets(&Model::default(), alarm)
    }

    #[test]
    fn words_narrow_the_list() {
        let row = alarm(1, id(2, 0), "BERN-PE-01", Severity::Major, "BGP peer lost", 9);
        for yes in [
            "",
            "bern",
            "major",
            "warning+",
            "\"peer lost\"",
            "-zurich",
            "owner:none",
            "is:new type:link",
            "severity:major+",
        ] {
            assert!(lets(yes, &row), "{yes}");
        }
        for no in ["zurich", "critical", "critical+", "-bern", "owner:mira", "is:returned"] {
            assert!(!lets(no, &row), "{no}");
        }
    }

    #[test]
    fn a_group_is_what_shares_a_value_itself_or_by_where_it_stands() {
        let mut model = samples::typical();
        let (router, site) = (id(2, 1), id(1, 1));
        let mut row = model.entities().get(site).unwrap().clone();
        row.attributes.insert("Region".into(), "Espace \"Mittelland\"".into());
        model.apply(Change::Put(Box::new(Row::Entity(row))));
        let on = |entity| alarm(1, entity, "BER-PE-01", Severity::Major, "BGP peer lost", 9);
        let lets = |written: &str, entity| Filter::read(Scope::Work, None, written).lets(&model, &on(entity));
        let written = sharing("region", "Espace \"Mittelland\"");
        assert_eq!(written, "\"by:region=Espace Mittelland\"");
        assert!(lets(&written, router) && lets(&written, site) && lets("by:site=bern", router));
        assert!(!lets(&written, id(2, 2)) && !lets("by:region=espace", router) && !lets("by:firmware=7", router));
        assert!(lets(&format!("-{written} {}", of_type("LINK")), id(2, 2)) == lets("type:LINK", id(2, 2)));
    }

    #[test]
    fn the_filter_tells_itself() {
        let filter = Filter::read(Scope::Work, None, "major+ -bgp");
        assert_eq!(
            filter.words(&Model::default()).join(" · "),
            "active or returned · severity major or worse · not (has \u{201c}bgp\u{201d})"
        );
    }
}
