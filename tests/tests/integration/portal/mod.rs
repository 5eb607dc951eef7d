//! The portal: who comes in, what they see, and what they may do there.

mod choosing;
mod looking;
mod paying;
mod signing_in;

use std::{cell::RefCell, collections::BTreeMap};

use paywell_tests::support::{Answer, Clinic};

/// Somebody's browser.
struct Browser {
    clinic: Clinic,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// As a form has it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

/// What the forms of a page carry.
fn form_of(page: &Answer) -> String {
    let text = page.text();
    let at = text.find("name=\"form\" value=\"").unwrap_or_else(|| panic!("no form in {text}"));
    text[at..].split('"').nth(3).unwrap().to_owned()
}

/// The six digits in a message.
fn code_in(message: &serde_json::Value) -> String {
    let text = message["text"].as_str().unwrap();
    text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap().to_owned()
}

impl Browser {
    fn new(clinic: &Clinic) -> Self {
        Self { clinic: clinic.clone(), cookies: RefCell::default() }
    }

    /// Whoever has this address on file, signed in.
    async fn of(clinic: &Clinic, address: &str) -> Self {
        let browser = Self::new(clinic);
        browser.sign_in(address).await;
        browser
    }

    fn path(&self, page: &str) -> String {
        if page.starts_with("/pay/") {
            page.to_owned()
        } else {
            format!("/portal/{}{page}", self.clinic.practice)
        }
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, answer: &Answer) {
        for set in answer.headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    async fn get(&self, page: &str) -> Answer {
        let request = self.clinic.by_patient("GET", &self.path(page)).header("cookie", &self.cookie_header());
        let answer = request.await;
        self.keep(&answer);
        answer
    }

    /// A form as a page of ours sends it.
    async fn post(&self, page: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(page, fields, &[("sec-fetch-site", "same-origin")]).await
    }

    async fn post_from(&self, page: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = self.clinic.by_patient("POST", &self.path(page)).body(body.join("&"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("cookie", &self.cookie_header());
        let answer = headers.iter().fold(request, |request, (name, value)| request.header(name, value)).await;
        self.keep(&answer);
        answer
    }

    async fn ask(&self, contact: &str) -> Answer {
        self.post("/code", &[("contact", contact)]).await
    }

    async fn enter(&self, code: &str) -> Answer {
        let form = form_of(&self.get("/code").await);
        self.post("/session", &[("form", &form), ("code", code)]).await
    }

    async fn sign_in(&self, address: &str) {
        assert_eq!(self.ask(address).await.status, 303);
        let sent = self.clinic.world.mail.to(address).await;
        let entered = self.enter(&code_in(sent.last().unwrap())).await;
        assert_eq!(entered.status, 303, "{}", entered.text());
    }

    /// A form of a page, with what that page's forms carry.
    async fn send(&self, of: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form_of(&self.get(of).await);
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form", form.as_str())]).collect();
        self.post(to, &fields).await
    }

    /// Whether somebody is signed in.
    async fn is_in(&self) -> bool {
        let page = self.get("").await;
        assert_eq!(page.status, 200);
        page.text().contains("sign-out")
    }
}
