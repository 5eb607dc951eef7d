//! The frame of a page: whose it is, in which language, how to reach the practice.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use paywell_app::pay::PracticeCard;
use paywell_domain::Language;

use crate::{Page, Words, say};

const STYLE: &str = include_str!("style.css");

/// What is around the content of a page.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The page's words.
    pub words: Words,
    /// The practice, where the reader may know which.
    pub practice: Option<&'a PracticeCard>,
    /// The page's own path, to which choosing a language returns; it must be one that GET answers.
    pub path: &'a str,
    /// Where the page's forms may lead besides to us: an origin.
    pub beyond: Option<&'a str>,
}

impl Frame<'_> {
    /// The page with this title and content.
    pub fn page(&self, title: &str, content: &Markup) -> Page {
        let words = self.words;
        let page = html! {
            (DOCTYPE)
            html lang=(words.language().tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        @if let Some(practice) = self.practice { p { (practice.name) } }
                        (self.languages())
                    }
                    main { (content) }
                    @if let Some(practice) = self.practice {
                        footer {
                            p {
                                (say!(words, "frame-questions", practice = practice.name.as_str())) " "
                                a href=(telephone(practice)) { (practice.phone) }
                            }
                        }
                    }
                }
            }
        };
        Page::new(page.into_string(), &[STYLE], self.beyond)
    }

    /// The other languages, each named in itself: a button is enough, with or without JavaScript.
    fn languages(&self) -> Markup {
        html! {
            form class="languages" method="post" action="/pay/language" {
                input type="hidden" name="page" value=(self.path);
                @for other in Language::ALL.into_iter().filter(|other| *other != self.words.language()) {
                    button name="language" value=(other.tag()) lang=(other.tag()) { (other.name()) }
                }
            }
        }
    }
}

/// The address by which a telephone calls the practice.
pub fn telephone(practice: &PracticeCard) -> String {
    let digits = practice.phone.replace(|c: char| !c.is_ascii_digit() && c != '+', "");
    format!("tel:{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_its_language_and_offers_the_others() {
        let practice = PracticeCard { name: "Riverside".to_owned(), phone: "(617) 555-0100".to_owned() };
        for (language, other) in [(Language::En, Language::Es), (Language::Es, Language::En)] {
            let words = Words::of(language);
            let frame = Frame { words, practice: Some(&practice), path: "/pay/t", beyond: None };
            let page = frame.page("Title", &html! { h1 { "Title" } });
            let text = page.html();
            assert!(text.contains(&format!("<html lang=\"{}\">", language.tag())), "{text}");
            assert!(text.contains(other.name()) && !text.contains(language.name()), "{text}");
            assert!(text.contains("tel:6175550100") && text.contains("value=\"/pay/t\""));
            assert!(!text.contains("<script") && text.len() < 10_000);
        }
    }
}
