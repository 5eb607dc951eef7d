//! The pay page.

use lambda_http::http::StatusCode;
use maud::{Markup, html};
use paywell_app::pay::{Bill, KeepRefused, PartRefused, PayPage, keep_wording};
use paywell_domain::{Cents, Currency, practice::IdentityCheck};
use paywell_pages::{Frame, Page, Words, say};

/// What the page has to say about what was just tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// The identity answer cannot be read.
    Unreadable,
    /// The identity answer is wrong; so many tries are left this hour.
    Wrong(u32),
    /// Too many tries this hour.
    TooMany,
    /// The amount cannot be read.
    AmountUnreadable,
    /// So much cannot be paid.
    AmountRefused(PartRefused),
    /// Whether the card or account is to be kept cannot be read.
    KeepUnreadable,
    /// The card or account cannot be kept.
    KeepRefused(KeepRefused),
    /// The processor cannot be reached.
    TryAgain,
}

/// What a note is about: it stands beside that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Identity,
    Amount,
    Page,
}

impl Note {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Unreadable
            | Self::Wrong(_)
            | Self::AmountUnreadable
            | Self::AmountRefused(_)
            | Self::KeepUnreadable
            | Self::KeepRefused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What it is about, on this page: what is said of an amount has no place where none is asked for.
    fn about(self, page: &PayPage) -> About {
        match self {
            Self::Unreadable | Self::Wrong(_) | Self::TooMany => About::Identity,
            Self::AmountUnreadable | Self::AmountRefused(_) if page.part_from.is_some() => About::Amount,
            Self::AmountUnreadable
            | Self::AmountRefused(_)
            | Self::KeepUnreadable
            | Self::KeepRefused(_)
            | Self::TryAgain => About::Page,
        }
    }

    fn shown(self, words: Words, page: &PayPage) -> Markup {
        html! { p id="note" class="note" role="alert" { (self.text(words, page)) } }
    }

    fn text(self, words: Words, page: &PayPage) -> String {
        let owed = || words.money(page.currency, page.amount);
        let least = || page.part_from.map_or_else(owed, |least| words.money(page.currency, least.cents()));
        match self {
            Self::AmountUnreadable => say!(words, "part-unreadable"),
            Self::AmountRefused(PartRefused::WholeAlone) => say!(words, "part-whole-alone", owed = owed()),
            Self::AmountRefused(PartRefused::MoreThanOwed) => say!(words, "part-too-much", owed = owed()),
            Self::AmountRefused(PartRefused::LessThanLeast) => {
                say!(words, "part-too-little", least = least())
            }
            Self::KeepUnreadable => say!(words, "keep-unreadable"),
            Self::KeepRefused(KeepRefused::NotIdentified) => say!(words, "keep-not-identified"),
            Self::KeepRefused(KeepRefused::TooMany) => say!(words, "keep-too-many"),
            Self::Unreadable => say!(words, "identity-unreadable"),
            Self::Wrong(left) => say!(words, "identity-wrong", left = left),
            Self::TooMany => say!(words, "identity-too-many"),
            Self::TryAgain => say!(words, "pay-try-again"),
        }
    }
}

/// What is owed, what for once its reader has said who they are, and Pay.
pub(crate) fn pay(frame: &Frame<'_>, page: &PayPage, token: &str, note: Option<Note>) -> Page {
    let words = frame.words;
    let practice = page.practice.name.as_str();
    let amount = words.money(page.currency, page.amount);
    let note_on = |about| note.filter(|note| note.about(page) == about);
    let content = html! {
        h1 { (say!(words, "pay-hello", name = page.first_name.as_str())) }
        @if let Some(note) = note_on(About::Page) { (note.shown(words, page)) }
        p class="owed" {
            span { (say!(words, "pay-owed")) }
            strong { (amount) }
            span { (say!(words, "pay-to", practice = practice)) }
        }
        form method="post" action={ "/pay/" (token) "/checkout" } {
            (keep(words, page, "keep"))
            button type="submit" { (say!(words, "pay-button", amount = amount.as_str())) }
        }
        @if let Some(least) = page.part_from {
            (part(words, page, words.money(page.currency, least.cents()), token, note_on(About::Amount)))
        }
        p class="quiet" { (say!(words, "pay-how")) }
        @match &page.bills {
            Some(bills) => { (details(words, bills, page.currency)) }
            None => { (question(words, page, token, note_on(About::Identity))) }
        }
        p class="quiet" { (say!(words, "pay-good-until", date = words.date(page.good_until))) }
    };
    frame.page(&say!(words, "pay-title", practice = practice), &content)
}

