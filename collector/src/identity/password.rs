use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use super::store::IdentityError;

/// Longest password, bytes: hashing is work, and a stranger must not set its size.
const LONGEST: usize = 1_024;

/// Argon2id in the PHC string form, with the parameters of RFC 9106's and OWASP's low-memory advice (19 MiB, two passes, one lane).
pub(super) fn hash(password: &str) -> Result<String, IdentityError> {
    if password.is_empty() || password.len() > LONGEST {
        return Err(IdentityError::Refused(format!("a password holds 1 to {LONGEST} bytes")));
    }
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|error| IdentityError::Refused(format!("the password cannot be hashed: {error}")))
}

/// Whether `password` is the one that was hashed.
pub(super) fn verify(password: &str, hashed: &str) -> bool {
    password.len() <= LONGEST && PasswordHash::new(hashed).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Takes as long as [`verify`], so that an unknown name is not told by the time it takes.
pub(super) fn verify_nobody(password: &str) {
    static NOBODY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let hashed = NOBODY.get_or_init(|| hash("nobody's password").unwrap_or_default());
    let _ = verify(password, hashed);
}
