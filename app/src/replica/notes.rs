use pedkai_ui::format;

use crate::{link::Strange, shelf::Aside};

/// What is not right with this seat itself, to be shown as long as it is so.
#[derive(Debug, Default)]
pub(super) struct Notes {
    unkept: Option<String>,
    aside: Option<String>,
    /// What a newer collector tells beyond what this version knows.
    pub(super) strange: Strange,
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
        self.unkept.iter().chain(&self.aside).cloned().chain(self.newer()).collect()
    }

    fn newer(&self) -> Option<String> {
        let Strange { kinds, rows } = &self.strange;
        let names: Vec<&str> = kinds.keys().take(4).map(String::as_str).collect();
        let skipped: usize = kinds.values().sum();
        let mut said = Vec::new();
        if skipped > 0 {
            said.push(format!(
                "{} of a kind that it does not know ({}) not shown",
                format::counted(skipped, "row"),
                names.join(", ")
            ));
        }
        if *rows > 0 {
            said.push(format!("{} shown without what it does not know of them", format::counted(*rows, "row")));
        }
        (!said.is_empty()).then(|| format!("The collector is newer than this workstation: {}. Update the workstation.", said.join(", ")))
    }
}
