//! Who follows the feed at this moment.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::State;
use pedkai_core::model::{Role, TenantId};
use pedkai_core::wire::Page;
use serde::Serialize;

use super::access::{Can, ReadRules};
use super::problem::Answer;
use super::stream::Select;
use super::world::World;
use crate::identity::Caller;

/// The streams that are open, by a number of each.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    taken: BTreeMap<u64, Taken>,
}

#[derive(Clone, Debug)]
struct Taken {
    tenant: TenantId,
    name: Arc<str>,
    role: Role,
    address: IpAddr,
    select: Select,
    since: Instant,
}

impl Seats {
    /// Takes a place, unless `most` are taken: its number, and how many are taken then.
    pub(super) fn take(&self, caller: &Caller, select: Select, most: usize) -> Option<(u64, usize)> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.taken.len() >= most {
            return None;
        }
        let number = open.next;
        open.next += 1;
        let taken = Taken {
            tenant: caller.tenant,
            name: caller.name(),
            role: caller.role(),
            address: caller.address,
            select,
            since: Instant::now(),
        };
        open.taken.insert(number, taken);
        Some((number, open.taken.len()))
    }

    /// Gives a place back: how many are taken then.
    pub(super) fn give_back(&self, number: u64) -> usize {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.taken.remove(&number);
        open.taken.len()
    }

    fn of(&self, tenant: TenantId) -> Vec<Taken> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.taken.values().filter(|taken| taken.tenant == tenant).cloned().collect()
    }
}

/// Somebody who follows the feed.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Seat {
    /// Name of the user or key.
    name: String,
    /// Its role in the tenant; a machine counts as a viewer.
    role: Role,
    /// From where.
    address: String,
    /// `changes`, the whole feed, or `alarms`.
    stream: &'static str,
    /// For how long, seconds.
    open_seconds: f64,
}

/// Who follows the feed at this moment, the longest first.
#[utoipa::path(get, path = "/api/v1/system/seats", tag = "system", extensions(("x-permission" = json!("read rules"))),
    responses((status = 200, body = Page<Seat>)))]
pub(super) async fn list(State(world): State<World>, can: Can<ReadRules>) -> Answer<axum::Json<Page<Seat>>> {
    let items = world.seats.of(can.tenant.id()).into_iter().map(|taken| Seat {
        name: taken.name.to_string(),
        role: taken.role,
        address: taken.address.to_string(),
        stream: match taken.select {
            Select::All => "changes",
            Select::Alarms => "alarms",
        },
        open_seconds: taken.since.elapsed().as_secs_f64(),
    });
    Ok(axum::Json(Page {
        items: items.collect(),
        next: None,
    }))
}
