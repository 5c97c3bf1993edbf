use std::sync::Arc;
use std::time::Duration;

use pedkai_core::ingest::poll::{Column, Interface, Memory, NARROW, ObjectCell, Port, Reading, WIDE, samples};
use pedkai_core::model::Name;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::agent::{Agent, Trouble};
use super::board::Board;
use super::places::{Seat, Seated, Who};
use super::post::Batch;
use super::walk::{Broken, Manner, uptime, uptime_oid};
use super::{Credential, Target, World};

/// A poll may take so long, or as long as its interval.
const LEAST_TIME: Duration = Duration::from_secs(10);

/// What all targets share.
pub(super) struct Shared {
    pub(super) world: World,
    pub(super) board: Arc<Board>,
    pub(super) post: mpsc::Sender<Batch>,
    pub(super) started: Instant,
}

/// A target, and what is kept of it from one poll to the next.
pub(super) struct Asked {
    ix: usize,
    target: Target,
    agent: Option<Arc<dyn Agent>>,
    memory: Memory,
    seated: Option<(Seated, Vec<Port>)>,
    failures: u32,
}

/// What one poll found, and what ended it early.
#[derive(Default)]
struct Found {
    reading: Reading,
    answered: bool,
    problem: Option<Broken>,
}

/// A target that does not answer is asked at growing distances, up to this or its interval.
const LONGEST_REST: Duration = Duration::from_secs(300);

impl Asked {
    pub(super) fn new(ix: usize, target: Target) -> Self {
        Self {
            ix,
            target,
            agent: None,
            memory: Memory::default(),
            seated: None,
            failures: 0,
        }
    }

    /// Asks it once; gives how many of its turns it sits out.
    pub(super) async fn poll(&mut self, shared: &Shared) -> u32 {
        let agent = match &self.agent {
            Some(agent) => agent.clone(),
            None => match shared.world.agents.agent(&self.target) {
                Ok(agent) => self.agent.insert(agent).clone(),
                Err(trouble) => return self.failed(shared, &trouble.into()),
            },
        };
        let manner = Manner {
            agent: &*agent,
            clock: &*shared.world.clock,
            started: shared.started,
            deadline: Instant::now() + self.target.interval.max(LEAST_TIME),
            varbinds: self.target.varbinds,
            rows: self.target.rows,
        };
        let found = self.target.ask(&manner).await;
        if !found.answered {
            let problem = found.problem.unwrap_or(Broken::Trouble(Trouble::Silent));
            return self.failed(shared, &problem);
        }
        self.failures = 0;
        if found.problem.is_some() {
            self.agent = None;
        }
        let placed = self.hand_in(shared, found.reading).await;
        let whole = found.problem.is_none();
        let told = placed.unwrap_or_else(Some);
        let problem = found.problem.map(|problem| format!("broke off: {problem}")).or(told);
        shared.board.answered(self.ix, shared.world.clock.now(), whole, problem);
        0
    }

    /// A poll without any answer: a session may be worn out (a v3 engine that began anew), so the next one gets its own.
    fn failed(&mut self, shared: &Shared, problem: &Broken) -> u32 {
        self.agent = None;
        self.failures = self.failures.saturating_add(1);
        let hint = match (problem, &self.target.credential) {
            (Broken::Trouble(Trouble::Silent), Credential::Community(_)) => ": no agent is there, or it does not take the community",
            (Broken::Trouble(Trouble::Silent), Credential::User(_)) => ": no agent is there, or it does not take the user, its protocols or passwords",
            _ => "",
        };
        shared.board.failed(self.ix, format!("{problem}{hint}"));
        let most = (LONGEST_REST.as_millis() / self.target.interval.as_millis().max(1)).saturating_sub(1);
        let growing = (1_u32 << (self.failures - 1).min(16)) - 1;
        growing.min(u32::try_from(most).unwrap_or(u32::MAX))
    }

    /// Finds whose the measures are and hands the samples in; gives what is to be told of whose they are.
    async fn hand_in(&mut self, shared: &Shared, reading: Reading) -> Result<Option<String>, String> {
        let measures = self.memory.take(reading, &self.target.objects);
        let ports = self.memory.ports();
        let known = self.seated.take().filter(|(_, before)| *before == ports).map(|(seated, _)| seated);
        let who = Who {
            tenant: self.target.tenant,
            entity: self.target.entity.clone(),
            address: self.target.address.ip(),
        };
        let seat = shared
            .world
            .places
            .seat(who, ports.clone(), known.as_ref().map(|seated| seated.version))
            .await?;
        let seated = match (seat, known) {
            (Seat::Same, Some(known)) => known,
            (Seat::At(seated), _) => seated,
            (Seat::Nowhere(problem), _) => {
                shared.board.nowhere(self.ix, measures.len());
                return Err(problem);
            }
            (Seat::Same, None) => return Err("its entity could not be looked up; it will be tried again".to_owned()),
        };
        shared.board.placed(self.ix, seated.seats.device, &seated.name);
        let samples = samples(measures, &seated.seats, &ports, &Name::from("snmp"));
        let told = (!seated.placed).then(|| self.target.unplaced(&seated.name));
        self.seated = Some((seated, ports));
        if !samples.is_empty() {
            let batch = Batch {
                ix: self.ix,
                tenant: self.target.tenant,
                samples,
            };
            // An error means that the collector stops.
            let _ = shared.post.send(batch).await;
        }
        Ok(told)
    }
}

