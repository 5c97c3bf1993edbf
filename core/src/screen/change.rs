use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{ChangeRequest, ChangeState, EntityId, Mode, Name, Origin, Protection, Risk, Timestamp, WorkKind};
use crate::pipeline::State;

/// A change request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeRow {
    /// Its id.
    pub id: Uuid,
    /// One line.
    pub title: Name,
    /// Action of a profile.
    pub action: Name,
    /// Its parameters, by name.
    pub params: Vec<ParamRow>,
    /// What it is done to.
    pub targets: Vec<TargetRow>,
    /// How bad it would be if it went wrong.
    pub risk: Risk,
    /// Its targets are out of service while it runs.
    pub interrupts: bool,
    /// For which incident.
    pub incident_id: Option<Uuid>,
    /// Why it was asked for.
    pub reason: Name,
    /// Who asked.
    pub requester: Name,
    /// A person, or the machine by itself.
    pub origin: Origin,
    /// How far it is.
    pub state: ChangeState,
    /// Why it is there, in a sentence.
    pub why: Name,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Newest change of it.
    pub changed_at: Timestamp,
    /// It expires then, unless it is on its way before.
    pub expires_at: Timestamp,
    /// What the device says that would change.
    pub preview: Option<PreviewRow>,
    /// Who would feel it.
    pub twin: Option<TwinRow>,
    /// What the policy says.
    pub verdict: Option<VerdictRow>,
    /// Who agreed to this preview.
    pub approvals: Vec<ApprovalRow>,
    /// What a worker is doing about it.
    pub work: Option<WorkKind>,
    /// Undone then, unless somebody confirms it.
    pub confirm_until: Option<Timestamp>,
    /// Who confirmed it.
    pub confirmed_by: Name,
    /// Who undoes it if nobody does, once it is on the device.
    pub protection: Option<Protection>,
    /// What was done on the device, newest last.
    pub steps: Vec<Name>,
}

/// A parameter of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamRow {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Name,
}

/// An entity by its three names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TargetRow {
    /// Its id.
    pub entity_id: Uuid,
    /// … of its inventory.
    pub external_id: Name,
    /// … for people.
    pub name: Name,
}

/// What the device says that would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewRow {
    /// When it was asked.
    pub at: Timestamp,
    /// What it says is held to be true until then; after it, approvals are void.
    pub stale_at: Timestamp,
    /// Lines with `+`, `-` or a space before them.
    pub diff: Name,
    /// Who would undo it.
    pub protection: Protection,
    /// How.
    pub rollback: Name,
}

/// Who would feel it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TwinRow {
    /// Entities that would be without service, the nearest first; at most fifty are named.
    pub down: Vec<TargetRow>,
    /// All of them.
    pub down_count: u32,
    /// How many would be left with one way only.
    pub degraded: u32,
    /// Services that would be down.
    pub services: u32,
    /// Customers that would be.
    pub customers: u32,
    /// An emergency service would feel it.
    pub emergency: bool,
}

/// What the policy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerdictRow {
    /// It may be carried out at all.
    pub allowed: bool,
    /// How much without people.
    pub mode: Mode,
    /// So many people must agree.
    pub approvals: u8,
    /// They must be at least this.
    pub role: Name,
    /// The rules that made it, each in a sentence.
    pub rules: Vec<Name>,
}

/// Somebody agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalRow {
    /// Who.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// What they wrote.
    pub text: Name,
}

/// Whether the machine may touch the network: one row a tenant; none where nothing was ever asked, stopped or set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuardRow {
    /// Always the same.
    pub id: Uuid,
    /// Everything is stopped.
    pub killed: bool,
    /// … by whom,
    pub killed_by: Name,
    /// … when,
    pub killed_at: Option<Timestamp>,
    /// … and why.
    pub killed_reason: Name,
    /// How much is done without people, unless the policy says otherwise for an action.
    pub mode: Mode,
    /// Since so many changes failed, people decide everything until it is armed again.
    pub tripped_at: Option<Timestamp>,
    /// Requests that wait for people.
    pub waiting: u32,
    /// Requests that are on their way to a device, or there and unconfirmed.
    pub in_flight: u32,
}

fn target(state: &State, id: EntityId) -> TargetRow {
    let entity = state.topology().by_id(id).and_then(|ix| state.topology().entity(ix));
    TargetRow {
        entity_id: id.0,
        external_id: entity.map_or(Name::EMPTY, |entity| entity.external_id.clone()),
        name: entity.map_or(Name::EMPTY, |entity| entity.name.clone()),
    }
}

/// The row of a change request.
#[must_use]
pub fn change_row(state: &State, change: &ChangeRequest) -> ChangeRow {
    let targets = |ids: &[EntityId]| ids.iter().map(|id| target(state, *id)).collect();
    let draft = &change.draft;
    ChangeRow {
        id: change.id.0,
        title: draft.title.clone(),
        action: draft.action.clone(),
        params: draft
            .params
            .iter()
            .map(|(name, value)| ParamRow {
                name: name.clone(),
                value: value.clone(),
            })
            .collect(),
        targets: targets(&draft.targets),
        risk: draft.risk,
        interrupts: draft.interrupts,
        incident_id: draft.incident.map(|id| id.0),
        reason: draft.reason.clone(),
        requester: change.requester.clone(),
        origin: draft.origin,
        state: change.state,
        why: change.why.clone(),
        created_at: change.created_at,
        changed_at: change.changed_at,
        expires_at: change.expires_at,
        preview: change.preview.as_ref().map(|preview| PreviewRow {
            at: preview.at,
            stale_at: preview.at.plus(crate::model::Span::minutes(state.policy().remediate.preview_min)),
            diff: preview.diff.clone(),
            protection: preview.protection,
            rollback: preview.rollback.clone(),
        }),
        twin: change.twin.as_ref().map(|twin| TwinRow {
            down: targets(&twin.down),
            down_count: twin.down_count,
            degraded: twin.degraded,
            services: twin.services,
            customers: twin.customers,
            emergency: twin.emergency,
        }),
        verdict: change.verdict.as_ref().map(|verdict| VerdictRow {
            allowed: verdict.allowed,
            mode: verdict.mode,
            approvals: verdict.approvals,
            role: Name::from(verdict.role.word()),
            rules: verdict.rules.clone(),
        }),
        approvals: change
            .approvals
            .iter()
            .map(|approval| ApprovalRow {
                by: approval.by.clone(),
                at: approval.at,
                text: approval.text.clone(),
            })
            .collect(),
        work: change.work.map(|work| work.kind),
        confirm_until: change.confirm_until,
        confirmed_by: change.confirmed_by.clone(),
        protection: change.protection,
        steps: change.steps.clone(),
    }
}

/// The row that says whether changes may be made.
#[must_use]
pub fn guard_row(state: &State) -> GuardRow {
    let guard = state.guard();
    let killed = guard.killed.as_ref();
    let count = |which: fn(ChangeState) -> bool| state.changes().iter().filter(|change| which(change.state)).count() as u32;
    GuardRow {
        id: state.tenant().0,
        killed: killed.is_some(),
        killed_by: killed.map_or(Name::EMPTY, |killed| killed.by.clone()),
        killed_at: killed.map(|killed| killed.at),
        killed_reason: killed.map_or(Name::EMPTY, |killed| killed.reason.clone()),
        mode: state.policy().remediate.mode,
        tripped_at: guard.tripped_at,
        waiting: count(|state| state == ChangeState::Simulated),
        in_flight: count(ChangeState::on_device),
    }
}
