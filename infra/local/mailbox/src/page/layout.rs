use chrono::{DateTime, SecondsFormat, Utc};
use maud::{DOCTYPE, Markup, html};

pub(super) fn render(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Mailbox" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="data:,";
            }
            body { main { (body) } }
        }
    }
}

pub(super) fn time(at: DateTime<Utc>) -> Markup {
    html! {
        time datetime=(at.to_rfc3339_opts(SecondsFormat::Millis, true)) {
            (at.format("%-d %b %Y, %H:%M:%S UTC"))
        }
    }
}
