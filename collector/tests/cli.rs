//! The command line as its users meet it: the built program, a data folder, pipes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pedkai-collector"));
    command.arg("--data").arg(data).env_remove("PEDKAI_TOKEN").env_remove("PEDKAI_DATA");
    command
}

fn run(data: &Path, words: &[&str], input: &str) -> Output {
    let mut child = command(data)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn ok(data: &Path, words: &[&str], input: &str) -> String {
    let output = run(data, words, input);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{words:?}: {out}{err}");
    out.trim_end().to_owned()
}

fn fails(data: &Path, words: &[&str], input: &str) -> String {
    let output = run(data, words, input);
    assert!(!output.status.success(), "{words:?} should fail");
    assert!(output.stdout.is_empty() || words[0] != "key", "nothing that looks like a key");
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

struct Serving {
    child: Child,
    ready: Value,
}

impl Serving {
    fn start(data: &Path, more: &[&str], input: &str) -> Self {
        let free = "127.0.0.1:0";
        let mut child = command(data)
            .args(["serve", "--api", free, "--snmp", free, "--syslog-udp", free, "--syslog-tcp", "off"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("'{line}': {error}"));
        Self { child, ready }
    }

    fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("{}{path}", self.ready["api"].as_str().unwrap());
        runtime.block_on(async {
            let response = reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap();
            (response.status().as_u16(), response.json().await.unwrap())
        })
    }

    #[cfg(unix)]
    fn stop(mut self) {
        let stopped = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(stopped.success());
        assert!(self.child.wait().unwrap().success(), "a graceful stop is no failure");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PASSWORD: &str = "correct horse battery\n";

#[cfg(unix)]
#[test]
fn the_same_commands_work_on_a_stopped_and_on_a_running_collector() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let stopped = ok(&data, &["key", "add", "--tenant", "default", "--scope", "read"], "");
    assert!(stopped.starts_with("pk_") && stopped.lines().count() == 1, "the key alone: {stopped}");
    ok(&data, &["user", "add", "ann", "--tenant", "default", "--role", "admin"], PASSWORD);
    let serving = Serving::start(&data, &[], "");
    let doors = ["api", "snmp", "syslog_udp", "version", "ready"];
    assert!(doors.iter().all(|door| !serving.ready[door].is_null()), "{}", serving.ready);
    assert!(serving.ready["syslog_tcp"].is_null(), "what is off is not there: {}", serving.ready);
    assert!(serving.ready["snmp"].as_str().unwrap().starts_with("udp://127.0.0.1:"));
    assert_eq!(serving.get("/api/v1/auth/me", &stopped).0, 200);

    let id = ok(&data, &["tenant", "add", "acme"], "");
    let running = ok(&data, &["key", "add", "--tenant", "acme", "--scope", "read,alarm:write", "--name", "probe"], "");
    let (status, me) = serving.get("/api/v1/auth/me", &running);
    assert_eq!((status, me["tenant_id"].as_str(), me["name"].as_str()), (200, Some(id.as_str()), Some("probe")));
    let list = ok(&data, &["tenant", "list"], "");
    assert!(list.contains("\tdefault") && list.contains(&format!("{id}\tacme")), "{list}");
    ok(&data, &["user", "add", "bob", "--tenant", &id, "--role", "viewer"], PASSWORD);
    assert!(fails(&data, &["user", "add", "bob", "--tenant", "acme", "--role", "viewer"], PASSWORD).contains("bob"));
    assert!(fails(&data, &["key", "add", "--tenant", "nowhere", "--scope", "read"], "").contains("nowhere"));
    assert!(fails(&data, &["key", "add", "--tenant", "acme", "--scope", "everything"], "").contains("everything"));
    assert!(fails(&data, &["user", "add", "eve", "--tenant", "acme", "--role", "god"], PASSWORD).contains("viewer"));
    assert!(fails(&data, &["user", "add", "eve", "--tenant", "acme", "--role", "viewer"], "").contains("stdin"));
    let second = run(&data, &["serve", "--api", "127.0.0.1:0"], "");
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another collector"));
    let run_file = std::fs::metadata(data.join("collector.run")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&run_file.permissions()) & 0o777, 0o600);
    serving.stop();
    assert!(!data.join("collector.run").exists());
    let audit = ok(&data, &["audit", "verify"], "");
    assert_eq!(audit.matches("the chain holds").count(), 4, "{audit}");
}

#[test]
fn a_network_is_imported_decided_again_backed_up_and_looked_over() {
    let folder = tempfile::tempdir().unwrap();
    let (data, source) = (folder.path().join("data"), folder.path().join("inventory"));
    std::fs::create_dir(&source).unwrap();
    std::fs::write(
        source.join("entities.csv"),
        "external_id,name,type,parent,lat,lon,sla_tier,revenue_weight,address\nport-1,Port,PORT,r1,,,,,\nr1,Router one,ROUTER,,52.5,13.4,gold,1,192.0.2.1\nr2,Router two,ROUTER,,,,,,\n",
    )
    .unwrap();
    std::fs::write(source.join("relations.csv"), "source,target,relation\nr1,r2,connects\nr1,nowhere,connects\n").unwrap();
    let path = source.to_str().unwrap();
    let told = run(&data, &["topology", "import", "--tenant", "default", path], "");
    let (out, err) = (
        String::from_utf8_lossy(&told.stdout).into_owned(),
        String::from_utf8_lossy(&told.stderr).into_owned(),
    );
    assert!(told.status.success(), "{out}{err}");
    assert!(err.contains("nowhere"), "what could not be taken is named: {err}");
    assert!(out.contains("changed"), "{out}");
    let again = ok(&data, &["topology", "import", "--tenant", "default", path], "");
    assert!(again.contains(" 0 changed"), "the same again changes nothing: {again}");
    let key = ok(&data, &["key", "add", "--tenant", "default", "--scope", "read"], "");
    let serving = Serving::start(&data, &[], "");
    let (_, port) = serving.get("/api/v1/entities/port-1", &key);
    let (_, router) = serving.get("/api/v1/entities/r1", &key);
    assert_eq!(port["parent_id"], router["id"], "a parent that stands below its child in the file");
    let backup = folder.path().join("backup");
    let word = ok(&data, &["backup", backup.to_str().unwrap()], "");
    assert!(word.contains("1 tenants"), "{word}");
    assert!(fails(&data, &["backup", backup.to_str().unwrap()], "").contains("not empty"));
    drop(serving);
    assert!(ok(&data, &["replay"], "").contains("bit for bit the same"));
    assert!(
        ok(&backup, &["replay", "--tenant", "default"], "").contains("bit for bit the same"),
        "the copy holds the log"
    );
    assert!(fails(&data, &["replay", "--tenant", "nowhere"], "").contains("no such tenant"));
    let policies = folder.path().join("policies");
    std::fs::create_dir(&policies).unwrap();
    assert!(fails(&data, &["policy", "check", policies.to_str().unwrap()], "").contains("no *.toml"));
    std::fs::write(policies.join("reduce.toml"), "[reduce]\ndedup_ttl_s = 60\n").unwrap();
    assert!(ok(&data, &["policy", "check", policies.to_str().unwrap()], "").contains("0 with problems"));
    assert!(ok(&data, &["replay", "--policy", policies.to_str().unwrap()], "").contains("records"));
    std::fs::write(policies.join("worse.toml"), "[correlate]\nwindow_s = -3\n").unwrap();
    assert!(fails(&data, &["policy", "check", policies.to_str().unwrap()], "").contains("worse.toml"));
    let config = folder.path().join("c.toml");
    std::fs::write(
        &config,
        "[api]\nlisten = \"127.0.0.1:0\"\n[snmp]\nlisten = \"127.0.0.1:0\"\n[syslog]\nudp = \"off\"\ntcp = \"off\"\n",
    )
    .unwrap();
    let looked = ok(&data, &["doctor", "--config", config.to_str().unwrap()], "");
    assert!(looked.contains("no problem found") && looked.contains("log of"), "{looked}");
    std::fs::write(&config, "[api]\nlissten = \"x\"\n").unwrap();
    assert!(fails(&data, &["doctor", "--config", config.to_str().unwrap()], "").contains("c.toml:2"));
    assert!(fails(&data, &["serve", "--config", config.to_str().unwrap()], "").contains("c.toml:2"));
}

impl Serving {
    /// Hands in one alarm; gives its event's id.
    fn alarm(&self, key: &str, entity: &str) -> String {
        let body =
            serde_json::json!({"entity_id": entity, "alarm_type": "FAN", "severity": "minor", "raised_at": "2026-01-31T12:00:00Z", "source_system": "test"});
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("{}/api/v1/alarms/ingest", self.ready["api"].as_str().unwrap());
        let answer: Value = runtime.block_on(async {
            let response = reqwest::Client::new().post(url).bearer_auth(key).json(&body).send().await.unwrap();
            assert_eq!(response.status(), 202);
            response.json().await.unwrap()
        });
        answer["event_id"].as_str().unwrap().to_owned()
    }

    /// The head of the feed.
    fn head(&self, key: &str) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("{}/api/v1/changes", self.ready["api"].as_str().unwrap());
        let text = runtime.block_on(async { reqwest::Client::new().get(url).bearer_auth(key).send().await.unwrap().text().await.unwrap() });
        let end: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        end["head"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_backup_taken_while_it_runs_is_restored_as_another_life() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup, fresh) = (folder.path().join("data"), folder.path().join("backup"), folder.path().join("fresh"));
    let key = ok(&data, &["key", "add", "--tenant", "default", "--scope", "read,alarm:write"], "");
    let serving = Serving::start(&data, &[], "");
    let before = serving.alarm(&key, "R1");
    let (_, row) = serving.get("/api/v1/alarms", &key);
    ok(&data, &["backup", backup.to_str().unwrap()], "");
    let (lost, cursor) = (serving.alarm(&key, "R2"), serving.head(&key));
    assert!(fails(&data, &["restore", backup.to_str().unwrap()], "").contains("not empty"));
    drop(serving);
    ok(&fresh, &["restore", backup.to_str().unwrap()], "");
    let serving = Serving::start(&fresh, &[], "");
    assert_eq!(serving.get(&format!("/api/v1/events/{before}"), &key).0, 200, "keys and the log are there");
    assert_eq!(serving.get("/api/v1/alarms", &key).1["items"][0]["id"], row["items"][0]["id"]);
    assert_eq!(serving.get(&format!("/api/v1/events/{lost}"), &key).0, 404, "it came after the backup");
    let after = serving.alarm(&key, "R3");
    assert_ne!(after, lost, "no id is used twice");
    assert_eq!(serving.get(&format!("/api/v1/events/{lost}"), &key).0, 404, "nor taken for another's");
    assert_eq!(serving.get(&format!("/api/v1/events/{after}"), &key).0, 200);
    assert_eq!(serving.get(&format!("/api/v1/changes?cursor={cursor}"), &key).0, 410, "seats load anew");
    drop(serving);
    let serving = Serving::start(&fresh, &[], "");
    assert_eq!(serving.get(&format!("/api/v1/events/{after}"), &key).0, 200);
    drop(serving);
    assert!(ok(&fresh, &["replay"], "").contains("bit for bit the same"), "both lives");
    assert!(ok(&fresh, &["audit", "verify"], "").contains("log: the chain holds"));
}

#[test]
fn a_tenant_moves_to_another_collector_with_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let (alone, team, parcel) = (folder.path().join("alone"), folder.path().join("team"), folder.path().join("parcel"));
    let key = ok(&alone, &["key", "add", "--tenant", "default", "--scope", "read,alarm:write"], "");
    let serving = Serving::start(&alone, &[], "");
    let event = serving.alarm(&key, "R1");
    ok(&alone, &["tenant", "export", "default", parcel.to_str().unwrap()], "");
    assert!(fails(&alone, &["tenant", "export", "nowhere", "x"], "").contains("nowhere"));
    drop(serving);
    let theirs = Serving::start(&team, &[], "");
    let path = parcel.to_str().unwrap();
    assert!(fails(&team, &["tenant", "adopt", path], "").contains("already"), "both are called default");
    let id = ok(&team, &["tenant", "adopt", path, "--name", "berlin"], "");
    assert!(
        fails(&team, &["tenant", "adopt", path, "--name", "again"], "").contains("already"),
        "the id is here"
    );
    let key = ok(&team, &["key", "add", "--tenant", "berlin", "--scope", "read,alarm:write"], "");
    assert_eq!(theirs.get(&format!("/api/v1/events/{event}"), &key).0, 200, "its history came along");
    assert_eq!(theirs.get("/api/v1/auth/me", &key).1["tenant_id"], id.as_str());
    theirs.alarm(&key, "R2");
    assert_eq!(theirs.get("/api/v1/alarms", &key).1["items"].as_array().unwrap().len(), 2);
    let other = ok(&team, &["key", "add", "--tenant", "default", "--scope", "read"], "");
    assert_eq!(theirs.get(&format!("/api/v1/events/{event}"), &other).0, 404);
}

#[test]
fn a_changed_record_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let source = folder.path().join("one.graphml");
    std::fs::write(
        &source,
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\"><graph edgedefault=\"undirected\"><node id=\"a\"/><node id=\"b\"/><edge source=\"a\" target=\"b\"/></graph></graphml>",
    )
    .unwrap();
    ok(&data, &["topology", "import", "--tenant", "default", source.to_str().unwrap()], "");
    let tenant = std::fs::read_dir(data.join("tenants")).unwrap().next().unwrap().unwrap().path();
    let log = rusqlite::Connection::open(tenant.join("log.db")).unwrap();
    let changed = log.execute("UPDATE record SET blob = randomblob(length(blob)) WHERE seq = 1", []).unwrap();
    assert_eq!(changed, 1);
    drop(log);
    let told = fails(&data, &["audit", "verify"], "");
    assert!(told.contains("BROKEN") && told.contains("record 1"), "{told}");
}

