//! The demo's operator, Norsund Telekom: invented, with sites, rings, radio, power, services and customers.

mod kit;
mod places;

use std::collections::BTreeMap;

use super::{Device, LinkNames, Record, Relation, Topology};
use crate::mix::FaultKind;
use places::{BUSINESS, EDGE, EMERGENCY, LINKS, SITES, Site};

struct Plan {
    topology: Topology,
    router: BTreeMap<&'static str, usize>,
    names: LinkNames,
}

/// The demo network.
pub(super) fn demo() -> Topology {
    let topology = Topology {
        name: "Norsund Telekom".to_owned(),
        ports_known: true,
        story: vec![
            (FaultKind::FibreCut, "CR-HVS-1--AR-FJD-1".to_owned()),
            (FaultKind::SitePower, "PWR-LYN".to_owned()),
            (FaultKind::FlappingPort, "AG-TRN-1--AR-SOE-1".to_owned()),
        ],
        sleeper: Some("CELL-SKV-2".to_owned()),
        ..Topology::default()
    };
    let mut plan = Plan {
        topology,
        router: BTreeMap::new(),
        names: LinkNames::default(),
    };
    for (number, site) in SITES.iter().enumerate() {
        plan.site(site, number);
    }
    plan.links();
    plan.radio();
    plan.services();
    plan.topology
}

fn record(external_id: &str, name: &str, kind: &str, parent: &str) -> Record {
    Record {
        external_id: external_id.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        parent: parent.to_owned(),
        ..Record::default()
    }
}

fn with(mut record: Record, attributes: &[(&str, &str)]) -> Record {
    record
        .attributes
        .extend(attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    record
}

fn router_id(site: &Site) -> String {
    let prefix = match site.role {
        "core" => "CR",
        "aggregation" => "AG",
        _ => "AR",
    };
    format!("{prefix}-{}-1", site.code)
}

impl Plan {
    fn relate(&mut self, source: &str, kind: &str, target: &str) {
        let relation = Relation {
            source: source.to_owned(),
            target: target.to_owned(),
            kind: kind.to_owned(),
        };
        self.topology.relations.push(relation);
    }

    /// A site with its router and its power plant.
    fn site(&mut self, site: &Site, number: usize) {
        let id = format!("SITE-{}", site.code);
        let place = Some((site.lat, site.lon));
        let near = Some((site.lat + 0.002, site.lon + 0.003));
        let stands = with(record(&id, site.name, "SITE", ""), &[("region", kit::region(site))]);
        self.topology.others.push(Record { place, ..stands });
        let (model, firmware) = kit::router(site, number);
        let router = router_id(site);
        let host = router.to_lowercase();
        let kind = "ROUTER";
        let attributes = [("role", site.role), ("vendor", site.vendor), ("model", model), ("firmware", firmware)];
        let record_of = with(record(&router, &host, kind, &id), &attributes);
        self.router.insert(site.code, self.topology.devices.len());
        self.topology.devices.push(Device::bare(Record { place, ..record_of }));
        let plant = format!("PWR-{}", site.code);
        let name = format!("{} power plant", site.name);
        let (model, firmware) = kit::plant(number);
        let attributes = [("vendor", "ups"), ("behind", router.as_str()), ("model", model), ("firmware", firmware)];
        let record_of = with(record(&plant, &name, "POWER", &id), &attributes);
        self.topology.devices.push(Device::bare(Record { place: near, ..record_of }));
        self.relate(&id, "hosts", &router);
        self.relate(&id, "hosts", &plant);
        self.relate(&plant, "powers", &router);
    }

    fn links(&mut self) {
        let edge = EDGE.iter().map(|(from, to)| (*from, *to, true));
        for (from, to, microwave) in LINKS.iter().copied().chain(edge) {
            let (Some(&a), Some(&b)) = (self.router.get(from), self.router.get(to)) else {
                continue;
            };
            let link = self.topology.link(&mut self.names, a, b);
            let medium = if microwave { "microwave" } else { "fibre" };
            medium.clone_into(&mut self.topology.links[link].medium);
        }
    }

    /// A base station with three cells at every site.
    fn radio(&mut self) {
        for (number, site) in SITES.iter().enumerate() {
            let (model, firmware) = kit::station(number);
            let parent = format!("SITE-{}", site.code);
            let station = format!("BTS-{}", site.code);
            let place = Some((site.lat - 0.002, site.lon + 0.002));
            let attributes = [("vendor", "ran"), ("model", model), ("firmware", firmware)];
            let record_of = with(record(&station, &station.to_lowercase(), "BASE_STATION", &parent), &attributes);
            self.topology.devices.push(Device::bare(Record { place, ..record_of }));
            let at = self.topology.devices.len() - 1;
            let plant = format!("PWR-{}", site.code);
            self.relate(&parent, "hosts", &station);
            self.relate(&plant, "powers", &station);
            if let Some(&router) = self.router.get(site.code) {
                let link = self.topology.link(&mut self.names, router, at);
                "copper".clone_into(&mut self.topology.links[link].medium);
                let router = self.topology.devices[router].record.external_id.clone();
                self.relate(&router, "backhauls", &station);
            }
            for (number, azimuth) in [(1, "0"), (2, "120"), (3, "240")] {
                let cell = format!("CELL-{}-{number}", site.code);
                let name = format!("{} sector {number}", site.name);
                let tier = if site.role == "core" { "gold" } else { "silver" };
                let record_of = with(record(&cell, &name, "CELL", &station), &[("azimuth", azimuth), ("technology", "LTE")]);
                self.topology.others.push(Record {
                    place,
                    sla_tier: tier.to_owned(),
                    ..record_of
                });
                self.relate(&station, "hosts", &cell);
            }
        }
    }

    fn services(&mut self) {
        for (number, (name, site, kind, tier, weight)) in BUSINESS.iter().enumerate() {
            let (service, customer) = (format!("SVC-{:03}", number + 1), format!("CUST-{:03}", number + 1));
            let promise = |record: Record| Record {
                sla_tier: (*tier).to_owned(),
                revenue_weight: (*weight).to_owned(),
                ..record
            };
            self.topology.others.push(promise(record(&service, &format!("{kind} {name}"), "SERVICE", "")));
            self.topology.others.push(promise(record(&customer, name, "CUSTOMER", "")));
            self.depends(&service, site);
            self.relate(&service, "serves", &customer);
        }
        for (number, site) in SITES.iter().enumerate() {
            let service = format!("SVC-M{:02}", number + 1);
            let name = format!("Mobile {}", site.name);
            let record_of = record(&service, &name, "SERVICE", "");
            self.topology.others.push(Record {
                sla_tier: "silver".to_owned(),
                revenue_weight: "2.0".to_owned(),
                ..record_of
            });
            self.relate(&service, "depends_on", &format!("BTS-{}", site.code));
        }
        for (id, name, site) in EMERGENCY {
            let record_of = record(id, name, "EMERGENCY_SERVICE", "");
            self.topology.others.push(Record {
                sla_tier: "platinum".to_owned(),
                revenue_weight: "10".to_owned(),
                ..record_of
            });
            self.depends(id, site);
        }
    }

    fn depends(&mut self, service: &str, site: &str) {
        if let Some(&router) = self.router.get(site) {
            let router = self.topology.devices[router].record.external_id.clone();
            self.relate(service, "depends_on", &router);
        }
    }
}
