use std::io;
use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Issuer, clock, page};

/// The page runs no script and loads nothing but its own style.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Serves the issuer over HTTP/1.1 until `shutdown` ends.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    issuer: Issuer,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(issuer)).with_graceful_shutdown(shutdown).await
}

fn router(issuer: Issuer) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/.well-known/jwks.json", get(jwks))
        .route("/token", post(token))
        .route("/", get(users))
        .route("/style.css", get(style))
        .with_state(Arc::new(issuer))
}

/// The metadata of OpenID Connect Discovery, as far as there is something behind it: there is no login page.
async fn configuration(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let base_url = &issuer.config.base_url;
    Json(json!({
        "issuer": base_url,
        "token_endpoint": format!("{base_url}/token"),
        "jwks_uri": format!("{base_url}/.well-known/jwks.json"),
        "grant_types_supported": ["password"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["none"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "aud", "sub", "name", "practice", "role", "iat", "exp"],
    }))
}

async fn jwks(State(issuer): State<Arc<Issuer>>) -> Json<JwkSet> {
    Json(issuer.jwks())
}

#[derive(Deserialize)]
struct Request {
    username: String,
    password: String,
    grant_type: Option<String>,
}

/// The password grant of RFC 6749 §4.3, with its errors; any password will do, but one must be given.
async fn token(State(issuer): State<Arc<Issuer>>, request: Result<Form<Request>, FormRejection>) -> Response {
    let Ok(Form(request)) = request else {
        return refuse("invalid_request", "Send a form with username and password.");
    };
    if request.grant_type.is_some_and(|grant| grant != "password") {
        return refuse("unsupported_grant_type", "Only the password grant is known.");
    }
    if request.password.is_empty() {
        return refuse("invalid_request", "The password is empty.");
    }
    let lifetime = issuer.config.token_lifetime;
    match issuer.token(&request.username, clock::now(), lifetime) {
        Some(token) => {
            let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": lifetime.num_seconds() });
            ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        None => refuse("invalid_grant", "There is no such user."),
    }
}

fn refuse(error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (StatusCode::BAD_REQUEST, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn users(State(issuer): State<Arc<Issuer>>) -> impl IntoResponse {
    let body = page::render(&issuer, clock::now()).into_string();
    ([(CONTENT_SECURITY_POLICY, PAGE_POLICY), (CACHE_CONTROL, "no-store")], Html(body))
}

async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}
