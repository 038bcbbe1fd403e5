//! The nine corpora: generated messages in the shape of real ones. Their bytes never change.
//!
//! Lengths of identifiers, events per message, the mix of kinds and the wire form follow captured messages. No text of
//! theirs is used. `tests/it/bench_corpora.rs` pins every corpus to the byte, so that times of different days are times
//! of the same work. The writer is `tests/bodies`.
#![allow(clippy::indexing_slicing, reason = "a bench stops where it is wrong")]
#![allow(dead_code, reason = "each bench uses a part")]

#[allow(
    clippy::duplicate_mod,
    reason = "`tests/it` also has it for other tests"
)]
#[path = "../../tests/bodies/mod.rs"]
mod bodies;
pub(crate) mod deviations;
pub(crate) mod documents;
mod mailbox;
mod random;
mod servers;

use bodies::{Dialect, Response};
use mailbox::Mailbox;
use random::Random;
use servers::{any_dialect, servers, streaming_servers};

/// Bodies that a contestant reads one after another, in this order.
pub(crate) struct Corpus {
    pub(crate) name: &'static str,
    pub(crate) bodies: Vec<Vec<u8>>,
}

/// The one corpus that asks for more than the default limits.
pub(crate) const HUGE: &str = "huge-20000";

/// All of them. The seed of each is its name, so that a change to one leaves the others alone.
pub(crate) fn all() -> Vec<Corpus> {
    vec![
        heartbeat(),
        push_1(),
        push_50(),
        pretty_10(),
        dialect_3(),
        mixed(),
        huge_20000(),
        stream_14(),
        stream_heartbeat(),
    ]
}

/// The messages of idle mailboxes: one StatusEvent.
pub(crate) fn heartbeat() -> Corpus {
    corpus("heartbeat", 64, |fleet, number| {
        let (server, status) = fleet.respond(number, Mailbox::status);
        server.write(&status)
    })
}

/// One event a message.
pub(crate) fn push_1() -> Corpus {
    corpus("push-1", 64, |fleet, number| {
        let (server, push) = fleet.push(number, 1);
        server.write(&push)
    })
}

/// As many events as a server puts into one message.
pub(crate) fn push_50() -> Corpus {
    corpus("push-50", 8, |fleet, number| {
        let (server, push) = fleet.push(number, 50);
        server.write(&push)
    })
}

/// Ten events, indented. The messages of one server are indented in the same way.
pub(crate) fn pretty_10() -> Corpus {
    corpus("pretty-10", 16, |fleet, number| {
        let (mut server, push) = fleet.push(number, 10);
        server.indent = ["  ", "    ", "\t", "  "][number % 4];
        server.write(&push)
    })
}

/// Three events. Each message has a dialect of its own.
pub(crate) fn dialect_3() -> Corpus {
    corpus("dialect-3", 64, |fleet, number| {
        let (_, push) = fleet.push(number, 3);
        any_dialect(&mut fleet.random).write(&push)
    })
}

/// The messages of a gateway: mostly heartbeats, then few events, seldom many, and one error. One message in twenty is
/// written by other software.
pub(crate) fn mixed() -> Corpus {
    let mut events = [vec![0; 166], vec![1; 32], vec![2; 18], vec![3; 28]].concat();
    events.extend([4, 4, 5, 6, 7, 8, 9, 10, 13, 24, 50]);
    corpus("mixed", 256, |fleet, number| {
        let (mut dialect, response) = match events.get(number) {
            Some(0) => fleet.respond(number, Mailbox::status),
            Some(&count) => fleet.push(number, count),
            None => fleet.respond(number, |mailbox, _| mailbox.error()),
        };
        if number % 20 == 10 {
            dialect = any_dialect(&mut fleet.random);
            dialect.indent = fleet.random.pick(&["", "", "  ", "\t"]);
        }
        dialect.write(&response)
    })
}

/// A message larger than any server sends, to measure beyond the caches.
pub(crate) fn huge_20000() -> Corpus {
    corpus(HUGE, 1, |fleet, number| {
        let (server, push) = fleet.push(number, 20_000);
        server.write(&push)
    })
}

/// Full frames of streams: two subscriptions with seven events each.
pub(crate) fn stream_14() -> Corpus {
    corpus("stream-14", 32, |fleet, number| {
        let time = [24, 60, 40].map(|bound| fleet.random.below(bound));
        let notifications = [(); 2].map(|()| {
            let (_, notification) =
                fleet.respond(number, |mailbox, random| mailbox.streamed(random, time, 7));
            notification
        });
        servers::frame(&streaming_servers()[number % 4], &notifications)
    })
}

/// Heartbeats of streams. Those of one server are equal.
pub(crate) fn stream_heartbeat() -> Corpus {
    corpus("stream-heartbeat", 64, |_, number| {
        servers::heartbeat(&streaming_servers()[number % 4])
    })
}

/// A corpus of this many messages, each from its number, shuffled.
fn corpus(
    name: &'static str,
    messages: usize,
    message: impl Fn(&mut Fleet, usize) -> Vec<u8>,
) -> Corpus {
    let mut fleet = Fleet::new(Random::of(name));
    let numbers = 0..messages;
    let mut bodies: Vec<_> = numbers.map(|number| message(&mut fleet, number)).collect();
    fleet.random.shuffle(&mut bodies);
    Corpus { name, bodies }
}

/// Four servers, and the subscribed mailboxes of each.
struct Fleet {
    random: Random,
    servers: [(Dialect, Vec<Mailbox>); 4],
}

impl Fleet {
    fn new(mut random: Random) -> Self {
        let servers = servers().map(|dialect| {
            let mailboxes = (0..25).map(|_| Mailbox::new(&mut random)).collect();
            (dialect, mailboxes)
        });
        Self { random, servers }
    }

    /// A response of a mailbox, and the dialect of its server. Servers take turns, so that each has its share of a
    /// small corpus.
    fn respond<R>(
        &mut self,
        number: usize,
        response: impl FnOnce(&mut Mailbox, &mut Random) -> R,
    ) -> (Dialect, R) {
        let (dialect, mailboxes) = &mut self.servers[number % 4];
        let mailbox = &mut mailboxes[self.random.below(25)];
        (dialect.clone(), response(mailbox, &mut self.random))
    }

    fn push(&mut self, number: usize, events: usize) -> (Dialect, Response) {
        self.respond(number, |mailbox, random| mailbox.events(random, events))
    }
}
