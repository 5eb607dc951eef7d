use linkify::{LinkFinder, LinkKind};
use maud::{Markup, html};

use super::{events, layout, list};
use crate::message::{Content, Kind, Message};
use crate::publisher::Published;

pub(super) fn render(message: &Message, published: &[Published]) -> Markup {
    let content = &message.content;
    let title = list::title(message);
    let body = html! {
        nav.bar aria-label="Mailbox" {
            a href="/" { "← Mailbox" }
            a href="#events" { "Make something happen" }
        }
        h1 { @if content.kind == Kind::Email { (title) } @else { "Text message" } }
        (facts(message))
        @if let Some(text) = &content.text {
            section aria-labelledby="text" {
                h2 #text { @if content.kind == Kind::Email { "Plain text" } @else { "Message" } }
                p.text { (linked(text)) }
            }
        }
        @if content.html.is_some() {
            section aria-labelledby="html" {
                h2 #html { "HTML" }
                iframe src={ "/messages/" (message.id) "/html" } title="HTML part of the message"
                    sandbox="allow-top-navigation-by-user-activation" {}
            }
        }
        (events::section(message, published))
        (details(content))
    };
    layout::render(&title, &body)
}

fn facts(message: &Message) -> Markup {
    let content = &message.content;
    let addresses =
        [("To", &content.to), ("Cc", &content.cc), ("Bcc", &content.bcc), ("Reply to", &content.reply_to)];
    html! {
        dl.facts {
            (fact("From", content.from.as_deref()))
            @for (name, list) in addresses {
                @if !list.is_empty() { (fact(name, Some(&list.join(", ")))) }
            }
            dt { "Sent" } dd { (layout::time(message.sent_at)) }
            (fact("Configuration set", content.configuration_set.as_deref()))
            (fact("Id", Some(&message.id)))
        }
    }
}

fn fact(name: &str, value: Option<&str>) -> Markup {
    html! { @if let Some(value) = value { dt { (name) } dd { (value) } } }
}

fn details(content: &Content) -> Markup {
    let headers_title = if content.kind == Kind::Email { "Headers" } else { "Settings" };
    html! {
        @if !content.attachments.is_empty() {
            section aria-labelledby="attachments" {
                h2 #attachments { "Attachments" }
                ul {
                    @for file in &content.attachments {
                        li { (file.file_name) " (" (file.content_type) ", " (file.size_bytes) " bytes)" }
                    }
                }
            }
        }
        (pairs("tags", "Tags", content.tags.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
        (pairs(
            "headers",
            headers_title,
            content.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())),
        ))
    }
}

fn pairs<'a>(id: &str, title: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Markup {
    let mut pairs = pairs.peekable();
    html! {
        @if pairs.peek().is_some() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                dl.facts { @for (name, value) in pairs { dt { (name) } dd { (value) } } }
            }
        }
    }
}

/// The text with its web addresses as links, as a mail program would show it.
fn linked(text: &str) -> Markup {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    html! {
        @for span in finder.spans(text) {
            @let span_text = span.as_str();
            @if span.kind().is_some() && (span_text.starts_with("https://") || span_text.starts_with("http://")) {
                a href=(span_text) rel="noreferrer" { (span_text) }
            } @else {
                (span_text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn web_addresses_become_links_and_nothing_else_does() {
        let markup = linked("Pay <now>: https://pay.example.org/p/1?a=b&c=d. javascript://x").into_string();
        assert_eq!(
            markup,
            "Pay &lt;now&gt;: <a href=\"https://pay.example.org/p/1?a=b&amp;c=d\" rel=\"noreferrer\">\
             https://pay.example.org/p/1?a=b&amp;c=d</a>. javascript://x"
        );
    }
}
