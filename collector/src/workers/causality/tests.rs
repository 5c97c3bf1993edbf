use std::collections::BTreeSet;

use pedkai_core::model::{EntityId, Span, Timestamp};

use super::{Due, Looked, due};

const OPENED: Timestamp = Timestamp::from_micros(1_767_787_200_000_000);

fn after(seconds: i64) -> Timestamp {
    OPENED.plus(Span::seconds(seconds))
}

#[test]
fn the_first_look_waits_for_samples_and_then_come_more_soon() {
    let causes = BTreeSet::from([EntityId(uuid::Uuid::from_u128(1))]);
    let asked = |looked: Option<(i64, bool)>, now: i64| {
        let looked = looked.map(|(at, measured)| Looked {
            at: after(at),
            causes: causes.clone(),
            measured,
        });
        due(OPENED, looked.as_ref(), &causes, after(now))
    };
    assert_eq!((asked(None, 10), asked(None, 179)), (Due::WhenMeasured, Due::WhenMeasured));
    assert_eq!(asked(None, 180), Due::Now, "slow sources are not waited for");
    let looks = |first: i64| {
        let mut looks = vec![first];
        for now in (first..=3 * 3_600).step_by(20) {
            if asked(Some((looks[looks.len() - 1], true)), now) == Due::Now {
                looks.push(now);
            }
        }
        looks
    };
    assert_eq!(looks(60)[..7], [60, 180, 300, 900, 1_800, 2_700, 3_600]);
    // A source that had nothing to say yet is not forgotten between the looks.
    assert_eq!((asked(Some((300, false)), 400), asked(Some((300, true)), 400)), (Due::WhenMeasured, Due::No));
}

#[test]
fn other_causes_are_looked_at_anew() {
    let causes = |number: u128| BTreeSet::from([EntityId(uuid::Uuid::from_u128(number))]);
    let looked = Looked {
        at: after(70),
        causes: causes(1),
        measured: true,
    };
    assert_eq!(due(OPENED, Some(&looked), &causes(1), after(90)), Due::No);
    assert_eq!(due(OPENED, Some(&looked), &causes(2), after(90)), Due::WhenMeasured);
    assert_eq!(due(OPENED, Some(&looked), &causes(2), after(200)), Due::Now);
}
