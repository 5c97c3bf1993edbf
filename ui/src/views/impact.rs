//! What the failure of an entity takes with it, as the collector answers it: elements and links apart, as the report counts them.

use rustc_hash::FxHashSet;
use serde_json::Value;
use uuid::Uuid;

use super::topology;
use crate::format;

/// Everything of one kind that is hit.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Hit<'a> {
    /// How it is hit.
    pub(crate) words: &'static str,
    /// Elements, or services, or customers, in the order of the answer.
    pub(crate) named: Vec<&'a Value>,
    /// Links among them, which are counted but are no element.
    pub(crate) links: usize,
    noun: &'static str,
}

impl Hit<'_> {
    /// How many: `3 elements, 2 links`.
    pub(crate) fn count(&self) -> String {
        let named = match self.named.len() {
            0 => String::new(),
            many => format::counted(many, self.noun),
        };
        match (named.is_empty(), self.links) {
            (true, 0) => "none".to_owned(),
            (_, 0) => named,
            (true, links) => format::counted(links, "link"),
            (false, links) => format!("{named}, {}", format::counted(links, "link")),
        }
    }
}

/// Who a value of the answer is.
pub(crate) fn id(hit: &Value) -> Option<Uuid> {
    key(hit)?.parse().ok()
}

fn key(hit: &Value) -> Option<&str> {
    hit.get("entity_id")?.as_str()
}

/// What is hit, worst first. A service or customer that is down is told as such, and not as an element too.
pub(crate) fn hits(impact: &Value) -> [Hit<'_>; 4] {
    let list = |name: &str| impact.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (services, customers) = (list("services"), list("customers"));
    let elsewhere: FxHashSet<&str> = services.iter().chain(customers).filter_map(key).collect();
    let link = |hit: &&Value| hit.get("type").and_then(Value::as_str).is_some_and(topology::link);
    let elements = |words: &'static str, name: &str| {
        let (links, named): (Vec<&Value>, Vec<&Value>) = list(name).iter().partition(link);
        Hit {
            words,
            named: named.into_iter().filter(|hit| key(hit).is_none_or(|key| !elsewhere.contains(key))).collect(),
            links: links.len(),
            noun: "element",
        }
    };
    [
        elements("Cut off", "down"),
        elements("No second path", "degraded"),
        Hit {
            words: "Services",
            named: services.iter().collect(),
            links: 0,
            noun: "service",
        },
        Hit {
            words: "Customers",
            named: customers.iter().collect(),
            links: 0,
            noun: "customer",
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn links_are_no_elements_and_nothing_is_told_twice() {
        let hit = |number: u128, kind: &str| json!({"entity_id": Uuid::from_u128(number), "name": format!("{kind} {number}"), "type": kind});
        let answer = json!({
            "down": [hit(1, "ROUTER"), hit(2, "LINK"), hit(3, "fibre"), hit(4, "SERVICE"), hit(5, "CELL")],
            "degraded": [hit(6, "LINK")],
            "services": [hit(4, "SERVICE")],
            "customers": [],
        });
        let hits = hits(&answer);
        assert_eq!(hits.each_ref().map(Hit::count), ["2 elements, 2 links", "1 link", "1 service", "none"]);
        assert_eq!(
            hits[0].named.iter().filter_map(|hit| id(hit)).collect::<Vec<_>>(),
            [Uuid::from_u128(1), Uuid::from_u128(5)]
        );
        assert_eq!(super::hits(&json!({"down": 3})).each_ref().map(Hit::count), ["none"; 4]);
    }
}
