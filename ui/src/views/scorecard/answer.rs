use pedkai_core::{
    model::Timestamp,
    screen::{Noise, ScoreRow, ScoreTotal},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Write as _;

use crate::views::kpis::field;

/// Of which period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The last 24 hours.
    Day,
    /// The last seven days.
    Week,
    /// The last thirty days.
    #[default]
    Month,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// How many days it has.
    pub fn days(self) -> u32 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
        }
    }

    /// The words for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    /// The next longer one, or the shortest again.
    pub fn next(self) -> Self {
        match self {
            Self::Day => Self::Week,
            Self::Week => Self::Month,
            Self::Month => Self::Day,
        }
    }
}

/// How a period went, as the collector told it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) total: ScoreTotal,
    pub(super) noise: Noise,
    pub(super) rows: Vec<ScoreRow>,
    /// The collector has more services than it told of.
    pub(super) more: bool,
}

impl Answer {
    /// Reads it; services that another version tells and this one cannot read are left out.
    pub(super) fn read(told: &Value) -> Option<Self> {
        let part = |name: &str| told.get(name).cloned().unwrap_or_default();
        let items = told.get("items").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            from: serde_json::from_value(part("from")).ok()?,
            to: serde_json::from_value(part("to")).ok()?,
            total: serde_json::from_value(part("total")).ok()?,
            noise: serde_json::from_value(part("noise")).ok()?,
            rows: items.filter_map(|item| serde_json::from_value(item.clone()).ok()).collect(),
            more: told.get("next").is_some_and(|next| !next.is_null()),
        })
    }

    /// The services as CSV with a header: times as RFC 3339, lengths in seconds, figures in full precision, empty where there is none.
    pub(super) fn csv(&self) -> String {
        let mut out = String::from(
            "from,to,id,external_id,service,type,tier,promised_percent,availability_percent,kept,down_s,excluded_s,incidents,outages,late,mttr_s,mtta_s,down_since,complete\n",
        );
        for row in &self.rows {
            let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            let (kept, since) = (row.kept.map(|kept| kept.to_string()), row.down_since.map(|since| since.to_string()));
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
                row.from,
                self.to,
                row.id,
                field(&row.external_id),
                field(&row.service),
                field(&row.entity_type),
                field(&row.tier),
                number(row.promised),
                row.availability,
                kept.unwrap_or_default(),
                row.down_s,
                row.excluded_s,
                row.incidents,
                row.outages,
                row.late,
                number(row.mttr_s),
                number(row.mtta_s),
                since.unwrap_or_default(),
                row.complete
            );
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn the_file_holds_what_the_collector_told_and_names_break_no_line() {
        let mut told = samples::scorecard(12);
        told["items"][0]["service"] = serde_json::json!("=SUM(A1), \"x\"\nnext");
        let answer = Answer::read(&told).unwrap();
        let text = answer.csv();
        let mut reader = text.split("\",");
        assert!(reader.next().unwrap().ends_with("\"'=SUM(A1), \"\"x\"\"\nnext"));
        // The first takes two lines after the header.
        let place = (1..answer.rows.len()).find(|place| !answer.rows[*place].service.contains(',')).unwrap();
        let row = &answer.rows[place];
        let cells: Vec<&str> = text.lines().nth(place + 2).unwrap().split(',').collect();
        assert_eq!(cells.len(), text.lines().next().unwrap().split(',').count());
        assert_eq!(cells[8].parse::<f64>().unwrap(), row.availability);
        assert_eq!((cells[2], cells[10].parse::<f64>().unwrap()), (row.id.to_string().as_str(), row.down_s));
    }

    #[test]
    fn what_a_newer_collector_adds_does_no_harm_and_what_cannot_be_read_is_left_out() {
        let mut told = samples::scorecard(3);
        told["items"][1] = serde_json::json!({"id": 7});
        told["total"]["new"] = serde_json::json!(1);
        assert_eq!(Answer::read(&told).unwrap().rows.len(), 2);
        assert_eq!(Answer::read(&serde_json::json!({"items": []})), None);
    }
}
