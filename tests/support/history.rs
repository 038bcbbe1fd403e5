//! Histories of notifications: what a server has to say, and what becomes of it on the way.

use std::collections::HashMap;

use ews_notifications::{Continuity, Delivery, Parser, Watermark};
use proptest::prelude::*;

use super::differential;

/// A notification as the server makes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) subscription: String,
    pub(crate) previous: Option<String>,
    /// The events, each with its watermark. A single one is a StatusEvent.
    pub(crate) events: Vec<Option<String>>,
    pub(crate) more: bool,
}

impl Sent {
    /// One with an event that ends so.
    pub(crate) fn new(subscription: &str, previous: &str, end: &str) -> Self {
        Self {
            subscription: subscription.into(),
            previous: Some(previous.into()),
            events: vec![Some(end.into())],
            more: false,
        }
    }

    /// Where it ends.
    pub(crate) fn end(&self) -> Option<&String> {
        let marks = self.events.iter().flatten();
        marks.last().or(self.previous.as_ref())
    }

    /// Whether it ends where it begins.
    pub(crate) fn is_still(&self) -> bool {
        self.end() == self.previous.as_ref()
    }

    pub(crate) fn body(&self) -> String {
        let element = |name: &str, text: &str| format!("<t:{name}>{text}</t:{name}>");
        let optional = |name, text: &Option<String>| {
            let text = text.as_ref();
            text.map_or(String::new(), |text| element(name, text))
        };
        let kind = match self.events.len() {
            1 => "StatusEvent",
            _ => "NewMailEvent",
        };
        let events = self.events.iter();
        let events = events.map(|mark| element(kind, &optional("Watermark", mark)));
        let children = [
            element("SubscriptionId", &self.subscription),
            optional("PreviousWatermark", &self.previous),
            element("MoreEvents", &self.more.to_string()),
            events.collect(),
        ];
        differential::push_body_without_id(&children.concat())
    }

    /// Observed, after it has been written and read.
    pub(crate) fn observe<T>(
        &self,
        continuity: &mut Continuity,
        judge: impl FnOnce(Option<Delivery<'_>>) -> T,
    ) -> T {
        let (mut parser, body) = (Parser::new(), self.body());
        let message = parser.parse(body.as_bytes()).unwrap();
        let notification = message.notifications().next().unwrap();
        assert_eq!(notification.events.len(), self.events.len());
        judge(continuity.observe(notification))
    }

    #[track_caller]
    pub(crate) fn expect(&self, continuity: &mut Continuity, expected: Option<Delivery<'_>>) {
        self.observe(continuity, |told| assert_eq!(told, expected, "{self:?}"));
    }
}

pub(crate) fn gap<'a>(expected: &'a str, got: &'a str) -> Delivery<'a> {
    Delivery::Gap {
        expected: Watermark::new(expected),
        got: Watermark::new(got),
    }
}

/// What the server has to say.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Mail(usize),
    Heartbeat,
    StillHeartbeat,
    /// So many events without watermarks.
    Unmarked(usize),
    /// So many batches, each of which but the last announces another.
    Batches(usize),
    /// The last event has a watermark that is not kept.
    Long,
    /// Without `PreviousWatermark`.
    Stream,
}

pub(crate) fn marked() -> impl Strategy<Value = Said> {
    prop_oneof![
        4 => (1..4_usize).prop_map(Said::Mail),
        2 => Just(Said::Heartbeat),
        1 => Just(Said::StillHeartbeat),
        1 => (0..2_usize).prop_map(Said::Unmarked),
        1 => (2..4_usize).prop_map(Said::Batches),
    ]
}

pub(crate) fn any_said() -> impl Strategy<Value = Said> {
    prop_oneof![20 => marked(), 1 => Just(Said::Long), 1 => Just(Said::Stream)]
}

/// What is sent, each chained to the one before it of its subscription. Of all subscriptions the watermarks are
/// the same, and some are the beginning of others.
pub(crate) fn sent(said: &[(usize, Said)]) -> Vec<Sent> {
    let mut all = Vec::new();
    // How many watermarks each subscription has had, and the last one.
    let mut places = HashMap::new();
    for (subscription, said) in said {
        let (count, place) = places.entry(subscription).or_insert((0, String::from("0")));
        let mut next = || {
            *count += 1;
            Some(count.to_string())
        };
        let still = vec![Some(place.clone())];
        let mut notify = |events, more| {
            let sent = Sent {
                subscription: subscription.to_string(),
                previous: Some(place.clone()),
                events,
                more,
            };
            place.clone_from(sent.end().unwrap());
            all.push(sent);
        };
        match *said {
            Said::Mail(events) => notify((0..events).map(|_| next()).collect(), false),
            Said::Heartbeat => notify(vec![next()], false),
            Said::StillHeartbeat => notify(still, false),
            Said::Unmarked(events) => notify(vec![None; events], false),
            Said::Batches(batches) => {
                for at in 1..=batches {
                    notify(vec![next(), next(), None], at < batches);
                }
            }
            Said::Long => notify(vec![next().map(|mark| format!("{mark:0>513}"))], false),
            Said::Stream => {
                notify(vec![next()], false);
                all.last_mut().unwrap().previous = None;
            }
        }
    }
    all
}

/// What becomes of a notification on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    Delivered,
    Lost,
    /// Once more behind so many that are sent later.
    Again(usize),
    /// Not before so many that are sent later.
    Late(usize),
}

/// In the order of delivery: which is delivered, and whether for a second time.
pub(crate) fn deliveries(sent: usize, fates: &[Fate]) -> Vec<(usize, bool)> {
    let mut due = Vec::new();
    for at in 0..sent {
        match fates[at % fates.len()] {
            Fate::Delivered => due.push((at, at, false)),
            Fate::Lost => {}
            Fate::Again(behind) => due.extend([(at, at, false), (at + behind, at, true)]),
            Fate::Late(behind) => due.push((at + behind, at, false)),
        }
    }
    due.sort_by_key(|(due, at, _)| (*due, due != at));
    due.into_iter().map(|(_, at, again)| (at, again)).collect()
}

pub(crate) fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Delivered),
        1 => Just(Fate::Lost),
        2 => (0..20_usize).prop_map(Fate::Again),
        1 => (1..12_usize).prop_map(Fate::Late),
    ]
}

/// Nothing is lost, and repeated only while it is remembered: behind seven more it is the last of the eight.
pub(crate) fn repeats() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        1 => Just(Fate::Delivered),
        1 => (0..8_usize).prop_map(Fate::Again),
        1 => Just(Fate::Again(7)),
    ];
    prop::collection::vec(fate, 1..40)
}

/// What servers say of so many subscriptions, in turns.
pub(crate) fn history(
    said: impl Strategy<Value = Said>,
    subscriptions: usize,
) -> impl Strategy<Value = Vec<(usize, Said)>> {
    let subscriptions =
        (1..=subscriptions).prop_flat_map(|most| prop::collection::vec(0..most, 60));
    let said = prop::collection::vec(said, 1..60);
    (subscriptions, said)
        .prop_map(|(subscriptions, said)| subscriptions.into_iter().zip(said).collect())
}
