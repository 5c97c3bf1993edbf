use std::net::IpAddr;
use std::sync::Arc;

use pedkai_core::identity::{Permission, Rights};
use pedkai_core::model::{Actor, Name, Role, TenantId};
use uuid::Uuid;

use super::Identity;

/// Somebody whose credential was good, in the tenant that the credential (and `X-Tenant`, where it leaves a choice) selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub who: Who,
    /// In which tenant.
    pub tenant: TenantId,
    /// With what rights there.
    pub rights: Rights,
    /// From where.
    pub address: IpAddr,
}

/// Kinds of callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person who logged in.
    User {
        /// Id.
        id: Uuid,
        /// Name.
        name: Arc<str>,
        /// Login that the access token comes from.
        session: Uuid,
    },
    /// A machine.
    Key {
        /// Id.
        id: Uuid,
        /// Name.
        name: Arc<str>,
    },
    /// The person at this machine, whose workstation started the collector.
    Seat,
    /// The machine's own administrator: the command line, by the token in the data folder.
    Local,
}

/// Why somebody does not get in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No credential, or none that is good.
    Unauthorized(String),
    /// Known, but not there.
    Forbidden(String),
    /// Several tenants, and none chosen.
    Choose(String),
}

impl Caller {
    /// Name for logs, audit and the tenant's log.
    #[must_use]
    pub fn name(&self) -> Arc<str> {
        match &self.who {
            Who::User { name, .. } | Who::Key { name, .. } => name.clone(),
            Who::Seat => seat_name(),
            Who::Local => "administrator".into(),
        }
    }

    /// A number that is the caller's own, for rate limits and keys of idempotency.
    #[must_use]
    pub fn fingerprint(&self) -> u128 {
        match &self.who {
            Who::User { id, .. } | Who::Key { id, .. } => id.as_u128(),
            Who::Seat => 1,
            Who::Local => 2,
        }
    }

    /// Whether it may.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.rights.allow(permission)
    }

    /// Its role; a machine counts as a viewer.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.rights {
            Rights::Role(role) => role,
            Rights::Scopes(_) => Role::Viewer,
        }
    }

    /// As the tenant's log names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            name: Name::from(&*self.name()),
            role: self.role(),
            from: Name::from(self.address.to_string()),
        }
    }
}

fn seat_name() -> Arc<str> {
    static NAME: std::sync::OnceLock<Arc<str>> = std::sync::OnceLock::new();
    NAME.get_or_init(|| {
        let found = ["USER", "USERNAME", "LOGNAME"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        found.unwrap_or_else(|| "operator".to_owned()).into()
    })
    .clone()
}

impl Identity {
    /// Who a bearer token is, in which tenant. `wanted` is the header `X-Tenant`; `tenant_of` finds a tenant by name or id.
    ///
    /// # Errors
    /// No good credential, a tenant that the credential does not open, or a choice that was not made.
    pub fn authenticate(
        &self,
        bearer: Option<&str>,
        wanted: Option<&str>,
        address: IpAddr,
        tenant_of: impl Fn(&str) -> Option<TenantId>,
    ) -> Result<Caller, Denied> {
        let Some(bearer) = bearer else {
            return Err(Denied::Unauthorized(
                "send the header Authorization: Bearer with an access token or a machine key".to_owned(),
            ));
        };
        let caller = |who, tenant, rights| Caller { who, tenant, rights, address };
        if let Some((who, default)) = self.of_this_machine(bearer, &tenant_of) {
            let tenant = match wanted {
                None => default,
                Some(wanted) if who == Who::Local => tenant_of(wanted).ok_or_else(|| forbidden(wanted))?,
                Some(wanted) => Some(default)
                    .filter(|tenant| tenant_of(wanted) == Some(*tenant))
                    .ok_or_else(|| forbidden(wanted))?,
            };
            return Ok(caller(who, tenant, Rights::Role(Role::Admin)));
        }
        let directory = self.directory();
        if let Some(key) = directory.keys.get(&super::secret::hash(bearer)) {
            if let Some(wanted) = wanted
                && tenant_of(wanted) != Some(key.tenant)
            {
                return Err(forbidden(wanted));
            }
            let who = Who::Key {
                id: key.id,
                name: key.name.clone(),
            };
            return Ok(caller(who, key.tenant, Rights::Scopes(key.scopes.clone())));
        }
        let claims = self.signing.read(bearer, self.now()).map_err(Denied::Unauthorized)?;
        let user = directory.users.get(&claims.sub).filter(|user| !user.tenants.is_empty());
        let Some(user) = user.filter(|_| !directory.revoked.contains(&claims.sid)) else {
            return Err(Denied::Unauthorized("this login is over: log in again".to_owned()));
        };
        let wanted = match wanted {
            Some(wanted) => Some(tenant_of(wanted).ok_or_else(|| forbidden(wanted))?),
            None => claims.tenant.map(TenantId),
        };
        let (tenant, role) = match (wanted, user.tenants.as_slice()) {
            (Some(wanted), tenants) => *tenants
                .iter()
                .find(|(tenant, _)| *tenant == wanted)
                .ok_or_else(|| Denied::Forbidden("you do not belong to that tenant".to_owned()))?,
            (None, [only]) => *only,
            (None, _) => {
                return Err(Denied::Choose(
                    "you belong to several tenants: say which by the header X-Tenant, or log in with tenant".to_owned(),
                ));
            }
        };
        let who = Who::User {
            id: claims.sub,
            name: user.name.clone(),
            session: claims.sid,
        };
        Ok(caller(who, tenant, Rights::Role(role)))
    }

    fn of_this_machine(&self, bearer: &str, tenant_of: &impl Fn(&str) -> Option<TenantId>) -> Option<(Who, TenantId)> {
        let who = if self.local.is(bearer) {
            Who::Local
        } else if self.seat.as_ref().is_some_and(|seat| seat.is(bearer)) {
            Who::Seat
        } else {
            return None;
        };
        tenant_of(crate::config::DEFAULT_TENANT).map(|tenant| (who, tenant))
    }
}

fn forbidden(_wanted: &str) -> Denied {
    // Whether that tenant exists is nobody's business who does not belong to it.
    Denied::Forbidden("you do not belong to that tenant".to_owned())
}
