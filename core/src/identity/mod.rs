//! Roles × permissions.
//!
//! - **does**: says what a role and a machine key's scope may do; the only table of it.
//! - **takes**: a role or scopes, and a permission.
//! - **gives**: yes or no, and the table as Markdown for the docs.
//! - **never knows**: users, passwords, tokens, tenants, endpoints.

mod table;

pub use table::{Permission, Scope, markdown};

use crate::model::Role;

/// What somebody who acts was given: a person's role, or a machine key's scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// A person.
    Role(Role),
    /// A machine.
    Scopes(Vec<Scope>),
}

impl Rights {
    /// Whether these rights hold `permission`: the one place where it is decided.
    #[must_use]
    pub fn allow(&self, permission: Permission) -> bool {
        match self {
            Rights::Role(role) => *role >= permission.least_role(),
            Rights::Scopes(scopes) => permission.scope().is_some_and(|scope| scopes.contains(&scope)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_roles_may_do_what_earlier_ones_may() {
        let roles = [Role::Viewer, Role::Operator, Role::Supervisor, Role::Admin];
        for permission in Permission::ALL {
            let allowed: Vec<bool> = roles.iter().map(|role| Rights::Role(*role).allow(*permission)).collect();
            assert!(allowed.is_sorted(), "{permission:?}: {allowed:?}");
            assert!(Rights::Role(Role::Admin).allow(*permission));
        }
        assert!(!Rights::Role(Role::Viewer).allow(Permission::Work));
        assert!(!Rights::Role(Role::Supervisor).allow(Permission::Users));
    }

    #[test]
    fn a_key_may_only_what_its_scopes_name() {
        let alarms = Rights::Scopes(vec![Scope::AlarmWrite]);
        assert!(alarms.allow(Permission::AlarmWrite));
        assert!(!alarms.allow(Permission::Read));
        let all = Rights::Scopes(Scope::ALL.to_vec());
        for permission in [Permission::Work, Permission::Users, Permission::Keys, Permission::Policies, Permission::Audit] {
            assert!(!all.allow(permission), "no scope gives {permission:?}");
        }
    }

    #[test]
    fn scopes_are_read_as_they_are_written() {
        assert_eq!(Scope::parse_list("alarm:write, read"), Ok(vec![Scope::AlarmWrite, Scope::Read]));
        assert!(Scope::parse_list("alarm:write,everything").unwrap_err().contains("everything"));
        assert!(Scope::parse_list("").is_err());
    }
}
