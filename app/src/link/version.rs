//! Which versions of a workstation and a collector go together. The wire grows and loses nothing, and a collector serves seats of its own
//! version and of the one before.

/// The version of this workstation.
pub(super) const OURS: &str = env!("CARGO_PKG_VERSION");

/// The number by which versions are told apart: the first one.
fn generation(version: &str) -> Option<u64> {
    version.split('.').next()?.parse().ok()
}

/// Whether a workstation and a collector understand each other; if not, a sentence that says which versions and what to do.
pub(super) fn fits(ours: &str, theirs: &str) -> Result<(), String> {
    let (Some(our), Some(their)) = (generation(ours), generation(theirs)) else {
        return Ok(());
    };
    let both = format!("The collector is version {theirs} and this workstation is version {ours}");
    if their < our {
        return Err(format!(
            "{both}: the collector is too old for it. Update the collector, or use a workstation of version {their}."
        ));
    }
    if their > our.saturating_add(1) {
        return Err(format!("{both}: the workstation is too old for it. Install a workstation of version {their}."));
    }
    Ok(())
}

/// What is said where the feed is not what was asked for.
pub(super) fn strange(url: &str, theirs: Option<&str>, why: &str) -> String {
    match theirs {
        Some(theirs) => format!(
            "The collector (version {theirs}) does not give the feed that this workstation (version {OURS}) reads: {why}. Install the same version of both."
        ),
        None => format!(
            "What answers at {url} is no collector that this workstation (version {OURS}) knows: {why}. Check the address, or install the same version of \
             both."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_serves_its_own_version_and_the_one_before() {
        for (ours, theirs) in [
            ("0.1.0", "0.1.0"),
            ("0.1.0", "0.9.3"),
            ("1.4.0", "2.0.1"),
            ("2.0.0", "2.7.0-beta.1"),
            ("1.0.0", "of a fork"),
        ] {
            assert_eq!(fits(ours, theirs), Ok(()), "{ours} at {theirs}");
        }
        for (ours, theirs, what) in [
            ("0.1.0", "2.0.0", "Install a workstation of version 2"),
            ("3.1.0", "2.9.9", "Update the collector"),
        ] {
            let words = fits(ours, theirs).unwrap_err();
            assert!(words.contains(ours) && words.contains(theirs) && words.contains(what), "{words}");
        }
    }
}
