//! What happened to messages, and what can be made to happen.

use maud::{Markup, html};
use serde_json::Value;

use super::layout;
use crate::behaviours::Behaviour;
use crate::events::Event;
use crate::message::{Kind, Message};
use crate::publisher::{Delivery, Published};

/// More than a person reads; scripts get all.
const SHOWN_MAX: usize = 200;

/// What patients often write.
const REPLIES: [&str; 3] = ["STOP", "HELP", "START"];

/// Everything that was published, newest first.
pub(super) fn render(published: &[Published], behaviours: &[Behaviour], function: Option<&str>) -> Markup {
    let body = html! {
        nav aria-label="Back" { a href="/" { "← Mailbox" } }
        h1 { "Events" }
        @if let Some(function) = function {
            p { "They are sent to " code { (function) } "." }
        } @else {
            p { "No function is subscribed: they are listed here alone." }
        }
        @if !behaviours.is_empty() {
            section aria-labelledby="behaviours" {
                h2 #behaviours { "What happens by itself" }
                dl.facts {
                    @for behaviour in behaviours {
                        dt { (behaviour.to) }
                        dd { (label(behaviour.event.name())) ", after " (behaviour.after_ms) " ms" }
                    }
                }
            }
        }
        section aria-labelledby="published" {
            h2 #published { "What was published" }
            p.count role="status" { (count(published)) }
            (list(published, true))
        }
    };
    layout::render("Events", &body)
}

/// How many there are, and how many did not arrive.
pub(super) fn count(published: &[Published]) -> String {
    let events = match published.len() {
        0 => "No events".to_owned(),
        1 => "1 event".to_owned(),
        count => format!("{count} events"),
    };
    let failed = published.iter().filter(|one| one.deliveries.iter().any(is_failed)).count();
    let failed = if failed == 0 { String::new() } else { format!(", {failed} not delivered") };
    let shown =
        if published.len() > SHOWN_MAX { format!(", the newest {SHOWN_MAX} shown") } else { String::new() };
    format!("{events}{failed}{shown}")
}

/// The part of a message's page: what happened to it, and buttons for what can.
pub(super) fn section(message: &Message, published: &[Published]) -> Markup {
    let kind = message.content.kind;
    html! {
        section aria-labelledby="events" {
            h2 #events { "Make something happen" }
            @if message.content.configuration_set.is_some() {
                (buttons(message))
            } @else {
                p { "It was sent without a configuration set, so nothing is published about it." }
            }
        }
        @if kind == Kind::Sms { (reply_form(message)) }
        section aria-labelledby="published" {
            h2 #published { "What happened" }
            p.count role="status" { (count(published)) }
            (list(published, false))
        }
    }
}

fn buttons(message: &Message) -> Markup {
    html! {
        form.actions method="post" action={ "/messages/" (message.id) "/events" } {
            (times())
            @for event in Event::of(message.content.kind) {
                button name="event" value=(event.name()) { (label(event.name())) }
            }
        }
    }
}

/// One form for what is typed and one for the ready words, whose buttons would send the empty field along.
fn reply_form(message: &Message) -> Markup {
    let action = format!("/messages/{}/replies", message.id);
    html! {
        section aria-labelledby="reply" {
            h2 #reply { "Reply as the patient" }
            form.actions method="post" action=(action) {
                label.wide { "Text" input name="body" required maxlength="1600" autocomplete="off"; }
                (times())
                button { "Send reply" }
            }
            form.actions method="post" action=(action) aria-label="Ready replies" {
                @for reply in REPLIES { button name="body" value=(reply) { (reply) } }
            }
        }
    }
}

fn times() -> Markup {
    html! {
        label { "Copies" input.number name="times" type="number" min="1" max="10" value="1" required; }
    }
}

fn list(published: &[Published], with_message: bool) -> Markup {
    html! {
        @if !published.is_empty() {
            ol.events { @for one in published.iter().take(SHOWN_MAX) { li { (row(one, with_message)) } } }
        }
    }
}

fn row(one: &Published, with_message: bool) -> Markup {
    html! {
        p {
            strong { (label(one.event)) } " · " (layout::time(one.published_at))
            @if let Some(message) = one.message.as_ref().filter(|_| with_message) {
                " · " a href={ "/messages/" (message) } { "its message" }
            }
        }
        @if let Some(written) = one.record.get("messageBody").and_then(Value::as_str) { p { "“" (written) "”" } }
        @if one.deliveries.is_empty() { p.count { "Not sent: no function is subscribed" } }
        @for delivery in &one.deliveries { (state(delivery)) }
        details {
            summary { "What it says" }
            pre.text tabindex="0" { (format!("{:#}", one.record)) }
        }
    }
}

fn state(delivery: &Delivery) -> Markup {
    let tries = match delivery.tries() {
        1 => "1 try".to_owned(),
        tries => format!("{tries} tries"),
    };
    html! {
        @match delivery {
            Delivery::Delivered { .. } => p.count { "Delivered after " (tries) },
            Delivery::Waiting { error: None, .. } => p.count { "On its way" },
            Delivery::Waiting { error: Some(error), .. } => p.count { "Waiting after " (tries) ": " (error) },
            Delivery::Failed { error, .. } => p.failed { "Not delivered after " (tries) ": " (error) },
        }
    }
}

const fn is_failed(delivery: &Delivery) -> bool {
    matches!(delivery, Delivery::Failed { .. })
}

/// `soft_bounce` in people's words.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}
