//! Takes dead letters off the receive loops: gathered on a thread of its own, kept some at a time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::counters::{Counters, Dropped};
use super::dead::{DeadLetter, DeadLetters};
use super::params::StartError;

/// Letters that may wait to be kept.
const WAITING: usize = 4_096;
/// Letters kept together.
const TOGETHER: usize = 500;

/// A post for dead letters. Dropping it waits until what was put in is kept.
pub struct Post {
    sender: Option<SyncSender<DeadLetter>>,
    thread: Option<JoinHandle<()>>,
    counters: Arc<Counters>,
}

impl Post {
    /// A post that hands letters to `keep`, in the order they came.
    ///
    /// # Errors
    /// Its thread cannot be started.
    pub fn new(counters: Arc<Counters>, keep: impl FnMut(Vec<DeadLetter>) + Send + 'static) -> Result<Self, StartError> {
        let (sender, letters) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("dead-letters".to_owned());
        let thread = thread
            .spawn(move || deliver(&letters, keep))
            .map_err(|error| StartError::Thread("dead-letters", error))?;
        Ok(Self {
            sender: Some(sender),
            thread: Some(thread),
            counters,
        })
    }
}

fn deliver(letters: &Receiver<DeadLetter>, mut keep: impl FnMut(Vec<DeadLetter>)) {
    while let Ok(first) = letters.recv() {
        let mut together = vec![first];
        together.extend(letters.try_iter().take(TOGETHER - 1));
        keep(together);
    }
}

impl DeadLetters for Post {
    fn put(&self, letter: DeadLetter) {
        let source = letter.transport.source();
        let kept = self.sender.as_ref().is_some_and(|sender| sender.try_send(letter).is_ok());
        if !kept {
            self.counters.count_dropped(source, Dropped::LetterRate, 1);
        }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // An error means that it panicked, which was told already.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::{DeadReason, Transport};
    use pedkai_core::model::{SourceKind, Timestamp};
    use std::sync::Mutex;

    #[test]
    fn letters_are_kept_in_order_and_a_stuck_store_holds_nobody_up() {
        let counters = Arc::new(Counters::default());
        let kept = Arc::new(Mutex::new(Vec::new()));
        let stuck = kept.lock().unwrap();
        let post = Post::new(counters.clone(), {
            let kept = kept.clone();
            move |letters| kept.lock().unwrap().extend(letters)
        })
        .unwrap();
        for n in 0..10_000_u32 {
            post.put(DeadLetter {
                received_at: Timestamp::from_micros(i64::from(n)),
                transport: Transport::Snmp,
                peer: "127.0.0.1:9".parse().unwrap(),
                reason: DeadReason::Malformed,
                detail: String::new(),
                bytes: Vec::new(),
            });
        }
        drop(stuck);
        drop(post);
        let kept = kept.lock().unwrap();
        assert!(kept.len() >= 4_096 && kept.is_sorted_by_key(|letter| letter.received_at));
        assert_eq!(kept.len() as u64 + counters.dropped(SourceKind::Snmp, Dropped::LetterRate), 10_000);
    }
}
