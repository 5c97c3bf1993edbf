//! Names of towns that do not exist.

use std::collections::BTreeSet;

use crate::rng::Rng;

const FIRST: [&str; 24] = [
    "Al", "Bran", "Cor", "Dun", "Elm", "Fal", "Gar", "Hal", "Ives", "Kel", "Lang", "Mar", "Nor", "Oak", "Pen", "Quern", "Ros", "Sel", "Thorn", "Ul", "Vel",
    "West", "Yar", "Zel",
];
const MIDDLE: [&str; 10] = ["", "", "", "er", "en", "ing", "o", "a", "mar", "der"];
const LAST: [&str; 16] = [
    "bridge", "brook", "by", "chester", "combe", "dale", "field", "ford", "ham", "haven", "holm", "mere", "mouth", "stead", "ton", "wick",
];

/// Names a town, never the same one twice.
pub(super) fn town(rng: &mut Rng, taken: &mut BTreeSet<String>) -> String {
    loop {
        let parts = [FIRST[rng.index(FIRST.len())], MIDDLE[rng.index(MIDDLE.len())], LAST[rng.index(LAST.len())]];
        let mut name = parts.concat();
        if taken.len() > 2_000 {
            name = format!("{name}{}", taken.len());
        }
        if taken.insert(name.clone()) {
            return name;
        }
    }
}