/// Whether the card or account is kept that is paid with: asked of whoever has said who they are, and never answered
/// beforehand.
fn keep(words: Words, page: &PayPage, id: &str) -> Markup {
    let language = words.language();
    html! {
        @if page.bills.is_some() {
            input type="hidden" name="wording" value=(language.tag());
            p class="check" {
                input type="checkbox" id=(id) name="keep" value="on";
                label for=(id) { (keep_wording(page.practice.name.as_str(), language)) }
            }
        }
    }
}

/// A part of what is owed: the patient says how much, and what may be paid is decided where it is pressed.
fn part(words: Words, page: &PayPage, least: String, token: &str, note: Option<Note>) -> Markup {
    let described = if note.is_some() { "note amount-hint" } else { "amount-hint" };
    html! {
        details open[note.is_some()] {
            summary { (say!(words, "part-title")) }
            @if let Some(note) = note { (note.shown(words, page)) }
            form method="post" action={ "/pay/" (token) "/checkout" } {
                label for="amount" { (say!(words, "part-amount")) }
                input id="amount" name="amount" type="text" inputmode="decimal" required maxlength="12" autocomplete="off"
                    aria-invalid=[note.map(|_| "true")] aria-describedby=(described);
                p id="amount-hint" class="hint" { (say!(words, "part-hint", least = least)) }
                (keep(words, page, "keep-part"))
                button type="submit" class="second" { (say!(words, "part-button")) }
            }
        }
    }
}

/// The form leads back to this part of the page, wrong or right.
fn question(words: Words, page: &PayPage, token: &str, note: Option<Note>) -> Markup {
    let (wrong, described) = (note.map(|_| "true"), note.map(|_| "note"));
    html! {
        section aria-labelledby="what-for" {
            h2 id="what-for" { (say!(words, "identity-title")) }
            @match note {
                Some(note) => { (note.shown(words, page)) }
                None => { p { (say!(words, "identity-why")) } }
            }
            form method="post" action={ "/pay/" (token) "/identity#what-for" } {
                @match page.asks {
                    IdentityCheck::DateOfBirth => {
                        label for="birth_date" { (say!(words, "identity-birth-date")) }
                        input id="birth_date" name="birth_date" type="date" required autocomplete="bday" min="1880-01-01"
                            aria-invalid=[wrong] aria-describedby=[described];
                    }
                    IdentityCheck::PostalCode => {
                        label for="postal_code" { (say!(words, "identity-postal-code")) }
                        input id="postal_code" name="postal_code" type="text" required maxlength="12" autocomplete="postal-code"
                            aria-invalid=[wrong] aria-describedby=[described];
                    }
                }
                button type="submit" class="second" { (say!(words, "identity-show")) }
            }
        }
    }
}

