//! A client of streaming notifications: requests the events of subscriptions and prints them.
//!
//! ```text
//! cargo run --example streaming -- http://127.0.0.1:8080/EWS/Exchange.asmx SUBSCRIPTION-ID…
//! ```
//!
//! The ids come from responses to `Subscribe`. The server closes a connection after half an hour, and a connection may
//! break. In both cases the client connects again. It ends when the server knows none of the subscriptions any more.
//! Then subscribe again.
//!
//! Exchange streams no watermarks, so `Continuity` cannot detect missing events here. Events that were in transit when a
//! connection broke are lost. Synchronize the mailbox to find them.
//!
//! # Waits
//!
//! The client waits two seconds before the next connection. The wait doubles with each connection in a row that lasts
//! less than ten seconds, however it ends. A server that asks for a longer time with `BackOffMilliseconds` gets it. No
//! wait is longer than five minutes, the longest that Exchange asks for. Up to a quarter is added at random, so that
//! clients that were disconnected together do not return together.
//!
//! # TLS and authentication
//!
//! This example has no TLS. An `https` URL is refused, because a request in clear text would carry the ids and the
//! credentials. For TLS, replace [`Connector`] with `HttpsConnector<HttpConnector>` of the crate `hyper-rustls`, and let
//! [`Client::new`] accept `https` only.
//!
//! Basic authentication and OAuth are a header of the request. A URL with a user name or password is refused: URLs get into
//! logs and process lists. NTLM authenticates a connection. It needs `hyper::client::conn`, where the messages of NTLM and
//! this request share a connection. A load balancer needs the header `X-AnchorMailbox` and the cookies of the response to
//! `Subscribe`, to find the server that knows the subscriptions.

use core::error::Error;
use core::iter;
use core::time::Duration;
use std::io::{self, Write as _};
use std::time::Instant;

use ews_notifications::frame::Framer;
use ews_notifications::request as ews;
use ews_notifications::{
    ConnectionStatus, Message, Parser, ResponseClass, ResponseCode, SubscriptionId,
};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::http::uri::Authority;
use hyper::{Request, StatusCode, Uri};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::{sleep, timeout};

pub(crate) type Failure = Box<dyn Error>;

/// Opens connections.
type Connector = HttpConnector;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next();
    let url = url.ok_or("usage: streaming URL SUBSCRIPTION-ID…")?;
    let client = Client::new(&url, arguments.collect(), Times::default())?;
    let handle = |message: &Message<'_>| {
        print(message).unwrap_or_else(|error| eprintln!("standard output: {error}"));
    };
    client.run(handle).await;
    Ok(())
}

/// How long the client waits for the server, and between connections.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// The longest time without data. Longer than the interval of heartbeats, which is about 45 seconds.
    pub(crate) silence: Duration,
    /// A connection that lasts less than this counts as a failure.
    pub(crate) brief: Duration,
    /// The shortest wait between two connections. It doubles with each failure in a row.
    pub(crate) pause: Duration,
    /// The longest wait, before up to a quarter is added at random.
    pub(crate) longest_wait: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(100),
            brief: Duration::from_secs(10),
            pause: Duration::from_secs(2),
            longest_wait: Duration::from_secs(300),
        }
    }
}

impl Times {
    /// The wait before the next connection, after so many failures in a row. The server asked for `back_off`. `random` is
    /// from 0 to 1.
    pub(crate) fn wait(self, failures: u32, back_off: Duration, random: f64) -> Duration {
        let growing = self.pause.saturating_mul(2_u32.saturating_pow(failures));
        let wait = growing.max(back_off).min(self.longest_wait);
        wait.mul_f64(1.0 + random / 4.0)
    }
}

/// A client for these subscriptions. Exchange allows 200 in one connection.
pub(crate) struct Client {
    http: legacy::Client<Connector, String>,
    url: Uri,
    pub(crate) subscription_ids: Vec<String>,
    times: Times,
}

impl Client {
    /// Fails if the URL is not one that this client can request safely.
    pub(crate) fn new(
        url: &str,
        subscription_ids: Vec<String>,
        times: Times,
    ) -> Result<Self, Failure> {
        let url: Uri = url.parse()?;
        match url.scheme_str() {
            Some("http") => {}
            Some("https") => return Err("this client has no TLS: an https URL is refused".into()),
            _ => return Err("the URL does not begin with http://".into()),
        }
        let has_user = |host: &Authority| host.as_str().contains('@');
        if url.authority().is_some_and(has_user) {
            return Err("the URL has a user name: send credentials in a header".into());
        }
        Ok(Self {
            // Each request has a connection of its own. A stream that is dropped cannot be used again.
            http: legacy::Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build(Connector::new()),
            url,
            subscription_ids,
            times,
        })
    }

