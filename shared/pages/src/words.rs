//! The catalogues: what pages say, in every language.

use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use paywell_domain::{Cents, Currency, Language};
use unic_langid::LanguageIdentifier;

/// The messages of one language. Read when the first page in it is made: about a tenth of a millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    language: Language,
}

type Bundle = FluentBundle<FluentResource>;

pub(crate) const fn source(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("locale/en.ftl"),
        Language::Es => include_str!("locale/es.ftl"),
    }
}

fn bundle(language: Language) -> &'static Bundle {
    static ENGLISH: OnceLock<Bundle> = OnceLock::new();
    static SPANISH: OnceLock<Bundle> = OnceLock::new();
    let once = match language {
        Language::En => &ENGLISH,
        Language::Es => &SPANISH,
    };
    once.get_or_init(|| {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = Bundle::new_concurrent(vec![tag]);
        // Every language of ours runs from left to right, as the names and amounts in it do.
        bundle.set_use_isolating(false);
        let (resource, broken) = match FluentResource::try_new(source(language).to_owned()) {
            Ok(resource) => (resource, Vec::new()),
            Err((resource, errors)) => (resource, errors),
        };
        debug_assert!(broken.is_empty(), "{} is no catalogue: {broken:?}", language.tag());
        let twice = bundle.add_resource(resource).is_err();
        debug_assert!(!twice, "{} has a message twice", language.tag());
        bundle
    })
}

impl Words {
    /// The messages of a language.
    pub const fn of(language: Language) -> Self {
        Self { language }
    }

    /// The language.
    pub const fn language(self) -> Language {
        self.language
    }

    /// A message, with its variables filled in. Ask by [`say!`](crate::say), which the tests look for.
    #[doc(hidden)]
    pub fn fill(self, message: &str, variables: &[(&str, FluentValue<'_>)]) -> String {
        let bundle = bundle(self.language);
        let mut arguments = FluentArgs::new();
        for (name, value) in variables {
            arguments.set(*name, value.clone());
        }
        let Some(pattern) = bundle.get_message(message).and_then(|found| found.value()) else {
            debug_assert!(false, "no message {message}");
            tracing::error!(message, language = self.language.tag(), "a message is missing");
            return String::new();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{message}: {errors:?}");
        text
    }

    /// An amount as people read it, such as `$1,234.50`; below nothing with a minus sign.
    pub fn money(self, currency: Currency, cents: Cents) -> String {
        let sign = if cents.is_positive() || cents.is_zero() { "" } else { "\u{2212}" };
        let absolute = cents.get().unsigned_abs();
        let (mut whole, mut groups) = (absolute / 100, Vec::new());
        while whole >= 1000 {
            groups.insert(0, format!("{:03}", whole % 1000));
            whole /= 1000;
        }
        groups.insert(0, whole.to_string());
        let whole = groups.join(&crate::say!(self, "money-thousands"));
        let cents = format!("{:02}", absolute % 100);
        sign.to_owned() + &crate::say!(self, "money", sign = currency.sign(), whole = whole, cents = cents)
    }

    /// A day as people read it, such as `June 1, 2026`.
    pub fn date(self, day: NaiveDate) -> String {
        let (year, month) = (day.year().to_string(), day.month());
        crate::say!(self, "date", year = year, month = month, day = day.day().to_string())
    }
}

/// A message in a page's language: `say!(words, "pay-hello", name = first_name)`.
#[macro_export]
macro_rules! say {
    ($words:expr, $message:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $words.fill($message, &[$((stringify!($name), $crate::FluentValue::from($value))),*])
    };
}

#[cfg(test)]
mod tests;
