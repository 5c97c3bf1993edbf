use super::depart::{ANOMALOUS, Departed};
use super::path::Scored;
use super::window::Frame;
use super::{Cause, Departure, Ranking};
use crate::model::Timestamp;

pub(super) fn tell(frame: &Frame, onset: usize, departures: &[Option<Departed>], scored: &[Scored]) -> Ranking {
    let began = frame.times.get(onset).map_or(frame.at, |middle| middle - frame.step / 2);
    let began = Timestamp::from_micros(began);
    let mut causes: Vec<Cause> = frame
        .entities
        .iter()
        .zip(departures)
        .zip(scored)
        .map(|((entity, departed), scored)| Cause {
            entity: entity.clone(),
            score: scored.score,
            why: why(frame, began, departed.as_ref(), scored),
            departure: departed.as_ref().map(|departed| Departure {
                metric: departed.metric.clone(),
                z: departed.z,
                usual: departed.usual,
                seen: departed.seen,
                after: departed.after,
                ended: departed.ended.map(|ended| Timestamp::from_micros(ended.last)),
            }),
            explained_by: scored.explained.map(|(other, share)| (frame.entities[other].clone(), share)),
        })
        .collect();
    causes.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entity.cmp(&b.entity)));
    Ranking { onset: began, causes }
}

fn why(frame: &Frame, began: Timestamp, departed: Option<&Departed>, scored: &Scored) -> String {
    let Some(departed) = departed else {
        return "Nothing of it was measured often enough to be judged.".to_owned();
    };
    let Departed { metric, z, usual, seen, .. } = departed;
    let hour = if departed.hourly { " at that time of day" } else { "" };
    if departed.after == 0 && departed.ended.is_none() && *z < ANOMALOUS {
        return format!("No sample of {metric} has come since.");
    }
    if *z < ANOMALOUS {
        return format!("{metric} stayed near its usual {}{hour} (z {z:.1}).", short(*usual));
    }
    let way = if seen >= usual { "rose" } else { "fell" };
    // What is left of a value that is gone is rounding.
    let seen = if seen.abs() <= 1e-9 * usual.abs() { 0.0 } else { *seen };
    let (usual, seen) = (short(*usual), short(seen));
    let mut text = match departed.ended {
        Some(ended) => {
            let last = Timestamp::from_micros(ended.last);
            format!("{metric} ended: nothing came after {last}, {:.0} samples are missing", ended.missed)
        }
        None => format!("{metric} {way} to {seen} from a usual {usual}{hour} (z {z:.1}) from {began} on"),
    };
    match scored.explained {
        Some((other, share)) if share >= 0.5 => {
            text += &format!("; {:.0} % of it is explained by {}, on which it depends", share * 100.0, frame.entities[other]);
        }
        Some((other, share)) if share >= 0.005 => {
            text += &format!("; of what it depends on, {} explains most, {:.0} % of it", frame.entities[other], share * 100.0);
        }
        _ => text += "; nothing that it depends on departs with it",
    }
    if scored.explains > 0 {
        text += &format!("; {} that depend on it depart too", scored.explains);
    }
    if let (false, Some((symptom, _))) = (scored.reached, &frame.symptom) {
        text += &format!("; no way of departures leads here from {}", frame.entities[*symptom]);
    }
    text + "."
}

/// Four digits that count.
fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e7).contains(&size) {
        return format!("{value:.3e}");
    }
    let digits = if size >= 1000.0 {
        0
    } else if size >= 100.0 {
        1
    } else if size >= 10.0 {
        2
    } else if size >= 1.0 {
        3
    } else {
        5
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
