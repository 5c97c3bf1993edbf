//! What is promised of correlation and diagnosis, on networks and seeds that nothing was tuned on.
#![allow(clippy::unwrap_used)]

use pedkai_quality::Campaign;

#[test]
fn incidents_and_causes_agree_with_the_truth_on_networks_never_seen() {
    let networks = ["ring-access/70", "mesh/50", "hub-spoke/60", "isp/100"];
    let campaign = Campaign {
        networks: networks.map(str::to_owned).to_vec(),
        seeds: (71_000..71_010).collect(),
        scenario: "mix".to_owned(),
        minutes: 60,
    };
    let mut runs = Vec::new();
    let summary = campaign.play(|_, score| runs.push(pedkai_quality::show::line(score))).unwrap();
    let runs = runs.join("\n");
    assert!(summary.f1.mean >= 0.9 && summary.f1.worst >= 0.9, "pairwise F1 {:?}\n{runs}", summary.f1);
    assert!(summary.overgrown.mean <= 1.1, "largest incident {:?}\n{runs}", summary.overgrown);
    assert!(summary.first.mean >= 0.85, "root first {:?}\n{runs}", summary.first);
    assert!(summary.third.mean >= 0.97, "root among the first three {:?}\n{runs}", summary.third);
}

/// Hours of faults on few devices, so that the same parts fail again and again: every named invariant holds throughout.
#[test]
fn the_invariants_hold_over_hours() {
    let campaign = Campaign {
        networks: ["ring-access/40", "hub-spoke/40", "ring-access/150"].map(str::to_owned).to_vec(),
        seeds: (60_001..60_004).collect(),
        scenario: "mix".to_owned(),
        minutes: 480,
    };
    let summary = campaign.play(|_, _| {}).unwrap();
    assert!(summary.alarms > 1_000, "{summary:?}");
}
