//! Who we are: a token that was given, or one that is got for a name and a password and renewed in time.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use pedkai_core::model::{Span, Timestamp};
use pedkai_core::wire::{LoginRequest, Problem, RefreshRequest, TokenAnswer};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use tokio::sync::{Mutex, watch};

use super::{Herald, News, Target};
use crate::platform;

/// Who we are.
#[derive(Clone)]
pub enum Credential {
    /// A token that was given: a machine key, an access token, the token of a seat.
    Token(String),
    /// A name and a password.
    Login {
        /// Name.
        name: String,
        /// Password.
        password: String,
    },
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(_) => out.write_str("Token"),
            Self::Login { name, .. } => write!(out, "Login({name})"),
        }
    }
}

/// Why a request brought nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody was reached: nothing left this machine.
    Away(String),
    /// No answer, or none that could be read.
    Line(String),
    /// The credential is not good.
    Refused(String),
    /// The cursor cannot be continued.
    Gone,
    /// The collector does not go together with us; a sentence that says what to do.
    Unfit(String),
    /// The collector said no.
    Problem(u16, String),
}

impl Trouble {
    /// In words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Away(why) | Self::Line(why) | Self::Refused(why) | Self::Problem(_, why) | Self::Unfit(why) => why.clone(),
            Self::Gone => "the collector no longer has what came before".to_owned(),
        }
    }
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Self {
        let away = error.is_connect();
        let error = error.without_url();
        let mut deepest: &dyn std::error::Error = &error;
        while let Some(source) = deepest.source() {
            deepest = source;
        }
        let words = deepest.to_string();
        let words = words.split(" (os error").next().unwrap_or_default().to_owned();
        if away { Self::Away(words) } else { Self::Line(words) }
    }
}

/// What the collector's description of itself begins with.
#[derive(Deserialize)]
struct Document {
    info: Info,
}

#[derive(Deserialize)]
struct Info {
    version: String,
}

struct Tokens {
    credential: Credential,
    access: Option<String>,
    refresh: Option<String>,
}

impl Tokens {
    fn new(credential: Credential) -> Self {
        let access = match &credential {
            Credential::Token(token) => Some(token.clone()),
            Credential::Login { .. } => None,
        };
        Self {
            credential,
            access,
            refresh: None,
        }
    }
}

/// A client that carries our token.
pub(super) struct Session {
    client: reqwest::Client,
    url: String,
    tokens: Mutex<Tokens>,
    /// A credential that is to be taken instead. Not kept with the tokens, which are locked while the collector is asked for new ones.
    fresh: std::sync::Mutex<Option<Credential>>,
    /// Why the collector does not take our credential; while it stands nothing is asked, so that nobody is locked out by a window that
    /// tries again and again.
    refused: watch::Sender<Option<String>>,
    fits: watch::Sender<Option<bool>>,
    herald: Herald,
    /// Microseconds by which the collector's clock is ahead, as it was told last.
    ahead: AtomicI64,
}

impl Session {
    pub(super) fn new(client: reqwest::Client, target: Target, herald: Herald) -> Self {
        Self {
            client,
            url: target.url.trim_end_matches('/').to_owned(),
            tokens: Mutex::new(Tokens::new(target.credential)),
            fresh: std::sync::Mutex::default(),
            refused: watch::Sender::new(None),
            fits: watch::Sender::new(None),
            herald,
            ahead: AtomicI64::new(i64::MIN),
        }
    }