impl Target {
    /// What is told of a device that is in no inventory.
    fn unplaced(&self, name: &Name) -> String {
        let address = self.address.ip().to_canonical();
        let how = match &self.entity {
            Some(word) => format!("import '{word}', or correct entity in [[poll.targets]]"),
            None => format!("import it with the address {address}, or write entity in [[poll.targets]]"),
        };
        format!("'{name}' is in no inventory: its samples are kept as those of an UNPLACED entity; {how}")
    }

    /// Asks for everything: single values, interfaces, columns.
    async fn ask(&self, manner: &Manner<'_>) -> Found {
        let mut found = Found::default();
        found.reading.all_objects = true;
        for step in [Step::Singles, Step::Interfaces, Step::Columns] {
            let outcome = match step {
                Step::Singles => self.singles(manner, &mut found).await,
                Step::Interfaces if self.interfaces => interfaces(manner, &mut found).await,
                Step::Interfaces => Ok(()),
                Step::Columns => self.columns(manner, &mut found).await,
            };
            if let Err(broken) = outcome {
                if step != Step::Interfaces {
                    found.reading.all_objects = false;
                }
                let answers = broken.answers();
                found.answered |= answers;
                found.problem.get_or_insert(broken);
                if !answers {
                    found.reading.all_objects = false;
                    break;
                }
            }
        }
        found
    }

    async fn singles(&self, manner: &Manner<'_>, found: &mut Found) -> Result<(), Broken> {
        let wanted: Vec<(usize, &Vec<u32>)> = self
            .objects
            .iter()
            .map(|object| &object.oid)
            .enumerate()
            .filter(|(at, _)| self.objects[*at].single())
            .collect();
        for part in wanted.chunks((manner.varbinds - 1).max(1)) {
            let oids: Vec<Vec<u32>> = std::iter::once(uptime_oid()).chain(part.iter().map(|(_, oid)| (*oid).clone())).collect();
            let answer = manner.agent.get(&oids).await?;
            found.answered = true;
            let read = manner.read(answer.first().and_then(uptime));
            for bound in answer.into_iter().skip(1) {
                if let Some((object, _)) = part.iter().find(|(_, oid)| **oid == bound.oid) {
                    found.reading.objects.push(ObjectCell {
                        object: *object as u16,
                        row: Vec::new(),
                        value: bound.value,
                        read,
                    });
                }
            }
        }
        Ok(())
    }

    async fn columns(&self, manner: &Manner<'_>, found: &mut Found) -> Result<(), Broken> {
        let mut first = Ok(());
        for (number, object) in self.objects.iter().enumerate().filter(|(_, object)| !object.single()) {
            let column = std::slice::from_ref(&object.oid);
            let Found { reading, answered, .. } = &mut *found;
            let outcome = manner
                .walk(column, |_, row, value, read| {
                    *answered = true;
                    reading.objects.push(ObjectCell {
                        object: number as u16,
                        row: row.to_vec(),
                        value,
                        read: *read,
                    });
                })
                .await;
            found.answered |= outcome.is_ok();
            if let Err(broken) = outcome {
                let answers = broken.answers();
                first = first.and(Err(broken));
                if !answers {
                    break;
                }
            }
        }
        first
    }
}

/// Reads IF-MIB: everything side by side, then the 32-bit counters of octets where an interface has no others.
async fn interfaces(manner: &Manner<'_>, found: &mut Found) -> Result<(), Broken> {
    let Found { reading, answered, .. } = &mut *found;
    let columns = WIDE.map(Column::oid);
    let walked = manner
        .walk(&columns, |number, row, value, read| {
            *answered = true;
            if let [index] = row {
                let interface: &mut Interface = reading.interfaces.entry(*index).or_default();
                interface.put(WIDE[number], &value, read);
            }
        })
        .await;
    *answered |= walked.is_ok();
    walked?;
    if reading.interfaces.values().any(Interface::lacks_octets) {
        let columns = NARROW.map(|counter| counter.narrow_oid());
        manner
            .walk(&columns, |number, row, value, read| {
                if let [index] = row
                    && let Some(interface) = reading.interfaces.get_mut(index)
                {
                    interface.put_narrow(NARROW[number], &value, read);
                }
            })
            .await?;
    }
    reading.all_interfaces = true;
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Singles,
    Interfaces,
    Columns,
}
