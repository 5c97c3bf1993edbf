//! A file layer that forgets what was never synced.
//!
//! Preloaded into a program (`LD_PRELOAD`), it notes, before each write to a file whose path holds `PEDKAI_POWER_CUT_FILES`, what the
//! write is about to destroy; an fsync or fdatasync of the file makes the notes void. The notes go to `PEDKAI_POWER_CUT_NOTES`. After
//! the program is killed, [`forget_unsynced`] puts the destroyed bytes back: the files are as a power cut would have left them, had the
//! system written nothing of its own accord.
//!
//! As long as the file that `PEDKAI_FULL_DISK` names exists, writes to databases fail as on a full disk.
//!
//! Unix only; a program that writes through memory maps escapes it (SQLite's `-shm` does, and is rebuilt after a crash).

#[cfg(target_os = "linux")]
mod layer;
mod notes;

pub use notes::forget_unsynced;
