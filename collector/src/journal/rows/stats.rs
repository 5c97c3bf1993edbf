//! Counts over the live alarms.

use pedkai_core::model::Severity;

use super::super::error::JournalError;
use super::super::sqlite::{Result, uint};
use super::Rows;

/// Live alarms of one severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeverityCount {
    /// The severity.
    pub severity: Severity,
    /// Not cleared, not shelved.
    pub standing: u64,
    /// … of which nobody acknowledged.
    pub unacked: u64,
    /// Cleared, not yet out of the list.
    pub cleared: u64,
    /// Shelved.
    pub shelved: u64,
}

/// Live alarms of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCount {
    /// The type.
    pub alarm_type: String,
    /// Not cleared.
    pub standing: u64,
    /// Cleared, not yet out of the list.
    pub cleared: u64,
    /// Raises counted.
    pub raises: u64,
}

/// What the live alarms add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlarmStats {
    /// Alarms in the live list.
    pub alarms: u64,
    /// … not cleared.
    pub standing: u64,
    /// Raises counted in them.
    pub raises: u64,
    /// Raises that made no alarm of their own.
    pub duplicates: u64,
    /// Shelved.
    pub shelved: u64,
    /// Suppressed by another or by a rule.
    pub suppressed: u64,
    /// Incidents that are neither resolved nor closed.
    pub open_incidents: u64,
    /// Entities.
    pub entities: u64,
    /// … that are in no inventory.
    pub unplaced: u64,
}

impl Rows {
    /// Live alarms by severity, worst first; every severity is there.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn by_severity(&self) -> Result<Vec<SeverityCount>> {
        self.ask(|view| {
            let found: Vec<(u8, u64, u64, u64, u64)> = view.database.run(|connection| {
                connection
                    .prepare_cached(
                        "SELECT severity, sum(cleared = 0 AND shelved = 0), sum(cleared = 0 AND shelved = 0 AND acked = 0), \
                         sum(cleared = 1 AND shelved = 0), sum(shelved) FROM alarm WHERE live = 1 GROUP BY severity",
                    )?
                    .query_map([], |row| {
                        Ok((
                            row.get(0)?,
                            row.get(1).map(uint)?,
                            row.get(2).map(uint)?,
                            row.get(3).map(uint)?,
                            row.get(4).map(uint)?,
                        ))
                    })?
                    .collect()
            })?;
            if let Some((number, ..)) = found.iter().find(|(number, ..)| Severity::of_number(*number).is_none()) {
                return Err(JournalError::corrupt(&view.database.file, format!("there is no severity {number}")));
            }
            Ok(Severity::ALL
                .into_iter()
                .rev()
                .map(|severity| {
                    let (_, standing, unacked, cleared, shelved) = found.iter().find(|(number, ..)| *number == severity.number()).copied().unwrap_or_default();
                    SeverityCount {
                        severity,
                        standing,
                        unacked,
                        cleared,
                        shelved,
                    }
                })
                .collect())
        })
    }

    /// Live alarms by type, the most frequent first, at most `limit`.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn by_type(&self, limit: usize) -> Result<Vec<TypeCount>> {
        self.ask(|view| {
            view.database.run(|connection| {
                connection
                    .prepare_cached(
                        "SELECT alarm_type, sum(cleared = 0), sum(cleared), sum(count) FROM alarm WHERE live = 1 \
                         GROUP BY alarm_type ORDER BY count(*) DESC, alarm_type LIMIT ?1",
                    )?
                    .query_map([limit as i64], |row| {
                        Ok(TypeCount {
                            alarm_type: row.get(0)?,
                            standing: row.get(1).map(uint)?,
                            cleared: row.get(2).map(uint)?,
                            raises: row.get(3).map(uint)?,
                        })
                    })?
                    .collect()
            })
        })
    }

    /// What the live alarms add up to.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn alarm_stats(&self) -> Result<AlarmStats> {
        self.ask(|view| {
            view.database.run(|connection| {
                let mut stats = connection
                    .prepare_cached(
                        "SELECT count(*), coalesce(sum(cleared = 0), 0), coalesce(sum(count), 0), coalesce(sum(max(count - 1, 0)), 0), \
                         coalesce(sum(shelved), 0), coalesce(sum(suppressed), 0) FROM alarm WHERE live = 1",
                    )?
                    .query_row([], |row| {
                        Ok(AlarmStats {
                            alarms: row.get(0).map(uint)?,
                            standing: row.get(1).map(uint)?,
                            raises: row.get(2).map(uint)?,
                            duplicates: row.get(3).map(uint)?,
                            shelved: row.get(4).map(uint)?,
                            suppressed: row.get(5).map(uint)?,
                            ..AlarmStats::default()
                        })
                    })?;
                // Statuses from 4 on are resolved and closed.
                stats.open_incidents = connection
                    .prepare_cached("SELECT count(*) FROM incident WHERE live = 1 AND status < 4")?
                    .query_row([], |row| row.get(0).map(uint))?;
                (stats.entities, stats.unplaced) = connection
                    .prepare_cached("SELECT count(*), coalesce(sum(placed = 0), 0) FROM entity WHERE live = 1")?
                    .query_row([], |row| Ok((row.get(0).map(uint)?, row.get(1).map(uint)?)))?;
                Ok(stats)
            })
        })
    }
}
