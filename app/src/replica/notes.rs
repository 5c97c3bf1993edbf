use pedkai_ui::format;

use crate::shelf::Aside;

/// What is not right with this seat itself, to be shown as long as it is so.
#[derive(Debug, Default)]
pub(super) struct Notes {
    unkept: Option<String>,
    aside: Option<String>,
}

impl Notes {
    /// This disk keeps nothing. The sentence, the first time.
    pub(super) fn unkept(&mut self, why: &str) -> Option<String> {
        let words = format!(
            "This disk does not keep the copy or what waits: {why}. What you do is sent all the same, as long as this window is open. Make room or mend it, \
             then start the window again."
        );
        self.unkept.replace(words.clone()).is_none().then_some(words)
    }

    /// The file of what waits was damaged.
    pub(super) fn aside(&mut self, aside: &Aside) -> String {
        let saved = match aside.saved {
            0 => "nothing in it could be read".to_owned(),
            1 => "1 command in it was sound and is kept".to_owned(),
            many => format!("{} commands in it were sound and are kept", format::count(many)),
        };
        let words = format!("The file of what waits was damaged: {saved}. It is put aside as {}.", aside.file.display());
        self.aside.insert(words).clone()
    }

    /// All of it.
    pub(super) fn all(&self) -> Vec<String> {
        self.unkept.iter().chain(&self.aside).cloned().collect()
    }
}
