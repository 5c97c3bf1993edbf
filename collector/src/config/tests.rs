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
    let communities = config.communities();
    assert_eq!((communities[0].community.as_str(), communities[0].tenant.as_str()), ("public", "default"));
    let open = parse("[snmp]\nlisten = \"0.0.0.0:1162\"\n").unwrap();
    assert_eq!(open.communities(), [], "public only ever means something on loopback");
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
fn secrets_do_not_show_in_debug() {
    let config = parse(
        "[[snmp.users]]\nname = \"u\"\ntenant = \"default\"\nauth = \"SHA-256\"\nauth_password = \"verysecret1\"\n[[snmp.communities]]\ncommunity = \"verysecret2\"\ntenant = \"default\"\n",
    )
    .unwrap();
    assert!(!format!("{config:?}").contains("verysecret"));
}

#[test]
fn networks_hold_addresses_of_their_own_kind() {
    let network: Network = "10.1.0.0/16".parse().unwrap();
    assert!(network.holds("10.1.2.3".parse().unwrap()));
    assert!(network.holds("::ffff:10.1.2.3".parse().unwrap()));
    assert!(!network.holds("10.2.0.0".parse().unwrap()));
    assert!(!network.holds("::1".parse().unwrap()));
    assert!("0.0.0.0/0".parse::<Network>().unwrap().holds("203.0.113.9".parse().unwrap()));
    assert!("2001:db8::/32".parse::<Network>().unwrap().holds("2001:db8:1::1".parse().unwrap()));
    assert!("10.0.0.0/33".parse::<Network>().is_err());
    assert!("ten".parse::<Network>().is_err());
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
    assert_eq!(full.communities().len(), 1);
    assert_eq!(full.syslog.sources.len(), 2);
    assert_eq!(full.syslog.tls_listen().address().unwrap().port(), 6514);
    assert_eq!(full.named_tenants(), ["acme", "default"]);
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
