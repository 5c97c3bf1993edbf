use pedkai_core::model::Timestamp;
use pedkai_core::wire::Page;
use uuid::Uuid;

use super::problem::{Answer, Problem};
use crate::engine::Tenant;
use crate::journal::rows::Listed;

/// Items on a page, unless asked otherwise, and at most.
const USUAL: usize = 100;
const MOST: usize = 1_000;

/// `?limit=`: 1 to 1,000, 100 unless said; more than that gives 1,000.
pub(crate) fn limit(text: Option<&str>) -> Answer<usize> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(USUAL),
        Some(text) => match text.parse::<usize>() {
            Ok(limit) if limit > 0 => Ok(limit.min(MOST)),
            _ => Err(Problem::unprocessable("limit is a number from 1 to 1000")),
        },
    }
}

/// A text that is given and not empty.
pub(crate) fn some(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A time.
pub(crate) fn time(name: &str, text: Option<&str>) -> Answer<Option<Timestamp>> {
    text.filter(|text| !text.is_empty())
        // A plus sign that was not escaped comes as a space.
        .map(|text| Timestamp::parse(&text.replace(' ', "+")).map_err(|problem| Problem::unprocessable(format!("{name}: {problem}"))))
        .transpose()
}

/// `true` or `false`.
pub(crate) fn truth(name: &str, text: Option<&str>) -> Answer<Option<bool>> {
    match text {
        None | Some("") => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(_) => Err(Problem::unprocessable(format!("{name} is true or false"))),
    }
}

/// Words separated by commas, each one of a set.
pub(crate) fn words<T>(name: &str, text: Option<&str>, of: impl Fn(&str) -> Option<T>, known: &str) -> Answer<Vec<T>> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| of(word).ok_or_else(|| Problem::unprocessable(format!("{name}: '{word}' is none of {known}"))))
        .collect()
}

/// An id in a path; what is no id is not there.
pub(crate) fn id(text: &str, what: &str) -> Answer<Uuid> {
    Uuid::parse_str(text).map_err(|_| Problem::not_found(what))
}

/// The entity that a word names: id, external id or a name that only one bears; `None` where nothing does.
pub(crate) async fn entity(tenant: &Tenant, word: String) -> Answer<Option<Uuid>> {
    Ok(tenant.ask(move |rows| rows.resolve_entity(&word)).await?)
}

/// A page of a list as the wire has it.
pub(crate) fn page<T>(listed: Listed<T>) -> Page<T> {
    Page {
        items: listed.items,
        next: listed.next,
    }
}