    /// A GET.
    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}/api/v1/{path}", self.url))
    }

    /// A POST.
    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}/api/v1/{path}", self.url))
    }

    /// Where the collector is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The version that the collector says it is; it may say nothing.
    pub(super) async fn version(&self) -> Result<Option<String>, Trouble> {
        let asked = self.client.get(format!("{}/api/openapi.json", self.url)).timeout(Duration::from_secs(10));
        let answer = asked.send().await?;
        if !answer.status().is_success() {
            return Ok(None);
        }
        let document: Option<Document> = answer.json().await.ok();
        Ok(document.map(|document| document.info.version.chars().take(40).collect()))
    }

    /// Says whether the collector understands us, as far as that can be known.
    pub(super) fn set_fits(&self, fits: bool) {
        self.fits.send_replace(Some(fits));
    }

    /// Whether the collector understands us, once that was looked at: a command is for nobody else.
    pub(super) async fn fits(&self) -> bool {
        let mut known = self.fits.subscribe();
        known.wait_for(Option::is_some).await.is_ok_and(|fits| *fits == Some(true))
    }

    /// Sends a request with our token, renewing it once when the collector no longer takes it.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let sent = self.attempt(request).await;
        // What is refused while another credential waits says nothing of that one.
        if let Err(Trouble::Refused(why)) = &sent
            && self.fresh().is_none()
        {
            self.refused
                .send_if_modified(|stands| stands.is_none() && stands.replace(why.clone()).is_none());
        }
        sent
    }

    async fn attempt(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let again = request.try_clone();
        let token = self.token(None).await?;
        let asked_at = platform::now();
        let response = request.bearer_auth(&token).send().await?;
        self.compare_clocks(&response, asked_at).await;
        if response.status() == StatusCode::UNAUTHORIZED {
            let fresh = self.token(Some(&token)).await?;
            if let Some(again) = again {
                return judge(again.bearer_auth(fresh).send().await?).await;
            }
        }
        judge(response).await
    }

    /// Tells how far the collector's clock is ahead of ours, when that is news.
    async fn compare_clocks(&self, response: &Response, asked_at: Timestamp) {
        let date = response.headers().get("date").and_then(|date| date.to_str().ok());
        let Some(theirs) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else {
            return;
        };
        let theirs = Timestamp::from_micros(theirs.timestamp().as_microsecond());
        let ahead = ahead(theirs, asked_at, platform::now());
        let told = self.ahead.load(Ordering::Relaxed);
        if told == i64::MIN || (ahead.as_micros() - told).abs() > WORTH.as_micros() {
            self.ahead.store(ahead.as_micros(), Ordering::Relaxed);
            self.herald.tell(News::Skew(ahead)).await;
        }
    }

    /// Ends when the credential is refused, at once where it is already; with why.
    pub(super) async fn refused(&self) -> String {
        let mut stands = self.refused.subscribe();
        match stands.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            // The sender is ours and lives as long as we do.
            Err(_) => std::future::pending().await,
        }
    }

    /// Takes another credential from now on.
    pub(super) fn admit(&self, credential: Credential) {
        *self.fresh() = Some(credential);
        self.refused.send_replace(None);
    }

    fn fresh(&self) -> std::sync::MutexGuard<'_, Option<Credential>> {
        self.fresh.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Tries a credential that was refused once more.
    pub(super) fn again(&self) {
        self.refused.send_replace(None);
    }

    /// Our token, another than `bad`.
    async fn token(&self, bad: Option<&str>) -> Result<String, Trouble> {
        let mut tokens = self.tokens.lock().await;
        if let Some(why) = &*self.refused.borrow() {
            return Err(Trouble::Refused(why.clone()));
        }
        if let Some(credential) = self.fresh().take() {
            *tokens = Tokens::new(credential);
        }
        if let Some(access) = tokens.access.as_deref().filter(|access| Some(*access) != bad) {
            return Ok(access.to_owned());
        }
        let renewed = match tokens.refresh.take() {
            Some(refresh_token) => self.ask("auth/refresh", &RefreshRequest { refresh_token }).await.ok(),
            None => None,
        };
        let answer = match (renewed, &tokens.credential) {
            (Some(answer), _) => answer,
            (None, Credential::Token(_)) => return Err(Trouble::Refused("the collector does not take this seat's key or token".to_owned())),
            (None, Credential::Login { name, password }) => {
                let login = LoginRequest {
                    name: name.clone(),
                    password: password.clone(),
                    tenant: None,
                };
                self.ask("auth/login", &login).await?
            }
        };
        tokens.refresh = Some(answer.refresh_token);
        tokens.access = Some(answer.access_token.clone());
        Ok(answer.access_token)
    }

    async fn ask(&self, path: &str, body: &impl serde::Serialize) -> Result<TokenAnswer, Trouble> {
        let response = self.post(path).json(body).timeout(Duration::from_secs(15)).send().await?;
        let answer = judge(response).await.map_err(|trouble| match trouble {
            Trouble::Problem(401 | 403 | 422, why) => Trouble::Refused(why),
            other => other,
        })?;
        Ok(answer.json().await?)
    }
}

/// Clocks that differ by less agree.
const AGREE: Span = Span::seconds(2);
/// A difference that changes by less is no news.
const WORTH: Span = Span::seconds(1);

/// How far another clock is ahead of ours, when it said `theirs`, whole seconds, somewhen between our two moments.
fn ahead(theirs: Timestamp, asked_at: Timestamp, answered_at: Timestamp) -> Span {
    let least = theirs.since(answered_at).as_micros();
    let most = theirs.since(asked_at).as_micros().saturating_add(1_000_000);
    if least <= AGREE.as_micros() && most >= -AGREE.as_micros() {
        return Span::ZERO;
    }
    Span::micros(least / 2 + most / 2)
}

async fn judge(response: Response) -> Result<Response, Trouble> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let problem: Option<Problem> = response.json().await.ok();
    let why = problem.map_or_else(
        || status.to_string(),
        |problem| if problem.detail.is_empty() { problem.title } else { problem.detail },
    );
    Err(match status {
        StatusCode::UNAUTHORIZED => Trouble::Refused(why),
        StatusCode::GONE => Trouble::Gone,
        _ => Trouble::Problem(status.as_u16(), why),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros((10_000_000 + millis) * 1_000)
    }

    #[test]
    fn clocks_that_agree_do_so_however_slow_the_answer_and_others_are_told_apart() {
        assert_eq!(ahead(at(100_000), at(100_700), at(100_900)), Span::ZERO);
        assert_eq!(ahead(at(100_000), at(90_000), at(115_000)), Span::ZERO, "a slow answer is no wrong clock");
        for (theirs, hour) in [(3_700_000, 3_600), (-3_500_000, -3_600)] {
            let ahead = ahead(at(theirs), at(100_000), at(100_400)).as_micros();
            assert!((ahead - hour * 1_000_000).abs() < 1_000_000, "{ahead}");
        }
    }
}
