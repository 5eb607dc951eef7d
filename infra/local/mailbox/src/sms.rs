//! AWS End User Messaging SMS v2 `SendTextMessage`.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use crate::Mailbox;
use crate::message::{Content, Header, Kind};
use crate::send::{Order, send};
use crate::wire::{Refusal, SMS_CONTENT_TYPE, Service, parse};

mod checks;

const TARGET: &str = "PinpointSMSVoiceV2.SendTextMessage";

/// `SendTextMessage` as it comes. Members that change nothing about what is caught are left unread.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendTextMessage {
    destination_phone_number: Option<String>,
    origination_identity: Option<String>,
    message_body: Option<String>,
    message_type: Option<String>,
    configuration_set_name: Option<String>,
    /// Seconds.
    time_to_live: Option<u32>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    #[serde(default)]
    dry_run: bool,
}

pub(crate) async fn send_text_message(
    State(mailbox): State<Mailbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    send(&mailbox, Service::Sms, &headers, || read(&headers, &body)).await
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Order, Refusal> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-amz-target") != Some(TARGET) || header(CONTENT_TYPE.as_str()) != Some(SMS_CONTENT_TYPE) {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "UnknownOperationException",
            format!("Only {TARGET} in {SMS_CONTENT_TYPE} is known here."),
        ));
    }
    let request: SendTextMessage = parse(body)?;
    let to = request.destination_phone_number.ok_or_else(|| checks::missing("destinationPhoneNumber"))?;
    checks::phone_number(&to)?;
    let text = request.message_body.ok_or_else(|| checks::missing("messageBody"))?;
    checks::body(&text)?;
    checks::origination(request.origination_identity.as_deref())?;
    checks::message_type(request.message_type.as_deref())?;
    checks::configuration_set(request.configuration_set_name.as_deref())?;
    checks::time_to_live(request.time_to_live)?;
    checks::context(&request.context)?;
    let time_to_live = request.time_to_live.map(|seconds| seconds.to_string());
    let settings = [("MessageType", request.message_type), ("TimeToLive", time_to_live)];
    let content = Content {
        kind: Kind::Sms,
        from: request.origination_identity,
        to: vec![to],
        cc: Vec::new(),
        bcc: Vec::new(),
        reply_to: Vec::new(),
        subject: None,
        text: Some(text),
        html: None,
        headers: settings
            .into_iter()
            .filter_map(|(name, value)| Some(Header { name: name.to_owned(), value: value? }))
            .collect(),
        attachments: Vec::new(),
        tags: request.context,
        configuration_set: request.configuration_set_name,
    };
    Ok(Order { content, dry_run: request.dry_run })
}
