use std::time::Duration;

/// What a device may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message in bytes.
    pub message_bytes: usize,
    /// Deepest nesting of elements.
    pub depth: usize,
    /// Most elements of one message.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 10 * 1024 * 1024,
            depth: 128,
            elements: 400_000,
        }
    }
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP connection and SSH key exchange.
    pub connect: Duration,
    /// Authentication and opening the subsystem.
    pub login: Duration,
    /// The device's `<hello>`.
    pub hello: Duration,
    /// The answer to a request.
    pub answer: Duration,
    /// The answer to a commit, which may take long on large routers.
    pub commit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            login: Duration::from_secs(20),
            hello: Duration::from_secs(20),
            answer: Duration::from_secs(60),
            commit: Duration::from_secs(180),
        }
    }
}
