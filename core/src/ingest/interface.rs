//! Names of interfaces: `Gi0/1` in one message is `GigabitEthernet0/1` in the next.

use crate::model::Name;

/// Short form, long form. Of several long forms for one short form the first is the one that short names become.
const KINDS: [(&str, &str); 40] = [
    ("Ap", "AppGigabitEthernet"),
    ("BD", "BDI"),
    ("BE", "Bundle-Ether"),
    ("BV", "BVI"),
    ("Di", "Dialer"),
    ("Eth", "Ethernet"),
    ("Et", "Ethernet"),
    ("FH", "FourHundredGigE"),
    ("FH", "FourHundredGigabitEthernet"),
    ("Fa", "FastEthernet"),
    ("Fi", "FiveGigabitEthernet"),
    ("Fo", "FortyGigabitEthernet"),
    ("Fo", "FortyGigE"),
    ("GE", "GigabitEthernet"),
    ("Gi", "GigabitEthernet"),
    ("Gig", "GigabitEthernet"),
    ("Hu", "HundredGigE"),
    ("Hu", "HundredGigabitEthernet"),
    ("Lo", "Loopback"),
    ("Ma", "Management"),
    ("Mg", "MgmtEth"),
    ("Mu", "Multilink"),
    ("Nu", "Null"),
    ("PO", "POS"),
    ("Po", "Port-channel"),
    ("Po", "Port-Channel"),
    ("Se", "Serial"),
    ("TF", "TwentyFiveGigE"),
    ("Twe", "TwentyFiveGigE"),
    ("Te", "TenGigabitEthernet"),
    ("Te", "TenGigE"),
    ("Ten", "TenGigabitEthernet"),
    ("TH", "TwoHundredGigE"),
    ("Tu", "Tunnel"),
    ("tt", "tunnel-te"),
    ("Tw", "TwoGigabitEthernet"),
    ("VL", "Vlan-interface"),
    ("Vl", "Vlan"),
    ("XGE", "XGigabitEthernet"),
    ("nv", "nve"),
];

/// The name in its long form and without blanks inside: `Gi0/1`, `gigabitethernet 0/1` and `GigabitEthernet0/1` become the same. What is
/// no known kind of interface stays as it is (`ge-0/0/0.0`, `eth0`).
#[must_use]
pub fn long_interface(name: &str) -> Name {
    let name = name.trim().trim_matches(['\'', '"', ',']);
    let Some((kind, number)) = parts(name) else { return Name::from(name) };
    let long = KINDS.iter().find(|(_, long)| long.eq_ignore_ascii_case(kind)).map(|(_, long)| *long);
    let long = long.or_else(|| {
        let short = KINDS.iter().find(|(short, _)| *short == kind).or_else(|| {
            // Small letters alone are also how Linux and Junos name their own interfaces (eth0, lo0), so only these few.
            let any_case = ["et", "fa", "gi", "hu", "po", "te", "vl"].into_iter().find(|short| *short == kind)?;
            KINDS.iter().find(|(short, _)| short.eq_ignore_ascii_case(any_case))
        });
        // IOS-XR's four numbers go with its own words.
        match short {
            Some(("Te" | "Ten", _)) if number.matches('/').count() == 3 => Some("TenGigE"),
            Some(("Fo", _)) if number.matches('/').count() == 3 => Some("FortyGigE"),
            Some((_, long)) => Some(*long),
            None => None,
        }
    });
    match long {
        Some(long) => Name::from([long, number].concat()),
        None => Name::from(name),
    }
}

/// The name in its short form, to compare names by: `GigabitEthernet0/1`, `Gi0/1` and `gi 0/1` all give `gi0/1`.
#[must_use]
pub fn short_interface(name: &str) -> Name {
    let name = long_interface(name);
    let short = parts(&name).and_then(|(kind, number)| {
        let (short, _) = KINDS.iter().find(|(_, long)| *long == kind)?;
        Some([short, number].concat().to_ascii_lowercase())
    });
    Name::from(short.unwrap_or_else(|| name.to_ascii_lowercase()))
}

/// Letters in front, and the number from its first digit on.
fn parts(name: &str) -> Option<(&str, &str)> {
    let at = name.find(|c: char| c.is_ascii_digit())?;
    let (kind, number) = name.split_at(at);
    let kind = kind.trim_end();
    (kind.len() > 1 && !number.contains(' ')).then_some((kind, number))
}

/// The name reads like that of an interface: letters, then numbers with slashes, dots, colons or dashes.
#[must_use]
pub fn names_interface(name: &str) -> bool {
    let Some((kind, number)) = parts(name.trim()) else { return false };
    kind.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') && number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'.' | b':' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_interface_has_one_name() {
        for name in ["Gi0/1", "gi0/1", "GigabitEthernet0/1", "gigabitethernet 0/1", "GigabitEthernet 0/1"] {
            assert_eq!(long_interface(name), "GigabitEthernet0/1", "{name}");
            assert_eq!(short_interface(name), short_interface("Gi0/1"), "{name}");
        }
        assert_eq!(long_interface("Te0/2/0/4"), "TenGigE0/2/0/4");
        assert_eq!(long_interface("Te1/1"), "TenGigabitEthernet1/1");
        assert_eq!(long_interface("ethernet 3/8"), "Ethernet3/8");
        assert_eq!(long_interface("et7"), "Ethernet7");
        assert_eq!(short_interface("TenGigE0/2/0/4"), short_interface("Te0/2/0/4"));
    }

    #[test]
    fn what_is_no_known_kind_stays() {
        for name in ["ge-0/0/0.0", "et-0/0/25:3", "xe-0/0/0", "eth0", "lo0", "port 3", "1/1/1", "wan1", "ae105", ""] {
            let long = long_interface(name);
            assert_eq!(long, name);
        }
        assert!(names_interface("ge-0/0/0.0") && names_interface("Ethernet28") && !names_interface("su root"));
    }
}
