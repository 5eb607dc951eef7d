//! The pages: plain HTML, no script, nothing from elsewhere. Without JavaScript they are whole.

mod ended;
mod methods;
mod pay;
mod receipt;

pub(crate) use ended::{asked_anew, ended, trouble, unknown};
pub(crate) use methods::{method_left, method_saved};
pub(crate) use pay::{Note, pay};
pub(crate) use receipt::{Waiting, receipt};

#[cfg(test)]
pub(crate) mod fixtures {
    use paywell_app::pay::PracticeCard;
    use paywell_domain::Language;
    use paywell_pages::{Frame, Words};

    pub(crate) fn practice() -> PracticeCard {
        PracticeCard {
            name: "Riverside".to_owned(),
            phone: "(617) 555-0100".to_owned(),
            colour: None,
            logo: None,
            language: None,
        }
    }

    pub(crate) fn frame(language: Language, practice: Option<&PracticeCard>) -> Frame<'_> {
        Frame { words: Words::of(language), practice, path: "/pay/t", beyond: None }
    }
}
