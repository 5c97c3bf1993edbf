use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::model::{EntityId, TenantId};

use super::{Job, Round};
use crate::engine::Tenant;
use crate::journal::JournalError;

/// Forgets the KPI samples of entities that are gone. It compares what is kept with what there is, so that neither a crash nor a sample that was
/// under way leaves anything behind.
#[derive(Default)]
pub(crate) struct Gone {
    /// The topology that was looked at last.
    looked: Arc<Mutex<BTreeMap<TenantId, u64>>>,
}

impl Job for Gone {
    fn name(&self) -> &'static str {
        "kpi/gone"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn round(&self, tenant: Tenant) -> Round {
        let looked = self.looked.clone();
        Box::pin(async move { round(&tenant, &looked).await.map_err(|error| error.to_string()) })
    }
}

async fn round(tenant: &Tenant, looked: &Mutex<BTreeMap<TenantId, u64>>) -> Result<u64, JournalError> {
    if !tenant.kpi().is_open() {
        return Ok(0);
    }
    let Some(version) = tenant.peek(|state| state.topology().version()).await? else {
        return Ok(0);
    };
    let known = looked.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant.id()).copied();
    if known == Some(version) {
        return Ok(0);
    }
    // An entity is on the log before its first sample is kept: whoever is in this list and not in the topology afterwards is gone.
    let kept: BTreeSet<EntityId> = tenant.peek_kpi(crate::kpi::Store::entities).await?;
    let gone = tenant
        .peek(move |state| kept.into_iter().filter(|entity| state.topology().by_id(*entity).is_none()).collect::<Vec<_>>())
        .await?;
    let Some(gone) = gone else { return Ok(0) };
    let number = gone.len() as u64;
    if number > 0 {
        tenant
            .peek_kpi(move |store| gone.into_iter().try_for_each(|entity| store.forget(entity)))
            .await?;
        tracing::info!(tenant = %tenant.id(), entities = number, "KPI samples of entities that are gone were forgotten");
    }
    looked.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.id(), version);
    Ok(number)
}
