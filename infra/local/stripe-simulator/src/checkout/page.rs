//! The hosted Checkout page: plain forms that need no script.
//! Source: <https://docs.stripe.com/payments/checkout>.

use super::Session;
use super::form::{Problems, Submission};
use super::http::success_url;
use crate::refunds::dollars;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");

/// The numbers that the page lists, with what they do.
const CARD_NUMBERS: &[(&str, &str)] = &[
    ("4242 4242 4242 4242", "succeeds"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "is declined: insufficient funds"),
    ("4000 0025 0000 3155", "asks for 3-D Secure"),
    ("4000 0027 6000 3184", "asks for 3-D Secure every time"),
    ("4000 0000 0000 0341", "is saved, and declines when it is charged"),
    ("4000 0000 0000 0259", "succeeds, and is disputed a moment later"),
];
const ACCOUNT_NUMBERS: &[(&str, &str)] = &[
    ("000123456789", "succeeds in days"),
    ("000111111116", "fails in days: no account"),
    ("000222222227", "fails in days: insufficient funds"),
    ("000555555559", "succeeds in days, and comes back days later"),
    ("000000000009", "stays processing"),
];

/// What the form shows.
pub(crate) struct View<'a> {
    pub(crate) session: &'a Session,
    /// Why the last attempt failed.
    pub(crate) error: Option<String>,
    pub(crate) form: &'a Submission,
    pub(crate) problems: &'a Problems,
}

/// The page of an open session.
pub(crate) fn form(view: &View<'_>) -> Markup {
    let session = view.session;
    let offers = |kind: &str| session.payment_method_types.iter().any(|offered| offered == kind);
    let both = offers("card") && offers("us_bank_account");
    let bank_first = view.form.method == "us_bank_account" || !offers("card");
    let content = html! {
        main.two {
            section aria-label="Summary" { (summary(session)) }
            section aria-label="Payment" {
                @if let Some(error) = &view.error { p.alert role="alert" { (error) " Nothing was charged; you can try again." } }
                @if !view.problems.is_empty() { p.alert role="alert" { "Check what is marked below. Nothing was charged." } }
                @if both {
                    details name="method" open[!bank_first] { summary { "Card" } (card_form(view)) }
                    details name="method" open[bank_first] { summary { "US bank account" } (bank_form(view)) }
                } @else if offers("card") {
                    h2 { "Card" }
                    (card_form(view))
                } @else {
                    h2 { "US bank account" }
                    (bank_form(view))
                }
                @if offers("card") { (numbers("Test cards", CARD_NUMBERS, "Any future date and any code.")) }
                @if offers("us_bank_account") {
                    (numbers("Test bank accounts", ACCOUNT_NUMBERS, "Routing number 110000000."))
                }
            }
        }
    };
    layout("Pay", &content)
}

fn summary(session: &Session) -> Markup {
    html! {
        @if let Some(back) = &session.cancel_url { a href=(back) { "← Back" } }
        @if let Some(total) = session.amount_total {
            h1 { "Amount to pay" }
            p.amount { (dollars(total)) }
            ul.lines {
                @for line in &session.line_items {
                    li {
                        span { (line.name) @if line.quantity > 1 { " × " (line.quantity) } }
                        span { (dollars(line.unit_amount * line.quantity)) }
                    }
                }
            }
            // https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-payment_intent_data-setup_future_usage
            @if session.intent_data.setup_future_usage.is_some() {
                p.small { "Your payment details will be saved and used for later payments." }
            }
        } @else {
            h1 { "Save a payment method" }
            p { "It will be kept for later payments. Nothing is charged now." }
        }
    }
}

fn card_form(view: &View<'_>) -> Markup {
    html! {
        form method="post" novalidate {
            input type="hidden" name="method" value="card";
            (email(view, "card"))
            (field(view, "card", "number", "Card number", &view.form.number, "cc-number", "numeric"))
            div.pair {
                (field(view, "card", "expiry", "Expiration (MM / YY)", &view.form.expiry, "cc-exp", "text"))
                (field(view, "card", "cvc", "Security code", "", "cc-csc", "numeric"))
            }
            (field(view, "card", "name", "Name on card", &view.form.name, "cc-name", "text"))
            (field(view, "card", "postal_code", "ZIP code (optional)", &view.form.postal_code, "postal-code", "text"))
            button type="submit" { (action(view.session)) }
        }
    }
}

