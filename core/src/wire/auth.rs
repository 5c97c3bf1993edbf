use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::Timestamp;

/// `POST /api/v1/auth/login`
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// Name or email.
    pub name: String,
    /// Password.
    pub password: String,
    /// Tenant, by name or id, for a user of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

impl std::fmt::Debug for LoginRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginRequest")
            .field("name", &self.name)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// `POST /api/v1/auth/refresh`
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// The refresh token of the newest answer; it is good once.
    pub refresh_token: String,
}

/// What login and refresh give.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenAnswer {
    /// For the header `Authorization: Bearer`.
    pub access_token: String,
    /// For the next refresh.
    pub refresh_token: String,
    /// When the access token is over.
    pub expires_at: Timestamp,
    /// Always `Bearer`.
    pub token_type: String,
    /// The user.
    pub user_id: Uuid,
}
