use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pedkai_core::ingest::poll::{Kind, Object};
use pedkai_core::model::{Sample, TenantId};

use super::StartError;
use super::ears::tenant;
use crate::config::{AuthProtocol, Config, PollKind, PollTarget, PrivProtocol};
use crate::engine::{Clock, Engine};
use crate::poll::{self, Credential, Keeping, Sink, Target, User, Wires, World};

impl Sink for Engine {
    fn keep(&self, tenant: TenantId, samples: Vec<Sample>) -> Keeping<'_> {
        Box::pin(async move {
            let tenant = self.tenant(tenant).ok_or("the tenant does not exist any more")?;
            tenant.ask_kpi(move |kept| kept.write(&samples)).await.map_err(|error| error.to_string())
        })
    }
}

/// Starts to ask the targets of the configuration; `None` where it names none.
pub(super) async fn start(config: &Config, engine: &Engine, clock: Arc<dyn Clock>) -> Result<Option<poll::Handle>, StartError> {
    let targets = targets(config, engine)?;
    if targets.is_empty() {
        return Ok(None);
    }
    let wires = Wires::open(&targets).await;
    let wires = wires.map_err(|error| StartError::Config(format!("no socket to ask devices from: {error}")))?;
    let world = World {
        agents: Arc::new(wires),
        places: Arc::new(engine.clone()),
        sink: Arc::new(engine.clone()),
        clock,
    };
    Ok(Some(poll::start(targets, config.poll.concurrency as usize, world)))
}

fn targets(config: &Config, engine: &Engine) -> Result<Vec<Target>, StartError> {
    let users = users(config);
    let mut lists: BTreeMap<&[String], Arc<[Object]>> = BTreeMap::new();
    let mut found = Vec::new();
    for target in &config.poll.targets {
        let of = tenant(engine, &target.tenant)?;
        let credential = credential(target, &users).ok_or_else(|| StartError::Config("a target of [poll] has no credential".to_owned()))?;
        let objects = lists.entry(&target.lists).or_insert_with(|| objects(config, &target.lists));
        for address in &target.address {
            found.push(Target {
                address: *address,
                tenant: of,
                entity: target.entity.clone(),
                credential: credential.clone(),
                interval: Duration::from_secs(u64::from(target.interval_s.unwrap_or(config.poll.interval_s))),
                timeout: Duration::from_millis(u64::from(target.timeout_ms.unwrap_or(config.poll.timeout_ms))),
                retries: target.retries.unwrap_or(config.poll.retries),
                varbinds: config.poll.varbinds as usize,
                rows: config.poll.rows as usize,
                interfaces: target.interfaces,
                objects: objects.clone(),
            });
        }
    }
    Ok(found)
}

fn users(config: &Config) -> BTreeMap<&str, Arc<User>> {
    let with = |word: Option<&'static str>, password: &Option<String>| Some((word?.to_owned(), password.clone()?));
    let users = config.poll.users.iter().map(|user| {
        let made = User {
            name: user.name.clone(),
            auth: with(user.auth.map(AuthProtocol::word), &user.auth_password),
            privacy: with(user.privacy.map(PrivProtocol::word), &user.priv_password),
        };
        (user.name.as_str(), Arc::new(made))
    });
    users.collect()
}

/// The configuration was checked: there is exactly one of the two.
fn credential(target: &PollTarget, users: &BTreeMap<&str, Arc<User>>) -> Option<Credential> {
    match (&target.community, &target.user) {
        (Some(community), _) => Some(Credential::Community(community.clone())),
        (None, user) => users.get(user.as_deref()?).cloned().map(Credential::User),
    }
}

fn objects(config: &Config, names: &[String]) -> Arc<[Object]> {
    let named = names.iter().filter_map(|name| config.poll.lists.iter().find(|list| list.name == *name));
    let objects = named.flat_map(|list| &list.objects).map(|object| Object {
        metric: object.metric.clone(),
        oid: object.oid.clone(),
        kind: match object.kind {
            PollKind::Gauge => Kind::Gauge,
            PollKind::Counter => Kind::Counter,
        },
        scale: object.scale,
    });
    objects.collect()
}
