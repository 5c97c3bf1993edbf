use std::path::Path;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use pedkai_core::model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store::{IdentityError, disk};
use crate::config::write_private;

/// What an access token says (RFC 7519): who, from which login, until when. Rights are looked up at every request, so that taking
/// them away works at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: Uuid,
    pub(super) sid: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tenant: Option<Uuid>,
    pub(super) iss: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
}

const ISSUER: &str = "pedkai";

/// Signs and reads access tokens (HMAC with SHA-256: whoever reads them is who wrote them).
pub(super) struct Signing {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Signing {
    /// Reads the key, or makes one where there is none.
    pub(super) fn open(file: &Path) -> Result<Self, IdentityError> {
        let key = match std::fs::read(file) {
            Ok(key) if key.len() == 32 => key,
            Ok(_) => return Err(disk(file, &"it should hold 32 bytes; delete it, and everybody logs in again")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut key = vec![0_u8; 32];
                rand::fill(key.as_mut_slice());
                write_private(file, &key).map_err(|error| disk(file, &error))?;
                key
            }
            Err(error) => return Err(disk(file, &error)),
        };
        Ok(Self {
            encoding: EncodingKey::from_secret(&key),
            decoding: DecodingKey::from_secret(&key),
        })
    }

    pub(super) fn sign(&self, user: Uuid, session: Uuid, tenant: Option<Uuid>, now: Timestamp, seconds: i64) -> Result<String, IdentityError> {
        let iat = now.as_micros() / 1_000_000;
        let claims = Claims {
            sub: user,
            sid: session,
            tenant,
            iss: ISSUER.to_owned(),
            iat,
            exp: iat + seconds,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| IdentityError::Refused(format!("the token cannot be signed: {error}")))
    }

    /// The claims of a token that is ours and not over; otherwise a sentence for whoever sent it.
    pub(super) fn read(&self, token: &str, now: Timestamp) -> Result<Claims, String> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        // The collector's clock is checked below, so that a test's clock counts too.
        validation.validate_exp = false;
        let claims: Claims = jsonwebtoken::decode(token, &self.decoding, &validation)
            .map_err(|_| "this is no access token or machine key of this collector".to_owned())?
            .claims;
        if claims.exp <= now.as_micros() / 1_000_000 {
            return Err("the access token is over: refresh it or log in again".to_owned());
        }
        Ok(claims)
    }
}
