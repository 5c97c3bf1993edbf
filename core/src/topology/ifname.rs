/// An interface's name taken apart so that a vendor's long and short spellings compare equal, without allocating:
/// `GigabitEthernet0/0/1` = `Gi0/0/1` = `gi 0/0/1`, `TenGigE0/0/0/3` = `Te0/0/0/3`, `Ethernet1/1` = `Eth1/1`, `xe-0/0/1` = `xe-0/0/1.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceName<'a> {
    family: Family<'a>,
    place: &'a str,
}

#[derive(Clone, Copy, Debug)]
enum Family<'a> {
    Known(u8),
    Other(&'a str),
}

impl PartialEq for Family<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Family::Known(a), Family::Known(b)) => a == b,
            (Family::Other(a), Family::Other(b)) => a.eq_ignore_ascii_case(b),
            _ => false,
        }
    }
}

impl Eq for Family<'_> {}

/// Spellings of one family of interfaces, by row; each in lower case without separators.
const FAMILIES: [&[&str]; 20] = [
    &["gigabitethernet", "gigabiteth", "gigeth", "gige", "gig", "gi", "ge"],
    &[
        "tengigabitethernet",
        "tengige",
        "tengigeth",
        "tengig",
        "ten",
        "te",
        "xgigabitethernet",
        "xge",
        "xe",
    ],
    &["twentyfivegigabitethernet", "twentyfivegige", "twe", "25ge", "25gige"],
    &["fortygigabitethernet", "fortygige", "fo", "40ge"],
    &["fiftygigabitethernet", "fiftygige", "fi", "50ge"],
    &["hundredgigabitethernet", "hundredgige", "hu", "100ge"],
    &["twohundredgigabitethernet", "twohundredgige", "200ge"],
    &["fourhundredgigabitethernet", "fourhundredgige", "fh", "400ge"],
    &["ethernet", "eth", "et"],
    &["fastethernet", "fasteth", "fa", "fe"],
    &["portchannel", "po"],
    &["bundleether", "be"],
    &["ethtrunk"],
    &["ae"],
    &["loopback", "lo"],
    &["vlan", "vl"],
    &["vlanif"],
    &["mgmteth", "management", "mgmt", "ma"],
    &["tunnel", "tu"],
    &["serial", "se"],
];

const SEPARATORS: [char; 3] = ['-', '_', ' '];

impl<'a> InterfaceName<'a> {
    /// Takes a name apart: a word in brackets behind it and a unit of `.0` do not count.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        let text = text.split(['(', ',', ';']).next().unwrap_or_default().trim();
        // "40GE1/0/1": digits that belong to the family's word.
        let speed = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let word_follows = text[speed..].starts_with(|c: char| c.is_ascii_alphabetic());
        let from = if word_follows { speed } else { 0 };
        let digits = text[from..].find(|c: char| c.is_ascii_digit()).map_or(text.len(), |at| from + at);
        let (family, place) = text.split_at(digits);
        let family = family.trim_end_matches(SEPARATORS);
        Self {
            family: known(family).map_or(Family::Other(family), Family::Known),
            place: place.strip_suffix(".0").unwrap_or(place),
        }
    }

    /// The name without its unit: `Gi0/1` for `Gi0/1.100`, `xe-0/0/1` for `xe-0/0/1.7`; `None` when it has none.
    #[must_use]
    pub fn physical(self) -> Option<Self> {
        let (place, _) = self.place.rsplit_once('.')?;
        Some(Self { place, ..self })
    }
}

fn known(word: &str) -> Option<u8> {
    let alike = |spelling: &&&str| {
        let letters = word.chars().filter(|c| !SEPARATORS.contains(c)).map(|c| c.to_ascii_lowercase());
        letters.eq(spelling.chars())
    };
    FAMILIES.iter().position(|row| row.iter().any(|spelling| alike(&spelling))).map(|row| row as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_spellings_are_one_interface() {
        for (a, b) in [
            ("GigabitEthernet0/0/1", "Gi0/0/1"),
            ("GigabitEthernet 0/0/1", "gi0/0/1"),
            ("TenGigE0/0/0/3", "Te0/0/0/3"),
            ("Ethernet1/1", "Eth1/1"),
            ("Ethernet49", "Et49"),
            ("xe-0/0/1", "xe-0/0/1.0"),
            ("Port-Channel3", "Po3"),
            ("port-channel 3", "port-channel3"),
            ("Bundle-Ether12", "BE12"),
            ("100GE1/0/1", "HundredGigE1/0/1"),
            ("XGigabitEthernet0/0/7", "XGE0/0/7"),
            ("ae0", "AE0.0"),
            ("Ethernet1 (to Bern)", "Ethernet1"),
            ("mystery 7", "Mystery7"),
        ] {
            assert_eq!(InterfaceName::of(a), InterfaceName::of(b), "{a} {b}");
        }
    }

    #[test]
    fn different_interfaces_stay_different() {
        for (a, b) in [
            ("Gi0/0/1", "Gi0/0/11"),
            ("Gi0/0/1", "Te0/0/1"),
            ("xe-0/0/1.100", "xe-0/0/1"),
            ("Vlan10", "Vlanif10"),
            ("1/1/1", "1/1/2"),
            ("ae1", "ae10"),
            ("", "Gi0"),
        ] {
            assert_ne!(InterfaceName::of(a), InterfaceName::of(b), "{a} {b}");
        }
        assert_eq!(InterfaceName::of("Gi0/1.100").physical(), Some(InterfaceName::of("GigabitEthernet0/1")));
        assert_eq!(InterfaceName::of("Gi0/1").physical(), None);
    }
}
