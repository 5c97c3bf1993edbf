//! From disk to state: kept items, then the records after them, folded and never decided again.

use std::path::Path;
use std::sync::Arc;

use pedkai_core::model::Minter;
use pedkai_core::pipeline::State;

use super::facts::Facts;
use super::flush;
use super::tenant::{Inner, lock};
use super::writer::{Open, Versions};
use crate::journal::JournalError;
use crate::journal::log::{Log, LogReader};
use crate::journal::rows::RowsWriter;

/// Deltas folded between two writes of rows, so that catching up needs little memory.
const AT_ONCE: usize = 200_000;

/// Opens a tenant's log and rows, and brings state and rows to the log's end.
pub(super) fn open(inner: &Arc<Inner>) -> Result<Open, JournalError> {
    let log = Log::open(&inner.folder.log())?;
    let reader = LogReader::open(&inner.folder.log())?;
    let head = log.head();
    let epoch = log.epoch()?;
    let mut slot = lock(&inner.rows_writer);
    let minter = Minter::new(inner.id, epoch);
    let (mut rows, mut kept) = match slot.take() {
        Some(rows) => (rows, true),
        None => find(inner, &reader, minter)?,
    };
    let (state, facts) = match begin(inner, &reader, &rows, kept, epoch) {
        Err(problem @ JournalError::Corrupt { .. }) if kept => {
            tracing::warn!(tenant = %inner.id, %problem, "the rows are made again from the log");
            drop(rows);
            (rows, kept) = (anew(inner, minter)?, false);
            begin(inner, &reader, &rows, kept, epoch)?
        }
        other => other?,
    };
    let rows = slot.insert(rows);
    let flushed = if kept { state.seq() } else { 0 };
    let mut open = Open {
        versions: Versions::of(&state),
        state,
        facts,
        flushed,
        news: true,
        gone: Vec::new(),
        log,
        looked: None,
    };
    fold(&mut open, &reader, rows)?;
    if open.state.seq() != head.seq {
        return Err(JournalError::corrupt(
            &inner.folder.log(),
            format!("record {} is missing", open.state.seq() + 1),
        ));
    }
    if open.flushed < open.state.seq() || !kept {
        write(&mut open, rows)?;
    }
    open.versions = Versions::of(&open.state);
    drop(slot);
    inner.committed.store(head.seq, std::sync::atomic::Ordering::Release);
    flush::applied(inner, head.seq);
    Ok(open)
}

/// The rows, and whether they belong to this log; if not, they begin anew.
fn find(inner: &Inner, reader: &LogReader, minter: Minter) -> Result<(RowsWriter, bool), JournalError> {
    let file = inner.folder.rows();
    match RowsWriter::open(&file, minter) {
        Ok(Some(rows)) if belongs(&rows, reader)? => return Ok((rows, true)),
        Ok(_) => {}
        Err(problem @ JournalError::Corrupt { .. }) => {
            tracing::warn!(tenant = %inner.id, %problem, "the rows are made again from the log");
        }
        Err(other) => return Err(other),
    }
    Ok((anew(inner, minter)?, false))
}

/// Rows with nothing in them yet.
fn anew(inner: &Inner, minter: Minter) -> Result<RowsWriter, JournalError> {
    let file = inner.folder.rows();
    inner.rows.close();
    remove(&file)?;
    RowsWriter::open(&file, minter)?.ok_or_else(|| JournalError::corrupt(&file, "a new file has another format"))
}

fn belongs(rows: &RowsWriter, reader: &LogReader) -> Result<bool, JournalError> {
    let (seq, hash) = rows.applied()?;
    if seq == 0 || rows.readable().is_err() {
        return Ok(false);
    }
    Ok(reader.hash(seq)?.is_some_and(|found| hash.as_deref() == Some(&found[..])))
}

fn remove(file: &Path) -> Result<(), JournalError> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(JournalError::io(file, &error)),
            _ => {}
        }
    }
    Ok(())
}

/// The state to fold from: that of the rows, else the anchor's, else a new one.
fn begin(inner: &Inner, reader: &LogReader, rows: &RowsWriter, kept: bool, epoch: u16) -> Result<(State, Facts), JournalError> {
    let mapping = inner.common.mapping.clone();
    let damaged = |file: &Path, problem: String| JournalError::corrupt(file, problem);
    if kept {
        let mut state = State::restore(mapping, rows.items()?).map_err(|error| damaged(&inner.folder.rows(), error.to_string()))?;
        state.begin_epoch(epoch);
        return Ok((state, Facts::new(rows.redrive_keys()?)));
    }
    let Some(anchor) = reader.anchor()? else {
        return Ok((State::new(inner.id, epoch, mapping), Facts::default()));
    };
    let mut state = State::restore(mapping, anchor.items).map_err(|error| damaged(&inner.folder.log(), error.to_string()))?;
    state.begin_epoch(epoch);
    state.mark_all();
    Ok((state, Facts::default()))
}

fn fold(open: &mut Open, reader: &LogReader, rows: &mut RowsWriter) -> Result<(), JournalError> {
    let mut folded = 0;
    let first = open.state.seq() + 1;
    reader.each(first, |record| {
        open.state.begin(record.header.seq, record.header.at);
        for delta in &record.deltas {
            open.state.fold(delta);
        }
        open.facts.add(&record, &open.state);
        folded += record.deltas.len() + 1;
        if folded >= AT_ONCE {
            folded = 0;
            let hash = reader.hash(record.header.seq)?.unwrap_or_default();
            write_at(open, rows, hash)?;
        }
        Ok(true)
    })
}

fn write(open: &mut Open, rows: &mut RowsWriter) -> Result<(), JournalError> {
    let hash = open.log.head().hash;
    write_at(open, rows, hash)
}

fn write_at(open: &mut Open, rows: &mut RowsWriter, hash: crate::journal::log::Hash) -> Result<(), JournalError> {
    let mut batch = flush::take(open);
    batch.hash = hash;
    rows.apply(&batch)?;
    open.flushed = batch.changes.seq;
    Ok(())
}
