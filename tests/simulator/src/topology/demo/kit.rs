//! What stands at the demo's sites: regions, models and the software they run.

use super::places::Site;

/// The region of a site.
pub(super) fn region(site: &Site) -> &'static str {
    match (site.lat, site.lon) {
        (lat, _) if lat >= 56.6 => "North",
        (_, lon) if lon < 9.3 => "West",
        (lat, _) if lat < 55.9 => "South",
        _ => "East",
    }
}

/// Model and firmware of a router: access sites are brought to the newer one, one after the other.
pub(super) fn router(site: &Site, number: usize) -> (&'static str, &'static str) {
    let newer = site.role == "access" && number.is_multiple_of(2);
    match site.vendor {
        "iosxr" => ("NCS 5501", if site.role == "core" { "7.5.2" } else { "7.3.2" }),
        "junos" => ("MX204", if newer { "22.2R3" } else { "21.4R3" }),
        "huawei" => ("NE40E-M2", if newer { "V800R021C10" } else { "V800R012C10" }),
        "nxos" => ("N9336C", "10.2(5)"),
        "eos" => ("7280R3", "4.28.3M"),
        _ => ("ASR 920", if newer { "17.9.4" } else { "17.6.5" }),
    }
}

/// Model and firmware of a base station.
pub(super) fn station(number: usize) -> (&'static str, &'static str) {
    ("RAN 6630", if number.is_multiple_of(3) { "23.Q2" } else { "22.Q4" })
}

/// Model and firmware of a power plant.
pub(super) fn plant(number: usize) -> (&'static str, &'static str) {
    if number.is_multiple_of(4) { ("DC 4800", "2.1") } else { ("DC 2400", "1.8") }
}

#[cfg(test)]
mod tests {
    use super::super::places::SITES;
    use super::*;

    #[test]
    fn every_region_has_sites_and_every_model_more_than_one_firmware_where_it_is_being_renewed() {
        let count = |wanted: &str| SITES.iter().filter(|site| region(site) == wanted).count();
        for name in ["North", "West", "South", "East"] {
            assert!(count(name) >= 4, "{name}: {}", count(name));
        }
        let firmware: std::collections::BTreeSet<&str> = SITES
            .iter()
            .enumerate()
            .filter(|(_, site)| site.vendor == "ios")
            .map(|(at, site)| router(site, at).1)
            .collect();
        assert_eq!(firmware.len(), 2);
    }
}
