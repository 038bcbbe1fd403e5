//! A server that writes the bytes that a test gives it: one response for each connection, in the order of connections.

use core::net::SocketAddr;
use core::time::Duration;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use super::random::Random;

/// The response to a connection. The server closes the connection after it.
pub(crate) struct Answer(Vec<Step>);

enum Step {
    Write(Vec<u8>),
    Wait(Duration),
}

impl Answer {
    /// The head of a stream, as Exchange writes it.
    pub(crate) fn stream() -> Self {
        Self(Vec::new()).raw(
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\
             X-NoBuffering: 1\r\n\r\n",
        )
    }

    /// A whole response that is no stream.
    pub(crate) fn whole(status: &str, body: &str) -> Self {
        let length = body.len();
        Self(Vec::new()).raw(&format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// These bytes, unchanged.
    pub(crate) fn raw(mut self, bytes: &str) -> Self {
        self.0.push(Step::Write(bytes.into()));
        self
    }

    pub(crate) fn wait(mut self, time: Duration) -> Self {
        self.0.push(Step::Wait(time));
        self
    }

    /// `chunk`, in one write.
    pub(crate) fn chunk(mut self, data: impl AsRef<[u8]>) -> Self {
        let data = data.as_ref();
        let length = format!("{:x}\r\n", data.len());
        let chunk = [length.as_bytes(), data, b"\r\n"].concat();
        self.0.push(Step::Write(chunk));
        self
    }

    /// Chunks of up to this length.
    pub(crate) fn chunks(self, longest: usize, random: &mut Random, data: &str) -> Self {
        let chunks = pieces(longest, random, data.as_bytes());
        chunks.into_iter().fold(self, Self::chunk)
    }

    /// `last-chunk`, and no trailers.
    pub(crate) fn end(self) -> Self {
        self.raw("0\r\n\r\n")
    }

    /// The same bytes, in writes of up to this length, some of them late.
    pub(crate) fn slowly(self, longest: usize, random: &mut Random) -> Self {
        let bytes = self.bytes();
        let mut steps = Vec::new();
        for piece in pieces(longest, random, &bytes) {
            steps.push(Step::Write(piece.into()));
            if random.once_in(bytes.len() / longest + 2) {
                steps.push(Step::Wait(Duration::from_millis(2)));
            }
        }
        Self(steps)
    }

    /// The first bytes of it only.
    pub(crate) fn cut(self, length: usize) -> Self {
        let mut bytes = self.bytes();
        bytes.truncate(length);
        Self(vec![Step::Write(bytes)])
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let writes = self.0.iter().filter_map(|step| match step {
            Step::Write(bytes) => Some(&**bytes),
            Step::Wait(_) => None,
        });
        writes.collect::<Vec<_>>().concat()
    }
}

/// The bytes in pieces of one up to `longest`.
fn pieces<'b>(longest: usize, random: &mut Random, mut bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(bytes.len().min(1 + random.below(longest)));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

/// A request, and when it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    /// Up to the empty line.
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Accepts as many connections as there are responses, and refuses more.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::at("127.0.0.1:0", answers).await
    }

    /// The same, at this address.
    pub(crate) async fn at(address: &str, answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
        };
        let asked = server.asked.clone();
        let answers: Vec<_> = answers.into_iter().collect();
        tokio::spawn(async move {
            for answer in answers {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, answer, asked.clone()));
            }
        });
        server
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, Answer(steps): Answer, asked: Arc<Mutex<Vec<Asked>>>) {
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    let request = read(&mut stream).await;
    asked.lock().unwrap().push(request);
    for step in steps {
        match step {
            Step::Wait(time) => sleep(time).await,
            // A client that has read enough closes the connection.
            Step::Write(bytes) if stream.write_all(&bytes).await.is_err() => return,
            Step::Write(_) => {}
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Asked {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).await.unwrap() > 0, "{head}");
    }
    let lower = head.to_ascii_lowercase();
    let (_, length) = lower.split_once("content-length: ").unwrap();
    let (length, _) = length.split_once("\r\n").unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    Asked {
        at: Instant::now(),
        head,
        body: String::from_utf8(body).unwrap(),
    }
}
