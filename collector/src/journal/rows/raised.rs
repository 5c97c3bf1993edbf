//! Alarms by when they were raised, also those that only history keeps.

use pedkai_core::model::{Name, Timestamp};
use uuid::Uuid;

use super::super::error::JournalError;
use super::super::sqlite::{Result, int};
use super::{Rows, alarm_body};

/// An alarm that was raised as new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// The entity it sits on.
    pub entity: Uuid,
    /// The device that spoke, where that is another.
    pub device: Option<Uuid>,
    /// Its type.
    pub alarm_type: Name,
    /// First raise, source's time.
    pub at: Timestamp,
}

impl Rows {
    /// Hands over every alarm of a record from `first` on that was raised as new at or after `since`, the oldest record first; also those that are over
    /// and left the live list, as long as history keeps them.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn raised(&self, first: u64, since: Timestamp, mut take: impl FnMut(Raised)) -> Result<()> {
        self.ask(|view| {
            // Ids that another life or log made stand below all others.
            for (from, to) in [(i64::MIN, 0), (int(first << 20), i64::MAX)] {
                let mut wrong = None;
                view.database.run(|connection| {
                    let mut statement = connection.prepare_cached("SELECT body FROM alarm WHERE pos >= ?1 AND pos < ?2 ORDER BY pos")?;
                    let mut rows = statement.query((from, to))?;
                    while let Some(row) = rows.next()? {
                        let bytes = row.get_ref(0)?.as_blob().unwrap_or_default();
                        match alarm_body::raised(bytes) {
                            Ok(raised) if raised.at >= since => take(raised),
                            Ok(_) => {}
                            Err(problem) => {
                                wrong = Some(problem.to_string());
                                break;
                            }
                        }
                    }
                    Ok(())
                })?;
                if let Some(problem) = wrong {
                    return Err(JournalError::corrupt(&view.database.file, format!("the row of an alarm: {problem}")));
                }
            }
            Ok(())
        })
    }
}
