use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use pedkai_core::identity::{Permission, Scope};
use pedkai_core::model::{Role, TenantId, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::config::Config;
use crate::engine::Clock;

struct Watch(AtomicI64);

impl Watch {
    fn wait(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

const A: TenantId = TenantId(Uuid::from_u128(0xA));
const B: TenantId = TenantId(Uuid::from_u128(0xB));
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn tenant_of(name: &str) -> Option<TenantId> {
    match name {
        "default" | "a" => Some(A),
        "b" => Some(B),
        _ => None,
    }
}

struct Bench {
    watch: Arc<Watch>,
    folder: tempfile::TempDir,
    identity: Identity,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let watch = Arc::new(Watch(AtomicI64::new(1_800_000_000_000_000)));
    let identity = Identity::open(folder.path(), &Config::default(), watch.clone(), None).unwrap();
    Bench { watch, folder, identity }
}

fn user(name: &str, role: Role) -> NewUser {
    NewUser {
        name: name.to_owned(),
        email: Some(format!("{name}@example.net")),
        password: format!("{name}'s password"),
        role,
    }
}

impl Bench {
    fn who(&self, token: &str, tenant: Option<&str>) -> Result<Caller, Denied> {
        self.identity.authenticate(Some(token), tenant, HERE, tenant_of)
    }
}

#[test]
fn a_login_opens_the_tenant_of_its_user_until_the_token_is_over() {
    let bench = bench();
    bench.identity.add_user(A, &user("ann", Role::Operator)).unwrap();
    let tokens = bench.identity.login("ANN@example.net", "ann's password", None).unwrap();
    let ann = bench.who(&tokens.access_token, None).unwrap();
    assert_eq!((ann.tenant, ann.role(), &*ann.name()), (A, Role::Operator, "ann"));
    assert!(ann.may(Permission::Work) && !ann.may(Permission::Users));
    assert!(matches!(bench.who(&tokens.access_token, Some("b")), Err(Denied::Forbidden(_))));
    assert!(matches!(bench.who(&tokens.access_token, Some("nowhere")), Err(Denied::Forbidden(_))));
    bench.watch.wait(15 * 60 + 1);
    assert!(matches!(bench.who(&tokens.access_token, None), Err(Denied::Unauthorized(_))));
    assert!(matches!(bench.identity.authenticate(None, None, HERE, tenant_of), Err(Denied::Unauthorized(_))));
}

#[test]
fn tokens_of_another_collector_or_with_another_algorithm_open_nothing() {
    let (bench, other) = (bench(), bench());
    bench.identity.add_user(A, &user("ann", Role::Admin)).unwrap();
    other.identity.add_user(A, &user("ann", Role::Admin)).unwrap();
    let theirs = other.identity.login("ann", "ann's password", None).unwrap().access_token;
    assert!(matches!(bench.who(&theirs, None), Err(Denied::Unauthorized(_))));
    let ours = bench.identity.login("ann", "ann's password", None).unwrap().access_token;
    let body = ours.split('.').nth(1).unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.");
    assert!(matches!(bench.who(&unsigned, None), Err(Denied::Unauthorized(_))));
}

#[test]
fn a_refresh_token_is_good_once_and_used_twice_ends_the_session() {
    let bench = bench();
    bench.identity.add_user(A, &user("ann", Role::Viewer)).unwrap();
    let first = bench.identity.login("ann", "ann's password", None).unwrap();
    let second = bench.identity.refresh(first.refresh_token.reveal()).unwrap();
    assert!(bench.who(&second.access_token, None).is_ok());
    assert!(bench.identity.refresh(first.refresh_token.reveal()).is_err(), "used before");
    assert!(bench.identity.refresh(second.refresh_token.reveal()).is_err(), "its session ended");
    assert!(bench.who(&second.access_token, None).is_err(), "and so did its access tokens");
    let third = bench.identity.login("ann", "ann's password", None).unwrap();
    bench.watch.wait(31 * 86_400);
    assert!(bench.identity.refresh(third.refresh_token.reveal()).is_err(), "over");
}

#[test]
fn logout_a_new_password_and_deactivation_work_at_once() {
    let bench = bench();
    let ann = bench.identity.add_user(A, &user("ann", Role::Viewer)).unwrap();
    let login = || bench.identity.login("ann", "ann's password", None).unwrap();
    let out = login();
    let caller = bench.who(&out.access_token, None).unwrap();
    bench.identity.logout(&caller).unwrap();
    assert!(bench.who(&out.access_token, None).is_err());
    assert!(bench.identity.refresh(out.refresh_token.reveal()).is_err());
    let kept = login();
    let change = UserChange {
        active: Some(false),
        ..UserChange::default()
    };
    let (before, after) = bench.identity.change_user(A, ann.id, &change).unwrap();
    assert!(before.active && !after.active);
    assert!(bench.who(&kept.access_token, None).is_err());
    assert!(bench.identity.login("ann", "ann's password", None).is_err());
    let change = UserChange {
        active: Some(true),
        password: Some("another password".to_owned()),
        role: Some(Role::Supervisor),
    };
    bench.identity.change_user(A, ann.id, &change).unwrap();
    assert!(bench.identity.login("ann", "ann's password", None).is_err());
    let anew = bench.identity.login("ann", "another password", None).unwrap();
    assert_eq!(bench.who(&anew.access_token, None).unwrap().role(), Role::Supervisor);
}

#[test]
fn five_wrong_passwords_lock_even_the_right_one_for_a_quarter_of_an_hour() {
    let bench = bench();
    bench.identity.add_user(A, &user("ann", Role::Viewer)).unwrap();
    for _ in 0..5 {
        assert!(matches!(bench.identity.login("ann", "wrong", None), Err(IdentityError::Refused(_))));
    }
    assert_eq!(bench.identity.login("ann", "ann's password", None).unwrap_err(), IdentityError::Locked(900));
    bench.watch.wait(901);
    assert!(bench.identity.login("ann", "ann's password", None).is_ok());
    assert!(matches!(bench.identity.login("nobody", "x", None), Err(IdentityError::Refused(_))));
}

#[test]
fn a_user_of_two_tenants_chooses_and_neither_administrator_owns_the_password() {
    let bench = bench();
    let ann = bench.identity.add_user(A, &user("ann", Role::Viewer)).unwrap();
    let mut joining = user("ann", Role::Admin);
    joining.password = "guessed".to_owned();
    assert!(matches!(bench.identity.add_user(B, &joining), Err(IdentityError::Taken(_))));
    joining.password = "ann's password".to_owned();
    bench.identity.add_user(B, &joining).unwrap();
    let tokens = bench.identity.login("ann", "ann's password", None).unwrap();
    assert!(matches!(bench.who(&tokens.access_token, None), Err(Denied::Choose(_))));
    assert_eq!(bench.who(&tokens.access_token, Some("a")).unwrap().role(), Role::Viewer);
    assert_eq!(bench.who(&tokens.access_token, Some("b")).unwrap().role(), Role::Admin);
    let chosen = bench.identity.login("ann", "ann's password", Some(B)).unwrap();
    assert_eq!(bench.who(&chosen.access_token, None).unwrap().tenant, B);
    let change = UserChange {
        password: Some("taken over".to_owned()),
        ..UserChange::default()
    };
    assert!(matches!(bench.identity.change_user(B, ann.id, &change), Err(IdentityError::Refused(_))));
    let off = UserChange {
        active: Some(false),
        ..UserChange::default()
    };
    bench.identity.change_user(A, ann.id, &off).unwrap();
    let left = bench.identity.login("ann", "ann's password", None).unwrap();
    assert_eq!(bench.who(&left.access_token, None).unwrap().tenant, B, "the other tenant is not touched");
}

#[test]
fn a_key_opens_what_its_scopes_say_until_it_is_revoked_and_only_its_hash_is_kept() {
    let bench = bench();
    let (secret, row) = bench.identity.add_key(A, "probe", &[Scope::AlarmWrite], "ann").unwrap();
    let caller = bench.who(secret.reveal(), None).unwrap();
    assert!(caller.may(Permission::AlarmWrite) && !caller.may(Permission::Read));
    assert!(matches!(bench.who(secret.reveal(), Some("b")), Err(Denied::Forbidden(_))));
    assert!(bench.who(secret.reveal(), Some("a")).is_ok());
    for name in ["system.db", "system.db-wal"] {
        let bytes = std::fs::read(bench.folder.path().join(name)).unwrap_or_default();
        let needle = secret.reveal().as_bytes();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{name} holds the key itself");
    }
    assert!(bench.identity.revoke_key(B, row.id).is_err(), "another tenant's administrator cannot");
    bench.identity.revoke_key(A, row.id).unwrap();
    assert!(bench.who(secret.reveal(), None).is_err());
    assert!(bench.identity.keys(A).unwrap()[0].revoked_at.is_some());
    assert_eq!(bench.identity.keys(B).unwrap(), []);
}

#[test]
fn everything_is_there_again_after_a_restart() {
    let bench = bench();
    bench.identity.add_user(A, &user("ann", Role::Viewer)).unwrap();
    let (secret, _) = bench.identity.add_key(A, "probe", &[Scope::Read], "ann").unwrap();
    let tokens = bench.identity.login("ann", "ann's password", None).unwrap();
    let Bench { watch, folder, identity } = bench;
    drop(identity);
    let identity = Identity::open(folder.path(), &Config::default(), watch.clone(), Secret::given("a seat's own long token")).unwrap();
    let bench = Bench { watch, folder, identity };
    assert!(bench.who(&tokens.access_token, None).is_ok(), "the signing key is kept");
    assert!(bench.who(secret.reveal(), None).is_ok());
    let seat = bench.who("a seat's own long token", None).unwrap();
    assert_eq!((seat.who.clone(), seat.tenant, seat.role()), (Who::Seat, A, Role::Admin));
    assert!(
        bench.who("a seat's own long token", Some("b")).is_err(),
        "a seat is of the tenant default alone"
    );
    let local = bench.identity.local_token().reveal().to_owned();
    assert_eq!(bench.who(&local, Some("b")).unwrap().tenant, B);
}

fn note<'a>(tenant: TenantId, action: &'a str, after: Value) -> AuditEntry<'a> {
    AuditEntry {
        tenant,
        actor: "ann",
        action,
        resource_type: "alarm",
        resource_id: "1",
        before: Value::Null,
        after,
        address: "127.0.0.1",
    }
}

#[test]
fn the_audit_chain_holds_until_a_byte_of_it_is_changed() {
    let bench = bench();
    for number in 0..10 {
        bench.identity.audit(&note(A, "ack", json!({"number": number}))).unwrap();
    }
    bench.identity.audit(&note(B, "clear", Value::Null)).unwrap();
    let verdict = bench.identity.audit_verify(A).unwrap();
    assert_eq!((verdict.ok, verdict.entries), (true, 10));
    let filter = AuditFilter {
        action: Some("ack".to_owned()),
        before_seq: Some(4),
        limit: 2,
        ..AuditFilter::default()
    };
    let rows = bench.identity.audit_rows(A, &filter).unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(rows[0].after, json!({"number": 2}));
    assert_eq!(
        bench
            .identity
            .audit_rows(
                B,
                &AuditFilter {
                    limit: 100,
                    ..AuditFilter::default()
                }
            )
            .unwrap()
            .len(),
        1
    );

    let Bench { watch, folder, identity } = bench;
    drop(identity);
    let connection = rusqlite::Connection::open(folder.path().join("system.db")).unwrap();
    connection
        .execute("UPDATE audit SET actor = 'bob' WHERE seq = 6 AND tenant = ?1", [A.0])
        .unwrap();
    drop(connection);
    let identity = Identity::open(folder.path(), &Config::default(), watch, None).unwrap();
    let verdict = identity.audit_verify(A).unwrap();
    assert_eq!((verdict.ok, verdict.broken_at), (false, Some(6)));
    assert!(identity.audit_verify(B).unwrap().ok);
}

#[test]
fn retired_entries_leave_an_anchor_and_a_note() {
    let bench = bench();
    for _ in 0..1_500 {
        bench.identity.audit(&note(A, "ack", Value::Null)).unwrap();
    }
    bench.watch.wait(731 * 86_400);
    bench.identity.audit(&note(A, "clear", Value::Null)).unwrap();
    assert_eq!(bench.identity.audit_retire().unwrap(), 1_000);
    assert_eq!(bench.identity.audit_retire().unwrap(), 500);
    assert_eq!(bench.identity.audit_retire().unwrap(), 0);
    let verdict = bench.identity.audit_verify(A).unwrap();
    assert_eq!((verdict.ok, verdict.entries), (true, 3), "the newest and two notes of deletions");
}
