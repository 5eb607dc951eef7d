//! Bearer tokens: RS256 signed JWTs of one issuer (RFC 7519, RFC 8725).

use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use lambda_http::http::HeaderMap;
use lambda_http::http::header::AUTHORIZATION;
use tokio::sync::Mutex;

use super::jwks::{Keys, Source};
use super::rs256;
use super::staff::{BadClaims, Claims, Staff};
use crate::Problem;
use crate::headers::{Single, single};

/// A key that the issuer withdrew is forgotten after this.
const KEYS_LIVE: TimeDelta = TimeDelta::hours(1);
/// How often an unknown `kid` may make us ask the issuer: anyone can write a token.
const REFETCH_AFTER: TimeDelta = TimeDelta::seconds(60);
/// How often we ask while there are no keys at all.
const RETRY_AFTER: TimeDelta = TimeDelta::seconds(5);

/// Verifies staff's tokens. Make one in the init phase and [`Verifier::prefetch`].
pub struct Verifier {
    validation: Validation,
    source: Source,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    keys: Keys,
    fetched: Option<DateTime<Utc>>,
    /// The last attempt, and whether it failed.
    attempt: Option<(DateTime<Utc>, bool)>,
}

impl Verifier {
    /// For tokens of this issuer (`iss`, and the base URL of its `/.well-known/jwks.json`) and this audience.
    ///
    /// # Errors
    /// Where `issuer` is no URL, or the system has no trusted roots to speak TLS with.
    pub fn new(issuer: &str, audience: &str) -> io::Result<Self> {
        rs256::install();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // jsonwebtoken reads the system's clock; `now` is an argument here. See `Claims::into_staff`.
        validation.validate_exp = false;
        Ok(Self { validation, source: Source::new(issuer)?, cache: Mutex::default() })
    }

    /// Fetches the issuer's keys ahead of the first request. A failure is logged: a request will try again.
    pub async fn prefetch(&self, now: DateTime<Utc>) {
        self.refresh(&mut *self.cache.lock().await, now).await;
    }

    /// The member of staff who sends this request.
    ///
    /// # Errors
    /// 401 where there is no good token, 503 where no keys could be had to tell.
    pub async fn verify(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Staff, Problem> {
        let token = bearer(headers)?;
        let invalid = |why: &str| Problem::bad_token("This token is not good here. Sign in again.", why);
        let header = decode_header(token).map_err(|error| invalid(&for_log(&error)))?;
        if header.alg != Algorithm::RS256 {
            return Err(invalid("another algorithm than RS256"));
        }
        // Extensions that must be understood (RFC 7515, section 4.1.11): we understand none.
        if header.crit.is_some() {
            return Err(invalid("crit"));
        }
        let kid = header.kid.ok_or_else(|| invalid("no kid"))?;
        let key = self.key(&kid, now).await?.ok_or_else(|| invalid("unknown kid"))?;
        let token =
            decode::<Claims>(token, &key, &self.validation).map_err(|error| invalid(&for_log(&error)))?;
        token.claims.into_staff(now).map_err(|bad| match bad {
            BadClaims::Expired => {
                Problem::bad_token("Your session has ended. Sign in again.", "exp has passed")
            }
            BadClaims::Invalid(claim) => invalid(claim),
        })
    }

    /// The key of this id, if the issuer has it.
    async fn key(&self, kid: &str, now: DateTime<Utc>) -> Result<Option<DecodingKey>, Problem> {
        // Held while fetching: whoever comes meanwhile waits for this answer and does not ask again.
        let mut cache = self.cache.lock().await;
        let fresh = cache.fetched.is_some_and(|at| now - at < KEYS_LIVE);
        if (!fresh || !cache.keys.contains_key(kid)) && cache.may_fetch(now) {
            self.refresh(&mut cache, now).await;
        }
        let failed = cache.attempt.is_none_or(|(_, failed)| failed);
        match cache.keys.get(kid) {
            Some(key) => Ok(Some(key.clone())),
            // Perhaps a new key: not the caller's fault.
            None if failed => Err(Problem::unavailable(5, "no keys of the issuer")),
            None => Ok(None),
        }
    }

    async fn refresh(&self, cache: &mut Cache, now: DateTime<Utc>) {
        let fetched = self.source.fetch().await;
        cache.attempt = Some((now, fetched.is_err()));
        match fetched {
            Ok(keys) => {
                cache.keys = keys;
                cache.fetched = Some(now);
            }
            Err(error) => tracing::warn!(%error, "fetching keys"),
        }
    }
}

impl Cache {
    fn may_fetch(&self, now: DateTime<Utc>) -> bool {
        let wait = if self.keys.is_empty() { RETRY_AFTER } else { REFETCH_AFTER };
        // A clock that was set back must not keep us from asking.
        self.attempt.is_none_or(|(at, _)| (now - at).abs() >= wait)
    }
}

/// What is wrong with a token, without what it holds: a JSON error quotes it.
fn for_log(error: &jsonwebtoken::errors::Error) -> String {
    match error.kind() {
        ErrorKind::Json(_) => "a member is missing or of another form".to_owned(),
        _ => error.to_string(),
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = match single(headers, AUTHORIZATION.as_str()) {
        Single::Absent => return Err(Problem::no_token()),
        Single::Value(value) => value,
        Single::Unreadable => "",
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::no_token()),
    }
}
