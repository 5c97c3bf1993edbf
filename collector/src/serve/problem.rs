use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pedkai_core::wire;

use crate::engine::NotTaken;
use crate::identity::{Denied, IdentityError};
use crate::journal::JournalError;

/// An answer that is no success, as RFC 9457 problem details.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    retry_after: Option<u32>,
    errors: Vec<wire::PartProblem>,
}

/// What a handler gives.
pub(crate) type Answer<T> = Result<T, Problem>;

tokio::task_local! {
    /// Id of the request that is being answered, for problem details.
    pub(crate) static TRACE_ID: String;
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            retry_after: None,
            errors: Vec::new(),
        }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no such {what}"))
    }

    pub(crate) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    pub(crate) fn too_many(seconds: u32, detail: impl Into<String>) -> Self {
        Self {
            retry_after: Some(seconds.max(1)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
        }
    }

    pub(crate) fn unavailable(seconds: u32, detail: impl Into<String>) -> Self {
        Self {
            retry_after: Some(seconds.max(1)),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        }
    }

    pub(crate) fn with_errors(mut self, errors: Vec<wire::PartProblem>) -> Self {
        self.errors = errors;
        self
    }

    /// Of broken JSON: 400; of JSON that is not what is asked for: 422.
    pub(crate) fn of_json(error: &serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Data => Self::unprocessable(format!("the body is not what is asked for: {error}")),
            _ => Self::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}")),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = wire::Problem {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            trace_id: TRACE_ID.try_with(Clone::clone).unwrap_or_default(),
            errors: self.errors,
        };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::Gone => Self::new(StatusCode::GONE, error.to_string()),
            JournalError::BadRequest(_) => Self::unprocessable(error.to_string()),
            JournalError::NoTenant(_) => Self::not_found("tenant"),
            _ => {
                tracing::error!(%error, "a question could not be answered");
                Self::unavailable(5, error.to_string())
            }
        }
    }
}

impl From<NotTaken> for Problem {
    fn from(error: NotTaken) -> Self {
        match error {
            NotTaken::Full(seconds) => Self::too_many(seconds, error.to_string()),
            NotTaken::Log(_) | NotTaken::Stopping => Self::unavailable(5, error.to_string()),
        }
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match &error {
            IdentityError::Refused(_) => Self::unprocessable(error.to_string()),
            IdentityError::Taken(_) => Self::new(StatusCode::CONFLICT, error.to_string()),
            IdentityError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            IdentityError::Locked(seconds) => Self::too_many(*seconds, error.to_string()),
            IdentityError::Disk(_) => {
                tracing::error!(%error, "users could not be read or written");
                Self::unavailable(5, error.to_string())
            }
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthorized(why) => Self::new(StatusCode::UNAUTHORIZED, why),
            Denied::Forbidden(why) => Self::new(StatusCode::FORBIDDEN, why),
            Denied::Choose(why) => Self::new(StatusCode::BAD_REQUEST, why),
        }
    }
}