#[test]
fn a_workstations_own_collector_takes_its_seats_token_from_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = "0123456789abcdef-a-seat";
    let serving = Serving::start(&data, &["--seat-token-stdin"], &format!("{token}\n"));
    let (status, me) = serving.get("/api/v1/auth/me", token);
    assert_eq!(
        (status, me["kind"].as_str(), me["role"].as_str(), me["tenant"].as_str()),
        (200, Some("seat"), Some("admin"), Some("default"))
    );
    assert!(!serving.ready.to_string().contains(token), "never printed");
    assert_eq!(serving.get("/api/v1/tenants", token).0, 403, "a seat is of its tenant, not of the machine");
    drop(serving);
    let serving = Serving::start(&data, &[], "");
    assert_eq!(serving.get("/api/v1/auth/me", token).0, 401, "good for one life of the collector");
    let short = run(&data, &["serve", "--seat-token-stdin"], "short\n");
    assert!(!short.status.success());
}

#[test]
fn a_collector_elsewhere_is_reached_by_its_url_and_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let key = ok(&data, &["key", "add", "--tenant", "default", "--scope", "topology:write"], "");
    let serving = Serving::start(&data, &[], "");
    let source = folder.path().join("one.graphml");
    std::fs::write(&source, "<graphml><graph edgedefault=\"undirected\"><node id=\"a\"/></graph></graphml>").unwrap();
    let far = |token: Option<&str>, words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pedkai-collector"));
        command
            .args(["--collector", serving.ready["api"].as_str().unwrap()])
            .args(words)
            .env_remove("PEDKAI_TOKEN")
            .env_remove("PEDKAI_DATA");
        if let Some(token) = token {
            command.env("PEDKAI_TOKEN", token);
        }
        command.output().unwrap()
    };
    let import = ["topology", "import", "--tenant", "default", source.to_str().unwrap()];
    let done = far(Some(&key), &import);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&far(None, &import).stderr).contains("PEDKAI_TOKEN"));
    assert!(!far(Some("guess"), &import).status.success());
    assert!(
        !far(Some(&key), &["tenant", "add", "x"]).status.success(),
        "tenants are made on the machine itself"
    );
}

