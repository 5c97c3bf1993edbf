use proptest::prelude::*;

use super::*;

fn at() -> Timestamp {
    Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
}

fn line(text: &str) -> SyslogMessage {
    SyslogMessage::read(text.as_bytes(), at()).unwrap()
}

fn told(message: &SyslogMessage) -> String {
    message.timestamp.map_or_else(|| "-".to_owned(), |time| time.to_string())
}

#[test]
fn rfc5424_is_read_whole() {
    let message = line(
        r#"<165>1 2026-11-21T11:59:58.003Z mymachine.example.com evntslog 77 ID47 [exampleSDID@32473 iut="3" eventSource="App \"x\" \]"][alarm resource="ge-0/0/1"] An application event"#,
    );
    assert_eq!((message.facility, message.severity), (20, 5));
    assert_eq!(told(&message), "2026-11-21T11:59:58.003Z");
    assert_eq!(
        [&*message.host, &*message.app, &*message.procid, &*message.msgid],
        ["mymachine.example.com", "evntslog", "77", "ID47"]
    );
    assert_eq!(message.structured_data.len(), 2);
    assert_eq!(message.parameter("eventSource"), Some(r#"App "x" ]"#));
    assert_eq!(message.text, "An application event");
    let json = serde_json::to_value(&message).unwrap();
    assert_eq!(json["structured_data"]["exampleSDID@32473"]["iut"], "3");
    assert_eq!(json["facility"], 20);
}

#[test]
fn rfc5424_nil_everywhere() {
    let message = line("<0>1 - - - - - -");
    assert_eq!(
        (message.facility, message.severity, told(&message).as_str(), message.text.as_str()),
        (0, 0, "-", "")
    );
    assert_eq!(serde_json::to_value(&message).unwrap()["host"], serde_json::Value::Null);
}

#[test]
fn headers_of_many_makers() {
    // line, host, app, message id, time, text's beginning
    let cases = [
        (
            "<34>Nov 21 11:14:15 mymachine su: 'su root' failed",
            "mymachine",
            "su",
            "",
            "2026-11-21T11:14:15Z",
            "'su root'",
        ),
        (
            "<189>54: *Nov 21 11:59:59.123: %LINK-3-UPDOWN: Interface Gi0/1",
            "",
            "",
            "LINK-3-UPDOWN",
            "-",
            "%LINK",
        ),
        (
            "<189>54: r1: Nov 21 12:59:59.123 CET: %LINK-3-UPDOWN: Interface Gi0/1",
            "r1",
            "",
            "LINK-3-UPDOWN",
            "2026-11-21T11:59:59.123Z",
            "%LINK",
        ),
        (
            "<189>1179: Net_CSR-03: Nov 21 13:59:59.743 MESZ: %LINK-5-CHANGED: Interface",
            "Net_CSR-03",
            "",
            "LINK-5-CHANGED",
            "2026-11-21T11:59:59.743Z",
            "%LINK",
        ),
        (
            "<189>54: 000123: .Nov 21 2026 11:59:59: %SYS-5-RESTART: System restarted",
            "",
            "",
            "SYS-5-RESTART",
            "2026-11-21T11:59:59Z",
            "%SYS",
        ),
        ("<189>54: 1w2d: %SYS-5-RESTART: System restarted", "", "", "SYS-5-RESTART", "-", "%SYS"),
        ("<189>54: 00:00:46: %SYS-5-RESTART: System restarted", "", "", "SYS-5-RESTART", "-", "%SYS"),
        (
            "<187>94307: gw1.dev1 LC/0/2/CPU0:Nov 21 11:16:14.834 : ifmgr[214]: %PKT_INFRA-LINK-3-UPDOWN : Interface TenGigE0/2/0/4, changed",
            "gw1.dev1",
            "ifmgr",
            "PKT_INFRA-LINK-3-UPDOWN",
            "2026-11-21T11:16:14.834Z",
            "%PKT_INFRA",
        ),
        (
            "<187>12: RP/0/RSP0/CPU0:Nov 21 11:59:14.834 UTC: bgp[1051]: %ROUTING-BGP-5-ADJCHANGE : neighbor",
            "",
            "bgp",
            "ROUTING-BGP-5-ADJCHANGE",
            "2026-11-21T11:59:14.834Z",
            "%ROUTING",
        ),
        (
            "<190>2026 Nov 21 11:52:52 sw01.test %ETHPORT-5-IF_UP: Interface Ethernet1/3 is up",
            "sw01.test",
            "",
            "ETHPORT-5-IF_UP",
            "2026-11-21T11:52:52Z",
            "%ETHPORT",
        ),
        (
            "<190>: 2026 Nov 21 11:52:52 UTC: %ETHPORT-5-IF_UP: Interface Ethernet1/3 is up",
            "",
            "",
            "ETHPORT-5-IF_UP",
            "2026-11-21T11:52:52Z",
            "%ETHPORT",
        ),
        (
            "<190>sw01: 2026 Nov 21 11:52:52.123 UTC: %$ VDC-1 %$ %ETHPORT-5-IF_UP: Interface",
            "sw01",
            "",
            "ETHPORT-5-IF_UP",
            "2026-11-21T11:52:52.123Z",
            "%$",
        ),
        (
            "<165>Nov 21 11:42:36 veos01 Ebra: %LINEPROTO-5-UPDOWN: Line protocol",
            "veos01",
            "Ebra",
            "LINEPROTO-5-UPDOWN",
            "2026-11-21T11:42:36Z",
            "%LINEPROTO",
        ),
        (
            "<29>Nov 21 11:03:12  vmx01 rpd[2902]: RPD_OSPF_NBRUP: OSPF neighbor 1.1.1.1",
            "vmx01",
            "rpd",
            "RPD_OSPF_NBRUP",
            "2026-11-21T11:03:12Z",
            "RPD_OSPF",
        ),
        (
            "<29>Nov 21 11:03:12 vmx01 rpd[2902]: %DAEMON-4-RPD_OSPF_NBRUP: OSPF neighbor 1.1.1.1",
            "vmx01",
            "rpd",
            "DAEMON-4-RPD_OSPF_NBRUP",
            "2026-11-21T11:03:12Z",
            "%DAEMON",
        ),
        (
            "<28>Nov 21 11:04:13  vmx01 craftd[4817]:  Major alarm set, Host 0",
            "vmx01",
            "craftd",
            "",
            "2026-11-21T11:04:13Z",
            "Major alarm set",
        ),
        (
            "<4>Nov 21 11:23:00 vmx01 /kernel: tcp_auth_ok: Packet from",
            "vmx01",
            "/kernel",
            "",
            "2026-11-21T11:23:00Z",
            "tcp_auth_ok",
        ),
        (
            "<29>2026-11-21 11:42:34.270.1 my-huawei %%01IFNET/4/IF_STATE(l)[4997]:Interface Ethernet0/0/8 has turned into DOWN state.",
            "my-huawei",
            "",
            "IFNET/4/IF_STATE",
            "2026-11-21T11:42:34.27Z",
            "%%01",
        ),
        (
            "<188>Nov 21 2026 19:49:27+08:00 HW1 %%01BFD/4/STACHG_TODWN(l)[3]:BFD",
            "HW1",
            "",
            "BFD/4/STACHG_TODWN",
            "2026-11-21T11:49:27Z",
            "%%01",
        ),
        (
            "<190>Nov 21 11:10:00 2026 H3C %%10IFNET/3/PHY_UPDOWN: GigabitEthernet1/0/1",
            "H3C",
            "",
            "IFNET/3/PHY_UPDOWN",
            "2026-11-21T11:10:00Z",
            "%%10",
        ),
        (
            "<30>ts-1 port02 2026-Nov-21 11:47:29.515 LOGIN: root",
            "ts-1",
            "LOGIN",
            "",
            "2026-11-21T11:47:29.515Z",
            "root",
        ),
        (
            "<189>date=2026-11-21 time=11:19:21 devname=fw01 logid=0100020099 type=event",
            "fw01",
            "event",
            "0100020099",
            "2026-11-21T11:19:21Z",
            "date=",
        ),
        ("<13>hello world", "", "", "", "-", "hello world"),
        ("no priority at all", "", "", "", "-", "no priority"),
        (
            "<13>Nov 21 11:59:00 10.0.0.1 54: r9: Nov 21 11:58:59: %LINK-3-UPDOWN: Interface",
            "r9",
            "",
            "LINK-3-UPDOWN",
            "2026-11-21T11:58:59Z",
            "%LINK",
        ),
    ];
    for (text, host, app, msgid, time, begins) in cases {
        let message = line(text);
        assert_eq!(
            [&*message.host, &*message.app, &*message.msgid, &told(&message)],
            [host, app, msgid, time],
            "{text}\n{message:?}"
        );
        assert!(message.text.starts_with(begins), "{text}\n{message:?}");
    }
}

#[test]
fn the_year_comes_from_receipt_and_absurd_dates_are_not_believed() {
    let new_year = Timestamp::parse("2027-01-01T00:00:30Z").unwrap();
    let read = |text: &str, at| SyslogMessage::read(text.as_bytes(), at).unwrap().timestamp.map(|t| t.to_string());
    assert_eq!(read("<1>Dec 31 23:59:59 h a: b", new_year).unwrap(), "2026-12-31T23:59:59Z");
    let leap = Timestamp::parse("2028-02-29T12:00:00Z").unwrap();
    assert_eq!(read("<1>Feb 29 11:59:59 h a: b", leap).unwrap(), "2028-02-29T11:59:59Z");
    // no zone: local time of a device two hours ahead
    assert_eq!(read("<1>Nov 21 13:59:50 h a: b", at()).unwrap(), "2026-11-21T11:59:50Z");
    for absurd in [
        "<1>1 1970-01-01T00:00:10Z h a - - - b",
        "<1>Feb 30 10:00:00 h a: b",
        "<1>1 2099-01-01T00:00:00Z h a - - - b",
        "<1>Mar  1 00:00:10 h a: b",
    ] {
        assert_eq!(read(absurd, at()), None, "{absurd}");
    }
}

#[test]
fn what_is_no_text_is_refused() {
    assert!(SyslogMessage::read(b"", at()).is_err());
    assert!(SyslogMessage::read(b" \r\n\0", at()).is_err());
    assert!(SyslogMessage::read(&[0xff; 300], at()).is_err());
    assert!(SyslogMessage::read(&[1; 30], at()).is_err());
    let lossy = SyslogMessage::read(b"<13>Nov 21 11:59:00 h app: caf\xe9 closed", at()).unwrap();
    assert_eq!(lossy.text, "caf\u{fffd} closed");
    let long = [b"<13>Nov 21 11:59:00 h app: ".as_slice(), &[b'x'; 70_000]].concat();
    assert!(SyslogMessage::read(&long, at()).unwrap().text.len() < 65_536);
}

fn another_reader(text: &str) -> syslog_loose::Message<&str> {
    syslog_loose::parse_message_with_year_exact(text, |_| 2026, syslog_loose::Variant::RFC5424).unwrap()
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = SyslogMessage::read(&bytes, at());
    }

    #[test]
    fn nothing_that_begins_well_panics(
        start in prop_oneof![
            Just("<13>"), Just("<13>1 "), Just("<13>1 2026-11-21T11:00:00Z h a p m "), Just("<189>54: *Nov 21 "), Just("<1>2026 Nov 21 1:00:00 "),
            Just("<1>RP/0/RSP0/CPU0:"), Just("<29>2026-1-2 1:2:3.4.5 "), Just("<1>%%01"), Just("<1>%LINK-"), Just("<1>date="), Just("<1>Nov 21 11:59:00 "),
        ],
        rest in "[\\PC]{0,80}",
        tail in "([0-9A-Z:/.%(){}\\[\\]\"= -]{0,60})",
    ) {
        let _ = SyslogMessage::read(format!("{start}{rest}").as_bytes(), at());
        let _ = SyslogMessage::read(format!("{start}{tail}{rest}").as_bytes(), at());
    }

    /// Two independent readers agree about well-formed RFC 5424.
    #[test]
    fn rfc5424_agrees_with_another_reader(
        pri in 0_u8..192,
        host in "[a-z][a-z0-9.-]{0,30}",
        app in "[a-z]{1,20}",
        procid in "[0-9]{1,5}",
        msgid in "[A-Z]{2,20}",
        value in "[a-z0-9 /.:-]{0,20}",
        text in "[a-zA-Z0-9][a-zA-Z0-9 ,.:/-]{0,60}[a-z]",
    ) {
        let wire = format!(r#"<{pri}>1 2026-11-21T11:59:59.5+02:00 {host} {app} {procid} {msgid} [x@1 k="{value}"] {text}"#);
        let ours = line(&wire);
        let theirs = another_reader(&wire);
        prop_assert_eq!(theirs.facility.map(|f| f as u8), Some(ours.facility));
        prop_assert_eq!(theirs.severity.map(|s| s as u8), Some(ours.severity));
        prop_assert_eq!(theirs.timestamp.map(|t| t.timestamp_micros()), ours.timestamp.map(Timestamp::as_micros));
        prop_assert_eq!(theirs.hostname, Some(ours.host.as_str()));
        prop_assert_eq!(theirs.appname, Some(ours.app.as_str()));
        prop_assert_eq!(theirs.msgid, Some(ours.msgid.as_str()));
        prop_assert_eq!(theirs.structured_data[0].params().next().map(|(_, v)| v), ours.parameter("k").map(str::to_owned));
        prop_assert_eq!(theirs.msg, ours.text.as_str());
    }
}
