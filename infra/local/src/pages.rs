//! The gateway's own pages. They load nothing from elsewhere.

use axum::response::Html;
use maud::{DOCTYPE, PreEscaped, html};
use serde_json::json;

use crate::ports::Addresses;

/// Nothing but a style.
pub(crate) const START_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The viewer is one script that styles itself and calls this origin's API. It would like to ask its maker's servers
/// for fonts and more; that is not let through.
pub(crate) const DOCS_POLICY: &str = "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline'; \
                                      style-src 'self' 'unsafe-inline'";

const STYLE: &str = "
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
dt { font-weight: 600; margin-top: 1rem; }
dd { margin: 0; }
code { background: #eee; padding: 0.1rem 0.3rem; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } a { color: #8bf; }
  code { background: #333; } }
";

/// Links to everything.
pub(crate) fn start(addresses: &Addresses) -> Html<String> {
    let links = [
        ("API reference", &addresses.docs, "every endpoint, to read and to try"),
        ("Staff tokens", &addresses.issuer, "a ready token of each user of the demo"),
        (
            "Mailbox",
            &addresses.mailbox,
            "the emails and texts that patients would get, with payment links; they can bounce and be answered",
        ),
        ("Stripe simulator", &addresses.stripe, "its API; payment links lead to its checkout page"),
        ("DynamoDB", &addresses.dynamodb, "for the AWS CLI's --endpoint-url"),
        ("Functions", &addresses.lambda, "for cargo lambda invoke"),
    ];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Paywell on this machine" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Paywell on this machine" }
                p { "The API is at " code { (addresses.api) "/v1" } "." }
                dl {
                    @for (name, url, what) in links {
                        dt { a href=(url) { (name) } }
                        dd { (what) " (" code { (url) } ")" }
                    }
                }
                p {
                    code { "cargo dev outreach" } " runs the nightly job now, "
                    code { "cargo dev clock +3d" } " moves the clock of all of this."
                }
            }
        }
    };
    Html(page.into_string())
}

/// The viewer of `/openapi.json`.
pub(crate) fn docs() -> Html<String> {
    let settings = json!({
        "url": "/openapi.json",
        "withDefaultFonts": false,
        "telemetry": false,
        "hideClientButton": true,
        "showDeveloperTools": "never",
        "agent": { "disabled": true },
    });
    Html(scalar_api_reference::scalar_html(&settings, Some("/docs/scalar.js")))
}

/// The viewer's script.
pub(crate) fn script() -> Vec<u8> {
    scalar_api_reference::get_asset("scalar.js").unwrap_or_default()
}
