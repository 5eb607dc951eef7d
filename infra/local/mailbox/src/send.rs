use axum::body::Body;
use axum::http::{HeaderMap, Response};

use crate::clock;
use crate::faults::Fault;
use crate::message::Content;
use crate::server::DropConnection;
use crate::state::{Mailbox, message_id};
use crate::wire::{Refusal, Service, signed};

/// What a request asks for, once checked.
pub(crate) struct Order {
    pub(crate) content: Content,
    /// The sender wants the checks alone: the answer is as usual, but nothing is kept.
    pub(crate) dry_run: bool,
}

/// Answers one send: the signature's headers, then the planned fault, then the checks, as a provider that is in
/// trouble does not look at the request either.
pub(crate) async fn send(
    mailbox: &Mailbox,
    service: Service,
    headers: &HeaderMap,
    read: impl FnOnce() -> Result<Order, Refusal>,
) -> Response<Body> {
    attempt(mailbox, service, headers, read).await.unwrap_or_else(|refusal| service.refuse(&refusal))
}

async fn attempt(
    mailbox: &Mailbox,
    service: Service,
    headers: &HeaderMap,
    read: impl FnOnce() -> Result<Order, Refusal>,
) -> Result<Response<Body>, Refusal> {
    signed(headers)?;
    let fault = mailbox.next_fault(service.kind());
    match fault {
        Some(Fault::Throttle) => return Err(service.throttled()),
        Some(Fault::Error) => return Err(service.failed()),
        Some(Fault::Timeout) => std::future::pending().await,
        Some(Fault::AcceptThenDrop) | None => {}
    }
    let Order { content, dry_run } = read()?;
    let id = if dry_run {
        message_id(content.kind, clock::now())
    } else {
        mailbox.keep(content).map_err(|error| {
            tracing::error!(%error, "the message could not be written to the snapshot");
            service.failed()
        })?
    };
    let mut response = service.accept(&id);
    if fault == Some(Fault::AcceptThenDrop) {
        response.extensions_mut().insert(DropConnection);
    }
    Ok(response)
}
