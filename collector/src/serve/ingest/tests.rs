use axum::response::IntoResponse;
use pedkai_core::model::{Severity, Timestamp};
use proptest::prelude::*;

use super::body::read;

const GOOD: &str = r#"{"entity_id":"R1","alarm_type":"LINK_DOWN","severity":"Major","raised_at":"2026-01-31T12:00:00Z","source_system":"probe",
    "qualifier":"Gi0/1","cleared":false,"tenant_id":"another","attributes":{"interface":"Gi0/1","slot":3,"up":true,"none":null,"many":["a",1]}}"#;

fn status(body: &[u8]) -> u16 {
    match read(body) {
        Ok(_) => 200,
        Err(problem) => problem.into_response().status().as_u16(),
    }
}

#[test]
fn an_alarm_is_read_and_what_it_does_not_know_is_passed_over() {
    let body = read(GOOD.as_bytes()).ok().unwrap();
    let report = body.items[0].clone().unwrap();
    assert!(!body.many);
    assert_eq!((report.severity, report.cleared, report.qualifier.as_str()), (Severity::Major, false, "Gi0/1"));
    assert_eq!(report.raised_at, Timestamp::parse("2026-01-31T12:00:00Z").unwrap());
    let attributes: Vec<(&str, &str)> = report.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(attributes, [("interface", "Gi0/1"), ("slot", "3"), ("up", "true"), ("many", "a;1")]);
}

#[test]
fn one_bad_item_does_not_spoil_the_others() {
    let text = format!("[{GOOD}, {{}}, 7, {}, {GOOD}]", GOOD.replace("Major", "dreadful"));
    let body = read(text.as_bytes()).ok().unwrap();
    let good: Vec<bool> = body.items.iter().map(Result::is_ok).collect();
    assert_eq!(good, [true, false, false, false, true]);
    assert!(body.items[1].clone().unwrap_err().contains("entity_id"));
    assert!(body.items[3].clone().unwrap_err().contains("dreadful"));
}

#[test]
fn cleared_may_be_said_by_severity() {
    let body = read(GOOD.replace("Major", "cleared").replace("\"cleared\":false,", "").as_bytes())
        .ok()
        .unwrap();
    assert!(body.items[0].clone().unwrap().cleared);
}

#[test]
fn broken_json_is_400_and_another_shape_422() {
    assert_eq!(status(b""), 400);
    assert_eq!(status(b"{"), 400);
    assert_eq!(status(b"[1,2"), 400);
    assert_eq!(status(b"{\"a\":\xff\xfe\"}"), 400);
    assert_eq!(status(b"\"text\""), 422);
    assert_eq!(status(b"12"), 422);
    assert_eq!(status(b"nonsense"), 400);
}

#[test]
fn deep_json_is_refused_and_overflows_nothing() {
    let deep = "[".repeat(200_000);
    assert_eq!(status(deep.as_bytes()), 400);
    let closed = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let body = read(closed.as_bytes());
    assert!(body.is_err() || body.is_ok_and(|body| body.items.iter().all(Result::is_err)));
    let inside = GOOD.replace("\"slot\":3", &format!("\"slot\":{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    let body = read(inside.as_bytes());
    assert!(body.is_err() || body.is_ok_and(|body| body.items[0].is_err()));
    let unknown = GOOD.replace("\"another\"", &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    assert!(
        read(unknown.as_bytes()).is_ok_and(|body| body.items[0].is_ok()),
        "what is passed over may be as deep as it likes"
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_json_panics(text in r#"[\[\{]("[a-z_]{1,12}"[:,]|[0-9eE.+-]{1,9}|null|true|[\[\]\{\},:]){0,40}"#) {
        let _ = read(text.as_bytes());
    }
}
