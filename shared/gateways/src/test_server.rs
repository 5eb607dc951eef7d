//! A server on loopback that plays a written list of replies and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does once it has read a whole request.
pub(crate) enum Reply {
    /// Answers and keeps the connection.
    Answer { status: u16, headers: &'static str, body: String },
    /// Answers half and closes.
    Half,
    /// Closes without a byte.
    Drop,
    /// Never answers.
    Hang,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl ToString) -> Self {
        Self::Answer { status, headers: "", body: body.to_string() }
    }
}

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Such as `POST /v1/refunds HTTP/1.1`.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// 0 for the first connection.
    pub(crate) connection: usize,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct TestServer {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl TestServer {
    /// Requests beyond the list are seen, and their connections dropped.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, connection, Arc::clone(&replies), Arc::clone(&log)));
            }
        });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// An address that nothing listens on.
pub(crate) async fn closed_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn serve(
    stream: TcpStream,
    connection: usize,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    log: Arc<Mutex<Vec<Seen>>>,
) {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read_request(&mut stream, connection).await {
        log.lock().unwrap().push(seen);
        let reply = replies.lock().unwrap().pop_front().unwrap_or(Reply::Drop);
        match reply {
            Reply::Answer { status, headers, body } => {
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
                stream.write_all(head.as_bytes()).await.unwrap();
            }
            Reply::Half => {
                stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 900\r\n\r\n{\"id\":").await.unwrap();
                return;
            }
            Reply::Drop => return,
            Reply::Hang => std::future::pending().await,
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>, connection: usize) -> Option<Seen> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let line = lines.remove(0);
    let split =
        |line: &String| line.split_once(": ").map(|(key, value)| (key.to_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = lines.iter().filter_map(split).collect();
    let length = headers.iter().find(|(key, _)| key == "content-length").map_or("0", |(_, value)| value);
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { line, headers, body: String::from_utf8(body).unwrap(), connection })
}
