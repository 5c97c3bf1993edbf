//! Commands that wait for the line and refusals that wait for somebody to take note, in memory and on the disk.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::Path,
};

use pedkai_core::{
    model::{AckUntil, Span, Timestamp},
    wire::{CommandRequest, Target, TargetKind},
};
use pedkai_ui::{
    intent::Act,
    model::{Aim, Asked, Fate},
};
use uuid::Uuid;

use super::{
    Herald, News, Outcome,
    requests::{Became, Unanswered, about, requests, template},
};
use crate::shelf::{self, Letter, Outbox, Returned};

/// Commands that may wait; older ones come back.
const MOST: usize = 10_000;
/// Commands about one target each that are sent before the answers are taken in.
const SLICE: usize = 64;
/// A row that changed by an act of ours is here by then.
const LATELY: Span = Span::seconds(5);
/// What waited longer comes back; a collector knows the ids of commands for a day.
const TOO_LONG: Span = Span::seconds(12 * 3_600);

/// A command with what became of it.
pub(super) type Answered = (CommandRequest, Result<Became, Unanswered>);

/// A letter that waits.
struct Held {
    letter: Letter,
    /// The window was told that it waits.
    shown: bool,
    /// It found no line once.
    late: bool,
    /// It may have gone out before what is under way now.
    before: bool,
    /// It is kept as sent, and is about to be for the first time.
    fresh: bool,
    /// The verb, as the wire has it.
    word: String,
    done: usize,
    /// Why some of it was refused, each reason once.
    refused: Vec<String>,
}

impl Held {
    fn new(letter: Letter, late: bool) -> Self {
        Self {
            word: letter.requests.first().map(|request| request.kind.clone()).unwrap_or_default(),
            letter,
            shown: false,
            late,
            before: false,
            fresh: false,
            done: 0,
            refused: Vec::new(),
        }
    }

    fn answered(&self) -> usize {
        let left: usize = self.letter.requests.iter().map(|request| about(request).len()).sum();
        self.letter.asked.aims.len().saturating_sub(left)
    }

    async fn show(&mut self, herald: &Herald) {
        let answered = self.answered();
        if std::mem::replace(&mut self.shown, true) {
            herald.tell(News::Answered(self.letter.asked.id, answered)).await;
        } else {
            self.letter.asked.fate = Fate::Waiting { answered };
            herald.tell(News::Asked(Box::new(self.letter.asked.clone()))).await;
        }
    }
}

/// What is not done.
pub(super) struct Waiting {
    letters: VecDeque<Held>,
    returned: BTreeMap<Uuid, Returned>,
    outbox: Option<Outbox>,
    /// Letters that had waited and are done, since it was last said.
    merged: usize,
    /// What was acted on a moment ago.
    lately: Vec<(Target, Timestamp)>,
}

impl Waiting {
    /// What an earlier window left, and a place for more; in memory alone where the disk refuses.
    pub(super) async fn open(herald: &Herald, folder: Option<&Path>) -> Self {
        let kept = folder.map(|folder| Outbox::open(folder).and_then(|outbox| Ok((outbox.letters()?, outbox.returned()?, outbox))));
        let mut waiting = Self {
            letters: VecDeque::new(),
            returned: BTreeMap::new(),
            outbox: None,
            merged: 0,
            lately: Vec::new(),
        };
        match kept {
            Some(Ok((letters, returned, outbox))) => {
                waiting.letters.extend(letters.into_iter().map(|letter| Held::new(letter, true)));
                waiting.returned.extend(returned.into_iter().map(|one| (one.asked.id, one)));
                if let Some(aside) = outbox.aside() {
                    herald.tell(News::Aside(aside.clone())).await;
                }
                waiting.outbox = Some(outbox);
            }
            Some(Err(error)) => unkept(herald, &error).await,
            None => {}
        }
        for held in &mut waiting.letters {
            held.show(herald).await;
        }
        for one in waiting.returned.values() {
            herald.tell(News::Asked(Box::new(one.asked.clone()))).await;
        }
        waiting
    }

