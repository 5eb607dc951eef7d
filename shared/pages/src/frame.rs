//! The frame of a page: whose it is, in which language, how to reach the practice.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use paywell_app::pay::PracticeCard;
use paywell_domain::{Language, practice::Logo};

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
        let brand = self.practice.and_then(brand);
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
                    @if let Some(brand) = &brand { style { (PreEscaped(brand)) } }
                }
                body {
                    header {
                        @if let Some(practice) = self.practice {
                            @if let Some(logo) = &practice.logo { (picture(logo)) }
                            p { (practice.name) }
                        }
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
        let styles: Vec<&str> = std::iter::once(STYLE).chain(brand.as_deref()).collect();
        let has_picture = self.practice.is_some_and(|practice| practice.logo.is_some());
        Page::new(page.into_string(), &styles, has_picture, self.beyond)
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

/// The practice's colour in place of ours, in both schemes.
fn brand(practice: &PracticeCard) -> Option<String> {
    let colour = practice.colour?;
    Some(format!(
        ":root{{--accent:{};--on-accent:#ffffff}}@media screen and (prefers-color-scheme:dark){{:root{{--accent:{};--on-accent:#08130d}}}}",
        colour.light(),
        colour.dark()
    ))
}

/// The logo, beside the name that says the same. Half its pixels, for sharp screens.
fn picture(logo: &Logo) -> Markup {
    let (width, height) = logo.size();
    html! {
        img class="logo" alt="" width=(width.div_ceil(2)) height=(height.div_ceil(2))
            src={ "data:image/png;base64," (logo.base64()) };
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

    fn practice() -> PracticeCard {
        PracticeCard {
            name: "Riverside".to_owned(),
            phone: "(617) 555-0100".to_owned(),
            colour: None,
            logo: None,
            language: None,
        }
    }

    #[test]
    fn a_practice_shows_its_colour() {
        let colour = Some("#1d4ed8".to_owned().try_into().unwrap());
        let practice = PracticeCard { colour, ..practice() };
        let words = Words::of(Language::En);
        let frame = Frame { words, practice: Some(&practice), path: "/pay/t", beyond: None };
        let page = frame.page("Title", &html! {});
        assert!(
            page.html().contains("--accent:#1d4ed8") && page.html().contains("prefers-color-scheme:dark")
        );
    }

    #[test]
    fn a_page_says_its_language_and_offers_the_others() {
        let practice = practice();
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
