use std::fmt::Write;

/// A random word that opens something. Shown only by [`Secret::reveal`], never by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one: `<prefix>_` and 64 hexadecimal digits (256 random bits).
    #[must_use]
    pub fn random(prefix: &str) -> Self {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes);
        Self(format!("{prefix}_{}", hex(&bytes)))
    }

    /// One that somebody else chose; `None` when it is shorter than 16 characters.
    #[must_use]
    pub fn given(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() >= 16).then(|| Self(text.to_owned()))
    }

    /// The word itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept instead of it. A fast hash is right: the word holds 256 random bits, which nobody guesses.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }

    /// Whether `text` is this word.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        constant_time_eq(&self.hash(), &hash(text))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

pub(super) fn hash(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares in a time that does not depend on where they differ.
#[must_use]
pub fn constant_time_eq(a: &[u8; 32], b: &[u8; 32]) -> bool {
    blake3::Hash::from_bytes(*a) == blake3::Hash::from_bytes(*b)
}
