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

use core::error::Error;
use core::time::Duration;
use std::io::{self, Write as _};

use ews_notifications::frame::Framer;
use ews_notifications::{
    ConnectionStatus, Message, Parser, ResponseClass, ResponseCode, SubscriptionId,
};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

pub(crate) type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let client = Client {
        url: arguments
            .next()
            .ok_or("usage: streaming URL SUBSCRIPTION-ID…")?
            .parse()?,
        subscription_ids: arguments.collect(),
        silence: Duration::from_secs(100),
        pause: Duration::from_secs(2),
    };
    let handle = |message: &Message<'_>| {
        print(message).unwrap_or_else(|error| eprintln!("standard output: {error}"));
    };
    client.run(handle).await;
    Ok(())
}

/// A client for these subscriptions. Exchange allows 200 in one connection.
pub(crate) struct Client {
    pub(crate) url: Uri,
    pub(crate) subscription_ids: Vec<String>,
    /// The longest time without data. Longer than the interval of heartbeats, which is about 45 seconds.
    pub(crate) silence: Duration,
    /// The time between two connections, unless the server sends `BackOffMilliseconds`.
    pub(crate) pause: Duration,
}

impl Client {
    /// Connects again and again, until no subscription is left.
    pub(crate) async fn run(mut self, mut handle: impl FnMut(&Message<'_>)) {
        let mut parser = Parser::new();
        while !self.subscription_ids.is_empty() {
            let wait = match self.connection(&mut parser, &mut handle).await {
                Ok(wait) => wait,
                // Events may be lost. A gateway synchronizes the mailboxes now.
                Err(error) => {
                    eprintln!("{}", error.to_string().escape_debug());
                    self.pause
                }
            };
            sleep(wait).await;
        }
    }

    /// Handles the messages of one connection. Returns how long to wait before the next connection, or an error if the
    /// connection broke.
    pub(crate) async fn connection(
        &mut self,
        parser: &mut Parser,
        mut handle: impl FnMut(&Message<'_>),
    ) -> Result<Duration, Failure> {
        let mut body = timeout(self.silence, self.request()).await??;
        let mut framer = Framer::new();
        let failure: Failure = loop {
            let chunk = match timeout(self.silence, body.frame()).await {
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

    /// Returns how long to wait before the next connection, if this message ends the connection.
    fn end(&mut self, message: &Message<'_>) -> Result<Option<Duration>, Failure> {
        const BACK_OFF: &str = "BackOffMilliseconds";
        if let Some(fault) = message.fault {
            return back_off(fault.value(BACK_OFF), fault.response_code, fault.string).map(Some);
        }
        for response in message.responses {
            let ids = response.error_subscription_ids;
            if response.class == Some(ResponseClass::Error) && ids.is_empty() {
                let (code, text) = (response.code, response.message_text);
                return back_off(response.value(BACK_OFF), code, text).map(Some);
            }
            if !ids.is_empty() {
                let code = response.code.map_or("an error", |code| code.as_str());
                eprintln!("subscribe again after {}: {ids:?}", code.escape_debug());
                let is_left = |id: &String| !ids.contains(&SubscriptionId::new(id));
                self.subscription_ids.retain(is_left);
            }
            let is_closed = response.connection_status == Some(ConnectionStatus::Closed);
            if is_closed || self.subscription_ids.is_empty() {
                return Ok(Some(self.pause));
            }
        }
        Ok(None)
    }

    /// Sends the request. The response begins at once and lasts for half an hour.
    async fn request(&self) -> Result<Incoming, Failure> {
        let host = self.url.authority().ok_or("the URL has no host")?;
        let stream = TcpStream::connect((host.host(), host.port_u16().unwrap_or(80))).await?;
        // A gateway puts TLS around the stream here.
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        // NTLM authenticates a connection. Send its messages through the same sender, before this request. Basic
        // authentication and OAuth are a header of the request. A load balancer needs the header X-AnchorMailbox and
        // the cookies of the response to Subscribe, to find the server that knows the subscriptions.
        let request = Request::post(self.url.path())
            .header(HOST, host.as_str())
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .body(get_streaming_events(&self.subscription_ids))?;
        let response = sender.send_request(request).await?;
        match response.status() {
            StatusCode::OK | StatusCode::INTERNAL_SERVER_ERROR => Ok(response.into_body()), // 500 has a fault
            status => Err(format!("HTTP status {status}").into()),
        }
    }
}

/// Returns the time that a busy server asks to wait, or without one the server's error.
fn back_off(
    milliseconds: Option<&str>,
    code: Option<ResponseCode<'_>>,
    text: Option<&str>,
) -> Result<Duration, Failure> {
    if let Some(Ok(milliseconds)) = milliseconds.map(str::parse) {
        return Ok(Duration::from_millis(milliseconds));
    }
    let code = code.map_or("error", |code| code.as_str());
    Err(format!("{code}: {}", text.unwrap_or("-")).into())
}

/// A `GetStreamingEvents` request for these subscriptions. 30 minutes is the most that Exchange allows.
fn get_streaming_events(subscription_ids: &[String]) -> String {
    let ids = subscription_ids.iter().map(|id| {
        let id = id.replace('&', "&amp;").replace('<', "&lt;");
        format!("<t:SubscriptionId>{id}</t:SubscriptionId>")
    });
    let ids: String = ids.collect();
    format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
<s:Header><t:RequestServerVersion Version="Exchange2010_SP1"/></s:Header>
<s:Body><m:GetStreamingEvents><m:SubscriptionIds>{ids}</m:SubscriptionIds>
<m:ConnectionTimeout>30</m:ConnectionTimeout></m:GetStreamingEvents></s:Body></s:Envelope>"#
    )
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
