use pedkai_core::model::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bench::{Bench, alarm};

fn command(kind: &str, target: &str, id: &Value) -> Value {
    json!({"id": Uuid::new_v4(), "kind": kind, "target": {"type": target, "id": id}})
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_work_alarms_and_everything_is_noted_down() {
    let bench = Bench::start().await;
    let key = bench.key("default", "alarm:write,read");
    let (ann, bob) = (
        bench.named_user("default", "ann", Role::Operator).await,
        bench.named_user("default", "bob", Role::Operator).await,
    );
    let row = bench.alarm(&key, "R1", "FAN", "minor").await;
    let path = format!("/api/v1/alarms/{}", row["id"].as_str().unwrap());
    let act = async |token: &str, body: Value| bench.post("/api/v1/commands", token, body).await;
    let (status, done) = act(&ann, command("ack", "alarm", &row["id"])).await;
    assert_eq!((status, &done["outcome"], &done["changed"]), (200, &json!("done"), &json!(1)), "{done}");
    assert!(done["seq"].as_u64().unwrap() > 1);
    let acked = bench.get(&path, &key).await;
    assert_eq!(
        (&acked["ack_state"], &acked["ack"]["by"], &acked["ack"]["until"]),
        (&json!("acked"), &json!("ann"), &json!("clear"))
    );
    let (status, refused) = act(&bob, command("ack", "alarm", &row["id"])).await;
    assert_eq!((status, &refused["outcome"]), (200, &json!("refused")));
    assert!(refused["reason"].as_str().unwrap().contains("already"), "{refused}");
    act(&ann, command("own", "alarm", &row["id"])).await;
    let (_, refused) = act(&bob, command("clear", "alarm", &row["id"])).await;
    assert!(refused["reason"].as_str().unwrap().contains("ann"), "owned by another: {refused}");
    let mut comment = command("comment", "alarm", &row["id"]);
    comment["text"] = json!("the fan was ordered");
    assert_eq!(act(&bob, comment).await.1["outcome"], "done");
    assert_eq!(act(&ann, command("clear", "alarm", &row["id"])).await.1["outcome"], "done");
    let cleared = bench.get(&path, &key).await;
    assert_eq!(
        (&cleared["cleared"], &cleared["owner"], &cleared["comment"]),
        (&json!(true), &json!("ann"), &json!("the fan was ordered"))
    );
    let supervisor = bench.user("default", Role::Supervisor).await;
    let audit = bench.get("/api/v1/audit?resource_type=alarm", &supervisor).await;
    let told: Vec<(&str, &str)> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["action"].as_str().unwrap(), entry["after"]["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("clear", "done"),
            ("comment", "done"),
            ("clear", "refused"),
            ("own", "done"),
            ("ack", "refused"),
            ("ack", "done")
        ]
    );
    assert_eq!(audit["items"][5]["before"]["ack_state"], "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_again_gives_the_first_answer() {
    let bench = Bench::start().await;
    let (key, ann) = (bench.key("default", "alarm:write,read"), bench.user("default", Role::Operator).await);
    let row = bench.alarm(&key, "R1", "FAN", "minor").await;
    let ack = command("ack", "alarm", &row["id"]);
    let (_, first) = bench.post("/api/v1/commands", &ann, ack.clone()).await;
    let (_, second) = bench.post("/api/v1/commands", &ann, ack).await;
    assert_eq!(first, second, "not 'already acknowledged', and the same seq");
}

#[tokio::test(flavor = "multi_thread")]
async fn expect_guards_against_what_was_not_seen() {
    let bench = Bench::start().await;
    let (key, ann) = (bench.key("default", "alarm:write,read"), bench.user("default", Role::Operator).await);
    let row = bench.alarm(&key, "R1", "FAN", "minor").await;
    bench.alarm(&key, "R1", "FAN", "minor").await;
    let mut stale = command("ack", "alarm", &row["id"]);
    stale["expect"] = row["changed_at"].clone();
    let (status, problem) = bench.post("/api/v1/commands", &ann, stale.clone()).await;
    assert_eq!(status, 409, "{problem}");
    let now = bench.get(&format!("/api/v1/alarms/{}", row["id"].as_str().unwrap()), &key).await;
    assert_eq!(now["ack_state"], "none");
    stale["expect"] = now["changed_at"].clone();
    stale["id"] = json!(Uuid::new_v4());
    assert_eq!(bench.post("/api/v1/commands", &ann, stale).await.1["outcome"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_acts_on_what_it_finds() {
    let bench = Bench::start().await;
    let (key, ann) = (bench.key("default", "alarm:write,read"), bench.user("default", Role::Operator).await);
    let body: Vec<Value> = (0..30).map(|n| alarm(&format!("R{n}"), "FAN", ["minor", "warning"][n % 2])).collect();
    bench.post("/api/v1/alarms/ingest", &key, json!(body)).await;
    let by = |filter: Value| json!({"id": Uuid::new_v4(), "kind": "ack", "filter": filter});
    let (_, done) = bench.post("/api/v1/commands", &ann, by(json!("severity=minor&cleared=false"))).await;
    assert_eq!(done["changed"], 15, "{done}");
    let (_, done) = bench
        .post(
            "/api/v1/commands",
            &ann,
            by(json!({"severity": "warning", "entity_id": "R1", "cleared": false})),
        )
        .await;
    assert_eq!(done["changed"], 1, "{done}");
    let (_, nothing) = bench.post("/api/v1/commands", &ann, by(json!("severity=critical"))).await;
    assert_eq!(nothing["outcome"], "refused");
    let wrong = [
        json!(""),
        json!({}),
        json!("severity=dreadful"),
        json!(7),
        // Passed over, each of these would act on other alarms than were meant.
        json!({"id": "", "cleared": "false"}),
        json!({"id": " , ", "severity": "warning"}),
        json!("severity=critical&severity=warning"),
        json!({"history": "true"}),
        json!({"source": "snmp,syslog"}),
    ];
    for wrong in wrong {
        assert_eq!(bench.post("/api/v1/commands", &ann, by(wrong.clone())).await.0, 422, "{wrong}");
    }
    let left = bench.get("/api/v1/alarms?ack_state=none", &key).await;
    assert_eq!(left["items"].as_array().unwrap().len(), 14);
    let (status, problem) = bench.post("/api/v1/commands", &ann, by(json!({"severity": "warning", "colour": "red"}))).await;
    assert_eq!(status, 422, "a condition that is passed over would let more in: {problem}");
    assert!(problem["detail"].as_str().unwrap().contains("colour"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_names_alarms_means_those_and_says_which_refused() {
    let bench = Bench::start().await;
    let key = bench.key("default", "alarm:write,read");
    let (ann, bob) = (
        bench.named_user("default", "ann", Role::Operator).await,
        bench.named_user("default", "bob", Role::Operator).await,
    );
    let body: Vec<Value> = (0..300).map(|n| alarm(&format!("R{n}"), "FAN", "minor")).collect();
    bench.post("/api/v1/alarms/ingest", &key, json!(body)).await;
    let listed = bench.get("/api/v1/alarms?limit=1000", &key).await;
    let ids: Vec<String> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 300);
    bench.alarm(&key, "R900", "FAN", "minor").await;
    for own in &ids[..2] {
        assert_eq!(
            bench.post("/api/v1/commands", &ann, command("own", "alarm", &json!(own))).await.1["outcome"],
            "done"
        );
    }
    let stranger = Uuid::new_v4().to_string();
    let named = format!("{},{stranger},{}", ids.join(","), ids[9]);
    let clear = json!({"id": Uuid::new_v4(), "kind": "clear", "text": "over", "filter": {"id": named}});
    let (status, done) = bench.post("/api/v1/commands", &bob, clear.clone()).await;
    assert_eq!((status, &done["outcome"], &done["changed"]), (200, &json!("done"), &json!(298)), "{done}");
    let refused = done["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 2, "{done}");
    let of = |word: &str| refused.iter().find(|one| one["reason"].as_str().unwrap().contains(word)).unwrap()["ids"].clone();
    assert_eq!(of("ann"), json!([ids[0], ids[1]]));
    assert_eq!(of("any more"), json!([stranger]));
    assert_eq!(bench.post("/api/v1/commands", &bob, clear).await.1, done, "sent again it is the first answer");
    let left = bench.get("/api/v1/alarms?cleared=false", &key).await;
    assert_eq!(left["items"].as_array().unwrap().len(), 3, "what came after is left alone");
    let one = format!("/api/v1/alarms?id={},{}", ids[5], ids[7]);
    assert_eq!(bench.get(&one, &key).await["items"].as_array().unwrap().len(), 2);
    let supervisor = bench.user("default", Role::Supervisor).await;
    let audit = bench.get("/api/v1/audit?action=clear&limit=1", &supervisor).await;
    let told = audit["items"][0]["after"]["command"]["filter"]["id"].as_str().unwrap();
    assert!(told.ends_with(" and 282 more"), "{told}");
    let many: Vec<String> = (0..2_500).map(|_| Uuid::new_v4().to_string()).collect();
    let text = format!("id={}", many.join("%2C"));
    let (status, refused) = bench
        .post("/api/v1/commands", &bob, json!({"id": Uuid::new_v4(), "kind": "ack", "filter": text}))
        .await;
    assert_eq!((status, refused["refused"][0]["ids"].as_array().map(Vec::len)), (200, Some(2_500)), "{refused}");
    let again = json!({"id": Uuid::new_v4(), "kind": "clear", "text": "over", "filter": {"id": ids[0]}});
    let (_, refused) = bench.post("/api/v1/commands", &bob, again).await;
    assert_eq!(refused["outcome"], "refused", "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_emptied_itself_gives_its_first_answer_again() {
    let bench = Bench::start().await;
    let (key, ann) = (bench.key("default", "alarm:write,read"), bench.user("default", Role::Operator).await);
    bench.alarm(&key, "R1", "FAN", "minor").await;
    let ack = json!({"id": Uuid::new_v4(), "kind": "ack", "filter": {"ack_state": "none"}});
    let (_, first) = bench.post("/api/v1/commands", &ann, ack.clone()).await;
    assert_eq!(first["changed"], 1, "{first}");
    assert_eq!(bench.post("/api/v1/commands", &ann, ack).await.1, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_command_is_told_so() {
    let bench = Bench::start().await;
    let ann = bench.user("default", Role::Operator).await;
    let nobody = json!("00000000-0000-4000-8000-00000000dead");
    assert_eq!(bench.post("/api/v1/commands", &ann, command("ack", "alarm", &nobody)).await.0, 404);
    assert_eq!(bench.post("/api/v1/commands", &ann, command("levitate", "alarm", &nobody)).await.0, 422);
    assert_eq!(
        bench.post("/api/v1/commands", &ann, command("assign", "alarm", &nobody)).await.0,
        422,
        "assign needs to"
    );
    assert_eq!(bench.post("/api/v1/commands", &ann, command("ack", "satellite", &nobody)).await.0, 422);
    assert_eq!(
        bench.post("/api/v1/commands", &ann, json!({"id": Uuid::new_v4(), "kind": "ack"})).await.0,
        422,
        "no target"
    );
    assert_eq!(
        bench
            .post("/api/v1/commands", &ann, json!({"kind": "ack", "target": {"type": "alarm", "id": nobody}}))
            .await
            .0,
        422,
        "no id"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_by_hand_lives_its_life() {
    let bench = Bench::start().await;
    let (key, ann) = (
        bench.key("default", "alarm:write,read"),
        bench.named_user("default", "ann", Role::Operator).await,
    );
    let row = bench.alarm(&key, "R1", "FAN", "minor").await;
    let new = json!({"title": "Fans of R1", "severity": "major", "alarm_ids": [row["id"]], "text": "look at both", "id": Uuid::new_v4()});
    let (status, incident) = bench.post("/api/v1/incidents", &ann, new.clone()).await;
    assert_eq!(status, 201, "{incident}");
    assert_eq!(
        (&incident["title"], &incident["status"], &incident["by_hand"]),
        (&json!("Fans of R1"), &json!("new"), &json!(true))
    );
    assert_eq!(incident["alarm_ids"], json!([row["id"]]));
    bench.alarm(&key, "R9", "POWER", "critical").await;
    let (_, again) = bench.post("/api/v1/incidents", &ann, new).await;
    assert_eq!(again["id"], incident["id"], "the same id opens no second one");
    let path = format!("/api/v1/incidents/{}", incident["id"].as_str().unwrap());
    let mut move_on = command("set_status", "incident", &incident["id"]);
    move_on["status"] = json!("investigating");
    let (_, done) = bench.post("/api/v1/commands", &ann, move_on).await;
    assert_eq!(done["outcome"], "done", "{done}");
    assert_eq!(bench.get(&path, &key).await["status"], "investigating");
    let listed = bench.get("/api/v1/incidents?status=investigating", &key).await;
    assert_eq!(listed["items"][0]["id"], incident["id"]);
    assert_eq!(bench.get("/api/v1/incidents?status=closed", &key).await["items"], json!([]));
    assert_eq!(
        bench.get("/api/v1/incidents", &key).await["items"].as_array().unwrap().len(),
        2,
        "every status unless asked"
    );
    assert_eq!(
        bench
            .post("/api/v1/incidents", &ann, json!({"title": " ", "severity": "major", "alarm_ids": []}))
            .await
            .0,
        422
    );
    let stranger = json!({"title": "x", "severity": "major", "alarm_ids": ["00000000-0000-4000-8000-00000000dead"]});
    assert_eq!(bench.post("/api/v1/incidents", &ann, stranger).await.0, 404);
    assert_eq!(bench.call(Method::GET, "/api/v1/incidents?status=perhaps", &ann, None).await.0, 422);
}
