use pedkai_core::model::{Name, Severity};
use serde::Serialize;

use super::access::{Can, Read};
use super::problem::Answer;
use crate::engine::Tenant;

/// Live alarms and what they come from.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Stats {
    /// Alarms in the live list.
    alarms: u64,
    /// … that are not cleared.
    standing: u64,
    /// Raises counted in them.
    raises: u64,
    /// Raises that made no alarm of their own.
    duplicates: u64,
    /// Suppressed by another or by a rule.
    suppressed: u64,
    /// Shelved.
    shelved: u64,
    /// Incidents that are neither resolved nor closed.
    open_incidents: u64,
    /// Entities.
    entities: u64,
    /// … that are in no inventory.
    unplaced: u64,
    /// By severity.
    severity: Vec<Severities>,
    /// Severities in four groups: critical; high (major); medium (minor); low (warning, indeterminate).
    grouped: Grouped,
    /// Events by what became of them.
    events: Events,
    /// Dead letters that were not handed in anew.
    dead_letters: u64,
    /// Events waiting to be decided.
    queued: u64,
}

/// Standing alarms in four groups.
#[derive(Clone, Copy, Debug, Default, Serialize, utoipa::ToSchema)]
pub(super) struct Grouped {
    /// Critical.
    critical: u64,
    /// Major.
    high: u64,
    /// Minor.
    medium: u64,
    /// Warning and indeterminate.
    low: u64,
}

/// Live alarms of one severity.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Severities {
    /// The severity.
    severity: Severity,
    /// Not cleared.
    standing: u64,
    /// … that nobody acknowledged.
    unacked: u64,
    /// Cleared, not yet out of the list.
    cleared: u64,
    /// Shelved.
    shelved: u64,
}

/// Live alarms of one type.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Types {
    /// The type.
    alarm_type: String,
    /// Not cleared.
    standing: u64,
    /// Cleared, not yet out of the list.
    cleared: u64,
    /// Raises counted.
    raises: u64,
}

/// Events by what became of them.
#[derive(Clone, Copy, Debug, Default, Serialize, utoipa::ToSchema)]
pub(super) struct Events {
    /// All of them.
    received: u64,
    /// Raised, repeated or cleared an alarm.
    alarms: u64,
    /// No rule knew.
    unmapped: u64,
    /// Could not be read.
    unreadable: u64,
    /// The sender's key was seen before.
    duplicates: u64,
    /// Changed nothing for another reason.
    ignored: u64,
}

/// Items of a statistic.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Counted<T> {
    /// Its lines.
    items: Vec<T>,
}

/// What came more than once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Duplicates {
    /// Raises that made no alarm of their own.
    raises: u64,
    /// Events whose sender's key was seen before.
    events: u64,
    /// By source.
    items: Vec<SourceCount>,
}

/// A number of one source.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SourceCount {
    /// `snmp`, `syslog`, `webhook`, `internal`.
    source: &'static str,
    /// Its address, or the name of its credential.
    address: Name,
    /// How many.
    count: u64,
}

/// What is kept from the operator's list, and why.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Suppressions {
    /// Suppressed by another alarm or by a rule.
    suppressed: u64,
    /// Shelved.
    shelved: u64,
    /// Held because they come and go.
    flapping: u64,
    /// Events that changed no alarm, by source.
    items: Vec<SourceCount>,
}

/// Everything at a glance.
#[utoipa::path(get, path = "/api/v1/stats", tag = "stats", extensions(("x-permission" = json!("read"))), responses((status = 200, body = Stats)))]
pub(super) async fn all(can: Can<Read>) -> Answer<axum::Json<Stats>> {
    let (alarms, by_severity, waiting) = can
        .tenant
        .ask(|rows| Ok((rows.alarm_stats()?, rows.by_severity()?, rows.letters_waiting()?)))
        .await?;
    let mut grouped = Grouped::default();
    for line in &by_severity {
        *match line.severity {
            Severity::Critical => &mut grouped.critical,
            Severity::Major => &mut grouped.high,
            Severity::Minor => &mut grouped.medium,
            Severity::Warning | Severity::Indeterminate => &mut grouped.low,
        } += line.standing;
    }
    Ok(axum::Json(Stats {
        alarms: alarms.alarms,
        standing: alarms.standing,
        raises: alarms.raises,
        duplicates: alarms.duplicates,
        suppressed: alarms.suppressed,
        shelved: alarms.shelved,
        open_incidents: alarms.open_incidents,
        entities: alarms.entities,
        unplaced: alarms.unplaced,
        severity: by_severity.iter().map(severities).collect(),
        grouped,
        events: events(&can.tenant).await?,
        dead_letters: waiting,
        queued: can.tenant.stats().queued_events as u64,
    }))
}

