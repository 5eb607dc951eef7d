//! The pay page.

use lambda_http::http::StatusCode;
use maud::{Markup, html};
use paywell_app::pay::{Bill, PayPage};
use paywell_domain::{Cents, practice::IdentityCheck};

use super::{Page, layout, money};

/// What the page has to say about what was just tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// The identity answer cannot be read.
    Unreadable,
    /// The identity answer is wrong; so many tries are left this hour.
    Wrong(u32),
    /// Too many tries this hour.
    TooMany,
    /// The processor cannot be reached.
    TryAgain,
}

impl Note {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Unreadable | Self::Wrong(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether it is about the identity question, and stands beside it.
    fn is_about_identity(self) -> bool {
        self != Self::TryAgain
    }

    fn shown(self) -> Markup {
        html! { p id="note" class="note" role="alert" { (self.text()) } }
    }

    fn text(self) -> String {
        match self {
            Self::Unreadable => "That cannot be read. Please fill in the field below.".to_owned(),
            Self::Wrong(0) => {
                "That does not match our records. Please call us, or try again in an hour.".to_owned()
            }
            Self::Wrong(1) => "That does not match our records. You can try once more.".to_owned(),
            Self::Wrong(left) => format!("That does not match our records. You can try {left} more times."),
            Self::TooMany => {
                "That was tried too often. Please call us, or try again in an hour. You can still pay."
                    .to_owned()
            }
            Self::TryAgain => {
                "We could not open the payment page. No money has moved. Please press Pay again in a minute."
                    .to_owned()
            }
        }
    }
}

/// What is owed, what for once its reader has said who they are, and Pay.
pub(crate) fn pay(page: &PayPage, token: &str, note: Option<Note>) -> Page {
    let sign = page.currency.sign();
    let amount = money(sign, page.amount);
    let (beside, above) = note.map_or((None, None), |note| match note.is_about_identity() {
        true => (Some(note), None),
        false => (None, Some(note)),
    });
    let content = html! {
        h1 { "Hello " (page.first_name) }
        @if let Some(note) = above { (note.shown()) }
        p class="owed" {
            span { "You owe" }
            strong { (amount) }
            span { "to " (page.practice.name) }
        }
        form method="post" action={ "/pay/" (token) "/checkout" } {
            button type="submit" { "Pay " (amount) }
        }
        p class="quiet" { "By card or bank account, on our payment processor's secure page. No account needed. We never see your card number." }
        @match &page.bills {
            Some(bills) => { (details(bills, sign)) }
            None => { (question(page.asks, token, beside)) }
        }
        p class="quiet" { "This link is good until " (page.good_until.format("%B %-d, %Y")) "." }
    };
    layout(&format!("Pay {}", page.practice.name), Some(&page.practice), &content)
}

/// The form leads back to this part of the page, wrong or right.
fn question(asks: IdentityCheck, token: &str, note: Option<Note>) -> Markup {
    let (wrong, described) = (note.map(|_| "true"), note.map(|_| "note"));
    html! {
        section aria-labelledby="what-for" {
            h2 id="what-for" { "What is it for?" }
            @match note {
                Some(note) => { (note.shown()) }
                None => { p { "To protect your privacy, tell us first that it is you." } }
            }
            form method="post" action={ "/pay/" (token) "/identity#what-for" } {
                @match asks {
                    IdentityCheck::DateOfBirth => {
                        label for="birth_date" { "Patient's date of birth" }
                        input id="birth_date" name="birth_date" type="date" required autocomplete="bday" min="1880-01-01"
                            aria-invalid=[wrong] aria-describedby=[described];
                    }
                    IdentityCheck::PostalCode => {
                        label for="postal_code" { "Patient's postal code" }
                        input id="postal_code" name="postal_code" type="text" required maxlength="12" autocomplete="postal-code"
                            aria-invalid=[wrong] aria-describedby=[described];
                    }
                }
                button type="submit" class="second" { "Show the details" }
            }
        }
    }
}

fn details(bills: &[Bill], sign: &str) -> Markup {
    html! {
        section aria-labelledby="what-for" {
            h2 id="what-for" { "What it is for" }
            @for bill in bills {
                article {
                    h3 { (bill.number) }
                    p class="quiet" {
                        (bill.date.format("%B %-d, %Y"))
                        @if let Some(location) = &bill.location { " · " (location) }
                        @if let Some(due) = bill.due { " · due " (due.format("%B %-d, %Y")) }
                    }
                    table {
                        caption class="hidden" { "What " (bill.number) " bills" }
                        thead class="hidden" { tr { th scope="col" { "Service" } th scope="col" { "Amount" } } }
                        tbody {
                            @for line in &bill.lines { tr { td { (line.description) } td { (money(sign, &line.amount)) } } }
                            @if let Some(adjusted) = bill.adjusted { tr { td { "Adjustments" } td { (signed(sign, adjusted)) } } }
                            @if let Some(paid) = &bill.paid { tr { td { "Paid before" } td { "−" (money(sign, paid)) } } }
                        }
                        tfoot { tr { th scope="row" { "Left to pay" } td { (money(sign, &bill.balance)) } } }
                    }
                }
            }
        }
    }
}

/// What is added to what is owed, or taken off it.
fn signed(sign: &str, cents: Cents) -> String {
    if cents.is_positive() { money(sign, cents) } else { format!("−{}", money(sign, cents.negated())) }
}

#[cfg(test)]
mod tests {
    use paywell_app::pay::{BillLine, PracticeCard};
    use paywell_domain::Currency;

    use super::*;

    fn page(bills: Option<Vec<Bill>>) -> PayPage {
        PayPage {
            practice: PracticeCard { name: "Riverside".to_owned(), phone: "(617) 555-0100".to_owned() },
            first_name: "Ada".to_owned(),
            amount: Cents::new(12_345),
            currency: Currency::Usd,
            good_until: "2026-07-01".parse().unwrap(),
            asks: IdentityCheck::DateOfBirth,
            bills,
        }
    }

    #[test]
    fn what_it_is_for_is_shown_after_the_identity_check_alone() {
        let before = pay(&page(None), "t", None).into_string();
        assert!(before.contains("$123.45") && before.contains("birth_date") && !before.contains("INV-"));
        let bill = Bill {
            number: "INV-007".to_owned(),
            date: "2026-06-01".parse().unwrap(),
            due: None,
            location: Some("Main Street".to_owned()),
            lines: vec![BillLine { description: "Office <visit>".to_owned(), amount: "145.45".to_owned() }],
            adjusted: Some(Cents::new(-1_200)),
            paid: Some("10.00".to_owned()),
            balance: "123.45".to_owned(),
        };
        let after = pay(&page(Some(vec![bill])), "t", None).into_string();
        assert!(
            after.contains("INV-007")
                && after.contains("Office &lt;visit&gt;")
                && after.contains("<td>Adjustments</td><td>−$12.00</td>")
                && after.contains("<td>Paid before</td><td>−$10.00</td>")
                && !after.contains("birth_date")
        );
        assert!(after.len() < 30_000 && !after.contains("<script"));
    }

    #[test]
    fn every_note_says_what_to_do() {
        for note in
            [Note::Unreadable, Note::Wrong(0), Note::Wrong(1), Note::Wrong(3), Note::TooMany, Note::TryAgain]
        {
            assert!(pay(&page(None), "t", Some(note)).into_string().contains(&note.text()));
            assert!(note.status().is_client_error() || note == Note::TryAgain);
        }
    }
}
