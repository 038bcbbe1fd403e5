//! A listener on actix-web: copies what it needs of a push, stores it on a thread of its own, and answers.
//!
//! Answers 200 with `OK`, 200 with `Unsubscribe` to a subscription that is not on the command line (none there: all are
//! known), 400 to what is no push, 413 to a body that is too long, and 500 if what came could not be stored.

use core::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, Write};

use actix_web::web::{Bytes, Data, PayloadConfig, post};
use actix_web::{App, HttpResponse, HttpServer};
use ews_notifications::{Limits, Operation, Parser, Reply};
use tokio::sync::{mpsc, oneshot};

/// What is kept of an event: all that outlives its message is copied.
struct Event {
    subscription: String,
    kind: String,
    item: Option<String>,
}

/// What is to be stored, and where to say that it has been.
type Push = (Vec<Event>, oneshot::Sender<()>);

struct Gateway {
    known: HashSet<String>,
    pushes: mpsc::Sender<Push>,
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".into());
    let (pushes, received) = mpsc::channel(100);
    std::thread::spawn(|| store_all(received, &mut io::stdout()));
    let known = arguments.collect();
    let gateway = Data::new(Gateway { known, pushes });
    let app = move || {
        App::new()
            .app_data(PayloadConfig::new(Limits::BODY_BYTES)) // its own limit is 256 KiB
            .app_data(gateway.clone())
            .app_data(Data::new(RefCell::new(Parser::new()))) // one for each worker, which calls this
            .route("/{path:.*}", post().to(notify)) // any path: a secret one here keeps strangers out
    };
    HttpServer::new(app).bind(address)?.run().await
}

async fn notify(
    gateway: Data<Gateway>,
    parser: Data<RefCell<Parser>>,
    body: Bytes,
) -> HttpResponse {
    let events = match events(&mut parser.borrow_mut(), &body, &gateway.known) {
        Ok(events) => events,
        Err(why) => {
            eprintln!("{why}"); // shows a part of the body, and nothing that steers a terminal
            return HttpResponse::BadRequest().finish();
        }
    };
    let Some(events) = events else {
        return answer(Reply::unsubscribe(None));
    };
    let (stored, is_stored) = oneshot::channel();
    // Waits while the store is behind. What is not stored has to come again.
    if gateway.pushes.send((events, stored)).await.is_err() || is_stored.await.is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    answer(Reply::ok(None))
}

/// Exchange pushes SOAP 1.1. A push in SOAP 1.2 is answered in that, as examples/listener.rs does.
fn answer(reply: Reply) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type(reply.content_type).body(reply.body)
}

/// The events of a push, or none if it is of a subscription that is not known; an error if it is no push.
fn events(
    parser: &mut Parser,
    body: &[u8],
    known: &HashSet<String>,
) -> Result<Option<Vec<Event>>, String> {
    let message = parser.parse(body);
    let message = message.map_err(|error| error.describe(body).to_string())?;
    if message.operation != Operation::SendNotification {
        return Err(format!("{} is no push", message.operation));
    }
    let responses = message.responses.iter();
    let mut ids = responses.filter_map(|response| response.subscription_id());
    if !known.is_empty() && ids.any(|id| !known.contains(id.as_str())) {
        return Ok(None);
    }
    let events = message.notifications().flat_map(|notification| {
        notification.events.iter().map(|event| Event {
            subscription: notification.subscription_id.to_string(),
            kind: event.kind.to_string(),
            item: event.item_id.map(|item| item.id.to_owned()),
        })
    });
    Ok(Some(events.collect()))
}

/// What comes again is stored again: watermarks tell, see `Continuity` and examples/listener.rs.
fn store_all(mut pushes: mpsc::Receiver<Push>, out: &mut dyn Write) {
    while let Some((events, stored)) = pushes.blocking_recv() {
        let written = events.iter().try_for_each(|event| {
            let (id, item) = (&event.subscription, &event.item);
            writeln!(out, "{} {item:?} in {id:?}", event.kind)
        });
        match written.and_then(|()| out.flush()) {
            Ok(()) => drop(stored.send(())),
            Err(error) => eprintln!("{error}"), // `stored` is dropped, which says no
        }
    }
}
