use chrono::{DateTime, Utc};
use maud::{DOCTYPE, Markup, html};

use crate::{Issuer, User};

/// The users with a token each, which a click selects whole.
pub(crate) fn render(issuer: &Issuer, now: DateTime<Utc>) -> Markup {
    let lifetime = issuer.config.token_lifetime;
    let until = (now + lifetime).format("%-d %b %Y, %H:%M UTC");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Demo users · Issuer" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="data:,";
            }
            body {
                main {
                    h1 { "Demo users" }
                    p {
                        "Each token is good until " (until) ". Click one to select it, and send it as "
                        code { "Authorization: Bearer …" } ". A reload makes new ones."
                    }
                    ul { @for user in &issuer.config.users { li { (card(issuer, user, now)) } } }
                }
            }
        }
    }
}

fn card(issuer: &Issuer, user: &User, now: DateTime<Utc>) -> Markup {
    let token = issuer.token(&user.id, now, issuer.config.token_lifetime);
    html! {
        h2 { (user.name) }
        p { (user.role) " at " (user.practice) ", username " code { (user.id) } }
        @if let Some(token) = token {
            code.token tabindex="0" role="textbox" aria-readonly="true" aria-label={ "Token of " (user.name) } { (token) }
        }
    }
}
