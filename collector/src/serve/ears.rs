use std::path::Path;
use std::sync::Arc;

use pedkai_core::model::TenantId;
use uuid::Uuid;

use super::StartError;
use crate::config::{Config, DEFAULT_TENANT};
use crate::engine::Engine;
use crate::journal::system_letters::{SystemLetter, SystemLetters};
use crate::listen::{CommunityParams, Counters, DeadLetter, Params, Post, SnmpParams, SourceParams, SyslogParams, TlsParams, UserParams};

/// The tenant that the configuration names.
pub(super) fn tenant(engine: &Engine, name: &str) -> Result<TenantId, StartError> {
    engine.find(name).map(|tenant| tenant.id()).ok_or_else(|| {
        StartError::Config(format!(
            "the configuration names the tenant '{name}', which does not exist: add it to [tenants] create, or run 'tenant add {name}'"
        ))
    })
}

/// What the listeners are told, from the configuration.
pub(super) fn params(config: &Config, engine: &Engine, data: &Path) -> Result<Params, StartError> {
    let tenant = |name: &str| tenant(engine, name);
    let snmp = match config.snmp.listen.address() {
        Some(address) => Some(SnmpParams {
            address,
            state: data.join("snmp"),
            engine_id: None,
            communities: communities(config, &tenant)?,
            users: users(config, &tenant)?,
        }),
        None => None,
    };
    let syslog = &config.syslog;
    let tls = match (syslog.tls_listen().address(), &syslog.tls_certificate, &syslog.tls_key) {
        (Some(address), Some(certificate), Some(key)) => Some(TlsParams {
            address,
            certificate: certificate.clone(),
            key: key.clone(),
            client_roots: syslog.tls_client_roots.clone(),
        }),
        _ => None,
    };
    let sources = syslog
        .sources
        .iter()
        .map(|source| {
            Ok(SourceParams {
                network: source.address,
                tenant: tenant(&source.tenant)?,
            })
        })
        .collect::<Result<_, StartError>>()?;
    Ok(Params {
        snmp,
        syslog: SyslogParams {
            udp: syslog.udp.address(),
            tcp: syslog.tcp.address(),
            tls,
            sources,
            loopback: Some(tenant(DEFAULT_TENANT)?),
            max_message: syslog.line_limit as usize,
            max_connections: syslog.connections as usize,
            ..SyslogParams::default()
        },
        relays: config.trust.relays.clone(),
    })
}

fn communities(config: &Config, tenant: &impl Fn(&str) -> Result<TenantId, StartError>) -> Result<Vec<CommunityParams>, StartError> {
    let Some(configured) = &config.snmp.communities else {
        return Ok(vec![CommunityParams {
            community: "public".to_owned(),
            tenant: tenant(DEFAULT_TENANT)?,
            loopback_only: true,
        }]);
    };
    configured
        .iter()
        .map(|community| {
            Ok(CommunityParams {
                community: community.community.clone(),
                tenant: tenant(&community.tenant)?,
                loopback_only: false,
            })
        })
        .collect()
}

fn users(config: &Config, tenant: &impl Fn(&str) -> Result<TenantId, StartError>) -> Result<Vec<UserParams>, StartError> {
    config
        .snmp
        .users
        .iter()
        .map(|user| {
            let with = |word: Option<&'static str>, password: &Option<String>| Some((word?.to_owned(), password.clone()?));
            Ok(UserParams {
                name: user.name.clone(),
                tenant: tenant(&user.tenant)?,
                auth: with(user.auth.map(crate::config::AuthProtocol::word), &user.auth_password),
                privacy: with(user.privacy.map(crate::config::PrivProtocol::word), &user.priv_password),
            })
        })
        .collect()
}

/// Keeps what belongs to no tenant, off the loops that receive.
pub(super) fn post(store: Arc<SystemLetters>, counters: Arc<Counters>) -> Result<Post, StartError> {
    let keep = move |letters: Vec<DeadLetter>| {
        let kept: Vec<SystemLetter> = letters.into_iter().map(kept).collect();
        if let Err(error) = store.keep(&kept) {
            tracing::error!(%error, letters = kept.len(), "dead letters could not be kept");
        }
    };
    Ok(Post::new(counters, keep)?)
}

fn kept(letter: DeadLetter) -> SystemLetter {
    SystemLetter {
        id: Uuid::new_v4(),
        at: letter.received_at,
        transport: letter.transport.word().to_owned(),
        address: letter.peer.to_string(),
        reason: letter.detail,
        bytes: letter.bytes,
    }
}