    /// Commands to send next: the oldest letter's, or a part of them. From here on it cannot be taken back.
    pub(super) async fn send_out(&mut self, herald: &Herald) -> Option<Vec<CommandRequest>> {
        self.too_late(herald).await;
        let held = self.letters.front_mut()?;
        held.before = held.letter.sent && !std::mem::take(&mut held.fresh);
        if !std::mem::replace(&mut held.letter.sent, true) {
            self.mark(herald, true).await;
        }
        let requests = &self.letters.front()?.letter.requests;
        let singly = requests.iter().take_while(|request| request.filter.is_none()).count().min(SLICE);
        Some(requests.iter().take(singly.max(1)).cloned().collect())
    }

    /// Keeps whether the oldest may have gone out.
    async fn mark(&mut self, herald: &Herald, sent: bool) {
        let Some(number) = self.letters.front().map(|held| held.letter.number) else {
            return;
        };
        if let Some(Err(error)) = self.outbox.as_mut().map(|outbox| outbox.mark(number, sent)) {
            unkept(herald, &error).await;
        }
    }

    /// Takes back what waits and did not go out. What did may be done, whatever is heard of it.
    pub(super) async fn withdraw(&mut self, herald: &Herald, ids: &[Uuid]) {
        let wanted = |held: &Held| ids.contains(&held.letter.asked.id);
        let gone = self.letters.iter().filter(|held| wanted(held) && held.letter.sent).count();
        let (back, stay): (VecDeque<Held>, VecDeque<Held>) = self.letters.drain(..).partition(|held| wanted(held) && !held.letter.sent);
        self.letters = stay;
        let requests: Vec<CommandRequest> = back.iter().flat_map(|held| held.letter.requests.clone()).collect();
        if let Some(Err(error)) = self.outbox.as_mut().map(|outbox| outbox.answered(&requests, &[])) {
            unkept(herald, &error).await;
        }
        for held in &back {
            herald.tell(News::Settled(held.letter.asked.id)).await;
        }
        herald.tell(News::Withdrawn(back.len(), gone)).await;
    }

    /// Takes in what an operator asks. Where an act of this seat on the same thing is not in the rows yet, that is what changed it: the operator
    /// saw it otherwise, and need not look again.
    pub(super) async fn put(&mut self, herald: &Herald, act: &Act, by: String) {
        let mut template = template(act);
        if self.acted_on(act, herald.now()) {
            template.expect = None;
        }
        let asked = Asked {
            id: Uuid::new_v4(),
            what: act.words(),
            aims: act.aims.clone(),
            text: act.text.clone(),
            by,
            at: herald.now(),
            fate: Fate::Waiting { answered: 0 },
        };
        self.add(herald, vec![letter(asked, &template)], &[]).await;
    }

    fn acted_on(&self, act: &Act, now: Timestamp) -> bool {
        let [aim] = act.aims.as_slice() else { return false };
        let waits = self
            .letters
            .iter()
            .any(|held| held.letter.asked.aims.iter().any(|other| other.target == aim.target));
        waits || self.lately.iter().any(|(target, at)| *target == aim.target && now.since(*at) < LATELY)
    }

    /// Lets what waited too long come back: nobody acts on what stood so long ago without looking, and the collector forgets ids.
    async fn too_late(&mut self, herald: &Herald) {
        let now = herald.now();
        while self.letters.front().is_some_and(|held| now.since(held.letter.asked.at) > TOO_LONG) {
            let Some(held) = self.letters.pop_front() else { return };
            let why = if held.letter.sent {
                "it waited for more than 12 hours, and may be done: look at how it stands now"
            } else {
                "it waited for more than 12 hours: look at how it stands now"
            };
            self.give_back(herald, held, why).await;
        }
    }

