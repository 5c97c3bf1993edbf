use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pedkai_core::model::TenantId;
use pedkai_core::wire::Page;

use super::super::problem::Answer;
use super::super::query;
use super::unclear;

/// Boards that are held, of all tenants.
const MOST: usize = 8;
/// A board is paged for so long; after that the next page is of a new one.
const HELD: Duration = Duration::from_secs(60);

/// Whose board, and of what.
pub(super) type Of = (TenantId, String);

/// Boards that are being paged: the pages of one question are of one moment, and only the first costs.
pub(super) struct Held<T>(Mutex<Vec<Board<T>>>);

struct Board<T> {
    of: Of,
    made: Instant,
    rows: Arc<Vec<T>>,
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Held<T> {
    pub(super) fn get(&self, of: &Of) -> Option<Arc<Vec<T>>> {
        let mut boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        boards.retain(|board| board.made.elapsed() < HELD);
        boards.iter().find(|board| board.of == *of).map(|board| board.rows.clone())
    }

    /// Holds a board in place of the one before, and gives it back.
    pub(super) fn put(&self, of: Of, rows: Vec<T>) -> Arc<Vec<T>> {
        let rows = Arc::new(rows);
        let mut boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        boards.retain(|board| board.of != of && board.made.elapsed() < HELD);
        if boards.len() == MOST {
            boards.remove(0);
        }
        boards.push(Board {
            of,
            made: Instant::now(),
            rows: rows.clone(),
        });
        rows
    }
}

/// Reads a cursor: the place of the last row of the page before.
pub(super) fn after(cursor: Option<String>) -> Answer<Option<(String, String)>> {
    let Some(cursor) = query::some(cursor) else { return Ok(None) };
    let read = URL_SAFE_NO_PAD.decode(&cursor).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.map(Some).ok_or_else(|| unclear("cursor: take `next` of the page before"))
}

/// The page behind a place; rows are in the order of their places.
pub(super) fn page<T: Clone>(rows: &[T], after: Option<&(String, String)>, limit: usize, place: impl Fn(&T) -> (&str, &str)) -> Page<T> {
    let first = after.map_or(0, |(a, b)| rows.partition_point(|row| place(row) <= (a.as_str(), b.as_str())));
    let rest = &rows[first..];
    let items = rest[..limit.min(rest.len())].to_vec();
    let next = items.last().filter(|_| rest.len() > items.len()).map(|row| {
        let (a, b) = place(row);
        URL_SAFE_NO_PAD.encode(serde_json::json!([a, b]).to_string())
    });
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_join_without_a_gap_also_where_rows_come_and_go() {
        let rows: Vec<String> = (0..25).map(|number| format!("v{number:02}")).collect();
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let after = after(cursor).unwrap();
            let page = page(&rows, after.as_ref(), 10, |row| (row.as_str(), ""));
            seen.extend(page.items);
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, rows);
        let gone = after(Some(URL_SAFE_NO_PAD.encode(r#"["v09x",""]"#))).unwrap();
        assert_eq!(page(&rows, gone.as_ref(), 1, |row| (row.as_str(), "")).items, ["v10"]);
        assert!(after(Some("nonsense!".to_owned())).is_err() && after(Some(URL_SAFE_NO_PAD.encode("[1]"))).is_err());
    }

    #[test]
    fn a_board_is_its_tenants_and_the_newest_of_its_question() {
        let held = Held::default();
        let [one, other] = [1, 2].map(|number| TenantId(uuid::Uuid::from_u128(number)));
        let of = |tenant, what: &str| (tenant, what.to_owned());
        held.put(of(one, "a"), vec![1]);
        held.put(of(one, "a"), vec![2]);
        assert_eq!(held.get(&of(one, "a")).as_deref(), Some(&vec![2]));
        assert!(held.get(&of(other, "a")).is_none() && held.get(&of(one, "b")).is_none());
        (0..MOST).for_each(|number| drop(held.put(of(other, &number.to_string()), vec![3])));
        assert!(held.get(&of(one, "a")).is_none(), "no more than a few are held");
    }
}
