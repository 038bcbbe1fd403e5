//! The corpora of the benches are what their documentation says, byte for byte.

use core::iter;
use std::collections::{BTreeMap, HashSet};

use ews_notifications::{Config, Limits, Parser};
use roxmltree::{Document, Node};

#[path = "../../benches/corpus/mod.rs"]
mod corpus;

use corpus::{Corpus, Order, deviations, documents};

/// A changed corpus makes all earlier measurements incomparable, so this list is edited by hand.
const PINNED: [&str; 10] = [
    "heartbeat: 64 x 1086 bytes, 1776 <, c50030d0278781a1; Status 64",
    "push-1: 64 x 1608 bytes, 2092 <, 0d2f591bbe173936; Created 13, Deleted 2, FreeBusyChanged 1, Modified 14, Moved 20, NewMail 14",
    "push-50: 8 x 30891 bytes, 3800 <, 7b0504defa85a3c3; Copied 10, Created 84, Deleted 7, FreeBusyChanged 3, Modified 123, Moved 96, NewMail 77",
    "pretty-10: 16 x 7985 bytes, 1814 <, 363dca977732b7b0; Copied 2, Created 28, Deleted 7, FreeBusyChanged 2, Modified 59, Moved 31, NewMail 31",
    "dialect-3: 64 x 2828 bytes, 3282 <, ac0ab8d16373a48d; Copied 4, Created 42, Deleted 7, FreeBusyChanged 3, Modified 54, Moved 42, NewMail 40",
    "mixed: 256 x 1743 bytes, 9395 <, 389368d45ed0f158; Copied 7, Created 58, Deleted 8, FreeBusyChanged 3, Modified 91, Moved 68, NewMail 57, Status 166",
    "error: 64 x 1047 bytes, 1520 <, 776bfc801f5e03bc; no events",
    "huge-20000: 1 x 11966085 bytes, 179718 <, c6bddbb1bf71ced0; Copied 396, Created 4139, Deleted 606, FreeBusyChanged 350, Modified 5977, Moved 4743, NewMail 3789",
    "stream-14: 32 x 7552 bytes, 3488 <, a06d8c657b1513fe; Created 17, FreeBusyChanged 182, Modified 249",
    "stream-heartbeat: 64 x 1053 bytes, 1088 <, 1e80c737d6436731; no events",
];

const PINNED_DOCUMENTS: [&str; 12] = [
    "ews-push-50: 8 x 30891 bytes, 3800 <, 7b0504defa85a3c3",
    "ews-heartbeat: 64 x 1086 bytes, 1776 <, c50030d0278781a1",
    "schema: 1 x 300854 bytes, 6176 <, 4540fae5e3f8dd00",
    "svg: 8 x 9040 bytes, 1715 <, f3679c57680120cb",
    "svg-large: 1 x 400016 bytes, 9392 <, b88e1edc42d092ab",
    "records: 1 x 500131 bytes, 4647 <, 3b9d538413114aec",
    "feed: 1 x 200936 bytes, 3772 <, 2b994d56d640bdda",
    "cjk: 1 x 200933 bytes, 4355 <, 5a8cca3e0f6c29b5",
    "wsdl: 1 x 200685 bytes, 3699 <, 93505c11ea0bb404",
    "long-values: 1 x 500087 bytes, 4442 <, 89a4b71c21677961",
    "minified: 1 x 251311 bytes, 11205 <, 8be277020a85b7f8",
    "pretty: 1 x 308520 bytes, 11205 <, ddcc41a2321702e0",
];

const PINNED_DEVIATIONS: [&str; 10] = [
    "attribute-order: 8 x 30891 bytes, 3800 <, 830fbb6d45052b61",
    "two-spaces: 8 x 30941 bytes, 3800 <, b8f89c1798e58bbb",
    "comment: 8 x 31691 bytes, 4200 <, 6459ab815128f743",
    "reference: 8 x 31091 bytes, 3800 <, 3d8a5969ae0cde03",
    "unknown-child: 8 x 32791 bytes, 4200 <, 8d2446bc2cf0da09",
    "declaration: 8 x 34291 bytes, 3800 <, 32a33626a31fbf9b",
    "child-order: 8 x 30891 bytes, 3800 <, 41e182369d47d59d",
    "cdata: 8 x 31491 bytes, 4200 <, fbfd8207e575a5d9",
    "spaced-tags: 8 x 31753 bytes, 3800 <, b54b3d8963f72b65",
    "own-prefix: 8 x 34792 bytes, 3800 <, 2f09a1b4d37fad91",
];

