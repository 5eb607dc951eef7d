//! What the browser holds and sends: cookies, and the proof that a form is ours.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use lambda_http::http::{HeaderMap, HeaderValue, header};
use paywell_domain::{
    link::Token,
    portal::{CODE_MINUTES, IDLE_MINUTES},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The cookie of whoever is signed in: the session's token, when it was last seen, and a tag over both. So no page has to
/// write when it was looked at, and an old copy of the cookie ends by itself.
const SESSION: &str = "__Host-paywell_portal";
/// The cookie of the browser in which a code was asked for.
const SIGN_IN: &str = "__Host-paywell_code";

fn mac(key: &SecretString, purpose: &str, claim: &str) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key.expose_secret().as_bytes()).ok()?;
    mac.update(format!("{purpose}\0{claim}").as_bytes());
    Some(mac)
}

fn tag(key: &SecretString, purpose: &str, claim: &str) -> String {
    let tag = mac(key, purpose, claim).map(|mac| mac.finalize().into_bytes());
    tag.map(|tag| URL_SAFE_NO_PAD.encode(tag)).unwrap_or_default()
}

fn is_tag(key: &SecretString, purpose: &str, claim: &str, given: &str) -> bool {
    let given = URL_SAFE_NO_PAD.decode(given).unwrap_or_default();
    mac(key, purpose, claim).is_some_and(|mac| mac.verify_slice(&given).is_ok())
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|cookies| cookies.split(';')).find_map(|pair| {
        let (known, value) = pair.trim().split_once('=')?;
        (known == name).then_some(value)
    })
}

fn set(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
    HeaderValue::from_str(&text).ok()
}

/// The `Set-Cookie` value of a session that is seen now.
pub(crate) fn set_session(key: &SecretString, token: &Token, now: DateTime<Utc>) -> Option<HeaderValue> {
    let claim = format!("{}.{}", token.as_str(), now.timestamp());
    let tag = tag(key, "portal-seen", &claim);
    set(SESSION, &format!("{claim}.{tag}"), IDLE_MINUTES * 60)
}

/// The session's token and when it was last seen.
pub(crate) fn session(key: &SecretString, headers: &HeaderMap) -> Option<(Token, DateTime<Utc>)> {
    let (claim, given) = cookie(headers, SESSION)?.rsplit_once('.')?;
    let (token, seen) = claim.rsplit_once('.')?;
    let seen = DateTime::from_timestamp(seen.parse().ok()?, 0)?;
    is_tag(key, "portal-seen", claim, given).then(|| (Token::from_url(token), seen))
}

/// The `Set-Cookie` value that ends a session in the browser.
pub(crate) fn end_session() -> Option<HeaderValue> {
    set(SESSION, "", 0)
}

/// The `Set-Cookie` value of the browser in which a code was asked for.
pub(crate) fn set_sign_in(token: &Token) -> Option<HeaderValue> {
    set(SIGN_IN, token.as_str(), CODE_MINUTES * 60)
}

/// The token of the code that was asked for.
pub(crate) fn sign_in(headers: &HeaderMap) -> Option<Token> {
    cookie(headers, SIGN_IN).map(Token::from_url)
}

/// The `Set-Cookie` value once a code was used.
pub(crate) fn end_sign_in() -> Option<HeaderValue> {
    set(SIGN_IN, "", 0)
}

/// What a form of ours carries: only pages made for this token have it.
pub(crate) fn form_token(key: &SecretString, token: &Token) -> String {
    tag(key, "portal-form", token.as_str())
}

/// Whether a form carries what pages made for this token do.
pub(crate) fn is_form_token(key: &SecretString, token: &Token, given: &str) -> bool {
    is_tag(key, "portal-form", token.as_str(), given)
}

/// Whether the browser says that a page of ours sent this. One that does not say `Sec-Fetch-Site` sends no origin of a page
/// that tells its address to nobody, or `null`: such a form is let through, for the session's cookie does not come along from
/// another site (`SameSite=Lax`), and a session's forms carry its token.
pub(crate) fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, None | Some("null")) => true,
        (None, Some(given)) => given == origin,
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use paywell_domain::SessionId;
    use uuid::Uuid;

    use super::*;

    fn key() -> SecretString {
        SecretString::from("0123456789abcdef0123456789abcdef".to_owned())
    }

    fn token() -> Token {
        Token::of_session(b"key", SessionId::new(Uuid::nil()))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn given() -> String {
        let set = set_session(&key(), &token(), DateTime::UNIX_EPOCH).unwrap();
        set.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_session_is_read_back_with_when_it_was_seen() {
        let (read, seen) = session(&key(), &headers(&[("cookie", &format!("a=1; {}", given()))])).unwrap();
        assert!(read == token() && seen == DateTime::UNIX_EPOCH);
        let other = SecretString::from("another key of thirty-two letters".to_owned());
        assert!(session(&other, &headers(&[("cookie", &given())])).is_none());
    }

    #[test]
    fn nobody_makes_a_session_look_younger() {
        let later = (DateTime::UNIX_EPOCH + Duration::hours(1)).timestamp();
        let younger = given().replace(".0.", &format!(".{later}."));
        assert_ne!(younger, given());
        assert!(session(&key(), &headers(&[("cookie", &younger)])).is_none());
    }

    #[test]
    fn cookies_stay_with_the_host_and_away_from_scripts_and_other_sites() {
        for set in [set_session(&key(), &token(), DateTime::UNIX_EPOCH), set_sign_in(&token()), end_session()]
        {
            let text = set.unwrap().to_str().unwrap().to_owned();
            for part in ["__Host-", "; Path=/;", "HttpOnly", "Secure", "SameSite=Lax"] {
                assert!(text.contains(part), "{text}");
            }
            assert!(!text.contains("Domain"));
        }
    }

    #[test]
    fn a_forms_token_is_its_sessions_own() {
        let form = form_token(&key(), &token());
        assert!(is_form_token(&key(), &token(), &form));
        let other = Token::of_session(b"key", SessionId::new(Uuid::max()));
        assert!(!is_form_token(&key(), &other, &form) && !is_form_token(&key(), &token(), ""));
    }

    #[test]
    fn a_form_of_another_site_is_known() {
        let ours = "https://pay.example.com";
        for (pairs, is_ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "same-site"), ("origin", ours)], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", ours)], true),
            (&[("origin", "null")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "null")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "")], false),
            (&[], true),
        ] {
            assert_eq!(is_same_origin(&headers(pairs), ours), is_ours, "{pairs:?}");
        }
    }
}
