use std::io::BufRead;

use anyhow::Context;
use pedkai_core::identity::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::args::{Key, Reach, Tenant, User};
use super::reach::Link;
use super::{backup, note, say};

pub(super) async fn tenant(reach: &Reach, command: Tenant) -> anyhow::Result<()> {
    if let Tenant::Export { name, folder } = &command {
        return backup::export(reach, name, folder);
    }
    let link = Link::open(reach).await?;
    let told = match command {
        Tenant::Export { .. } => String::new(),
        Tenant::Adopt { folder, name } => {
            let folder = std::fs::canonicalize(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
            let body = json!({"folder": folder, "name": name});
            let made: Value = link.call(Method::POST, "/api/v1/tenants/adopt", None, Some(&body)).await?;
            text(&made, "id")
        }
        Tenant::Add { name } => {
            let made: Value = link.call(Method::POST, "/api/v1/tenants", None, Some(&json!({"name": name}))).await?;
            text(&made, "id")
        }
        Tenant::List => {
            let list: Value = link.call(Method::GET, "/api/v1/tenants", None, None).await?;
            let rows = list["items"].as_array().cloned().unwrap_or_default();
            rows.iter()
                .map(|row| format!("{}\t{}", text(row, "id"), text(row, "name")))
                .collect::<Vec<_>>()
                .join("\n")
        }
    };
    link.close().await?;
    say(&told)
}

pub(super) async fn user(reach: &Reach, command: User) -> anyhow::Result<()> {
    let User::Add { name, tenant, role, email } = command;
    let password = password()?;
    if password.chars().count() < 12 {
        note("a short password: one of 12 characters or more resists guessing");
    }
    let link = Link::open(reach).await?;
    let body = json!({"name": name, "email": email, "password": password, "role": role.role()});
    let made: Value = link.call(Method::POST, "/api/v1/users", Some(&tenant), Some(&body)).await?;
    link.close().await?;
    say(&text(&made, "id"))
}

fn password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("the password cannot be read from stdin")?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    anyhow::ensure!(!password.is_empty(), "give the password as one line on stdin");
    Ok(password)
}

pub(super) async fn key(reach: &Reach, command: Key) -> anyhow::Result<()> {
    let Key::Add { tenant, scope, name } = command;
    let scopes = Scope::parse_list(&scope).map_err(anyhow::Error::msg)?;
    let link = Link::open(reach).await?;
    let body = json!({"name": name, "scopes": scopes});
    let made: Value = link.call(Method::POST, "/api/v1/keys", Some(&tenant), Some(&body)).await?;
    link.close().await?;
    say(&text(&made, "key"))
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}