fn details(words: Words, bills: &[Bill], currency: Currency) -> Markup {
    let money = |cents: Cents| words.money(currency, cents);
    html! {
        section aria-labelledby="what-for" {
            h2 id="what-for" { (say!(words, "bill-title")) }
            @for bill in bills {
                article {
                    h3 { (bill.number) }
                    p class="quiet" {
                        (words.date(bill.date))
                        @if let Some(location) = &bill.location { " · " (location) }
                        @if let Some(due) = bill.due { " · " (say!(words, "bill-due", date = words.date(due))) }
                    }
                    table {
                        caption class="hidden" { (say!(words, "bill-table", number = bill.number.as_str())) }
                        thead class="hidden" {
                            tr {
                                th scope="col" { (say!(words, "bill-service")) }
                                th scope="col" { (say!(words, "bill-amount")) }
                            }
                        }
                        tbody {
                            @for line in &bill.lines { tr { td { (line.description) } td { (money(line.amount)) } } }
                            @if let Some(adjusted) = bill.adjusted {
                                tr { td { (say!(words, "bill-adjustments")) } td { (money(adjusted)) } }
                            }
                            @if let Some(paid) = bill.paid {
                                tr { td { (say!(words, "bill-paid")) } td { (money(paid.negated())) } }
                            }
                        }
                        tfoot { tr { th scope="row" { (say!(words, "bill-left")) } td { (money(bill.balance)) } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use paywell_app::pay::BillLine;
    use paywell_domain::Language;

    use super::*;
    use crate::pages::fixtures::{frame, practice};

    fn page(bills: Option<Vec<Bill>>) -> PayPage {
        PayPage {
            practice: practice(),
            language: None,
            first_name: "Ada".to_owned(),
            amount: Cents::new(12_345),
            currency: Currency::Usd,
            part_from: Some(Cents::new(2_500).try_into().unwrap()),
            good_until: "2026-07-01".parse().unwrap(),
            asks: IdentityCheck::DateOfBirth,
            bills,
        }
    }

    fn bill() -> Bill {
        Bill {
            number: "INV-007".to_owned(),
            date: "2026-06-01".parse().unwrap(),
            due: None,
            location: Some("Main Street".to_owned()),
            lines: vec![BillLine { description: "Office <visit>".to_owned(), amount: Cents::new(14_545) }],
            adjusted: Some(Cents::new(-1_200)),
            paid: Some(Cents::new(1_000)),
            balance: Cents::new(12_345),
        }
    }

    #[test]
    fn what_it_is_for_is_shown_after_the_identity_check_alone() {
        let shown = |language, bills| {
            let practice = practice();
            pay(&frame(language, Some(&practice)), &page(bills), "t", None).html().to_owned()
        };
        for (language, adjustments) in [(Language::En, "Adjustments"), (Language::Es, "Ajustes")] {
            let before = shown(language, None);
            assert!(before.contains("$123.45") && before.contains("birth_date") && !before.contains("INV-"));
            assert!(!before.contains("name=\"keep\""), "a stranger's card is not kept");
            let after = shown(language, Some(vec![bill()]));
            assert!(
                after.contains("INV-007")
                    && after.contains("Office &lt;visit&gt;")
                    && after.contains(&format!("<td>{adjustments}</td><td>−$12.00</td>"))
                    && after.contains("<td>−$10.00</td>")
                    && !after.contains("birth_date")
            );
            assert!(after.len() < 30_000 && !after.contains("<script"));
            assert_eq!(after.matches("name=\"keep\" value=\"on\"").count(), 2, "of the whole and of a part");
            assert!(!after.contains("checked"), "nobody agrees by doing nothing");
            let agreed = keep_wording("Riverside", language);
            assert!(after.contains(&agreed) && after.contains(&format!("value=\"{}\"", language.tag())));
        }
    }

    #[test]
    fn every_note_says_what_to_do() {
        let practice = practice();
        for language in Language::ALL {
            let frame = frame(language, Some(&practice));
            let whole = PayPage { part_from: None, ..page(None) };
            for note in [
                Note::Unreadable,
                Note::Wrong(0),
                Note::Wrong(1),
                Note::Wrong(3),
                Note::TooMany,
                Note::AmountUnreadable,
                Note::AmountRefused(PartRefused::WholeAlone),
                Note::AmountRefused(PartRefused::MoreThanOwed),
                Note::AmountRefused(PartRefused::LessThanLeast),
                Note::KeepUnreadable,
                Note::KeepRefused(KeepRefused::NotIdentified),
                Note::KeepRefused(KeepRefused::TooMany),
                Note::TryAgain,
            ] {
                for page in [&page(None), &whole] {
                    let shown = pay(&frame, page, "t", Some(note));
                    assert_eq!(shown.html().matches(&note.text(frame.words, page)).count(), 1, "{note:?}");
                }
                assert!(note.status().is_client_error() || note == Note::TryAgain);
            }
            let tries = [0, 1, 2].map(|left| Note::Wrong(left).text(frame.words, &whole));
            assert!(tries[0] != tries[1] && tries[1] != tries[2] && tries[2].contains('2'), "{tries:?}");
        }
    }
}
