//! Which language a page has: what its reader chose, else the patient's, else what the browser asks for, else the
//! practice's, else English.

use lambda_http::http::{HeaderMap, HeaderValue, header};
use paywell_domain::Language;
use serde::Deserialize;

use crate::Words;

const COOKIE: &str = "paywell_language";
/// A year.
const SECONDS: u32 = 31_536_000;

/// Who reads: what the request says of the language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reader {
    chosen: Option<Language>,
    asked: Option<Language>,
}

impl Reader {
    /// From a request's headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
        let chosen = pairs.find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            if name == COOKIE { value.parse().ok() } else { None }
        });
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let asked = asked
            .and_then(|asked| accept_language::parse(asked).into_iter().find_map(|tag| tag.parse().ok()));
        Self { chosen, asked }
    }

    /// The words of a page that leads to no patient.
    pub fn words(self) -> Words {
        self.words_for(None, None)
    }

    /// The words of a page for a patient, whose language may be known, of a practice.
    pub fn words_for(self, patient: Option<Language>, practice: Option<Language>) -> Words {
        Words::of(self.chosen.or(patient).or(self.asked).or(practice).unwrap_or_default())
    }
}

/// The form on every page by which its reader chooses a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageForm {
    language: Language,
    page: String,
}

impl LanguageForm {
    /// What was chosen.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The page to go back to, if it is one of ours: whoever fills the form in cannot send a reader elsewhere.
    pub fn page(&self) -> Option<&str> {
        let ours = self.page.starts_with("/pay/") || self.page.starts_with("/portal");
        let plain = self.page.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_?=&".contains(&b));
        (ours && plain && !self.page.contains("//")).then_some(self.page.as_str())
    }
}

/// The `Set-Cookie` value that remembers a choice, for all pages of all practices. It says nothing of anybody.
pub fn remember(language: Language) -> HeaderValue {
    let cookie = match language {
        Language::En => "en",
        Language::Es => "es",
    };
    let text = format!("{COOKIE}={cookie}; Path=/; Max-Age={SECONDS}; HttpOnly; Secure; SameSite=Lax");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(COOKIE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(cookie: &str, asks: &str) -> Reader {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        headers.insert(header::ACCEPT_LANGUAGE, asks.parse().unwrap());
        Reader::of(&headers)
    }

    #[test]
    fn what_the_reader_chose_beats_the_patient_the_browser_and_the_practice() {
        use Language::{En, Es};
        for (cookie, patient, asks, practice, expected) in [
            ("a=1; paywell_language=es", Some(En), "en", Some(En), Es),
            ("paywell_language=en", Some(Es), "es", Some(Es), En),
            ("paywell_language=fr", Some(Es), "en", Some(En), Es),
            ("a=1", None, "fr-CA, es-MX;q=0.8, en;q=0.5", Some(En), Es),
            ("a=1", None, "en;q=0.4, es;q=0.9", None, Es),
            ("a=1", None, "fr", Some(Es), Es),
            ("a=1", None, "*", None, En),
        ] {
            let words = reader(cookie, asks).words_for(patient, practice);
            assert_eq!(words.language(), expected, "{cookie} {asks}");
        }
    }

    #[test]
    fn a_choice_is_remembered() {
        for language in Language::ALL {
            let set = remember(language).to_str().unwrap().to_owned();
            let cookie = set.split(';').next().unwrap();
            assert_eq!(reader(cookie, "fr").words().language(), language);
            assert!(set.contains("Secure") && set.contains("HttpOnly"));
        }
    }

    #[test]
    fn a_choice_leads_back_to_a_page_of_ours_alone() {
        let page = |page: &str| {
            let form = LanguageForm { language: Language::En, page: page.to_owned() };
            form.page().is_some()
        };
        for ours in ["/pay/abc-_9", "/pay/receipts/abc?paid", "/portal", "/portal/invoices/inv_1"] {
            assert!(page(ours), "{ours}");
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "/pay//evil.example",
            "https://evil.example",
            "/pay/\r\nx",
            "/pay/a\\b",
            "/v1/x",
        ] {
            assert!(!page(other), "{other}");
        }
    }
}