    /// Asks once more what was refused, under new ids and for things as they are now.
    pub(super) async fn again(&mut self, herald: &Herald, ids: &[Uuid], by: &str) {
        let now = herald.now();
        let mut found: Vec<Returned> = ids.iter().filter_map(|id| self.returned.remove(id)).collect();
        found.sort_by_key(|one| one.asked.at);
        let old: Vec<Uuid> = found.iter().map(|one| one.asked.id).collect();
        let fresh = |one: Returned| {
            let mut request = one.request;
            // For a time, as it was asked: not for what is left of that.
            if let Some(AckUntil::Time(end)) = &mut request.until {
                *end = now.plus(end.since(one.asked.at));
            }
            let asked = Asked {
                id: Uuid::new_v4(),
                by: by.to_owned(),
                at: now,
                fate: Fate::Waiting { answered: 0 },
                ..one.asked
            };
            letter(asked, &request)
        };
        self.add(herald, found.into_iter().map(fresh).collect(), &old).await;
        for id in old {
            herald.tell(News::Settled(id)).await;
        }
    }

    /// Lets refusals go.
    pub(super) async fn dismiss(&mut self, herald: &Herald, ids: &[Uuid]) {
        if let Some(Err(error)) = self.outbox.as_mut().map(|outbox| outbox.dismiss(ids)) {
            unkept(herald, &error).await;
        }
        for id in ids {
            self.returned.remove(id);
            herald.tell(News::Settled(*id)).await;
        }
    }

    async fn add(&mut self, herald: &Herald, mut letters: Vec<Letter>, instead_of: &[Uuid]) {
        // The first goes out at once where nothing is before it: that is kept with it.
        let at_once = self.letters.is_empty();
        if let Some(first) = letters.first_mut() {
            first.sent = at_once;
        }
        if let Some(Err(error)) = self.outbox.as_mut().map(|outbox| outbox.put(&mut letters, instead_of)) {
            unkept(herald, &error).await;
        }
        let behind = self.letters.front().is_some_and(|first| first.late);
        for letter in letters {
            let mut held = Held::new(letter, behind);
            held.fresh = held.letter.sent;
            // What is answered at once is not told to wait.
            if !self.letters.is_empty() || held.letter.requests.len() > 1 {
                held.show(herald).await;
            }
            self.letters.push_back(held);
        }
        self.bound(herald).await;
    }

    /// Lets the oldest come back where too many wait, and says so.
    async fn bound(&mut self, herald: &Herald) {
        while self.letters.len() > MOST {
            // The first may be under way.
            let Some(held) = self.letters.remove(1) else { return };
            self.give_back(herald, held, "too many commands wait").await;
        }
    }

    /// What is left of a letter comes back as if it had been refused.
    async fn give_back(&mut self, herald: &Herald, mut held: Held, why: &str) {
        let requests = std::mem::take(&mut held.letter.requests);
        let became = |request: &CommandRequest| Became {
            done: 0,
            refused: vec![(why.to_owned(), about(request))],
        };
        let answers: Vec<(CommandRequest, Became)> = requests.into_iter().map(|request| (request.clone(), became(&request))).collect();
        self.take_in(herald, &mut held, answers).await;
        self.finish(herald, held).await;
    }

    /// Whether the oldest waits and the window was not told.
    pub(super) fn unseen(&self) -> bool {
        self.letters.front().is_some_and(|held| !held.shown)
    }

    /// Tells the window of the oldest.
    pub(super) async fn show(&mut self, herald: &Herald) {
        if let Some(held) = self.letters.front_mut() {
            held.show(herald).await;
        }
    }

    /// Takes in what became of commands of the oldest letter. False when some found no line.
    pub(super) async fn settle(&mut self, herald: &Herald, answers: Vec<Answered>) -> bool {
        let Some(mut held) = self.letters.pop_front() else { return true };
        let sent = answers.len();
        let unsent = answers.iter().all(|(_, became)| matches!(became, Err(Unanswered::Unsent)));
        let answers: Vec<(CommandRequest, Became)> = answers
            .into_iter()
            .filter_map(|(request, became)| became.ok().map(|became| (request, became)))
            .collect();
        let cut = answers.len() < sent;
        held.letter
            .requests
            .retain(|request| answers.iter().all(|(answered, _)| answered.id != request.id));
        self.take_in(herald, &mut held, answers).await;
        if held.letter.requests.is_empty() {
            self.finish(herald, held).await;
        } else {
            held.show(herald).await;
            let unsent = unsent && !held.before;
            held.letter.sent = !unsent;
            self.letters.push_front(held);
            if unsent {
                self.mark(herald, false).await;
            }
        }
        if cut {
            // Those behind it find no line either.
            self.letters.iter_mut().for_each(|held| held.late = true);
        }
        if self.letters.is_empty() && self.merged > 0 {
            herald.tell(News::Merged(std::mem::take(&mut self.merged))).await;
        }
        !cut
    }

