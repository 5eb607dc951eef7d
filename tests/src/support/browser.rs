//! A patient's browser at the portal.

use std::{cell::RefCell, collections::BTreeMap};

use serde_json::Value;

use super::{Answer, Clinic, Request};

/// Somebody's browser.
pub struct Browser {
    clinic: Clinic,
    /// What it keeps of ours, by name.
    pub cookies: RefCell<BTreeMap<String, String>>,
}

/// What a browser says of a form that a page of ours sends.
const FROM_OURS: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

/// As a form has it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

/// What the forms of a page carry.
///
/// # Panics
/// There is none.
pub fn form_of(page: &Answer) -> String {
    let text = page.text();
    let at = text.find("name=\"form\" value=\"").unwrap_or_else(|| panic!("no form in {text}"));
    text[at..].split('"').nth(3).unwrap().to_owned()
}

/// The six digits in a message.
///
/// # Panics
/// There are none.
pub fn code_in(message: &Value) -> String {
    let text = message["text"].as_str().unwrap();
    text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap().to_owned()
}

impl Browser {
    /// One that holds nothing of ours yet.
    pub fn new(clinic: &Clinic) -> Self {
        Self { clinic: clinic.clone(), cookies: RefCell::default() }
    }

    /// Whoever has this address on file, signed in.
    pub async fn of(clinic: &Clinic, address: &str) -> Self {
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

    /// What it sends of them.
    pub fn cookie_header(&self) -> String {
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

    /// A page.
    pub async fn get(&self, page: &str) -> Answer {
        let request = self.clinic.by_patient("GET", &self.path(page)).header("cookie", &self.cookie_header());
        let answer = request.await;
        self.keep(&answer);
        answer
    }

    /// A form as a page of ours sends it.
    pub async fn post(&self, page: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(page, fields, &FROM_OURS).await
    }

    /// A form, with other headers than a page of ours sends.
    pub async fn post_from(&self, page: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let answer = self.form(page, fields, headers).await;
        self.keep(&answer);
        answer
    }

    fn form(&self, page: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Request {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = self.clinic.by_patient("POST", &self.path(page)).body(body.join("&"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("cookie", &self.cookie_header());
        headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    /// Asks for a code at an address or a number.
    pub async fn ask(&self, contact: &str) -> Answer {
        self.post("/code", &[("contact", contact)]).await
    }

    /// Enters a code.
    pub async fn enter(&self, code: &str) -> Answer {
        let form = form_of(&self.get("/code").await);
        self.post("/session", &[("form", &form), ("code", code)]).await
    }

    /// Signs in by a code that comes by mail.
    ///
    /// # Panics
    /// Nobody has that address on file.
    pub async fn sign_in(&self, address: &str) {
        assert_eq!(self.ask(address).await.status, 303);
        let sent = self.clinic.world.mail.to(address).await;
        let entered = self.enter(&code_in(sent.last().unwrap())).await;
        assert_eq!(entered.status, 303, "{}", entered.text());
    }

    /// A form of a page, with what that page's forms carry.
    pub async fn send(&self, of: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.filled_in(of, to, fields).await.await;
        self.keep(&answer);
        answer
    }

    /// The same, not sent yet.
    pub async fn filled_in(&self, of: &str, to: &str, fields: &[(&str, &str)]) -> Request {
        let form = form_of(&self.get(of).await);
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form", form.as_str())]).collect();
        self.form(to, &fields, &FROM_OURS)
    }

    /// Whether somebody is signed in.
    pub async fn is_in(&self) -> bool {
        let page = self.get("").await;
        assert_eq!(page.status, 200);
        page.text().contains("sign-out")
    }
}