fn severities(line: &crate::journal::rows::SeverityCount) -> Severities {
    Severities {
        severity: line.severity,
        standing: line.standing,
        unacked: line.unacked,
        cleared: line.cleared,
        shelved: line.shelved,
    }
}

async fn events(tenant: &Tenant) -> Answer<Events> {
    Ok(tenant
        .read(|state| {
            state.sources().iter().fold(Events::default(), |sum, source| Events {
                received: sum.received + source.received,
                alarms: sum.alarms + source.alarms,
                unmapped: sum.unmapped + source.unmapped,
                unreadable: sum.unreadable + source.unreadable,
                duplicates: sum.duplicates + source.duplicates,
                ignored: sum.ignored + source.ignored,
            })
        })
        .await?)
}

/// Live alarms by severity, worst first.
#[utoipa::path(get, path = "/api/v1/stats/severity", tag = "stats", extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Counted<Severities>)))]
pub(super) async fn severity(can: Can<Read>) -> Answer<axum::Json<Counted<Severities>>> {
    let found = can.tenant.ask(|rows| rows.by_severity()).await?;
    Ok(axum::Json(Counted {
        items: found.iter().map(severities).collect(),
    }))
}

/// Live alarms by type, the most frequent first, at most 1,000.
#[utoipa::path(get, path = "/api/v1/stats/type", tag = "stats", extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Counted<Types>)))]
pub(super) async fn types(can: Can<Read>) -> Answer<axum::Json<Counted<Types>>> {
    let found = can.tenant.ask(|rows| rows.by_type(1_000)).await?;
    let items = found
        .into_iter()
        .map(|line| Types {
            alarm_type: line.alarm_type,
            standing: line.standing,
            cleared: line.cleared,
            raises: line.raises,
        })
        .collect();
    Ok(axum::Json(Counted { items }))
}

/// What came more than once.
#[utoipa::path(get, path = "/api/v1/stats/duplicates", tag = "stats", extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Duplicates)))]
pub(super) async fn duplicates(can: Can<Read>) -> Answer<axum::Json<Duplicates>> {
    let raises = can.tenant.ask(|rows| rows.alarm_stats()).await?.duplicates;
    let items = by_source(&can.tenant, |source| source.duplicates).await?;
    Ok(axum::Json(Duplicates {
        raises,
        events: items.iter().map(|line| line.count).sum(),
        items,
    }))
}

/// What is kept from the operator's list.
#[utoipa::path(get, path = "/api/v1/stats/suppressions", tag = "stats", extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Suppressions)))]
pub(super) async fn suppressions(can: Can<Read>) -> Answer<axum::Json<Suppressions>> {
    let stats = can.tenant.ask(|rows| rows.alarm_stats()).await?;
    let flapping = can
        .tenant
        .read(|state| state.alarms().iter().filter(|(_, alarm)| alarm.flapping).count())
        .await?;
    Ok(axum::Json(Suppressions {
        suppressed: stats.suppressed,
        shelved: stats.shelved,
        flapping: flapping as u64,
        items: by_source(&can.tenant, |source| source.ignored).await?,
    }))
}

async fn by_source(tenant: &Tenant, number: impl Fn(&pedkai_core::pipeline::SourceStat) -> u64 + Send + 'static) -> Answer<Vec<SourceCount>> {
    Ok(tenant
        .read(move |state| {
            let counted = state.sources().iter().map(|source| SourceCount {
                source: source.kind.word(),
                address: source.address.clone(),
                count: number(source),
            });
            let mut found: Vec<SourceCount> = counted.filter(|line| line.count > 0).collect();
            found.sort_by(|a, b| (b.count, &a.address).cmp(&(a.count, &b.address)));
            found
        })
        .await?)
}
