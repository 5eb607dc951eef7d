//! HTTP in: the routes of the server, and connections that can be dropped without a reply.

use crate::connection::Connection;
use crate::control::{self, delivering};
use crate::simulator::Simulator;
use crate::{api, checkout, sender};
use axum::Router;
use axum::routing::{any, get, post};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_service::Service;

/// Put on a response that must never be sent: what happens to the connection instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It closes.
    Closed,
    /// It is reset: the client meets an error of its network.
    Reset,
}

/// Serves `simulator` on `listener`, delivers its webhooks and keeps its snapshot, until `shutdown` completes.
///
/// # Errors
/// If the last snapshot cannot be written.
pub async fn serve(
    simulator: Simulator,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let routes = routes(simulator.clone());
    // Dropped, and with it everything it runs, when this function returns.
    let mut tasks = JoinSet::new();
    tasks.spawn(sender::deliver(simulator.clone()));
    tasks.spawn(sender::keep_snapshot(simulator.clone()));
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => {
                match accepted {
                    Ok((stream, _)) => { tasks.spawn(connection(stream, routes.clone())); }
                    // Too many open files, or a client already gone: the next may be better.
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
            Some(_) = tasks.join_next() => {}
        }
    }
    simulator.save(0).map(|_| ())
}

#[rustfmt::skip]
fn routes(simulator: Simulator) -> Router {
    Router::new()
        .route("/c/pay/{session}", get(checkout::show).post(checkout::submit))
        .route("/c/pay/{session}/authenticate", get(checkout::challenge).post(checkout::authenticate))
        .route("/_simulator/health", get(control::health))
        .route("/_simulator/faults", get(control::list_faults).post(control::add_fault).delete(control::clear_faults))
        .route("/_simulator/clock", get(control::clock).post(control::advance))
        .route("/_simulator/truth", get(control::truth))
        .route("/_simulator/deliveries", get(delivering::deliveries))
        .route("/_simulator/webhooks", get(delivering::held).post(delivering::rule))
        .route("/_simulator/webhooks/release", post(delivering::release))
        .route("/_simulator/events/{id}/resend", post(delivering::resend))
        .route("/_simulator/debits/settle", post(control::settle_debits))
        .route("/_simulator/charges/{id}/dispute", post(control::dispute))
        .route("/_simulator/disputes/{id}/close", post(control::close_dispute))
        .route("/_simulator/payouts/{id}/fail", post(control::fail_payout))
        .route("/_simulator/refunds/{id}/settle", post(control::settle_refund))
        .route("/_simulator/checkout_sessions/{id}/expire", post(control::expire_session))
        .route("/_simulator/reset", post(control::reset))
        .route("/v1/{*path}", any(api::handle))
        .fallback(api::handle)
        .with_state(simulator)
}

async fn connection(stream: TcpStream, routes: Router) {
    let reset = Arc::new(AtomicBool::new(false));
    let stream = Connection { stream, reset: reset.clone() };
    let service = service_fn(move |request: Request<Incoming>| {
        let (mut routes, reset) = (routes.clone(), reset.clone());
        async move { sendable(routes.call(request.map(axum::body::Body::new)).await, &reset) }
    });
    // An error here is a client that went away, or a reply that a fault breaks.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn sendable<B>(response: Result<Response<B>, Infallible>, reset: &AtomicBool) -> io::Result<Response<B>> {
    let Ok(response) = response;
    match response.extensions().get::<Broken>() {
        None => Ok(response),
        Some(broken) => {
            reset.store(*broken == Broken::Reset, Ordering::Relaxed);
            Err(io::Error::other("a fault breaks this connection"))
        }
    }
}
