use std::sync::Arc;

use maud::{Markup, html};

use super::layout;
use crate::message::Message;

/// More than a person reads; the rest is reached by the filter.
const SHOWN_MAX: usize = 200;
/// Characters of a text's body that stand for a subject.
const EXCERPT_CHARS_MAX: usize = 120;

pub(super) fn render(messages: &[Arc<Message>], to: &str, events: &str) -> Markup {
    let body = html! {
        header.bar {
            h1 { a href="/" { "Mailbox" } }
            form.search role="search" action="/" {
                label for="to" { "Recipient" }
                input #to name="to" type="search" value=(to) placeholder="name, address or number";
                button { "Filter" }
            }
        }
        p.count role="status" { (count(messages.len(), to)) }
        p.count { a href="/events" { (events) } }
        @if !messages.is_empty() {
            ol.messages { @for message in messages.iter().take(SHOWN_MAX) { li { (row(message)) } } }
        }
    };
    layout::render("All messages", &body)
}

fn count(found: usize, to: &str) -> String {
    let messages = match found {
        0 => "No messages".to_owned(),
        1 => "1 message".to_owned(),
        found => format!("{found} messages"),
    };
    let recipients = if to.is_empty() { String::new() } else { format!(" to “{to}”") };
    let shown = if found > SHOWN_MAX { format!(", the newest {SHOWN_MAX} shown") } else { String::new() };
    format!("{messages}{recipients}{shown}")
}

fn row(message: &Message) -> Markup {
    let content = &message.content;
    html! {
        a.row href={ "/messages/" (message.id) } {
            span.kind { (content.kind.label()) }
            span.to { (content.recipients().collect::<Vec<_>>().join(", ")) }
            span.subject { (title(message)) }
            span.set { @if let Some(set) = &content.configuration_set { (set) } }
            span.when { (layout::time(message.sent_at)) }
        }
    }
}

/// The subject; of a text, its beginning.
pub(super) fn title(message: &Message) -> String {
    let content = &message.content;
    let whole = content.subject.as_deref().or(content.text.as_deref()).unwrap_or_default().trim();
    match whole.char_indices().nth(EXCERPT_CHARS_MAX) {
        _ if whole.is_empty() => "(no subject)".to_owned(),
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or(whole)),
        None => whole.to_owned(),
    }
}
