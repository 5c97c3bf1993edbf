use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::problem::{Answer, Problem};
use super::world::World;

/// How much of a body that is too large is read on, and for how long, so that its sender gets to read the answer.
const DRAINED: usize = 1 << 30;
const DRAINING: Duration = Duration::from_secs(30);

/// A whole body within the limit.
pub(crate) struct Whole(pub(crate) Bytes);

impl FromRequest<World> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, world: &World) -> Answer<Self> {
        let most = world.config.limits.body_mib as usize * 1_048_576;
        let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a body holds at most {} MiB here", most / 1_048_576));
        let said = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse::<usize>().ok());
        let waits = request.headers().get(header::EXPECT).is_some();
        if said.is_some_and(|said| said > most) {
            if !waits {
                drain(request.into_body());
            }
            return Err(too_large());
        }
        let mut stream = request.into_body().into_data_stream();
        let mut whole: Vec<u8> = Vec::with_capacity(said.unwrap_or(8_192));
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body broke off"))?;
            if whole.len() + piece.len() > most {
                drain(Body::from_stream(stream));
                return Err(too_large());
            }
            whole.extend_from_slice(&piece);
        }
        Ok(Self(whole.into()))
    }
}

/// Reads on in the background and throws away.
fn drain(body: Body) {
    tokio::spawn(tokio::time::timeout(DRAINING, async move {
        let mut stream = body.into_data_stream();
        let mut read = 0;
        while let Some(Ok(piece)) = stream.next().await {
            read += piece.len();
            if read > DRAINED {
                return;
            }
        }
    }));
}

/// A body of JSON: 400 when it is none, 422 when it is another than asked for.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<World> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, world: &World) -> Answer<Self> {
        let Whole(bytes) = Whole::from_request(request, world).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Problem::of_json(&error))
    }
}
