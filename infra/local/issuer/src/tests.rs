//! The issuer over TCP, its tokens verified as the functions verify them: with nothing but what it publishes.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{AUDIENCE, Config, Issuer, User, clock, serve};

const BASE_URL: &str = "http://127.0.0.1:7000";

/// Made once, because making one takes seconds in a debug build.
static KEY: LazyLock<String> = LazyLock::new(|| {
    let folder = Folder::new("shared");
    Issuer::new(folder.config()).unwrap();
    fs::read_to_string(folder.key_file()).unwrap()
});

struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("issuer-{}-{test}", std::process::id())))
    }

    fn with_key(test: &str) -> Self {
        let folder = Self::new(test);
        fs::create_dir_all(&folder.0).unwrap();
        fs::write(folder.key_file(), KEY.as_str()).unwrap();
        folder
    }

    fn key_file(&self) -> PathBuf {
        self.0.join("issuer.pem")
    }

    fn config(&self) -> Config {
        let user = |id: &str, name: &str, practice: &str, role: &str| User {
            id: id.to_owned(),
            name: name.to_owned(),
            practice: practice.to_owned(),
            role: role.to_owned(),
        };
        Config {
            base_url: format!("{BASE_URL}/"),
            key_file: self.key_file(),
            users: vec![
                user("user_ada", "Ada Byron", "prac_north", "owner"),
                user("user_bo", "Bo Chen", "prac_south", "front_desk"),
            ],
            token_lifetime: TimeDelta::hours(8),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

async fn start(issuer: Issuer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(issuer, listener, std::future::pending()));
    address
}

/// The answer's head and body.
async fn exchange(address: SocketAddr, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

async fn get(address: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: issuer\r\nConnection: close\r\n\r\n");
    let (head, body) = exchange(address, &request).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body
}

async fn ask(address: SocketAddr, form: &str) -> (String, Value) {
    let request = format!(
        "POST /token HTTP/1.1\r\nHost: issuer\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let (head, body) = exchange(address, &request).await;
    (head, serde_json::from_str(&body).unwrap())
}

fn claims(token: &str, keys: &JwkSet) -> jsonwebtoken::errors::Result<Value> {
    let kid = decode_header(token)?.kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap())?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[BASE_URL]);
    decode::<Value>(token, &key, &validation).map(|token| token.claims)
}

#[tokio::test]
async fn a_token_verifies_by_the_published_key() {
    let folder = Folder::with_key("verify");
    let address = start(Issuer::new(folder.config()).unwrap()).await;
    let configuration: Value =
        serde_json::from_str(&get(address, "/.well-known/openid-configuration").await).unwrap();
    assert_eq!(configuration["issuer"], BASE_URL);
    assert_eq!(configuration["jwks_uri"], format!("{BASE_URL}/.well-known/jwks.json"));
    let published = get(address, "/.well-known/jwks.json").await;
    assert!(!published.contains("\"d\""), "the private exponent stays here");
    let keys: JwkSet = serde_json::from_str(&published).unwrap();

    let (head, answer) = ask(address, "grant_type=password&username=user_ada&password=x").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("cache-control: no-store"), "{head}");
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(8 * 60 * 60)));
    let claims = claims(answer["access_token"].as_str().unwrap(), &keys).unwrap();
    let issued_at = claims["iat"].as_i64().unwrap();
    let expected = json!({
        "iss": BASE_URL,
        "aud": "paywell",
        "sub": "user_ada",
        "name": "Ada Byron",
        "practice": "prac_north",
        "role": "owner",
        "iat": issued_at,
        "exp": issued_at + 8 * 60 * 60,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn what_is_not_a_request_for_a_users_token_is_refused() {
    let folder = Folder::with_key("refuse");
    let address = start(Issuer::new(folder.config()).unwrap()).await;
    let cases = [
        ("username=user_eve&password=x", "invalid_grant"),
        ("username=user_ada&password=", "invalid_request"),
        ("username=user_ada", "invalid_request"),
        ("password=x", "invalid_request"),
        ("grant_type=client_credentials&username=user_ada&password=x", "unsupported_grant_type"),
    ];
    for (form, error) in cases {
        let (head, answer) = ask(address, form).await;
        assert!(head.starts_with("HTTP/1.1 400"), "{form}: {head}");
        assert_eq!(answer["error"], error, "{form}");
    }
}

#[tokio::test]
async fn the_page_has_a_ready_token_of_each_user() {
    let folder = Folder::with_key("page");
    let issuer = Issuer::new(folder.config()).unwrap();
    let keys = issuer.jwks();
    let page = get(start(issuer).await, "/").await;
    let tokens: Vec<&str> = page.split(['<', '>']).filter(|text| text.starts_with("eyJ")).collect();
    let users: Vec<Value> = tokens.iter().map(|token| claims(token, &keys).unwrap()["sub"].clone()).collect();
    assert_eq!(users, ["user_ada", "user_bo"]);
    for shown in ["Ada Byron", "owner at prac_north", "Bo Chen", "front_desk at prac_south"] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[test]
fn a_token_lasts_as_long_as_asked() {
    let folder = Folder::with_key("lifetime");
    let issuer = Issuer::new(folder.config()).unwrap();
    let now = clock::now();
    let token = issuer.token("user_bo", now, TimeDelta::days(30)).unwrap();
    let exp = claims(&token, &issuer.jwks()).unwrap()["exp"].as_i64().unwrap();
    assert_eq!(
        DateTime::from_timestamp(exp, 0).unwrap().date_naive(),
        (now + TimeDelta::days(30)).date_naive()
    );
    let expired = issuer.token("user_bo", now - TimeDelta::days(31), TimeDelta::days(30)).unwrap();
    assert!(claims(&expired, &issuer.jwks()).is_err());
    assert_eq!(issuer.token("user_eve", now, TimeDelta::days(30)), None);
}

#[test]
fn the_key_is_made_once_and_read_by_its_owner_alone() {
    let folder = Folder::new("restart");
    let first = Issuer::new(folder.config()).unwrap();
    let pem = fs::read_to_string(folder.key_file()).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"), "PKCS#8");
    assert_eq!(fs::metadata(folder.key_file()).unwrap().permissions().mode() & 0o777, 0o600);
    let token = first.token("user_ada", clock::now(), TimeDelta::hours(1)).unwrap();
    let second = Issuer::new(folder.config()).unwrap();
    assert_eq!(second.jwks(), first.jwks());
    claims(&token, &second.jwks()).unwrap();
}

#[test]
fn a_file_that_is_no_key_is_not_replaced() {
    let folder = Folder::with_key("broken");
    fs::write(folder.key_file(), "not a key").unwrap();
    assert!(Issuer::new(folder.config()).is_err());
    assert_eq!(fs::read_to_string(folder.key_file()).unwrap(), "not a key");
}

#[test]
fn an_unknown_role_is_refused() {
    let folder = Folder::with_key("role");
    let mut config = folder.config();
    config.users[0].role = "admin".to_owned();
    assert!(Issuer::new(config).is_err());
}
