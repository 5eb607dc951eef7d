//! HTTP on loopback, both ways: whole requests and answers, and connections that can be broken.

use std::{io, os::fd::AsFd, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};

/// A client that keeps its connections.
pub(crate) type Client = legacy::Client<HttpConnector, Full<Bytes>>;

/// What becomes of a request's connection.
#[derive(Debug)]
pub(crate) enum Reply {
    /// It carries an answer.
    Answer(Response<Bytes>),
    /// It is closed (FIN) without one.
    Close,
    /// It is reset (RST).
    Reset,
    /// It stays open and silent until the client gives up.
    Stall,
}

pub(crate) fn client() -> Client {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    legacy::Client::builder(TokioExecutor::new()).build(connector)
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(client: &Client, request: Request<Bytes>) -> Response<Bytes> {
    let response = client.request(request.map(Full::new)).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

/// Answers on a free port of loopback for as long as this runtime lives; gives `host:port`.
pub(crate) async fn serve<F>(answer: impl Fn(Request<Bytes>) -> F + Clone + Send + 'static) -> String
where
    F: Future<Output = Reply> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(connection(stream, answer.clone()));
        }
    });
    address
}

async fn connection<F>(stream: TcpStream, answer: impl Fn(Request<Bytes>) -> F + Clone)
where
    F: Future<Output = Reply>,
{
    stream.set_nodelay(true).unwrap();
    // The same socket once more: while hyper holds the stream, only this can make its end a reset.
    let socket = Arc::new(stream.as_fd().try_clone_to_owned().unwrap());
    let service = service_fn(move |request: Request<Incoming>| {
        let (parts, body) = request.into_parts();
        let (socket, answer) = (socket.clone(), answer.clone());
        async move {
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            match answer(Request::from_parts(parts, body)).await {
                Reply::Answer(response) => Ok(response.map(Full::new)),
                Reply::Close => Err(io::Error::other("closed on purpose")),
                Reply::Reset => {
                    SockRef::from(&*socket).set_linger(Some(Duration::ZERO))?;
                    Err(io::Error::other("reset on purpose"))
                }
                // hyper drops this future when the client closes its end.
                Reply::Stall => std::future::pending().await,
            }
        }
    });
    // An error here is a client that went away, or a connection that was broken on purpose.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