#[test]
fn corpora_are_pinned() {
    let corpora = corpus::all();
    let found: Vec<_> = corpora
        .iter()
        .map(|corpus| format!("{}; {}", summary(corpus), kinds(corpus)))
        .collect();
    assert_eq!(found, PINNED, "\n{}\n", found.join("\n"));
}

#[test]
fn documents_are_pinned() {
    let found: Vec<_> = documents::all().iter().map(summary).collect();
    assert_eq!(found, PINNED_DOCUMENTS, "\n{}\n", found.join("\n"));
}

#[test]
fn deviations_are_pinned() {
    let found: Vec<_> = deviations::all().iter().map(summary).collect();
    assert_eq!(found, PINNED_DEVIATIONS, "\n{}\n", found.join("\n"));
}

/// Count, mean length, number of `<`, digest.
fn summary(corpus: &Corpus) -> String {
    let Corpus { name, bodies } = corpus;
    let bytes = bodies.concat();
    let count = bodies.len();
    let mean = bytes.len() / count;
    let tags = bytes.iter().filter(|&&byte| byte == b'<').count();
    let digest = fnv_1a(&bytes);
    format!("{name}: {count} x {mean} bytes, {tags} <, {digest:016x}")
}

/// The kinds of events, with the number of each.
fn kinds(corpus: &Corpus) -> String {
    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut parser = Parser::with_config(config);
    let mut kinds = BTreeMap::new();
    for body in &corpus.bodies {
        let message = parser.parse(body).unwrap();
        for event in message.notifications().flat_map(|one| one.events) {
            *kinds.entry(event.kind.name().to_owned()).or_insert(0) += 1;
        }
    }
    let kinds: Vec<_> = kinds
        .iter()
        .map(|(kind, count)| format!("{} {count}", kind.trim_end_matches("Event")))
        .collect();
    match kinds.as_slice() {
        [] => "no events".to_owned(),
        kinds => kinds.join(", "),
    }
}

/// A short digest.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The head of a body: all before the SubscriptionId, or the whole body if it has none.
fn head(body: &[u8]) -> &str {
    let body = str::from_utf8(body).unwrap();
    let (head, _) = body.split_once("SubscriptionId").unwrap_or((body, ""));
    head
}

fn heads(corpus: &Corpus) -> BTreeMap<&str, usize> {
    let mut heads = BTreeMap::new();
    for body in &corpus.bodies {
        *heads.entry(head(body)).or_insert(0) += 1;
    }
    heads
}

#[test]
fn four_servers_take_turns() {
    let corpora = [
        corpus::heartbeat(),
        corpus::push_1(),
        corpus::push_50(),
        corpus::stream_14(),
        corpus::stream_heartbeat(),
    ];
    for corpus in corpora {
        let share = corpus.bodies.len() / 4;
        let shares: Vec<_> = heads(&corpus).into_values().collect();
        assert_eq!(shares, [share; 4], "{}", corpus.name);
        let pairs = corpus.bodies.windows(2);
        let switches = pairs
            .filter(|pair| head(&pair[0]) != head(&pair[1]))
            .count();
        assert!(switches > corpus.bodies.len() / 2, "{}", corpus.name);
    }
    let pretty = corpus::pretty_10();
    assert_eq!(
        heads(&pretty).len(),
        4,
        "four servers, each indented in its way"
    );
}

#[test]
fn builds_differ_in_their_heads() {
    for (builds, order) in [(1, Order::InTurn), (64, Order::InTurn), (64, Order::Random)] {
        assert_eq!(heads(&corpus::pushes_of(builds, order)).len(), builds);
        let heartbeats = corpus::stream_heartbeats_of(builds, order).bodies;
        assert_eq!(HashSet::<&Vec<u8>>::from_iter(&heartbeats).len(), builds);
    }
}

#[test]
fn mixed_has_four_servers_and_other_software() {
    let mixed = corpus::mixed();
    let mut shares: Vec<_> = heads(&mixed).into_values().collect();
    shares.sort_unstable_by(|a, b| b.cmp(a));
    let (servers, others) = shares.split_at(4);
    assert!(
        servers.iter().all(|share| (50..=64).contains(share)),
        "{shares:?}"
    );
    assert_eq!(others, [1; 14], "thirteen of other software, one error");
}

