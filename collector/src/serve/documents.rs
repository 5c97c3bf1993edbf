use axum::extract::State;
use pedkai_core::ingest::Mapping;
use pedkai_core::model::Name;
use pedkai_core::pipeline::{self, Documents, Input};
use pedkai_core::policy::Policy;
use pedkai_core::wire::PartProblem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::{Can, Mappings, Policies, ReadRules};
use super::body::Json;
use super::problem::{Answer, Problem};
use super::world::{Note, World};

/// A document: a file's name and text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// Name, such as `reduce.toml`.
    name: String,
    /// Text.
    text: String,
}

/// Documents that replace those set before.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentsToSet {
    /// All of them; none brings the defaults back.
    files: Vec<Document>,
}

/// The tenant's own documents, as set.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DocumentsSet {
    /// Hash of their names and texts.
    version: String,
    /// The documents, by name; empty while the defaults are in force.
    files: Vec<Document>,
}

/// Policies in force.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PoliciesAnswer {
    /// The tenant's own documents.
    #[serde(flatten)]
    set: DocumentsSet,
    /// Every rule as it holds, defaults filled in.
    #[schema(value_type = Object)]
    effective: Policy,
}

/// Mappings in force.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct MappingsAnswer {
    /// The tenant's own documents; their rules are asked first.
    #[serde(flatten)]
    set: DocumentsSet,
    /// Names of those that come with the product.
    builtin: Vec<String>,
    /// Rules in force, all together.
    rules: usize,
}

/// The tenant's policies.
#[utoipa::path(get, path = "/api/v1/policies", tag = "rules", extensions(("x-permission" = json!("read rules"))),
    responses((status = 200, body = PoliciesAnswer)))]
pub(super) async fn policies(can: Can<ReadRules>) -> Answer<axum::Json<PoliciesAnswer>> {
    let answer = can
        .tenant
        .read(|state| PoliciesAnswer {
            set: set(state.policy_files()),
            effective: state.policy().clone(),
        })
        .await?;
    Ok(axum::Json(answer))
}

/// Set the tenant's policies, all of them; they are validated first.
#[utoipa::path(put, path = "/api/v1/policies", tag = "rules", request_body = DocumentsToSet, extensions(("x-permission" = json!("change policies"))),
    responses((status = 200, body = PoliciesAnswer), (status = 422, description = "Not valid: what is wrong in which file and line; nothing changed")))]
pub(super) async fn set_policies(State(world): State<World>, can: Can<Policies>, Json(asked): Json<DocumentsToSet>) -> Answer<axum::Json<PoliciesAnswer>> {
    let files = checked(asked)?;
    let problems: Vec<PartProblem> = files
        .iter()
        .filter_map(|(name, text)| Some(policy_problem(name, Policy::parse(text).err()?)))
        .collect();
    if !problems.is_empty() {
        return Err(invalid("policies", problems));
    }
    let before = can.tenant.read(|state| set(state.policy_files())).await?;
    let input = Input::Policy(Box::new(Documents {
        files,
        actor: can.caller.actor(),
    }));
    let (_, answer) = can.tenant.input(input).await?;
    taken("policies", answer)?;
    let can = Can::<ReadRules>::from(can);
    let answer = policies(can.again()).await?;
    note(&world, &can, "policies.set", "policy", &before, &answer.0.set).await?;
    Ok(answer)
}

/// The tenant's mappings.
#[utoipa::path(get, path = "/api/v1/mappings", tag = "rules", extensions(("x-permission" = json!("read rules"))),
    responses((status = 200, body = MappingsAnswer)))]
pub(super) async fn mappings(can: Can<ReadRules>) -> Answer<axum::Json<MappingsAnswer>> {
    let answer = can
        .tenant
        .read(|state| MappingsAnswer {
            set: set(state.mapping_files()),
            builtin: Mapping::builtin_files().iter().map(|(name, _)| (*name).to_owned()).collect(),
            rules: state.mapping().rules(),
        })
        .await?;
    Ok(axum::Json(answer))
}

