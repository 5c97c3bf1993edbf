use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::model::Role;

/// A scope of a machine key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// Hand in alarms.
    #[serde(rename = "alarm:write")]
    AlarmWrite,
    /// Hand in KPI samples.
    #[serde(rename = "kpi:write")]
    KpiWrite,
    /// Read.
    #[serde(rename = "read")]
    Read,
    /// Change the topology.
    #[serde(rename = "topology:write")]
    TopologyWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 4] = [Scope::AlarmWrite, Scope::KpiWrite, Scope::Read, Scope::TopologyWrite];

    /// The word of the wire and the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Scope::AlarmWrite => "alarm:write",
            Scope::KpiWrite => "kpi:write",
            Scope::Read => "read",
            Scope::TopologyWrite => "topology:write",
        }
    }

    /// Reads scopes separated by commas.
    ///
    /// # Errors
    /// A sentence that names the word that is no scope, or that there is none.
    pub fn parse_list(text: &str) -> Result<Vec<Scope>, String> {
        let mut scopes = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match Scope::ALL.into_iter().find(|scope| scope.word() == word) {
                Some(scope) if scopes.contains(&scope) => {}
                Some(scope) => scopes.push(scope),
                None => return Err(format!("'{word}' is no scope: write {}", Self::words())),
            }
        }
        if scopes.is_empty() {
            return Err(format!("a key needs a scope: write {}", Self::words()));
        }
        Ok(scopes)
    }

    fn words() -> String {
        Self::ALL.map(Scope::word).join(", ")
    }
}

macro_rules! permissions {
    ($($name:ident $word:literal $role:ident $scope:expr, $sentence:literal;)*) => {
        /// Something that may be allowed or not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $(#[doc = $sentence] $name,)*
        }

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &'static [Permission] = &[$(Permission::$name),*];

            /// Its word in messages and docs.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Permission::$name => $word),* }
            }

            /// What it allows.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Permission::$name => $sentence),* }
            }

            /// The first role that holds it; later ones do too.
            #[must_use]
            pub const fn least_role(self) -> Role {
                match self { $(Permission::$name => Role::$role),* }
            }

            /// The scope that gives it to a machine key.
            #[must_use]
            pub const fn scope(self) -> Option<Scope> {
                match self { $(Permission::$name => $scope),* }
            }
        }
    };
}

permissions! {
    Read "read" Viewer Some(Scope::Read), "Read alarms, incidents, entities, events, dead letters, sources, statistics, history and the feed.";
    ReadRules "read rules" Viewer Some(Scope::Read), "Read policies, mappings and the state of the collector.";
    Work "work" Operator None, "Acknowledge, own, assign, comment, clear; open incidents and move them on.";
    AlarmWrite "hand in alarms" Operator Some(Scope::AlarmWrite), "Hand in alarms by webhook.";
    KpiWrite "hand in KPI samples" Operator Some(Scope::KpiWrite), "Hand in KPI samples as JSON, as CSV or by remote write.";
    Redrive "redrive" Operator None, "Drive dead letters in again.";
    Override "override" Supervisor None, "Act on what somebody else owns.";
    Audit "audit" Supervisor None, "Read and verify the audit log.";
    TopologyWrite "change topology" Admin Some(Scope::TopologyWrite), "Change the topology.";
    Policies "change policies" Admin None, "Set policies.";
    Mappings "change mappings" Admin None, "Set mappings.";
    Users "manage users" Admin None, "Add users to the tenant, change their role, password and active flag.";
    Keys "manage keys" Admin None, "Issue and revoke the tenant's machine keys.";
    SystemDeadLetters "system dead letters" Admin None, "Read dead letters that belong to no tenant (only in the tenant default).";
}

/// The table as `docs/permissions.md` holds it.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Who may do what\n\n\
         Generated from the one table that is checked (`core/src/identity/table.rs`); a test compares them. A person's rights come from\n\
         the role in the tenant, a machine key's from its scopes. Nothing else gives a right.\n\n\
         | permission | viewer | operator | supervisor | admin | scope of a key | what it allows |\n\
         |--|--|--|--|--|--|--|\n",
    );
    for permission in Permission::ALL {
        let mark = |role| if role >= permission.least_role() { "yes" } else { "–" };
        let scope = permission.scope().map_or_else(|| "–".to_owned(), |scope| format!("`{}`", scope.word()));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {scope} | {} |",
            permission.word(),
            mark(Role::Viewer),
            mark(Role::Operator),
            mark(Role::Supervisor),
            mark(Role::Admin),
            permission.sentence(),
        );
    }
    text
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test compares a document, which lies in a file")]
mod tests {
    #[test]
    fn the_docs_hold_this_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/permissions.md");
        if std::env::var_os("PEDKAI_BLESS").is_some() {
            std::fs::write(&path, super::markdown()).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        assert_eq!(kept, super::markdown(), "run this test with PEDKAI_BLESS=1 to write docs/permissions.md anew");
    }
}
