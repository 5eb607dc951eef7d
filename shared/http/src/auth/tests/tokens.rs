use base64::Engine;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::*;
use crate::auth::Role;
use crate::problem::kinds;

fn www_authenticate(problem: Problem) -> String {
    let response = problem.into_response("req-1");
    response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned()
}

async fn assert_bad(verifier: &Verifier, token: &str, why: &str) {
    let problem = verify(verifier, token).await.unwrap_err();
    assert_eq!(*problem.kind(), kinds::UNAUTHORISED, "{why}");
    assert_eq!(problem.internal_message(), Some(why));
    assert_eq!(www_authenticate(problem), "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn a_good_token_gives_its_member_of_staff() {
    let issuer = Issuer::start().await;
    let staff = verify(&issuer.verifier(), &issuer.token(&issuer.claims())).await.unwrap();
    let expected = Staff {
        practice: "prac_oak1".to_owned(),
        user_id: "user-1".to_owned(),
        name: "Ada Biller".to_owned(),
        role: Role::Biller,
    };
    assert_eq!(staff, expected);
}

#[tokio::test]
async fn no_token_is_a_challenge_without_an_error() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    let twice = HeaderMap::from_iter([
        (header::AUTHORIZATION, HeaderValue::from_static("Bearer a")),
        (header::AUTHORIZATION, HeaderValue::from_static("Bearer b")),
    ]);
    let basic = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static("Basic dTpw"))]);
    for headers in [HeaderMap::new(), basic, twice] {
        let problem = verifier.verify(&headers, noon()).await.unwrap_err();
        assert_eq!(*problem.kind(), kinds::UNAUTHORISED);
        assert_eq!(www_authenticate(problem), "Bearer");
    }
    assert_eq!(issuer.asked(), 0);
}

#[tokio::test]
async fn another_algorithm_is_refused_before_any_key_is_asked_for() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    let claims = encoded(&issuer.claims());
    let none = format!("{}.{claims}.", encoded(&json!({ "alg": "none", "kid": "one" })));
    assert_eq!(verify(&verifier, &none).await.unwrap_err().status(), 401);

    // HS256 keyed with the public key: the classic confusion (RFC 8725, section 2.1).
    let message = format!("{}.{claims}", encoded(&json!({ "alg": "HS256", "kid": "one" })));
    for public in [rsa(ISSUER_KEY).public().as_ref(), key_set()["keys"][0]["n"].as_str().unwrap().as_bytes()]
    {
        let mut mac = Hmac::<Sha256>::new_from_slice(public).unwrap();
        mac.update(message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        assert_bad(&verifier, &token, "another algorithm than RS256").await;
    }

    let rs512 = signed(ISSUER_KEY, &json!({ "alg": "RS512", "kid": "one" }), &issuer.claims());
    assert_bad(&verifier, &rs512, "another algorithm than RS256").await;
    assert_eq!(issuer.asked(), 0);
}

#[tokio::test]
async fn a_token_that_must_be_understood_better_is_refused() {
    let issuer = Issuer::start().await;
    let header = json!({ "alg": "RS256", "kid": "one", "crit": ["b64"], "b64": true });
    assert_bad(&issuer.verifier(), &signed(ISSUER_KEY, &header, &issuer.claims()), "crit").await;
}

#[tokio::test]
async fn a_signature_must_be_the_issuers_over_these_claims() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    let header = json!({ "alg": "RS256", "kid": "one" });
    let forged = signed(STRANGER_KEY, &header, &issuer.claims());
    assert_bad(&verifier, &forged, "InvalidSignature").await;

    let good = issuer.token(&issuer.claims());
    let mut claims = issuer.claims();
    claims["practice"] = json!("prac_elm2");
    let parts: Vec<&str> = good.split('.').collect();
    let moved = format!("{}.{}.{}", parts[0], encoded(&claims), parts[2]);
    assert_bad(&verifier, &moved, "InvalidSignature").await;

    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    assert_bad(&verifier, &unsigned, "InvalidSignature").await;
    for no_token in ["", "x", "a.b", "a.b.c", "a.b.c.d", "..."] {
        assert_eq!(verify(&verifier, no_token).await.unwrap_err().status(), 401, "{no_token}");
    }
}

#[tokio::test]
async fn a_token_for_someone_else_is_refused() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    for (claim, value, why) in [
        ("iss", json!("https://elsewhere.example"), "InvalidIssuer"),
        ("aud", json!("another-api"), "InvalidAudience"),
        ("aud", json!([]), "InvalidAudience"),
    ] {
        let mut claims = issuer.claims();
        claims[claim] = value;
        assert_bad(&verifier, &issuer.token(&claims), why).await;
    }
}

#[tokio::test]
async fn a_token_is_good_from_nbf_until_just_before_exp() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    let with = |claim: &str, offset: i64| {
        let mut claims = issuer.claims();
        claims[claim] = json!(noon().timestamp() + offset);
        issuer.token(&claims)
    };
    assert!(verify(&verifier, &with("exp", 1)).await.is_ok());
    assert_bad(&verifier, &with("exp", 0), "exp has passed").await;
    assert_bad(&verifier, &with("exp", -3600), "exp has passed").await;
    assert!(verify(&verifier, &with("nbf", 30)).await.is_ok());
    assert_bad(&verifier, &with("nbf", 31), "nbf").await;
    let mut no_nbf = issuer.claims();
    no_nbf.as_object_mut().unwrap().remove("nbf");
    assert!(verify(&verifier, &issuer.token(&no_nbf)).await.is_ok());
}

#[tokio::test]
async fn every_claim_is_needed() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    for claim in ["iss", "aud", "exp", "sub", "name", "practice", "role"] {
        let mut claims = issuer.claims();
        claims.as_object_mut().unwrap().remove(claim);
        let why = match claim {
            "iss" | "aud" => &format!("Missing required claim: {claim}"),
            _ => "a member is missing or of another form",
        };
        assert_bad(&verifier, &issuer.token(&claims), why).await;
    }
}

#[tokio::test]
async fn a_claim_of_another_form_is_refused() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier();
    let practices =
        ["", "oak1", "prac_", "prac_Oak1", "prac_oak-1", "prac_12345678901234567", "PRAC_oak1", "prac_oak1 "];
    let mut cases: Vec<(&str, Value)> =
        practices.into_iter().map(|practice| ("practice", json!(practice))).collect();
    cases.extend([
        ("role", json!("admin")),
        ("role", json!("Owner")),
        ("role", json!(["owner"])),
        ("sub", json!("")),
        ("sub", json!("two words")),
        ("sub", json!("x".repeat(129))),
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("name", json!("line\nbreak")),
        ("exp", json!("tomorrow")),
        ("nbf", json!("yesterday")),
    ]);
    for (claim, value) in cases {
        let mut claims = issuer.claims();
        claims[claim] = value.clone();
        let problem = verify(&verifier, &issuer.token(&claims)).await.unwrap_err();
        assert_eq!(*problem.kind(), kinds::UNAUTHORISED, "{claim}: {value}");
    }
    let mut longest = issuer.claims();
    longest["practice"] = json!("prac_1234567890123456");
    assert!(verify(&verifier, &issuer.token(&longest)).await.is_ok());
}
