//! The headless service that hears the network and serves seats.
