//! A small issuer, and what the verifier makes of its tokens.

mod keys;
mod permissions;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use lambda_http::http::{HeaderMap, HeaderValue, header};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Staff, Verifier};
use crate::Problem;

const AUDIENCE: &str = "paywell";
/// Keys made for these tests alone (`openssl genrsa`, as PKCS #1 DER): making one takes an
/// unoptimised build twenty seconds.
const ISSUER_KEY: &[u8] = include_bytes!("../testdata/issuer.der");
const STRANGER_KEY: &[u8] = include_bytes!("../testdata/stranger.der");

/// Tuesday, 3 March 2026, noon.
fn noon() -> DateTime<Utc> {
    "2026-03-03T12:00:00Z".parse().unwrap()
}

fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

fn rsa(der: &[u8]) -> RsaKeyPair {
    RsaKeyPair::from_der(der).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token as RS256 makes it, whatever its header says.
fn signed(key: &[u8], header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let key = rsa(key);
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Serves the issuer's key under two ids, and counts how often it was asked.
struct Issuer {
    url: String,
    asked: Arc<AtomicUsize>,
    status: Arc<AtomicU16>,
}

impl Issuer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, status) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU16::new(200)));
        let issuer = Self { url, asked: asked.clone(), status: status.clone() };
        let body = key_set().to_string();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                assert!(request[..length].starts_with(b"GET /.well-known/jwks.json HTTP/1.1\r\n"));
                asked.fetch_add(1, Ordering::SeqCst);
                let status = status.load(Ordering::SeqCst);
                let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        issuer
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn answer_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(&self.url, AUDIENCE).unwrap()
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.url, "aud": AUDIENCE, "exp": noon().timestamp() + 60, "nbf": noon().timestamp(),
            "sub": "user-1", "name": "Ada Biller", "practice": "prac_oak1", "role": "biller",
        })
    }

    fn token(&self, claims: &Value) -> String {
        signed(ISSUER_KEY, &json!({ "alg": "RS256", "kid": "one" }), claims)
    }
}

fn key_set() -> Value {
    let key: RsaPublicKeyComponents<Vec<u8>> = rsa(ISSUER_KEY).public().into();
    let (n, e) = (URL_SAFE_NO_PAD.encode(key.n), URL_SAFE_NO_PAD.encode(key.e));
    json!({ "keys": [
        { "kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": n, "e": e },
        { "kty": "RSA", "kid": "encrypts", "use": "enc", "n": n, "e": e },
        { "kty": "oct", "kid": "secret", "n": n, "e": e },
        { "kty": "OKP", "crv": "Ed25519", "kid": "another kind", "x": "AA" },
    ] })
}

fn bearing(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    HeaderMap::from_iter([(header::AUTHORIZATION, value)])
}

async fn verify(verifier: &Verifier, token: &str) -> Result<Staff, Problem> {
    verifier.verify(&bearing(token), noon()).await
}
