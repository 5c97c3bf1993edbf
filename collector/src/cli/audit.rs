use reqwest::Method;
use serde_json::Value;

use super::args::{Audit, Reach};
use super::reach::Link;
use super::say;

pub(super) async fn run(reach: &Reach, command: Audit) -> anyhow::Result<bool> {
    let Audit::Verify { tenant } = command;
    let link = Link::open(reach).await?;
    let tenants = match (tenant, &reach.collector) {
        (Some(tenant), _) => vec![Some(tenant)],
        // Elsewhere only the credential's own tenant can be seen.
        (None, Some(_)) => vec![None],
        (None, None) => {
            let list: Value = link.call(Method::GET, "/api/v1/tenants", None, None).await?;
            let rows = list["items"].as_array().cloned().unwrap_or_default();
            rows.iter().map(|row| row["name"].as_str().map(str::to_owned)).collect()
        }
    };
    let mut ok = true;
    let mut lines = Vec::new();
    for tenant in tenants {
        let verdict: Value = link.call(Method::GET, "/api/v1/audit/verify", tenant.as_deref(), None).await?;
        ok &= verdict["ok"] == true;
        let name = tenant.unwrap_or_else(|| "tenant".to_owned());
        lines.push(format!("{name}: log: {}", told(&verdict["log"], "record")));
        lines.push(format!("{name}: audit: {}", told(&verdict["audit"], "entry")));
    }
    link.close().await?;
    say(&lines.join("\n"))?;
    Ok(ok)
}

fn told(verdict: &Value, what: &str) -> String {
    let count = verdict["entries"].as_u64().unwrap_or_default();
    if verdict["ok"] == true {
        let head = verdict["head"].as_str().unwrap_or_default();
        return format!("the chain holds, {count} checked, head {head}");
    }
    match verdict["problem"].as_str() {
        Some(problem) => format!("BROKEN: {problem}"),
        None => format!("BROKEN at {what} {}", verdict["broken_at"]),
    }
}
