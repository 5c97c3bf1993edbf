//! Causes of PetShop's faults through the files of `pedkai-collector analyze rca`, where the folder named by `PEDKAI_SHARED` has them.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use pedkai_quality::petshop::{self, TELLINGS};

#[test]
fn the_program_names_the_causes_as_often_as_the_best_that_was_published() {
    let Some(shared) = std::env::var_os("PEDKAI_SHARED") else { return };
    let (program, folder) = (petshop::collector().unwrap(), Path::new(&shared).join("data/petshop/low_traffic"));
    for telling in TELLINGS.into_iter().take(2) {
        let faults = petshop::judge(&program, &folder, telling).unwrap();
        assert_eq!(faults.len(), 26);
        let table = petshop::table(telling, &faults, true);
        for (metric, one, three) in [("latency", 0.57, 0.86), ("availability", 0.83, 1.0)] {
            assert!(
                petshop::share(&faults, metric, 1) > one && petshop::share(&faults, metric, 3) >= three,
                "{table}"
            );
        }
    }
}
