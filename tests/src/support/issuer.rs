//! An issuer of staff's tokens: its keys are published on loopback, its tokens are signed here.

use std::{collections::HashMap, sync::LazyLock, sync::Mutex};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::loopback;

/// The keys that the verifier's own tests use: making one takes an unoptimised build twenty seconds.
const KEY: &[u8] = include_bytes!("../../../shared/http/src/auth/testdata/issuer.der");
const STRANGERS_KEY: &[u8] = include_bytes!("../../../shared/http/src/auth/testdata/stranger.der");

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claims {
    /// The person.
    pub user: String,
    /// The practice.
    pub practice: String,
    /// One of the four roles.
    pub role: String,
    /// For whom it is.
    pub audience: String,
    /// Until when it is good.
    pub expires: DateTime<Utc>,
}

/// An issuer.
pub struct Issuer {
    /// Its address, the `iss` of its tokens.
    pub url: String,
    key: RsaKeyPair,
    strangers_key: RsaKeyPair,
    known: Mutex<HashMap<Claims, String>>,
}

/// The one issuer of this process.
pub fn issuer() -> &'static Issuer {
    static ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::start);
    &ISSUER
}

impl Claims {
    /// A good token's claims.
    pub fn good(practice: &str, role: &str, user: &str, now: DateTime<Utc>) -> Self {
        // Whole days, so that one token serves a whole test.
        let day = now.date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
        Self {
            user: user.to_owned(),
            practice: practice.to_owned(),
            role: role.to_owned(),
            audience: "paywell".to_owned(),
            expires: day + Duration::days(2),
        }
    }
}

impl Issuer {
    fn start() -> Self {
        let key = RsaKeyPair::from_der(KEY).unwrap();
        let public: RsaPublicKeyComponents<Vec<u8>> = key.public().into();
        let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
        let key_set =
            json!({ "keys": [{ "kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": n, "e": e }] });
        let body = key_set.to_string();
        let url = loopback::serve(|listener| async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all((head + &body).as_bytes()).await;
            }
        });
        let strangers_key = RsaKeyPair::from_der(STRANGERS_KEY).unwrap();
        Self { url, key, strangers_key, known: Mutex::default() }
    }

    /// A token.
    pub fn token(&self, claims: &Claims) -> String {
        let mut known = self.known.lock().unwrap();
        known.entry(claims.clone()).or_insert_with(|| self.sign(&self.key, claims)).clone()
    }

    /// A token that claims to be this issuer's, signed by somebody else.
    pub fn forged(&self, claims: &Claims) -> String {
        self.sign(&self.strangers_key, claims)
    }

    fn sign(&self, key: &RsaKeyPair, claims: &Claims) -> String {
        let header = json!({ "alg": "RS256", "kid": "one" });
        let claims = json!({
            "iss": self.url, "aud": claims.audience, "exp": claims.expires.timestamp(), "sub": claims.user,
            "name": "Ada Biller", "practice": claims.practice, "role": claims.role,
        });
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encoded(&header), encoded(&claims));
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