    /// Keeps what came back refused, and that the rest was answered.
    async fn take_in(&mut self, herald: &Herald, held: &mut Held, answers: Vec<(CommandRequest, Became)>) {
        let now = herald.now();
        let mut answered = Vec::new();
        let mut touched: Vec<Uuid> = Vec::new();
        for (request, became) in answers {
            held.done += became.done;
            if became.done > 0 {
                self.lately.retain(|(_, at)| now.since(*at) < LATELY);
                self.lately.extend(held.letter.asked.aims.iter().take(SLICE).map(|aim| (aim.target, now)));
            }
            for (why, ids) in became.refused {
                if !held.refused.contains(&why) {
                    held.refused.push(why.clone());
                }
                let id = self.come_back(&held.letter.asked, &request, why, &ids, herald.now());
                if !touched.contains(&id) {
                    touched.push(id);
                }
            }
            answered.push(request);
        }
        let returned: Vec<&Returned> = touched.iter().filter_map(|id| self.returned.get(id)).collect();
        if let Some(Err(error)) = self.outbox.as_mut().map(|outbox| outbox.answered(&answered, &returned)) {
            tracing::warn!(%error, "an answered command stays in the outbox: it is sent again under the same id, which does nothing");
        }
        for one in returned {
            herald.tell(News::Asked(Box::new(one.asked.clone()))).await;
        }
    }

    /// Puts what was refused for one reason with what came back of the same letter for the same reason.
    fn come_back(&mut self, asked: &Asked, request: &CommandRequest, why: String, ids: &[Uuid], now: Timestamp) -> Uuid {
        let named: HashMap<Uuid, &Aim> = asked.aims.iter().map(|aim| (aim.target.id, aim)).collect();
        let aim = |id: &Uuid| named.get(id).map_or_else(|| unnamed(*id), |aim| (*aim).clone());
        let aims = ids.iter().map(aim);
        let same = |one: &&mut Returned| one.from == asked.id && matches!(&one.asked.fate, Fate::Refused { why: other, .. } if *other == why);
        if let Some(one) = self.returned.values_mut().find(same) {
            one.asked.aims.extend(aims);
            return one.asked.id;
        }
        let id = Uuid::new_v4();
        let returned = Returned {
            asked: Asked {
                id,
                aims: aims.collect(),
                fate: Fate::Refused { at: now, why },
                ..asked.clone()
            },
            from: asked.id,
            request: CommandRequest {
                id: Uuid::nil(),
                target: None,
                filter: None,
                expect: None,
                ..request.clone()
            },
        };
        self.returned.insert(id, returned);
        id
    }

    /// A letter is answered as a whole. One that had waited and was carried out is told of with the others that did.
    async fn finish(&mut self, herald: &Herald, held: Held) {
        if held.shown {
            herald.tell(News::Settled(held.letter.asked.id)).await;
        }
        if held.late && held.refused.is_empty() {
            self.merged += 1;
            return;
        }
        let Held { word, done, refused, .. } = held;
        herald.tell(News::Done(Outcome { word, done, refused })).await;
    }
}

fn letter(asked: Asked, template: &CommandRequest) -> Letter {
    Letter {
        number: 0,
        sent: false,
        requests: requests(template, &asked.aims),
        asked,
    }
}

fn unnamed(id: Uuid) -> Aim {
    Aim {
        target: Target { kind: TargetKind::Alarm, id },
        name: id.to_string(),
    }
}

async fn unkept(herald: &Herald, error: &rusqlite::Error) {
    herald.tell(News::Unkept(shelf::words(error))).await;
}

#[cfg(test)]
mod tests;
