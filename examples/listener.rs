//! An HTTP listener for Exchange push notifications: prints what is new and answers the server.
//!
//! ```text
//! cargo run --example listener -- 127.0.0.1:8080 [SUBSCRIPTION-ID…]
//! ```
//!
//! With ids on the command line these are the subscriptions it knows; without, it knows all.
//! It answers 200 with `OK`, 200 with `Unsubscribe` to a subscription that it does not know, 400 to a
//! body that does not parse, 413 to one that is too long and 500 if it could not store what came. Exchange
//! repeats whatever is not answered with 200, and what was answered too late: what has been stored is
//! answered and not stored again.

use core::error::Error;
use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ews_notifications::{
    Continuity, Delivery, Limits, Message, Notification, Operation, Parser, Reply, SoapVersion,
};
use tokio::sync::Mutex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".into());
    let app = app(arguments.collect(), io::stdout());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// A listener that knows these subscriptions, or all, and writes what is new to the store.
pub(crate) fn app(known: HashSet<String>, store: impl Write + Send + 'static) -> Router {
    let gateway = Gateway {
        known,
        inbox: Mutex::new(Inbox {
            parser: Parser::new(),
            continuity: Continuity::new(),
            store: Box::new(store),
        }),
    };
    Router::new()
        .route("/{*path}", post(notify))
        .route("/", post(notify))
        .layer(DefaultBodyLimit::max(Limits::BODY_BYTES))
        .with_state(Arc::new(gateway))
}

struct Gateway {
    known: HashSet<String>,
    inbox: Mutex<Inbox>,
}

/// Requests take turns with it, each until what it brought has been stored: `Continuity` asks for that, and to parse
/// takes microseconds.
struct Inbox {
    parser: Parser,
    continuity: Continuity,
    store: Box<dyn Write + Send>,
}

async fn notify(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map_or(&b""[..], |value| value.as_bytes());
    let soap_12 = content_type.starts_with(b"application/soap+xml");
    let mut inbox = gateway.inbox.lock().await;
    let Inbox {
        parser,
        continuity,
        store,
    } = &mut *inbox;
    // A body that is too long has been answered with 413 by the layer that reads it.
    let message = match parser.parse(&body) {
        Ok(message) => message,
        Err(error) => {
            eprintln!("{}", error.describe(&body));
            return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
        }
    };
    // Only pushes are posted to a listener; who posts something else is no Exchange server.
    if message.operation != Operation::SendNotification {
        let error = format!("{} is no push", message.operation);
        eprintln!("{error}");
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    // What strangers make up is not observed: it could push out what is known of others.
    let is_known = is_known(&message, &gateway.known);
    if is_known && let Err(error) = accept(&message, continuity, store) {
        eprintln!("{error}");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let reply = match (is_known, soap_12) {
        (true, false) => Reply::ok(None),
        (true, true) => Reply::ok(Some(SoapVersion::Soap12)),
        (false, false) => Reply::unsubscribe(None),
        (false, true) => Reply::unsubscribe(Some(SoapVersion::Soap12)),
    };
    ([(CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}

fn is_known(message: &Message<'_>, known: &HashSet<String>) -> bool {
    let mut ids = message
        .responses
        .iter()
        .filter_map(|response| response.subscription_id());
    known.is_empty() || ids.all(|id| known.contains(id.as_str()))
}

/// Stores what is new. After an error the push has to come again: what is left of it is still new then.
fn accept(
    message: &Message<'_>,
    continuity: &mut Continuity,
    store: &mut dyn Write,
) -> io::Result<()> {
    for response in message.responses {
        for notification in response.notifications {
            let delivery = continuity.observe(notification);
            if delivery == Some(Delivery::Duplicate) {
                continue;
            }
            if let Err(error) = print(notification, delivery, store) {
                continuity.forget(notification.subscription_id);
                return Err(error);
            }
        }
        if let ([], Some(code)) = (response.notifications, response.code) {
            let id = response.subscription_id().map(|id| id.as_str());
            let (id, code) = (
                id.unwrap_or("-").escape_debug(),
                code.as_str().escape_debug(),
            );
            writeln!(store, "{code} for {id}").and_then(|()| store.flush())?;
        }
    }
    Ok(())
}

/// What a message says is chosen by whoever can reach the listener, and may hold line feeds: escaped, it stays
/// on its line.
fn print(
    notification: &Notification<'_>,
    delivery: Option<Delivery<'_>>,
    store: &mut dyn Write,
) -> io::Result<()> {
    // In front of a gap something is missing, and in front of the first one something may be.
    if let Some(told @ (Delivery::First | Delivery::Gap { .. })) = delivery {
        let id = notification.subscription_id.as_str().escape_debug();
        writeln!(store, "synchronise {id}: {told:?}")?;
    }
    for event in notification.events {
        let item = event.item_id.map(|item| item.id);
        let object = item.or(event.folder_id.map(|folder| folder.id));
        let object = object.unwrap_or("-").escape_debug();
        writeln!(store, "{} {object}", event.kind.name())?;
    }
    store.flush()
}