/// Set the tenant's mappings, all of them; they are validated first.
#[utoipa::path(put, path = "/api/v1/mappings", tag = "rules", request_body = DocumentsToSet, extensions(("x-permission" = json!("change mappings"))),
    responses((status = 200, body = MappingsAnswer), (status = 422, description = "Not valid: what is wrong in which file and line; nothing changed")))]
pub(super) async fn set_mappings(State(world): State<World>, can: Can<Mappings>, Json(asked): Json<DocumentsToSet>) -> Answer<axum::Json<MappingsAnswer>> {
    let files = checked(asked)?;
    let texts: Vec<(String, String)> = files.iter().map(|(name, text)| (name.to_string(), text.clone())).collect();
    // Compiling takes a while: not on a thread that answers others, and not only where the log waits for it.
    let outcome = tokio::task::spawn_blocking(move || Mapping::with_builtin(&texts).err()).await;
    let problems = outcome.map_err(|_| Problem::unavailable(1, "the mappings could not be checked now: try again"))?;
    if let Some(problems) = problems {
        let problems = problems
            .into_iter()
            .map(|error| PartProblem {
                at: format!("{}:{}", error.file, error.line),
                problem: error.problem,
            })
            .collect();
        return Err(invalid("mappings", problems));
    }
    let before = can.tenant.read(|state| set(state.mapping_files())).await?;
    let input = Input::Mapping(Box::new(Documents {
        files,
        actor: can.caller.actor(),
    }));
    let (_, answer) = can.tenant.input(input).await?;
    taken("mappings", answer)?;
    let can = Can::<ReadRules>::from(can);
    let answer = mappings(can.again()).await?;
    note(&world, &can, "mappings.set", "mapping", &before, &answer.0.set).await?;
    Ok(answer)
}

/// Documents in the order of their names, each name once.
fn checked(asked: DocumentsToSet) -> Answer<Vec<(Name, String)>> {
    let mut files: Vec<(Name, String)> = asked.files.into_iter().map(|file| (Name::from(file.name), file.text)).collect();
    files.sort();
    for (number, (name, _)) in files.iter().enumerate() {
        if name.is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
            return Err(Problem::unprocessable("a document's name holds 1 to 200 bytes and no control characters"));
        }
        if number > 0 && files[number - 1].0 == *name {
            return Err(Problem::unprocessable(format!("'{name}' stands twice")));
        }
    }
    Ok(files)
}

/// The place of a problem, taken from the reader's words where they name it.
fn policy_problem(name: &str, problem: String) -> PartProblem {
    let line = problem
        .split_once("at line ")
        .and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next())
        .map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
    PartProblem {
        at: line,
        problem: problem.trim().to_owned(),
    }
}

fn invalid(what: &str, problems: Vec<PartProblem>) -> Problem {
    Problem::unprocessable(format!("the {what} are not valid; nothing changed")).with_errors(problems)
}

fn taken(what: &str, answer: pipeline::Answer) -> Answer<()> {
    match answer {
        pipeline::Answer::Documents(Ok(())) => Ok(()),
        pipeline::Answer::Documents(Err(problems)) => {
            let problems = problems.into_iter().map(|problem| PartProblem { at: String::new(), problem }).collect();
            Err(invalid(what, problems))
        }
        _ => Err(Problem::unavailable(1, format!("the {what} were not answered: send them again"))),
    }
}

fn set(files: &[(Name, String)]) -> DocumentsSet {
    let mut hasher = blake3::Hasher::new();
    for part in files.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    DocumentsSet {
        version: hasher.finalize().to_hex()[..16].to_owned(),
        files: files
            .iter()
            .map(|(name, text)| Document {
                name: name.to_string(),
                text: text.clone(),
            })
            .collect(),
    }
}

async fn note(
    world: &World,
    can: &Can<ReadRules>,
    action: &'static str,
    resource_type: &'static str,
    before: &DocumentsSet,
    after: &DocumentsSet,
) -> Answer<()> {
    let told = |set: &DocumentsSet| -> Value {
        let names: Vec<&str> = set.files.iter().map(|file| file.name.as_str()).collect();
        json!({"version": set.version, "files": names})
    };
    let note = Note {
        action,
        resource_type,
        resource_id: after.version.clone(),
        before: told(before),
        after: told(after),
    };
    world.audit(&can.caller, note).await
}
