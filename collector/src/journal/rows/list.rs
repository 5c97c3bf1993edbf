//! Lists: filters, pages by cursor, one row by its id.

use pedkai_core::model::{IncidentStatus, Severity, SourceKind, Timestamp};
use pedkai_core::screen::{AlarmRow, EntityRow, IncidentRow, RelationRow, Row, SourceRow};
use rusqlite::OptionalExtension;
use rusqlite::types::Value;
use uuid::Uuid;

use super::super::error::JournalError;
use super::super::sqlite::{Result, int};
use super::cursor::{list_cursor, read_list_cursor};
use super::{Kind, Rows, View, body, place};

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// Cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

/// Which alarms. An empty list or `None` asks for nothing in particular.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlarmFilter {
    /// One of these.
    pub ids: Vec<Uuid>,
    /// On this entity, or spoken by this device.
    pub entity: Option<Uuid>,
    /// Of one of these severities.
    pub severity: Vec<Severity>,
    /// Cleared or not.
    pub cleared: Option<bool>,
    /// Changed at or after this instant, log's time.
    pub since: Option<Timestamp>,
    /// In this incident.
    pub incident: Option<Uuid>,
    /// Of this type.
    pub alarm_type: Option<String>,
    /// Acknowledged or not.
    pub acked: Option<bool>,
    /// Last heard by this door.
    pub source: Option<SourceKind>,
    /// Those that left the live list too.
    pub history: bool,
}

/// Which incidents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentFilter {
    /// In one of these statuses.
    pub status: Vec<IncidentStatus>,
    /// Of one of these severities.
    pub severity: Vec<Severity>,
    /// Changed at or after this instant, log's time.
    pub since: Option<Timestamp>,
    /// Owned by this user.
    pub owner: Option<String>,
}

/// Which entities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityFilter {
    /// With this external id.
    pub external_id: Option<String>,
    /// Of this type.
    pub kind: Option<String>,
    /// Whose name or external id contains this, in any case.
    pub text: Option<String>,
    /// In the inventory, or only heard of.
    pub placed: Option<bool>,
}

/// The conditions of a query, with their values.
#[derive(Default)]
struct Where {
    sql: String,
    values: Vec<Value>,
}

impl Where {
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    fn one_of(&mut self, column: &str, values: impl ExactSizeIterator<Item = i64>) {
        if values.len() > 0 {
            let marks = vec!["?"; values.len()].join(", ");
            self.add(&format!("{column} IN ({marks})"), values.map(Value::Integer));
        }
    }
}

fn int_of(number: impl Into<i64>) -> [Value; 1] {
    [Value::Integer(number.into())]
}

