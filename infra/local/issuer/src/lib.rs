//! Issues the local stack's staff tokens, in the shape that an OpenID Connect provider would.
//!
//! The functions verify a token by issuer, audience and the published key, exactly as in production; what differs
//! is that anybody may have a token here: the password is not checked. So it must listen on this machine alone.
//!
//! | path | what |
//! |---|---|
//! | `GET /.well-known/openid-configuration` | where the rest is |
//! | `GET /.well-known/jwks.json` | the public key |
//! | `POST /token` | a token for a `username` and any `password` (form) |
//! | `GET /` | a page with a ready token of each user |

mod clock;
mod http;
mod key;
mod page;

#[cfg(test)]
mod tests;

pub use http::serve;

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

/// The `aud` of every token: whom it is meant for.
pub const AUDIENCE: &str = "paywell";

/// What staff may do; a user has one of them.
pub const ROLES: [&str; 4] = ["viewer", "front_desk", "biller", "owner"];

/// A member of a practice's staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The token's `sub`, and the username at `/token`, such as `user_ada`.
    pub id: String,
    /// What people read, such as `Ada Byron`.
    pub name: String,
    /// The practice that the token opens, such as `prac_north`.
    pub practice: String,
    /// One of [`ROLES`].
    pub role: String,
}

/// How an [`Issuer`] is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the issuer is reached, without a slash at its end; also the `iss` of its tokens.
    pub base_url: String,
    /// The RSA key as PKCS#8 PEM. Made, with its folder, at the first start; readable by its owner alone.
    pub key_file: PathBuf,
    /// Who can have a token.
    pub users: Vec<User>,
    /// How long the tokens of `/token` and of the page last.
    pub token_lifetime: TimeDelta,
}

/// Signs tokens for its users.
pub struct Issuer {
    config: Config,
    key: EncodingKey,
    /// The public half, with the `kid` by which a token names it.
    jwk: Jwk,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    name: &'a str,
    practice: &'a str,
    role: &'a str,
    iat: i64,
    exp: i64,
}

impl Issuer {
    /// Reads the key, or makes one, which takes some seconds in a debug build.
    ///
    /// # Errors
    /// When the key file can be neither read nor made, or a user has none of the [`ROLES`].
    pub fn new(mut config: Config) -> io::Result<Self> {
        if let Some(user) = config.users.iter().find(|user| !ROLES.contains(&user.role.as_str())) {
            let message = format!("{} has the unknown role {}", user.id, user.role);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        config.base_url.truncate(config.base_url.trim_end_matches('/').len());
        let (key, jwk) = key::read_or_make(&config.key_file)?;
        Ok(Self { config, key, jwk })
    }

    /// A token of the user that is valid for `lifetime` from `now` on; `None` when there is no such user.
    #[must_use]
    pub fn token(&self, user_id: &str, now: DateTime<Utc>, lifetime: TimeDelta) -> Option<String> {
        let user = self.config.users.iter().find(|user| user.id == user_id)?;
        let claims = Claims {
            iss: &self.config.base_url,
            aud: AUDIENCE,
            sub: &user.id,
            name: &user.name,
            practice: &user.practice,
            role: &user.role,
            iat: now.timestamp(),
            exp: (now + lifetime).timestamp(),
        };
        let header = Header { kid: self.jwk.common.key_id.clone(), ..Header::new(Algorithm::RS256) };
        encode(&header, &claims, &self.key).ok()
    }

    /// The key set that verifies the tokens, as published at `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.jwk.clone()] }
    }
}
