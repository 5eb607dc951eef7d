use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::{Mailbox, router, sender};

/// A response with this extension is not written: the connection ends instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DropConnection;

/// How long requests under way may take after the shutdown began; a send that hangs by plan would never end.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// How long to wait after a connection could not be accepted, for what lacks (file handles, mostly) to come back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the mailbox over HTTP/1.1 and publishes its events until `shutdown` ends, then lets requests under way finish
/// for one second.
///
/// The loop is our own because `axum::serve` cannot end a connection without an answer.
///
/// # Errors
/// None so far: a connection that cannot be accepted is logged, and the next one waited for.
pub async fn serve(
    mailbox: Mailbox,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Dropped, and with it what is under way, when this function returns.
    let mut sending = JoinSet::new();
    sending.spawn(sender::run(mailbox.publisher().clone()));
    let service = TowerToHyperService::new(router(mailbox));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = &mut shutdown => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let service = service.clone();
        let answer = service_fn(move |request| answer(service.clone(), request));
        let connection =
            http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer);
        // A connection ends with an error when the client goes away or when it is dropped by plan.
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_GRACE, graceful.shutdown()).await.is_err() {
        connections.shutdown().await;
    }
    Ok(())
}

async fn answer<S>(service: S, request: Request<Incoming>) -> Result<Response<Body>, &'static str>
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
{
    let Ok(response) = service.call(request).await;
    match response.extensions().get::<DropConnection>() {
        Some(DropConnection) => Err("dropped by plan"),
        None => Ok(response),
    }
}
