//! What is kept on disk: the log, which is the truth, and the rows that are read from it.
//!
//! - **does**: appends records durably in a hash chain; writes changed rows and the state to restart from; pages, filters and counts them.
//! - **takes**: encoded records, changes that the state names, questions of screens.
//! - **gives**: records, rows, pages with cursors, dead letters, and an error that says what to do.
//! - **never knows**: what a delta means, HTTP, or who asks.

mod error;
mod folder;
pub mod log;
pub mod rows;
pub(crate) mod sqlite;
pub mod system_letters;

pub use error::JournalError;
pub(crate) use folder::sync_folder;
pub use folder::{DataFolder, TenantFolder, TenantInfo};
