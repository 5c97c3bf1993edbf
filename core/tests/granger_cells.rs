//! Counters of two real LTE cells, where the folder named by `PEDKAI_SHARED` has them: what goes before what in one cell, and what must not be
//! found between two that have nothing to do with each other but the hours of the day.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "a test reads its data")]

use pedkai_core::diagnosis::granger::{Asked, Judgement, Track, Verdict, links};
use pedkai_core::model::{EntityId, Name, Point, SeriesName, Timestamp};

type Cell = Vec<(SeriesName, Vec<Point>)>;

const METRICS: [&str; 6] = [
    "CELL_ACT_UE_AVG",
    "CELL_LOAD_DL_PRB_UTILISATION",
    "LTE_RACH_ATTEMPTS",
    "LTE_TRAFFIC_VOL",
    "PDCCH_CCE",
    "UL_PRB_UTILISATION",
];

/// `9/3/2018 0:15` or `9/3/2018`, the month first.
fn time(text: &str) -> Timestamp {
    let (date, clock) = text.split_once(' ').unwrap_or((text, "0:00"));
    let date: Vec<u32> = date.split('/').map(|part| part.parse().unwrap()).collect();
    let (hour, minute) = clock.split_once(':').unwrap();
    let hour: u32 = hour.parse().unwrap();
    Timestamp::parse(&format!("{}-{:02}-{:02}T{hour:02}:{minute}:00Z", date[2], date[0], date[1])).unwrap()
}

fn cell(number: u128) -> Option<Cell> {
    let shared = std::env::var_os("PEDKAI_SHARED")?;
    let file = std::path::Path::new(&shared).join(format!("data/cell_kpi/cell_{number}_KPI_Data.csv"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("PEDKAI_SHARED is set, but {}: {error}", file.display()));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).filter(|row| !row[0].is_empty()).collect();
    assert_eq!(rows.len(), 768);
    let series = |metric: &str| {
        let column = header.iter().position(|name| name == metric).unwrap();
        let points = rows
            .iter()
            .filter_map(|row| {
                Some(Point {
                    at: time(&row[0]),
                    value: row[column].parse().ok()?,
                })
            })
            .collect();
        let name = SeriesName {
            entity_id: EntityId(uuid::Uuid::from_u128(number)),
            entity: Name::from(format!("cell {number}")),
            metric: Name::from(metric),
        };
        (name, points)
    };
    Some(METRICS.iter().chain(&["User_Tput_MEAN_UL(kbps)"]).map(|metric| series(metric)).collect())
}

fn tracks(cell: &Cell) -> Vec<Track<'_>> {
    cell.iter()
        .map(|(series, points)| Track {
            series: series.clone(),
            points,
        })
        .collect()
}

fn leads(judged: &[Judgement], cause: &str, effect: &str) -> bool {
    judged.iter().any(|judgement| {
        (&*judgement.cause.metric, &*judgement.effect.metric) == (cause, effect) && matches!(judgement.verdict, Verdict::Leads | Verdict::Both)
    })
}

#[test]
fn users_and_traffic_go_before_load_and_attempts() {
    for number in [1, 2] {
        let Some(cell) = cell(number) else { return };
        let judged = links(&tracks(&cell), &tracks(&cell), &Asked::default());
        for (cause, effect) in [
            ("CELL_ACT_UE_AVG", "LTE_RACH_ATTEMPTS"),
            ("CELL_ACT_UE_AVG", "PDCCH_CCE"),
            ("LTE_TRAFFIC_VOL", "CELL_LOAD_DL_PRB_UTILISATION"),
            ("LTE_TRAFFIC_VOL", "LTE_RACH_ATTEMPTS"),
        ] {
            assert!(leads(&judged, cause, effect), "cell {number}: {cause} leads {effect}");
        }
        assert!(number == 1 || leads(&judged, "UL_PRB_UTILISATION", "User_Tput_MEAN_UL(kbps)"));
        // The tenth of September is missing.
        assert!(
            judged
                .iter()
                .all(|judgement| judgement.n >= 760 && judgement.warnings.iter().any(|warning| warning.starts_with("gaps in time: 1;")))
        );
    }
}

#[test]
fn two_cells_that_only_share_the_hours_lead_each_other_nowhere() {
    let (Some(one), Some(other)) = (cell(1), cell(2)) else { return };
    let judged = links(&tracks(&one)[..5], &tracks(&other)[..5], &Asked::default());
    let found: Vec<String> = judged.iter().filter(|judgement| judgement.link().is_some()).map(Judgement::sentence).collect();
    assert!(found.len() <= 2, "{found:#?}");
}