    /// Connects again and again, until no subscription is left.
    pub(crate) async fn run(mut self, mut handle: impl FnMut(&Message<'_>)) {
        let mut parser = Parser::new();
        let (mut failures, mut wait) = (0, Duration::ZERO);
        while !self.subscription_ids.is_empty() {
            sleep(wait).await;
            let start = Instant::now();
            let end = self.connection(&mut parser, &mut handle).await;
            let back_off = end.unwrap_or_else(|error| {
                // Events may be lost. A gateway synchronizes the mailboxes now.
                eprintln!("{}", with_causes(&*error).escape_debug());
                Duration::ZERO
            });
            let is_brief = start.elapsed() < self.times.brief;
            failures = if is_brief { failures + 1 } else { 0 };
            wait = self.times.wait(failures, back_off, fastrand::f64());
            if !self.subscription_ids.is_empty() {
                eprintln!("connecting again in {wait:.1?}");
            }
        }
    }

    /// Handles the messages of one connection. Returns the time that the server asks to wait, or an error if the connection
    /// broke.
    pub(crate) async fn connection(
        &mut self,
        parser: &mut Parser,
        mut handle: impl FnMut(&Message<'_>),
    ) -> Result<Duration, Failure> {
        let mut body = timeout(self.times.silence, self.request()).await??;
        let mut framer = Framer::new();
        let failure: Failure = loop {
            let chunk = match timeout(self.times.silence, body.frame()).await {
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Ok(Some(Err(error))) => break error.into(),
                Ok(None) => break "the stream ended before it was closed".into(),
                Err(silence) => break silence.into(),
            };
            let mut chunk = &*chunk;
            // After an error of the framer or of the parser, the start of the next envelope would be a guess.
            while let Some(envelope) = framer.next(&mut chunk)? {
                let message = parser.parse(envelope.body)?;
                handle(&message);
                if let Some(wait) = self.end(&message)? {
                    return Ok(wait);
                }
            }
        };
        framer.finish()?; // a better error if the connection broke within an envelope
        Err(failure)
    }

    /// Returns the time that the server asks to wait, if this message ends the connection.
    fn end(&mut self, message: &Message<'_>) -> Result<Option<Duration>, Failure> {
        if let Some(fault) = message.fault {
            return back_off(fault.back_off_ms(), fault.response_code, fault.string).map(Some);
        }
        for response in message.responses {
            let ids = response.error_subscription_ids;
            if response.class == Some(ResponseClass::Error) && ids.is_empty() {
                let (code, text) = (response.code, response.message_text);
                return back_off(response.back_off_ms(), code, text).map(Some);
            }
            if !ids.is_empty() {
                let code = response.code.map_or("an error", |code| code.as_str());
                eprintln!("subscribe again after {}: {ids:?}", code.escape_debug());
                let is_left = |id: &String| !ids.contains(&SubscriptionId::new(id));
                self.subscription_ids.retain(is_left);
            }
            let is_closed = response.connection_status == Some(ConnectionStatus::Closed);
            if is_closed || self.subscription_ids.is_empty() {
                return Ok(Some(Duration::ZERO));
            }
        }
        Ok(None)
    }

    /// Sends the request. The response begins at once and lasts for half an hour.
    async fn request(&self) -> Result<Incoming, Failure> {
        let ids = self.subscription_ids.iter();
        let ids: Vec<_> = ids.map(|id| SubscriptionId::new(id)).collect();
        let body = ews::Request::get_streaming_events(&ids, 30).to_xml()?; // the most minutes that Exchange allows
        let request = Request::post(&self.url)
            .header(CONTENT_TYPE, ews::Request::CONTENT_TYPE)
            .body(body)?;
        let response = self.http.request(request).await?;
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.map_or("", |value| value.to_str().unwrap_or("unknown"));
        match response.status() {
            StatusCode::OK | StatusCode::INTERNAL_SERVER_ERROR if is_xml(content_type) => {
                Ok(response.into_body()) // 500 has a fault
            }
            status => {
                let expected = "expected a SOAP message";
                Err(format!("HTTP status {status}, Content-Type {content_type}; {expected}").into())
            }
        }
    }
}

/// Whether this is the media type of a SOAP message, or empty. A proxy answers with a page in HTML.
fn is_xml(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let mut types = ["", "text/xml", "application/soap+xml"].into_iter();
    types.any(|xml| xml.eq_ignore_ascii_case(media_type))
}

/// An error and its causes. The texts of hyper say little without them.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let errors = iter::successors(Some(error), |&error| error.source());
    errors
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// Returns the time that a busy server asks to wait, or without one the server's error.
fn back_off(
    milliseconds: Option<u64>,
    code: Option<ResponseCode<'_>>,
    text: Option<&str>,
) -> Result<Duration, Failure> {
    if let Some(milliseconds) = milliseconds {
        return Ok(Duration::from_millis(milliseconds));
    }
    let code = code.map_or("error", |code| code.as_str());
    Err(format!("{code}: {}", text.unwrap_or("-")).into())
}

/// Prints a line for each event. Ids are escaped, so that a line feed in one does not start another line.
fn print(message: &Message<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for event in message
        .notifications()
        .flat_map(|notification| notification.events)
    {
        let id = event.target().map_or("-", |target| target.id());
        writeln!(out, "{} {}", event.kind, id.escape_debug())?;
    }
    Ok(())
}
