//! Lists that come in pages and are wanted whole: what things can be grouped by, how groups stand, what fails alike.

use std::time::Duration;

use pedkai_ui::{intent::Fetch, model::Detail};
use serde_json::Value;

use super::auth::{Session, Trouble};

/// How long a page is waited for: the first board after a start reads a month of samples.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rows of a page, the most a collector gives.
const ROWS: &str = "1000";
/// Pages of one list.
const PAGES: usize = 20;

/// The path and conditions of a question about groups; none where it is about something else.
fn path(question: &Fetch) -> Option<(&'static str, Vec<(&'static str, String)>)> {
    match question {
        Fetch::Attributes => Some(("groups/attributes", Vec::new())),
        Fetch::Groups(by) => Some(("groups", vec![("by", by.clone())])),
        Fetch::Cohorts(by, days) => Some(("cohorts", vec![("by", by.clone()), ("days", days.to_string())])),
        _ => None,
    }
}

/// Asks page after page, and gives them as one.
pub(super) async fn ask(session: &Session, question: &Fetch) -> Detail {
    let Some((path, conditions)) = path(question) else {
        return Detail::Failed("that is no list of groups".to_owned());
    };
    match whole(session, path, &conditions).await {
        Ok(answer) => Detail::Here(answer),
        Err(trouble) => Detail::Failed(trouble.words()),
    }
}

async fn whole(session: &Session, path: &str, conditions: &[(&'static str, String)]) -> Result<Value, Trouble> {
    let mut all: Vec<Value> = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..PAGES {
        let cursor = next.take().map(|next| ("cursor", next));
        let asked: Vec<(&str, String)> = conditions.iter().cloned().chain([("limit", ROWS.to_owned())]).chain(cursor).collect();
        let request = session.get(path).query(&asked).timeout(PATIENCE);
        let mut page = session.send(request).await?.json::<Value>().await?;
        if let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) {
            all.extend(items);
        }
        next = page.get("next").and_then(Value::as_str).map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    Ok(serde_json::json!({"items": all, "next": next}))
}
