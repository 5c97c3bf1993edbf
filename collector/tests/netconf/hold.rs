//! A look-on that keeps a change from going on, in the middle, until told to.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use pedkai_collector::effects::netconf::{Outcome, Report, Step, Watch};
use tokio::sync::Notify;

/// Holds before a step is sent. Blocks its thread: for tests with several.
pub(crate) struct Hold {
    step: Step,
    reached: Notify,
    go: Mutex<Receiver<()>>,
    let_go: Sender<()>,
}

impl Hold {
    pub(crate) fn before(step: Step) -> Self {
        let (let_go, go) = channel();
        Self {
            step,
            reached: Notify::new(),
            go: Mutex::new(go),
            let_go,
        }
    }

    pub(crate) async fn reached(&self) {
        self.reached.notified().await;
    }

    pub(crate) fn let_go(&self) {
        self.let_go.send(()).unwrap();
    }
}

impl Watch for Hold {
    fn may_go_on(&self) -> bool {
        true
    }

    fn report(&self, report: Report) {
        if report.step == self.step && report.outcome == Outcome::Begun {
            self.reached.notify_one();
            tokio::task::block_in_place(|| self.go.lock().unwrap().recv_timeout(Duration::from_secs(60)).unwrap());
        }
    }
}