fn bank_form(view: &View<'_>) -> Markup {
    html! {
        form method="post" novalidate {
            input type="hidden" name="method" value="us_bank_account";
            (email(view, "bank"))
            (field(view, "bank", "name", "Name of account holder", &view.form.name, "name", "text"))
            (field(view, "bank", "routing_number", "Routing number", &view.form.routing_number, "off", "numeric"))
            (field(view, "bank", "account_number", "Account number", &view.form.account_number, "off", "numeric"))
            div {
                label for="bank-account_type" { "Account type" }
                select id="bank-account_type" name="account_type" {
                    option value="checking" { "Checking" }
                    option value="savings" selected[view.form.account_type == "savings"] { "Savings" }
                }
            }
            p.small {
                "By sending this form you authorize the debit of your account. It takes some days until the bank "
                "confirms it."
            }
            button type="submit" { (action(view.session)) }
        }
    }
}

fn email(view: &View<'_>, form: &str) -> Markup {
    let known = view.session.customer_details.as_ref().and_then(|details| details.email.as_deref());
    let value = if view.form.email.is_empty() { known.unwrap_or_default() } else { &view.form.email };
    field(view, form, "email", "Email", value, "email", "email")
}

/// A labelled input with its problem, if it has one and its form was the one sent.
fn field(
    view: &View<'_>,
    form: &str,
    name: &'static str,
    label: &str,
    value: &str,
    autocomplete: &str,
    keyboard: &str,
) -> Markup {
    let sent = if view.form.method == "us_bank_account" { "bank" } else { "card" };
    let problem = view.problems.get(name).filter(|_| sent == form);
    let (id, hint) = (format!("{form}-{name}"), format!("{form}-{name}-hint"));
    html! {
        div {
            label for=(id) { (label) }
            input id=(id) name=(name) value=(value) autocomplete=(autocomplete) inputmode=(keyboard)
                aria-invalid=[problem.map(|_| "true")] aria-describedby=[problem.map(|_| &hint)];
            @if let Some(problem) = problem { p.hint id=(hint) { (problem) } }
        }
    }
}

fn action(session: &Session) -> String {
    session.amount_total.map_or_else(|| "Save".to_owned(), |total| format!("Pay {}", dollars(total)))
}

fn numbers(title: &str, rows: &[(&str, &str)], note: &str) -> Markup {
    html! {
        details {
            summary { (title) }
            table.numbers {
                @for (number, effect) in rows { tr { td { code { (number) } } td { (effect) } } }
            }
            p.small { (note) }
        }
    }
}

/// The 3-D Secure challenge. Source: <https://docs.stripe.com/payments/3d-secure>
pub(crate) fn challenge(session: &Session) -> Markup {
    let content = html! {
        main {
            h1.title { "3-D Secure" }
            p { "Your bank would ask you to confirm this payment here." }
            @if let Some(total) = session.amount_total { p.amount { (dollars(total)) } }
            form method="post" {
                button type="submit" name="outcome" value="complete" { "Complete authentication" }
                button.second type="submit" name="outcome" value="fail" { "Fail authentication" }
            }
        }
    };
    layout("Confirm with your bank", &content)
}

/// The page of a completed session.
pub(crate) fn complete(session: &Session) -> Markup {
    let content = html! {
        main {
            h1.title { "This checkout is complete" }
            p { "It was used already; opening it again charges nothing." }
            p { a href=(success_url(session)) { "Continue" } }
        }
    };
    layout("Complete", &content)
}

/// The page of an expired session.
pub(crate) fn expired(session: &Session) -> Markup {
    let content = html! {
        main {
            h1.title { "This checkout has expired" }
            p { "Nothing was charged. Go back to get a new one." }
            @if let Some(back) = &session.cancel_url { p { a href=(back) { "← Back" } } }
        }
    };
    layout("Expired", &content)
}

/// The page of an id that names nothing.
pub(crate) fn unknown() -> Markup {
    let content = html! {
        main {
            h1.title { "Something went wrong" }
            p { "The page you were looking for could not be found." }
        }
    };
    layout("Not found", &content)
}

fn layout(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · Stripe simulator" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { p.notice { strong { "Stripe simulator." } " Test numbers only: no bank is asked and no money moves." } }
                (content)
            }
        }
    }
}
