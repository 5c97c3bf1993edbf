use axum::http::StatusCode;
use pedkai_core::model::AlarmReport;
use serde_json::value::RawValue;

use super::item::Item;
use crate::serve::problem::{Answer, Problem};

/// What a body holds, item by item: an alarm, or what is wrong with it.
pub(super) struct Body {
    /// True for an array.
    pub(super) many: bool,
    /// In the order of the body.
    pub(super) items: Vec<Result<AlarmReport, String>>,
}

/// Reads an alarm or an array of them. One pass where all are well formed; item by item only where one is not.
pub(super) fn read(bytes: &[u8]) -> Answer<Body> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => match serde_json::from_slice::<Vec<Item>>(bytes) {
            Ok(items) => Ok(Body {
                many: true,
                items: items.into_iter().map(Item::report).collect(),
            }),
            Err(_) => one_by_one(bytes),
        },
        Some(b'{') => {
            let item: &RawValue = serde_json::from_slice(bytes).map_err(|error| Problem::of_json(&error))?;
            Ok(Body {
                many: false,
                items: vec![one(item)],
            })
        }
        Some(_) => match serde_json::from_slice::<&RawValue>(bytes) {
            Ok(_) => Err(Problem::unprocessable("the body is neither an alarm (an object) nor an array of alarms")),
            Err(error) => Err(Problem::of_json(&error)),
        },
        None => Err(Problem::new(StatusCode::BAD_REQUEST, "the body is empty: send an alarm or an array of alarms")),
    }
}

fn one_by_one(bytes: &[u8]) -> Answer<Body> {
    let items: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|error| Problem::of_json(&error))?;
    Ok(Body {
        many: true,
        items: items.into_iter().map(one).collect(),
    })
}

fn one(item: &RawValue) -> Result<AlarmReport, String> {
    serde_json::from_str::<Item>(item.get())
        .map_err(|error| error.to_string())
        .and_then(Item::report)
}
