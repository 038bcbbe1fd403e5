//! A client of streaming notifications: asks for the events of subscriptions and prints them.
//!
//! ```text
//! cargo run --example streaming -- http://127.0.0.1:8080/EWS/Exchange.asmx SUBSCRIPTION-ID…
//! ```
//!
//! The ids are what `Subscribe` answered with. The server closes a connection after half an hour, and some break:
//! either way the client makes another one. It stops when the server knows none of the subscriptions any more, for
//! they have to be made anew. Streams have no watermarks, so that there is nothing for a `Continuity` to observe:
//! what was on its way when a connection broke is lost, and only a synchronisation finds it.

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
        url: arguments.next().ok_or("no URL")?.parse()?,
        subscription_ids: arguments.collect(),
        silence: Duration::from_secs(100),
        pause: Duration::from_secs(2),
    };
    let show = |message: &Message<'_>| print(message).unwrap_or_else(|error| eprintln!("{error}"));
    client.run(show).await;
    Ok(())
}

/// Who listens to some subscriptions, at most 200.
pub(crate) struct Client {
    pub(crate) url: Uri,
    pub(crate) subscription_ids: Vec<String>,
    /// How long nothing may come: longer than from one heartbeat to the next, which is 45 seconds.
    pub(crate) silence: Duration,
    /// How long to wait before the next connection, unless the server says how long.
    pub(crate) pause: Duration,
}

impl Client {
    /// Makes one connection after the other, until no subscription is left.
    pub(crate) async fn run(mut self, mut handle: impl FnMut(&Message<'_>)) {
        let mut parser = Parser::new();
        while !self.subscription_ids.is_empty() {
            let wait = match self.connection(&mut parser, &mut handle).await {
                Ok(wait) => wait,
                // Something may be lost: here a gateway notes that it has to synchronise.
                Err(error) => {
                    eprintln!("{}", error.to_string().escape_debug());
                    self.pause
                }
            };
            sleep(wait).await;
        }
    }

    /// Handles what comes over one connection. Where it has ended in order, tells how long to wait before the
    /// next one.
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
            // An error, of the framer or of the parser, ends the stream: what comes behind it is a guess.
            while let Some(envelope) = framer.next(&mut chunk)? {
                let message = parser.parse(envelope.body)?;
                handle(&message);
                if let Some(wait) = self.end(&message)? {
                    return Ok(wait);
                }
            }
        };
        framer.finish()?; // says more, where an envelope has not come to its end
        Err(failure)
    }

    /// What a message says of the connection: that it goes on, or how long to wait before the next one.
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
                eprintln!("subscribe again, for {:?}: {ids:?}", response.code);
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

    /// Asks for the events. The answer begins at once and goes on for half an hour.
    async fn request(&self) -> Result<Incoming, Failure> {
        let host = self.url.authority().ok_or("a URL without a host")?;
        let stream = TcpStream::connect((host.host(), host.port_u16().unwrap_or(80))).await?;
        // A gateway puts TLS around the stream here.
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        // NTLM authenticates a connection: its messages go through the same sender before this request. Basic
        // authentication and OAuth are a header of it, and so is what leads a load balancer to the server that knows
        // the subscriptions: X-AnchorMailbox, and the cookies that Subscribe was answered with.
        let request = Request::post(self.url.path())
            .header(HOST, host.as_str())
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .body(get_streaming_events(&self.subscription_ids))?;
        let response = sender.send_request(request).await?;
        match response.status() {
            StatusCode::OK | StatusCode::INTERNAL_SERVER_ERROR => Ok(response.into_body()), // 500 is a fault
            status => Err(format!("HTTP status {status}").into()),
        }
    }
}

/// How long a server that refuses wants to be left alone; if it does not tell, its error.
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

/// `GetStreamingEvents` of these subscriptions, for as many minutes as a server allows.
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

/// Ids are escaped: a line feed in one would make a line of its own.
fn print(message: &Message<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for event in message.notifications().flat_map(|one| one.events) {
        let item = event.item_id.map(|item| item.id);
        let object = item.or(event.folder_id.map(|folder| folder.id));
        let object = object.unwrap_or("-").escape_debug();
        writeln!(out, "{} {object}", event.kind.name())?;
    }
    Ok(())
}
