//! A device that answers, and that no inventory names, under a real engine.

use std::sync::Arc;
use std::time::Duration;

use pedkai_collector::engine::{Engine, Limits, Tenant, WallClock};
use pedkai_collector::poll::{Status, World, start};
use pedkai_core::ingest::poll::{Kind, Object, Value};
use pedkai_core::model::{Actor, EntityId, Name, Role, Timestamp};
use pedkai_core::pipeline::Input;

use crate::device::{Device, Mib, oid, uptime};
use crate::world::{Devices, target};

const ADDRESS: &str = "192.0.2.1:161";

/// What is known of the entity that an external id names: id, type, and whether an inventory has it.
async fn known(tenant: &Tenant, external_id: &'static str) -> Option<(EntityId, String, bool)> {
    let look = move |state: &pedkai_core::pipeline::State| {
        let entity = state.topology().entity(state.topology().by_external(external_id)?)?;
        Some((entity.id, entity.kind.to_string(), entity.placed))
    };
    tenant.read(look).await.unwrap()
}

async fn until(what: impl AsyncFn() -> bool) {
    let begun = std::time::Instant::now();
    while !what().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "it did not come to hold within 20 s");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn who_answers_and_is_in_no_inventory_becomes_an_unplaced_entity_and_is_said_so_until_it_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path(), Arc::new(WallClock), Limits::default()).unwrap();
    let tenant = engine.find("default").unwrap();
    let address = ADDRESS.parse().unwrap();
    let device = Device::new(|age| Mib::from([uptime(100 * age.as_secs()), (oid("1.3.6.1.4.1.9.2.0"), Value::Integer(17))]));
    let object = Object {
        metric: "temperature".into(),
        oid: oid("1.3.6.1.4.1.9.2.0"),
        kind: Kind::Gauge,
        scale: 1.0,
    };
    let mut asked = target(address, Duration::from_millis(20));
    (asked.tenant, asked.objects) = (tenant.id(), Arc::new([object]));
    let world = World {
        agents: Arc::new(Devices([(address, Arc::new(device))].into())),
        places: Arc::new(engine.clone()),
        sink: Arc::new(engine.clone()),
        clock: Arc::new(WallClock),
    };
    let polling = start(vec![asked], 10, world);
    let status = || -> Status { polling.board().of(tenant.id())[0].clone() };
    until(async || status().samples > 2).await;
    let told = status();
    let problem = told.problem.unwrap();
    assert!(
        problem.contains("'192.0.2.1' is in no inventory") && problem.contains("UNPLACED") && problem.contains("import it with the address 192.0.2.1"),
        "{problem}"
    );
    let (stranger, kind, placed) = known(&tenant, "192.0.2.1").await.unwrap();
    assert_eq!((kind.as_str(), placed, told.entity, told.homeless), ("UNPLACED", false, Some(stranger), 0));
    let kept = tenant
        .ask_kpi(move |store| store.range(stranger, "temperature", Timestamp::EPOCH, Timestamp::MAX))
        .await
        .unwrap();
    assert!(kept.len() > 2 && kept.iter().all(|point| point.value == 17.0));
    let records = tenant.committed();
    until(async || status().samples > told.samples + 3).await;
    assert_eq!(tenant.committed(), records, "it is made once");

    let patch = r#"{"entities": [{"external_id": "r1", "type": "ROUTER", "attributes": {"address": "192.0.2.1"}}]}"#;
    let actor = Actor {
        name: Name::from("test"),
        role: Role::Admin,
        from: Name::EMPTY,
    };
    let patch = serde_json::from_str(patch).unwrap();
    tenant.input(Input::Topology { patch, actor }).await.unwrap();
    let router = known(&tenant, "r1").await.unwrap().0;
    until(async || status().entity == Some(router) && status().problem.is_none()).await;
    polling.stop().await;
    engine.stop().await.unwrap();
}
