//! `pedkai-power-cut NOTES`: forgets what was never synced, and prints how many writes that were.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(notes) = std::env::args_os().nth(1) else {
        let _ = writeln!(std::io::stderr(), "usage: pedkai-power-cut NOTES");
        return ExitCode::from(2);
    };
    match pedkai_power_cut::forget_unsynced(notes.as_ref()) {
        Ok(forgotten) => {
            let _ = writeln!(std::io::stdout(), "{forgotten}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "pedkai-power-cut: {}: {error}", notes.display());
            ExitCode::FAILURE
        }
    }
}
