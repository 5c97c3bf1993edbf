//! sitrep