impl View<'_> {
    fn page<T>(&self, kind: Kind, mut filter: Where, next: Option<&str>, limit: usize, take: impl Fn(Row) -> Option<T>) -> Result<Listed<T>> {
        if let Some(cursor) = next {
            filter.add("pos < ?", int_of(read_list_cursor(cursor)?));
        }
        let sql = format!("SELECT pos, id, body FROM {}{} ORDER BY pos DESC LIMIT ?", kind.word(), filter.sql);
        filter.values.push(Value::Integer(limit as i64 + 1));
        let found: Vec<(i64, [u8; 16], Vec<u8>)> = self.database.run(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_map(rusqlite::params_from_iter(filter.values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        })?;
        let more = found.len() > limit;
        let next = found.get(limit.wrapping_sub(1)).filter(|_| more).map(|(pos, ..)| list_cursor(*pos));
        let mut items = Vec::with_capacity(found.len());
        for (_, id, bytes) in found.into_iter().take(limit) {
            items.extend(take(self.row(kind, id, &bytes)?));
        }
        Ok(Listed { items, next })
    }

    fn row(&self, kind: Kind, id: [u8; 16], bytes: &[u8]) -> Result<Row> {
        body::decode(self.database, &self.minter, kind, Uuid::from_bytes(id), bytes)
    }

    pub(super) fn one(&self, kind: Kind, id: Uuid) -> Result<Option<Row>> {
        let found: Option<([u8; 16], Vec<u8>)> = self.database.run(|connection| {
            connection
                .prepare_cached(&format!("SELECT id, body FROM {} WHERE pos = ?1", kind.word()))?
                .query_row([place(&self.minter, kind, id)], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        match found {
            Some((found, bytes)) if found == *id.as_bytes() => self.row(kind, found, &bytes).map(Some),
            _ => Ok(None),
        }
    }
}

macro_rules! only {
    ($variant:ident) => {
        |row| match row {
            Row::$variant(row) => Some(row),
            _ => None,
        }
    };
}

impl Rows {
    /// Alarms, newest first.
    ///
    /// # Errors
    /// A cursor that cannot be read; damaged, or a disk that refuses.
    pub fn alarms(&self, filter: &AlarmFilter, next: Option<&str>, limit: usize) -> Result<Listed<AlarmRow>> {
        self.ask(|view| {
            let mut sql = Where::default();
            if !filter.history {
                sql.add("live = 1", []);
            }
            if !filter.ids.is_empty() {
                sql.one_of("pos", filter.ids.iter().map(|id| place(&view.minter, Kind::Alarm, *id)));
                // Another tenant's id may have the place of one of ours.
                let marks = vec!["?"; filter.ids.len()].join(", ");
                sql.add(&format!("id IN ({marks})"), filter.ids.iter().map(|id| Value::Blob(id.as_bytes().to_vec())));
            }
            if let Some(entity) = filter.entity {
                let pos = place(&view.minter, Kind::Entity, entity);
                sql.add("(entity = ? OR device = ?)", [Value::Integer(pos), Value::Integer(pos)]);
            }
            sql.one_of("severity", filter.severity.iter().map(|severity| i64::from(severity.number())));
            if let Some(cleared) = filter.cleared {
                sql.add("cleared = ?", int_of(cleared));
            }
            if let Some(since) = filter.since {
                sql.add("changed_at >= ?", int_of(since.as_micros()));
            }
            if let Some(incident) = filter.incident {
                sql.add("incident = ?", int_of(place(&view.minter, Kind::Incident, incident)));
            }
            if let Some(alarm_type) = &filter.alarm_type {
                sql.add("alarm_type = ?", [Value::Text(alarm_type.clone())]);
            }
            if let Some(acked) = filter.acked {
                sql.add("acked = ?", int_of(acked));
            }
            if let Some(source) = filter.source {
                sql.add("source = ?", int_of(source as u8));
            }
            view.page(Kind::Alarm, sql, next, limit, only!(Alarm))
        })
    }

    /// Incidents, newest first.
    ///
    /// # Errors
    /// A cursor that cannot be read; damaged, or a disk that refuses.
    pub fn incidents(&self, filter: &IncidentFilter, next: Option<&str>, limit: usize) -> Result<Listed<IncidentRow>> {
        self.ask(|view| {
            let mut sql = Where::default();
            sql.add("live = 1", []);
            sql.one_of("status", filter.status.iter().map(|status| i64::from(*status as u8)));
            sql.one_of("severity", filter.severity.iter().map(|severity| i64::from(severity.number())));
            if let Some(since) = filter.since {
                sql.add("changed_at >= ?", int_of(since.as_micros()));
            }
            if let Some(owner) = &filter.owner {
                sql.add("owner = ?", [Value::Text(owner.clone())]);
            }
            view.page(Kind::Incident, sql, next, limit, only!(Incident))
        })
    }

    /// Closed incidents that did not change after a record, in any order.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn closed_incidents(&self, seq: u64) -> Result<Vec<IncidentRow>> {
        self.ask(|view| {
            let mut sql = Where::default();
            sql.add("live = 1", []);
            sql.one_of("status", [IncidentStatus::Closed as i64].into_iter());
            sql.add("seq <= ?", int_of(int(seq)));
            Ok(view.page(Kind::Incident, sql, None, usize::MAX >> 2, only!(Incident))?.items)
        })
    }

    /// Entities, newest first.
    ///
    /// # Errors
    /// A cursor that cannot be read; damaged, or a disk that refuses.
    pub fn entities(&self, filter: &EntityFilter, next: Option<&str>, limit: usize) -> Result<Listed<EntityRow>> {
        self.ask(|view| {
            let mut sql = Where::default();
            sql.add("live = 1", []);
            if let Some(external_id) = &filter.external_id {
                sql.add("external_id = ?", [Value::Text(external_id.clone())]);
            }
            if let Some(kind) = &filter.kind {
                sql.add("type = ?", [Value::Text(kind.to_uppercase())]);
            }
            if let Some(text) = &filter.text {
                let like = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
                sql.add(
                    "(name LIKE ? ESCAPE '\\' OR external_id LIKE ? ESCAPE '\\')",
                    [Value::Text(like.clone()), Value::Text(like)],
                );
            }
            if let Some(placed) = filter.placed {
                sql.add("placed = ?", int_of(placed));
            }
            view.page(Kind::Entity, sql, next, limit, only!(Entity))
        })
    }

    /// Sources, newest first.
    ///
    /// # Errors
    /// A cursor that cannot be read; damaged, or a disk that refuses.
    pub fn sources(&self, next: Option<&str>, limit: usize) -> Result<Listed<SourceRow>> {
        self.ask(|view| view.page(Kind::Source, Where::default(), next, limit, only!(Source)))
    }

    /// Relations at an entity, or all of them.
    ///
    /// # Errors
    /// A cursor that cannot be read; damaged, or a disk that refuses.
    pub fn relations(&self, entity: Option<Uuid>, next: Option<&str>, limit: usize) -> Result<Listed<RelationRow>> {
        self.ask(|view| {
            let mut sql = Where::default();
            sql.add("live = 1", []);
            if let Some(entity) = entity {
                let pos = place(&view.minter, Kind::Entity, entity);
                sql.add("(source = ? OR target = ?)", [Value::Integer(pos), Value::Integer(pos)]);
            }
            view.page(Kind::Relation, sql, next, limit, only!(Relation))
        })
    }

    /// The row of a kind with this id, live or kept for history.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn row(&self, kind: Kind, id: Uuid) -> Result<Option<Row>> {
        self.ask(|view| view.one(kind, id))
    }

    /// The alarm with this id, also one that only history keeps.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn alarm(&self, id: Uuid) -> Result<Option<AlarmRow>> {
        Ok(self.row(Kind::Alarm, id)?.and_then(only!(Alarm)))
    }

    /// The incident with this id.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn incident(&self, id: Uuid) -> Result<Option<IncidentRow>> {
        Ok(self.row(Kind::Incident, id)?.and_then(only!(Incident)))
    }

    /// The entity with this id.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn entity(&self, id: Uuid) -> Result<Option<EntityRow>> {
        Ok(self.row(Kind::Entity, id)?.and_then(only!(Entity)))
    }

    /// The live entity that a word names: its id, external id, or a name that only one bears.
    ///
    /// # Errors
    /// `BadRequest` where several bear the name; damaged, or a disk that refuses.
    pub fn resolve_entity(&self, word: &str) -> Result<Option<Uuid>> {
        self.ask(|view| {
            if let Ok(id) = Uuid::parse_str(word)
                && view.one(Kind::Entity, id)?.is_some()
            {
                return Ok(Some(id));
            }
            for column in ["external_id", "name"] {
                let found: Vec<[u8; 16]> = view.database.run(|connection| {
                    connection
                        .prepare_cached(&format!("SELECT id FROM entity WHERE {column} = ?1 AND live = 1 LIMIT 2"))?
                        .query_map([word], |row| row.get(0))?
                        .collect()
                })?;
                match found[..] {
                    [] => {}
                    [id] => return Ok(Some(Uuid::from_bytes(id))),
                    _ => return Err(JournalError::BadRequest(format!("several entities are named '{word}': give the external id"))),
                }
            }
            Ok(None)
        })
    }
}
