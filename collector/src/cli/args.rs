use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pedkai_core::model::Role;

use super::analyze::Analyze;
use crate::config::Listen;

/// Pedkai's headless service: hears the network, keeps the log, serves seats.
#[derive(Debug, Parser)]
#[command(name = "pedkai-collector", version, propagate_version = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) reach: Reach,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Which collector.
#[derive(Clone, Debug, Args)]
pub(super) struct Reach {
    /// Folder that holds everything; the platform's data folder unless said
    #[arg(long, global = true, value_name = "DIR", env = "PEDKAI_DATA")]
    pub(super) data: Option<PathBuf>,
    /// A running collector elsewhere; the environment's PEDKAI_TOKEN is the credential
    #[arg(long, global = true, value_name = "URL", conflicts_with = "data")]
    pub(super) collector: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run
    Serve(Serve),
    /// Tenants
    #[command(subcommand)]
    Tenant(Tenant),
    /// Users
    #[command(subcommand)]
    User(User),
    /// Machine keys
    #[command(subcommand)]
    Key(Key),
    /// Measurements
    #[command(subcommand)]
    Kpi(Kpi),
    /// The network's inventory
    #[command(subcommand)]
    Topology(Topology),
    /// Policy files
    #[command(subcommand)]
    Policy(Policy),
    /// The chains of the logs and of the audit entries
    #[command(subcommand)]
    Audit(Audit),
    /// Copy everything that cannot be made again into an empty folder, also while the collector runs
    Backup {
        /// An empty folder, or one to be made
        folder: PathBuf,
    },
    /// Make a data folder of a backup; --data names one that is empty or does not exist
    Restore {
        /// The folder that backup made
        folder: PathBuf,
    },
    /// Check the data folder, the disk, the clock, ports, certificates
    Doctor {
        /// Configuration to check with it
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Decide recorded history again with a virtual clock and compare, bit for bit
    Replay(Replay),
    /// The live detectors and causal tests on files; figures on stdout in full precision
    #[command(subcommand)]
    Analyze(Analyze),
}

/// Flags go before the configuration.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Configuration; see packaging/pedkai-collector.example.toml
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Address of the HTTP API; port 0 picks a free one
    #[arg(long, value_name = "ADDR")]
    pub(super) api: Option<SocketAddr>,
    /// Address for SNMP traps and informs (UDP), or off
    #[arg(long, value_name = "ADDR|off")]
    pub(super) snmp: Option<Listen>,
    /// Address for syslog over UDP, or off
    #[arg(long, value_name = "ADDR|off")]
    pub(super) syslog_udp: Option<Listen>,
    /// Address for syslog over TCP, or off
    #[arg(long, value_name = "ADDR|off")]
    pub(super) syslog_tcp: Option<Listen>,
    /// Address for syslog over TLS, or off; needs a certificate in the configuration
    #[arg(long, value_name = "ADDR|off")]
    pub(super) syslog_tls: Option<Listen>,
    /// For a demo network: a data folder of its own and free ports, unless said, so that it never mixes with a real network
    #[arg(long)]
    pub(super) demo: bool,
    /// Read one line from stdin: a token of 16 characters or more that stands for the person at this machine, as an admin of the tenant
    /// default, while this process lives. For a workstation that starts its own collector
    #[arg(long, hide = true)]
    pub(super) seat_token_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Tenant {
    /// Make a tenant; prints its id
    Add {
        /// Its name
        name: String,
    },
    /// Every tenant: id and name
    List,
    /// Copy a tenant's name and log into an empty folder, for another collector to adopt; its users and keys stay here
    Export {
        /// The tenant, by name or id
        name: String,
        /// An empty folder, or one to be made
        folder: PathBuf,
    },
    /// Take in a tenant that another collector exported: same id, its whole history; prints its id
    Adopt {
        /// The folder that export made
        folder: PathBuf,
        /// Another name for it, where its own is taken
        #[arg(long)]
        name: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add a user to a tenant; the password is one line on stdin; prints the user's id
    Add {
        /// Name to log in by
        name: String,
        /// Tenant, by name or id
        #[arg(long, value_name = "T")]
        tenant: String,
        /// What they may: see docs/permissions.md
        #[arg(long, value_name = "R")]
        role: RoleWord,
        /// A second name to log in by
        #[arg(long)]
        email: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RoleWord {
    Viewer,
    Operator,
    Supervisor,
    Admin,
}

impl RoleWord {
    pub(super) const fn role(self) -> Role {
        match self {
            RoleWord::Viewer => Role::Viewer,
            RoleWord::Operator => Role::Operator,
            RoleWord::Supervisor => Role::Supervisor,
            RoleWord::Admin => Role::Admin,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Issue a key; prints the key alone, once
    Add {
        /// Tenant, by name or id
        #[arg(long, value_name = "T")]
        tenant: String,
        /// alarm:write, kpi:write, topology:write, read; several separated by commas
        #[arg(long, value_name = "S[,S]")]
        scope: String,
        /// What it is called in lists and as a source of events
        #[arg(long, default_value = "machine")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Kpi {
    /// Read samples from CSV: time,entity,metric,value or time,entity and one column a metric; lines that cannot be read become dead letters
    Import {
        /// Tenant, by name or id
        #[arg(long, value_name = "T")]
        tenant: String,
        /// The entity of every line, where the file has no column for it
        #[arg(long, value_name = "E")]
        entity: Option<String>,
        /// The system that the samples come from; the file's name unless said
        #[arg(long, value_name = "S")]
        source: Option<String>,
        /// The file
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Topology {
    /// Read an inventory: GraphML, a folder with entities.csv and relations.csv, or a folder with NetBox's list answers
    Import {
        /// Tenant, by name or id
        #[arg(long, value_name = "T")]
        tenant: String,
        /// The file or folder
        path: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// Check a folder of policy files (*.toml)
    Check {
        /// The folder
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Walk the hash chains of every tenant's log and audit entries
    Verify {
        /// Only this tenant, by name or id
        #[arg(long, value_name = "T")]
        tenant: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Only this tenant, by name or id
    #[arg(long, value_name = "T")]
    pub(super) tenant: Option<String>,
    /// Decide with the policy files of this folder instead, and report what would have been different
    #[arg(long, value_name = "DIR")]
    pub(super) policy: Option<PathBuf>,
    /// Decide with the mapping files of this folder instead, and report what would have been different
    #[arg(long, value_name = "DIR")]
    pub(super) mapping: Option<PathBuf>,
}
