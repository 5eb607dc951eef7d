//! A passed identity check is remembered in the browser for a while: a signed cookie, good for one link and generation.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use paywell_domain::LinkId;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// How long the details stay visible: long enough to read and pay, short on a shared phone.
const MINUTES: i64 = 30;
const NAME: &str = "paywell_identity";

fn mac(key: &SecretString, claim: &str) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key.expose_secret().as_bytes()).ok()?;
    mac.update(b"identity\0");
    mac.update(claim.as_bytes());
    Some(mac)
}

/// The `Set-Cookie` value after a passed check.
pub fn set(key: &SecretString, link: LinkId, generation: u32, now: DateTime<Utc>) -> Option<String> {
    let until = now.timestamp().saturating_add(MINUTES * 60);
    let claim = format!("{link}.{generation}.{until}");
    let tag = URL_SAFE_NO_PAD.encode(mac(key, &claim)?.finalize().into_bytes());
    let age = MINUTES * 60;
    Some(format!("{NAME}={claim}.{tag}; Path=/pay; Max-Age={age}; HttpOnly; Secure; SameSite=Lax"))
}

/// Whether the request's cookies hold a passed check for this link and generation.
pub fn passed(key: &SecretString, cookies: &str, link: LinkId, generation: u32, now: DateTime<Utc>) -> bool {
    cookies.split(';').filter_map(|cookie| cookie.trim().strip_prefix(NAME)?.strip_prefix('=')).any(|value| {
        let Some((claim, tag)) = value.rsplit_once('.') else { return false };
        let Some((subject, until)) = claim.rsplit_once('.') else { return false };
        let fresh = until.parse::<i64>().is_ok_and(|until| now.timestamp() < until);
        let tag = URL_SAFE_NO_PAD.decode(tag).unwrap_or_default();
        let signed = mac(key, claim).is_some_and(|mac| mac.verify_slice(&tag).is_ok());
        fresh && signed && subject == format!("{link}.{generation}")
    })
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use uuid::Uuid;

    use super::*;

    fn key() -> SecretString {
        SecretString::from("0123456789abcdef0123456789abcdef".to_owned())
    }

    fn link() -> LinkId {
        LinkId::new(Uuid::nil())
    }

    fn cookie(now: DateTime<Utc>) -> String {
        let set = set(&key(), link(), 1, now).unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_passed_check_is_remembered_for_its_link_generation_and_time() {
        let now = DateTime::UNIX_EPOCH;
        let cookies = format!("other=1; {}", cookie(now));
        assert!(passed(&key(), &cookies, link(), 1, now));
        assert!(!passed(&key(), &cookies, link(), 2, now), "another generation");
        assert!(!passed(&key(), &cookies, LinkId::new(Uuid::max()), 1, now), "another link");
        assert!(!passed(&key(), &cookies, link(), 1, now + Duration::minutes(30)), "too late");
        let other = SecretString::from("another key of thirty-two letters".to_owned());
        assert!(!passed(&other, &cookies, link(), 1, now), "another key");
    }

    #[test]
    fn a_forged_cookie_is_worthless() {
        let now = DateTime::UNIX_EPOCH;
        let good = cookie(now);
        for index in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            // The last letter of base64url has spare bits, which a strict decoder refuses.
            assert!(!passed(&key(), &forged, link(), 1, now), "{index}");
        }
    }
}