#[test]
fn no_dialect_comes_twice() {
    let dialects = corpus::dialect_3();
    assert_eq!(heads(&dialects).len(), dialects.bodies.len());
    let prefixes: HashSet<_> = dialects.bodies.iter().map(|body| names(body)).collect();
    assert_eq!(prefixes.len(), dialects.bodies.len());
}

/// The names of Envelope, SendNotification and SubscriptionId as written: the three prefixes.
fn names(body: &[u8]) -> [&str; 3] {
    let body = str::from_utf8(body).unwrap();
    ["Envelope", "SendNotification", "SubscriptionId"].map(|local| {
        let tag = body.split('<').find(|tag| tag.contains(local)).unwrap();
        &tag[..tag.find(local).unwrap()]
    })
}

/// One server writes as the fixture does, which follows a captured push.
#[test]
fn the_wire_form_is_that_of_the_fixture() {
    let fixture = std::fs::read("tests/data/push/mail.xml").unwrap();
    assert!(heads(&corpus::push_1()).contains_key(head(&fixture)));
}

/// One server streams as the fixture does, which follows a captured frame. A push may replace GetStreamingEvents in it.
#[test]
fn frames_begin_as_the_fixture() {
    let fixture = std::fs::read_to_string("tests/data/shape/stream.xml").unwrap();
    let (fixture, _) = fixture.split_once("<m:ResponseMessages>").unwrap();
    let operation = fixture.replace("SendNotification", "GetStreamingEventsResponse");
    for corpus in [corpus::stream_14(), corpus::stream_heartbeat()] {
        let of_its_server = corpus
            .bodies
            .iter()
            .filter(|frame| frame.starts_with(operation.as_bytes()));
        assert_eq!(of_its_server.count(), corpus.bodies.len() / 4);
    }
}

/// Two subscriptions with seven events each. The last event is that of the folder. No event has a watermark.
#[test]
fn frames_with_events_are_full() {
    for frame in corpus::stream_14().bodies {
        let tree = Document::parse(str::from_utf8(&frame).unwrap()).unwrap();
        let notifications = tree.descendants();
        let notifications = notifications.filter(|node| node.has_tag_name("Notification"));
        let notifications: Vec<_> = notifications.collect();
        assert_eq!(notifications.len(), 2);
        for notification in notifications {
            let children: Vec<_> = notification.children().map(outline).collect();
            let [id, items @ .., folder] = children.as_slice() else {
                panic!("{children:?}");
            };
            assert_eq!(id, "SubscriptionId");
            assert_eq!(items.len(), 6);
            let of_item = "Event TimeStamp ItemId ParentFolderId";
            assert!(
                items.iter().all(|item| item.ends_with(of_item)),
                "{items:?}"
            );
            assert_eq!(folder, "ModifiedEvent TimeStamp FolderId ParentFolderId");
        }
    }
}

/// The names of an element and its children.
fn outline(element: Node<'_, '_>) -> String {
    let children = element.children().filter(Node::is_element);
    let names = iter::once(element).chain(children);
    let names: Vec<_> = names.map(|node| node.tag_name().name()).collect();
    names.join(" ")
}

#[test]
fn frames_without_events_say_ok() {
    for frame in corpus::stream_heartbeat().bodies {
        let tree = Document::parse(str::from_utf8(&frame).unwrap()).unwrap();
        let texts = tree.descendants().filter(Node::is_text);
        let texts: Vec<_> = texts.filter_map(|node| node.text()).collect();
        assert_eq!(texts, ["NoError", "OK"]);
    }
}

/// Each deviation gives the events of the canonical form, and other bytes.
#[test]
fn deviations_change_no_event() {
    let mut canonical_parser = Parser::new();
    let mut parser = Parser::new();
    for corpus in deviations::all() {
        for (body, canonical) in corpus.bodies.iter().zip(&corpus::push_50().bodies) {
            assert_ne!(body, canonical);
            let canonical = canonical_parser.parse(canonical).unwrap();
            let message = parser.parse(body).unwrap();
            assert!(
                canonical.notifications().eq(message.notifications()),
                "{}",
                corpus.name
            );
        }
    }
}

/// Another parser finds them well-formed too.
#[test]
fn corpora_are_well_formed() {
    let corpora = [corpus::all(), documents::all(), deviations::all()];
    for corpus in corpora.into_iter().flatten() {
        for body in &corpus.bodies {
            let body = str::from_utf8(body).unwrap();
            Document::parse(body).unwrap();
        }
    }
}
