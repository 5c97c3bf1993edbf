use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("c.toml")).map_err(|error| error.to_string())
}

#[test]
fn nothing_configured_is_loopback_with_public_for_default() {
    let config = parse("").unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.api.listen.to_string(), "127.0.0.1:8620");
    assert_eq!(config.snmp.listen.address().unwrap().to_string(), "127.0.0.1:1162");
    assert_eq!(config.syslog.udp.address().unwrap().to_string(), "127.0.0.1:1514");
    assert_eq!(config.syslog.tcp.address().unwrap().to_string(), "127.0.0.1:1514");
    assert_eq!(config.syslog.tls_listen(), Listen::Off);
    assert_eq!(config.snmp.communities, None, "nothing given: public for default, from loopback only");
}

#[test]
fn what_is_not_known_is_refused_with_file_and_line() {
    let error = parse("[api]\nlisten = \"127.0.0.1:1\"\n\n[snmp]\ncomunity = \"x\"\n").unwrap_err();
    assert!(error.starts_with("c.toml:5: ") && error.contains("comunity"), "{error}");
    let error = parse("\n[api]\nlisten = \"nowhere\"\n").unwrap_err();
    assert!(error.starts_with("c.toml:3: "), "{error}");
    let error = parse("[snmp]\nlisten = \"off\"\n[teleport]\n").unwrap_err();
    assert!(error.starts_with("c.toml:3: "), "{error}");
    let error = parse("[llm]\nprovider = \"x\"\n").unwrap_err();
    assert!(error.starts_with("c.toml:2: "), "{error}");
}

#[test]
fn users_are_checked_by_rfc_3414() {
    let user = |more: &str| parse(&format!("[[snmp.users]]\nname = \"u\"\ntenant = \"default\"\n{more}"));
    assert!(user("").is_ok(), "noAuthNoPriv is a level of its own");
    assert!(user("auth = \"SHA-256\"\nauth_password = \"12345678\"\npriv = \"AES-128\"\npriv_password = \"87654321\"").is_ok());
    assert!(user("auth = \"SHA-256\"\nauth_password = \"short\"").unwrap_err().contains("8 characters"));
    assert!(user("priv = \"AES-128\"\npriv_password = \"12345678\"").unwrap_err().contains("needs auth"));
    assert!(user("auth = \"SHA-256\"").unwrap_err().contains("auth_password"));
    assert!(user("auth = \"ROT13\"\nauth_password = \"12345678\"").unwrap_err().starts_with("c.toml:4: "));
}

