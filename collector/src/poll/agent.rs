use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pedkai_core::ingest::poll::Value;

use super::Target;

/// A value under its object id.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Object id with its instance.
    pub oid: Vec<u32>,
    /// Its value.
    pub value: Value,
}

/// Why a question was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing came, however often it was asked.
    #[error("no answer")]
    Silent,
    /// Credentials that the device does not take, or a v3 report.
    #[error("not let in: {0}")]
    Denied(String),
    /// An error-status; true where asking for less may help.
    #[error("the device answers {0}")]
    Refused(String, bool),
    /// The answer makes no sense.
    #[error("the answer makes no sense: {0}")]
    Nonsense(String),
    /// The network, or this machine.
    #[error("{0}")]
    Network(String),
}

/// Resolves to what the device answered.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Vec<Bound>, Trouble>> + Send + 'a>>;

/// A device that can be asked.
pub trait Agent: Send + Sync + 'static {
    /// GET.
    fn get<'a>(&'a self, oids: &'a [Vec<u32>]) -> Answering<'a>;

    /// GETBULK (RFC 3416, 4.2.3): the next of each of `singles`, then `repetitions` times the next of each of `columns`.
    fn get_bulk<'a>(&'a self, singles: &'a [Vec<u32>], columns: &'a [Vec<u32>], repetitions: u32) -> Answering<'a>;
}

/// The way to devices.
pub trait Agents: Send + Sync + 'static {
    /// A session with a target; nothing is sent yet.
    ///
    /// # Errors
    /// A target that cannot be asked from here.
    fn agent(&self, target: &Target) -> Result<Arc<dyn Agent>, Trouble>;
}
