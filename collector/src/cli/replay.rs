use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use pedkai_core::ingest::Mapping;
use pedkai_core::model::{Actor, Name, Role, TenantId};
use pedkai_core::pipeline::{Delta, Documents, Input, State, decide};

use super::args::{Reach, Replay};
use super::backup::tenants;
use super::policy::read as read_documents;
use super::serve::data_dir;
use super::{note, say};
use crate::journal::TenantInfo;
use crate::journal::log::LogReader;

/// Differences that are told one by one.
const TOLD: u64 = 20;

/// What deciding again came to.
#[derive(Default)]
struct Outcome {
    records: u64,
    inputs: u64,
    different: u64,
    first: Option<u64>,
    before: BTreeMap<&'static str, u64>,
    after: BTreeMap<&'static str, u64>,
}

pub(super) fn run(reach: &Reach, command: &Replay) -> anyhow::Result<bool> {
    anyhow::ensure!(
        reach.collector.is_none(),
        "replay reads the log: run it on the collector's machine, with --data"
    );
    let data = data_dir(reach)?;
    let documents = Changed {
        policy: command.policy.as_deref().map(documents).transpose()?,
        mapping: command.mapping.as_deref().map(documents).transpose()?,
    };
    let mut same = true;
    let mut any = false;
    for (info, _) in tenants(&data)? {
        let wanted = command.tenant.as_ref();
        if wanted.is_some_and(|word| *word != info.name && *word != info.id.to_string()) {
            continue;
        }
        any = true;
        let outcome = replay(&data, &info, &documents).with_context(|| format!("tenant {}", info.name))?;
        same &= outcome.different == 0;
        tell(&info.name, &outcome)?;
    }
    if !any {
        bail!("there is no such tenant in {}", data.display());
    }
    // With another policy or mapping a difference is the answer, not a failure.
    Ok(same || documents.policy.is_some() || documents.mapping.is_some())
}

/// Documents to decide with instead of the recorded ones.
struct Changed {
    policy: Option<Documents>,
    mapping: Option<Documents>,
}

fn documents(dir: &Path) -> anyhow::Result<Documents> {
    let files = read_documents(dir)?;
    Ok(Documents {
        files: files.into_iter().map(|(name, text)| (Name::from(name), text)).collect(),
        actor: Actor {
            name: Name::from("replay"),
            role: Role::Admin,
            from: Name::EMPTY,
        },
    })
}

fn replay(data: &Path, info: &TenantInfo, documents: &Changed) -> anyhow::Result<Outcome> {
    let file = data.join("tenants").join(info.id.to_string()).join("log.db");
    let mut outcome = Outcome::default();
    if !file.is_file() {
        return Ok(outcome);
    }
    let log = LogReader::open(&file)?;
    let mut state = begin(&log, info.id)?;
    let other: Vec<Input> = [documents.policy.clone().map(policy), documents.mapping.clone().map(mapping)]
        .into_iter()
        .flatten()
        .collect();
    if !other.is_empty() {
        // They hold from before the first record on.
        let (seq, at) = (state.seq(), state.at());
        drop(decide(&mut state, seq, at, &other));
    }
    log.each(state.seq() + 1, |record| {
        // Rules recorded later do not bring the old ones back; what stands in their place keeps the numbers of the other inputs.
        let inputs: Vec<Input> = record.inputs.into_iter().map(|input| overridden(documents, input)).collect();
        if record.header.epoch != state.minter().epoch() {
            state.begin_epoch(record.header.epoch);
        }
        let decided = decide(&mut state, record.header.seq, record.header.at, &inputs);
        drop(state.take_changes());
        outcome.records += 1;
        outcome.inputs += inputs.len() as u64;
        count(&mut outcome.before, &record.deltas);
        count(&mut outcome.after, &decided.deltas);
        if decided.deltas != record.deltas {
            outcome.different += 1;
            outcome.first.get_or_insert(record.header.seq);
            if outcome.different <= TOLD {
                note(&format!(
                    "{}: record {} of {}: {}",
                    info.name,
                    record.header.seq,
                    record.header.at,
                    difference(&record.deltas, &decided.deltas)
                ));
            }
        }
        Ok(true)
    })?;
    Ok(outcome)
}

/// The state before the first record that can be read.
fn begin(log: &LogReader, tenant: TenantId) -> anyhow::Result<State> {
    let mapping = Arc::new(Mapping::builtin());
    if let Some(anchor) = log.anchor()? {
        return State::restore(mapping, anchor.items).map_err(|error| anyhow::anyhow!("the log's anchor: {error}"));
    }
    let epoch = log.record(1)?.map_or(1, |record| record.header.epoch);
    Ok(State::new(tenant, epoch, mapping))
}

fn policy(documents: Documents) -> Input {
    Input::Policy(Box::new(documents))
}

fn mapping(documents: Documents) -> Input {
    Input::Mapping(Box::new(documents))
}

fn overridden(documents: &Changed, input: Input) -> Input {
    match (&input, &documents.policy, &documents.mapping) {
        (Input::Policy(_), Some(other), _) => policy(other.clone()),
        (Input::Mapping(_), _, Some(other)) => mapping(other.clone()),
        _ => input,
    }
}

fn count(reasons: &mut BTreeMap<&'static str, u64>, deltas: &[Delta]) {
    for reason in deltas.iter().filter_map(Delta::reason) {
        *reasons.entry(reason.word()).or_default() += 1;
    }
}

/// The first change that is another, by its reason.
fn difference(before: &[Delta], after: &[Delta]) -> String {
    let word = |delta: Option<&Delta>| delta.map_or("nothing", |delta| delta.reason().map_or("bookkeeping", |reason| reason.word()));
    let at = before.iter().zip(after).position(|(a, b)| a != b).unwrap_or(before.len().min(after.len()));
    format!(
        "change {at} was {} and is {} ({} changes, now {})",
        word(before.get(at)),
        word(after.get(at)),
        before.len(),
        after.len()
    )
}

fn tell(name: &str, outcome: &Outcome) -> anyhow::Result<()> {
    let Outcome {
        records,
        inputs,
        different,
        first,
        before,
        after,
    } = outcome;
    match first {
        None => say(&format!("{name}: {records} records with {inputs} inputs decided again: bit for bit the same"))?,
        Some(first) => {
            say(&format!(
                "{name}: {records} records with {inputs} inputs decided again: {different} are different, the first is record {first}"
            ))?;
            let mut words: Vec<&&str> = before.keys().chain(after.keys()).collect();
            words.sort();
            words.dedup();
            for word in words {
                let (was, is) = (before.get(*word).copied().unwrap_or_default(), after.get(*word).copied().unwrap_or_default());
                if was != is {
                    say(&format!("  {word}: {was} -> {is}"))?;
                }
            }
        }
    }
    Ok(())
}