#[test]
fn targets_say_what_is_wrong_with_them() {
    let target = |more: &str| parse(&format!("[poll]\ninterval_s = 30\n\n[[poll.targets]]\ntenant = \"default\"\n{more}"));
    let good = target("address = \"192.0.2.1\"\ncommunity = \"verysecret\"").unwrap();
    assert_eq!(good.poll.targets[0].address[0].to_string(), "192.0.2.1:161");
    assert!(!format!("{good:?}").contains("verysecret"));
    for (more, word) in [
        ("community = \"c\"", "missing field `address`"),
        ("address = \"router1\"\ncommunity = \"c\"", "'router1' is no address"),
        ("address = []\ncommunity = \"c\"", "needs an address"),
        ("address = \"192.0.2.1\"", "give community (v2c) or user (v3)"),
        ("address = \"192.0.2.1\"\nuser = \"u\"\ncommunity = \"c\"", "give community (v2c) or user (v3)"),
        ("address = \"192.0.2.1\"\nuser = \"u\"", "no [[poll.users]] has the name 'u'"),
        (
            "address = [\"192.0.2.1\", \"192.0.2.2\"]\ncommunity = \"c\"\nentity = \"r\"",
            "cannot be one entity",
        ),
        ("address = [\"192.0.2.1\", \"192.0.2.1:161\"]\ncommunity = \"c\"", "stands twice"),
        (
            "address = \"192.0.2.1\"\ncommunity = \"c\"\nlists = [\"ups\"]",
            "no [[poll.lists]] has the name 'ups'",
        ),
        ("address = \"192.0.2.1\"\ncommunity = \"c\"\ninterfaces = false", "nothing to ask"),
        ("address = \"192.0.2.1\"\ncommunity = \"c\"\ninterval_s = 0", "interval_s = 0"),
        ("address = \"192.0.2.1\"\ncommunity = \"c\"\nport = 161", "unknown field `port`"),
    ] {
        let error = target(more).unwrap_err();
        assert!(error.starts_with("c.toml:") && error.contains(word), "{more}: {error}");
    }
    let object = |more: &str| parse(&format!("[[poll.lists]]\nname = \"l\"\nobjects = [{{ metric = \"m\", {more} }}]"));
    assert_eq!(
        object("oid = \".1.3.6.1.4.1.9.0\", kind = \"gauge\"").unwrap().poll.lists[0].objects[0]
            .oid
            .len(),
        8
    );
    assert!(object("oid = \"sysUpTime\", kind = \"gauge\"").unwrap_err().contains("no object id"));
    assert!(object("oid = \"1.3.6\", kind = \"rate\"").unwrap_err().contains("rate"));
    assert!(object("oid = \"1.3.6\", kind = \"gauge\", scale = 0.0").unwrap_err().contains("scale"));
    let user = |more: &str| {
        parse(&format!(
            "[[poll.users]]\nname = \"u\"\nauth = \"SHA-256\"\nauth_password = \"12345678\"\n{more}"
        ))
    };
    assert!(user("priv = \"AES-256\"\npriv_password = \"12345678\"").is_ok());
    assert!(user("priv = \"DES\"\npriv_password = \"12345678\"").unwrap_err().contains("AES-128"));
    assert!(user("priv = \"AES-128\"").unwrap_err().contains("priv_password"));
}

#[test]
fn secrets_do_not_show_in_debug() {
    let config = parse(
        "[[snmp.users]]\nname = \"u\"\ntenant = \"default\"\nauth = \"SHA-256\"\nauth_password = \"verysecret1\"\n[[snmp.communities]]\ncommunity = \"verysecret2\"\ntenant = \"default\"\n",
    )
    .unwrap();
    assert!(!format!("{config:?}").contains("verysecret"));
}

#[test]
fn addresses_and_networks_are_checked_where_they_stand() {
    let error = parse("[trust]\nrelays = [\"10.0.0.1\", \"ten\"]\n").unwrap_err();
    assert!(error.starts_with("c.toml:2: ") && error.contains("ten"), "{error}");
    let error = parse("[[syslog.sources]]\ntenant = \"default\"\naddress = \"10.0.0.0/40\"\n").unwrap_err();
    assert!(error.starts_with("c.toml:3: "), "{error}");
    let config = parse("[trust]\nrelays = [\"10.1.0.0/16\"]\n").unwrap();
    assert!(config.trust.relays("::ffff:10.1.2.3".parse().unwrap()));
    assert!(!config.trust.relays("10.2.0.0".parse().unwrap()));
}

#[test]
fn the_example_is_read_and_says_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/pedkai-collector.example.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let as_shipped = Config::parse(&text, &path).unwrap();
    assert_eq!(as_shipped, Config::default(), "as shipped the example says what holds anyway");
    let uncommented: String = text.lines().map(|line| line.strip_prefix("#= ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let full = Config::parse(&uncommented, &path).unwrap();
    assert_eq!(full.snmp.users.len(), 1);
    assert_eq!(full.snmp.communities.as_ref().unwrap().len(), 1);
    assert_eq!(full.syslog.sources.len(), 2);
    assert_eq!(full.syslog.tls_listen().address().unwrap().port(), 6514);
    assert_eq!(full.named_tenants(), ["acme", "default"]);
    assert_eq!((full.poll.users.len(), full.poll.lists.len(), full.poll.targets.len()), (1, 1, 2));
    assert_eq!(full.poll.targets[1].address[1].to_string(), "[2001:db8::8]:1161");
    assert!(full.trust.relays("10.0.0.5".parse().unwrap()));
}

#[cfg(unix)]
#[test]
fn private_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    create_private(&inner).unwrap();
    let file = inner.join("secret");
    write_private(&file, b"one").unwrap();
    write_private(&file, b"two").unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"two");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
}
