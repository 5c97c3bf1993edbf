//! Changes of the network: who must agree, what it would do, and how far it is.
//!
//! - **does**: moves a change request from draft to its end; judges it by policy; lets the twin say who would feel it.
//! - **takes**: a request, what people and workers say about it, the policy, the graph, the time.
//! - **gives**: the request as it is then, with the reason and the work that is asked for; a verdict that names its rules.
//! - **never knows**: devices, sessions, screens, who may log in.

mod guard;
mod machine;
mod next;
mod store;
mod twin;
mod verdict;

pub use guard::{kill, note_failure, rearm};
pub use machine::{Act, Refusal, Rules, Step, act, clock, done, due, forgotten, propose, stop};
pub use store::Changes;
pub use twin::{Shadow, simulate};
pub use verdict::{Question, judge};

#[cfg(test)]
mod tests;
