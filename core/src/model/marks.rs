/// Slots that were marked since somebody last took them, each once.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    list: Vec<u32>,
    marked: Vec<bool>,
}

impl Marks {
    /// Marks a slot.
    pub fn mark(&mut self, slot: u32) {
        let place = slot as usize;
        if self.marked.len() <= place {
            self.marked.resize(place + 1, false);
        }
        if !std::mem::replace(&mut self.marked[place], true) {
            self.list.push(slot);
        }
    }

    /// What was marked, in the order in which it was, and forgets it.
    #[must_use]
    pub fn take(&mut self) -> Vec<u32> {
        for slot in &self.list {
            self.marked[*slot as usize] = false;
        }
        std::mem::take(&mut self.list)
    }
}