#[test]
fn measurements_are_imported_from_csv_and_go_along_with_their_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let (data, given, other) = (folder.path().join("data"), folder.path().join("given"), folder.path().join("other"));
    let key = ok(&data, &["key", "add", "--tenant", "default", "--scope", "read"], "");
    let file = folder.path().join("week.csv");
    let rows: String = (0..30)
        .map(|minute| format!("2026-01-31 12:{minute:02}:00,{minute},{}\n", if minute == 7 { "much" } else { "2.5" }))
        .collect();
    std::fs::write(&file, format!("time,load,temp\n{rows}")).unwrap();
    let path = file.to_str().unwrap();
    assert!(fails(&data, &["kpi", "import", "--tenant", "default", path], "").contains("--entity"));
    let output = run(&data, &["kpi", "import", "--tenant", "default", "--entity", "R1", path], "");
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(out, "30 lines read, 58 samples kept, 1 lines are dead letters\n", "{err}");
    assert!(err.contains("line 9: temp: 'much' is no number") && err.contains("100 %"), "{err}");
    ok(&data, &["tenant", "export", "default", given.to_str().unwrap()], "");
    let question = "/api/v1/kpi/query?entity_id=R1&metric=temp&from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z";
    let serving = Serving::start(&data, &[], "");
    let answer = serving.get(question, &key).1;
    assert_eq!(answer["points"].as_array().unwrap().len(), 29, "{answer}");
    let letter = &serving.get("/api/v1/dead-letters", &key).1["items"][0];
    assert_eq!(letter["text"], "2026-01-31 12:07:00,7,much", "{letter}");
    drop(serving);
    ok(&other, &["tenant", "adopt", given.to_str().unwrap(), "--name", "joined"], "");
    let key = ok(&other, &["key", "add", "--tenant", "joined", "--scope", "read"], "");
    let serving = Serving::start(&other, &[], "");
    assert_eq!(serving.get(question, &key).1["points"], answer["points"]);
}
