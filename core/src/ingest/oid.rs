//! Names of object ids, and the labels of their numbers.

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use super::mib;
use crate::model::Name;

/// What an object's numbers are called: INTEGER's labels, or BITS' names by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// The numbers are positions in a bit string (BITS).
    pub bits: bool,
    /// Number and label.
    pub of: Vec<(i64, Name)>,
}

impl Labels {
    /// The label of a number.
    #[must_use]
    pub fn get(&self, number: i64) -> Option<&str> {
        self.of.iter().find(|(n, _)| *n == number).map(|(_, label)| label.as_str())
    }
}

/// A named object id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidName {
    /// The MIB module it is defined in.
    pub module: Name,
    /// Its name.
    pub name: Name,
    /// What its values are called, if they are.
    pub labels: Option<Arc<Labels>>,
}

/// Names of object ids: built-in ones for the common MIBs, and those of MIB files that were added.
#[derive(Clone, Debug, Default)]
pub struct OidNames {
    by_oid: FxHashMap<Name, OidName>,
    by_name: FxHashMap<Name, Name>,
}

static BUILTIN: LazyLock<OidNames> = LazyLock::new(|| {
    let mut names = OidNames::default();
    // A test holds that the built-in table is free of problems.
    let _ = names.add_table(include_str!("../../../assets/mappings/oids.tsv"));
    names
});

impl OidNames {
    /// The built-in names.
    #[must_use]
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// How many ids have a name.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_oid.len()
    }

    /// Nothing has a name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_oid.is_empty()
    }

    /// Adds a table of names, one a line: `OID <tab> name [<tab> 1=up,2=down]` (`bits:` in front of labels for BITS). A line
    /// `@MODULE OID` names the module of the lines below and what an OID that starts with a point continues.
    ///
    /// # Errors
    /// Line (from 1) and what is wrong with it, for each line that is wrong; the others are added.
    pub fn add_table(&mut self, table: &str) -> Result<(), Vec<(usize, String)>> {
        let mut problems = Vec::new();
        let mut module = Name::EMPTY;
        let mut base = "";
        for (index, line) in table.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(head) = line.strip_prefix('@') {
                let mut words = head.split_whitespace();
                module = Name::from(words.next().unwrap_or(""));
                base = words.next().unwrap_or("");
                continue;
            }
            if let Err(problem) = self.add_row(&module, base, line) {
                problems.push((index + 1, problem));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn add_row(&mut self, module: &Name, base: &str, line: &str) -> Result<(), String> {
        let mut columns = line.split('\t');
        let (oid, name) = (columns.next().unwrap_or(""), columns.next().unwrap_or(""));
        let oid = if oid.starts_with('.') { [base, oid].concat() } else { oid.to_owned() };
        if !is_oid(&oid) {
            return Err(format!("'{oid}' is no object id; write numbers with points between them"));
        }
        if name.is_empty() || module.is_empty() {
            return Err("write the OID, a tab and the name, below a line '@MODULE OID'".to_owned());
        }
        let labels = columns.next().map(labels).transpose()?;
        self.insert(&oid, module, name, labels.map(Arc::new));
        Ok(())
    }

    /// Adds the names of MIB files given as (file's name, text); they may refer to each other and to what is known already.
    ///
    /// # Errors
    /// File, line (from 1) and problem, for what could not be read; everything else is added.
    pub fn add_mibs(&mut self, files: &[(&str, &str)]) -> Result<(), Vec<(String, usize, String)>> {
        let mut problems = Vec::new();
        let mut modules = Vec::new();
        for (file, text) in files {
            match mib::read(text) {
                Ok(found) => modules.extend(found.into_iter().map(|module| (*file, module))),
                Err((line, problem)) => problems.push(((*file).to_owned(), line, problem)),
            }
        }
        problems.extend(mib::resolve(&modules, self));
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    pub(super) fn insert(&mut self, oid: &str, module: &Name, name: &str, labels: Option<Arc<Labels>>) {
        let oid = Name::from(oid);
        self.by_name.insert(Name::from([module, "::", name].concat()), oid.clone());
        self.by_name.entry(Name::from(name)).or_insert_with(|| oid.clone());
        let entry = OidName {
            module: module.clone(),
            name: Name::from(name),
            labels,
        };
        self.by_oid.insert(oid, entry);
    }

    /// The object id of `MODULE::name`, of a bare name, or of a dotted id itself.
    #[must_use]
    pub fn oid_of(&self, word: &str) -> Option<Name> {
        let word = word.strip_prefix('.').filter(|w| is_oid(w)).unwrap_or(word);
        if is_oid(word) {
            return Some(Name::from(word));
        }
        self.by_name.get(word).cloned()
    }

    /// The longest named start of an id, and the instance behind it (`ifDescr` and `3` for `1.3.6.1.2.1.2.2.1.2.3`).
    #[must_use]
    pub fn name_of<'a>(&self, oid: &'a str) -> Option<(&OidName, &'a str)> {
        let mut end = oid.len();
        loop {
            if let Some(found) = self.by_oid.get(&oid[..end]) {
                return Some((found, oid[end..].trim_start_matches('.')));
            }
            end = oid[..end].rfind('.')?;
        }
    }

    /// `name.instance` for people, or the id itself where nothing is known of it.
    #[must_use]
    pub fn show(&self, oid: &str) -> String {
        match self.name_of(oid) {
            Some((found, "")) => found.name.to_string(),
            Some((found, instance)) => format!("{}.{instance}", found.name),
            None => oid.to_owned(),
        }
    }

    /// What an id's numbers are called.
    #[must_use]
    pub fn labels(&self, oid: &str) -> Option<&Arc<Labels>> {
        self.by_oid.get(oid).and_then(|found| found.labels.as_ref())
    }
}

/// Digits and points, beginning and ending with a digit.
pub(super) fn is_oid(text: &str) -> bool {
    !text.is_empty() && text.len() <= 512 && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// `1=up,2=down` or `bits:0=first,1=second`.
fn labels(text: &str) -> Result<Labels, String> {
    let (bits, list) = match text.strip_prefix("bits:") {
        Some(list) => (true, list),
        None => (false, text),
    };
    let of = list
        .split(',')
        .map(|pair| {
            let (number, label) = pair.split_once('=').ok_or_else(|| format!("'{pair}' is no label; write 1=up"))?;
            let number = number.trim().parse().map_err(|_| format!("'{number}' is no number; write 1=up"))?;
            Ok((number, Name::from(label.trim())))
        })
        .collect::<Result<_, String>>()?;
    Ok(Labels { bits, of })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_is_sound() {
        let mut names = OidNames::default();
        assert_eq!(names.add_table(include_str!("../../../assets/mappings/oids.tsv")), Ok(()));
        assert!(names.len() > 50, "{}", names.len());
    }

    #[test]
    fn the_longest_name_wins() {
        let names = OidNames::builtin();
        assert_eq!(names.show("1.3.6.1.2.1.2.2.1.2.3"), "ifDescr.3");
        assert_eq!(names.show("1.3.6.1.6.3.1.1.5.3"), "linkDown");
        assert_eq!(names.show("9.9.9"), "9.9.9");
        assert_eq!(names.oid_of("IF-MIB::linkDown").unwrap(), "1.3.6.1.6.3.1.1.5.3");
        assert_eq!(names.labels("1.3.6.1.2.1.2.2.1.8").unwrap().get(2), Some("down"));
        assert_eq!(names.oid_of("noSuchThing"), None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let problems = OidNames::default().add_table("@X 1.3\n.1\tfine\n.x\twrong\n.2\tlabels\tup").unwrap_err();
        assert_eq!(problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
    }
}
