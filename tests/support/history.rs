//! Simulated servers, simulated delivery of their notifications, and a naive model of `Continuity`.

use std::collections::HashMap;
use std::sync::LazyLock;

use ews_notifications::Delivery::{self, Duplicate, First, Fresh, Gap, OutOfOrder, Unknown};
use ews_notifications::{Continuity, Notification, Parser, SubscriptionId, SubscriptionState};

use super::choices::Choices;
use super::differential;

/// The longest id of a subscription that `Continuity` tracks.
pub(crate) const MAX_ID_LEN: usize = 4_096;
/// The longest watermark that `Continuity` keeps as text.
pub(crate) const MAX_WATERMARK_LEN: usize = 4_096;

/// An event as a server writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SentEvent {
    pub(crate) kind: &'static str,
    pub(crate) watermark: Option<String>,
    pub(crate) item: Option<String>,
}

impl SentEvent {
    pub(crate) fn mail(watermark: Option<&str>, item: &str) -> Self {
        Self {
            kind: "NewMailEvent",
            watermark: watermark.map(Into::into),
            item: Some(item.into()),
        }
    }

    pub(crate) fn status(watermark: Option<&str>) -> Self {
        Self {
            kind: "StatusEvent",
            watermark: watermark.map(Into::into),
            item: None,
        }
    }

    /// An event of a kind that the parser does not know, with its watermark in an element that the parser does not know.
    pub(crate) fn other(watermark: Option<&str>, item: &str) -> Self {
        Self {
            kind: "XEvent",
            ..Self::mail(watermark, item)
        }
    }

    /// An event of a kind that the parser does not know, with a Watermark.
    pub(crate) fn marked_other(watermark: Option<&str>, item: &str) -> Self {
        Self {
            kind: "YEvent",
            ..Self::mail(watermark, item)
        }
    }

    fn is_other(&self) -> bool {
        matches!(self.kind, "XEvent" | "YEvent")
    }

    /// Whether the parser reads its watermark.
    fn is_read(&self) -> bool {
        self.watermark.is_some() && self.kind != "XEvent"
    }

    fn is_change(&self) -> bool {
        self.kind == "NewMailEvent"
    }
}

/// A notification as a server writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) subscription: String,
    pub(crate) previous: Option<String>,
    pub(crate) events: Vec<SentEvent>,
    pub(crate) more: bool,
}

impl Sent {
    pub(crate) fn with_events(subscription: &str, previous: &str, events: Vec<SentEvent>) -> Self {
        Self {
            subscription: subscription.into(),
            previous: Some(previous.into()),
            events,
            more: false,
        }
    }

    /// A NewMailEvent, or, where it ends at its beginning, a StatusEvent.
    pub(crate) fn new(subscription: &str, previous: &str, end: &str) -> Self {
        let event = match previous == end {
            true => SentEvent::status(Some(end)),
            false => SentEvent::mail(Some(end), &format!("mail {end}")),
        };
        Self::with_events(subscription, previous, vec![event])
    }

    /// These items, each in an event with the watermark of the whole batch, by a server that does not chain.
    pub(crate) fn batch(subscription: &str, watermark: &str, items: &[&str]) -> Self {
        let events = items.iter();
        let events = events.map(|item| SentEvent::mail(Some(watermark), item));
        Self::with_events(subscription, watermark, events.collect())
    }

    /// Where the server ended it.
    pub(crate) fn end(&self) -> Option<&String> {
        let mut events = self.events.iter().rev();
        let watermark = events.find_map(|event| event.watermark.as_ref());
        watermark.or(self.previous.as_ref())
    }

    /// The last watermark that the parser reads.
    fn last_watermark(&self) -> Option<&String> {
        let events = self.events.iter().rev().filter(|event| event.is_read());
        let watermark = { events }.find_map(|event| event.watermark.as_ref());
        watermark.or(self.previous.as_ref())
    }

    /// Where it ends, as far as the watermarks that the parser reads prove it.
    fn known_end(&self) -> Option<&String> {
        let marked = self.events.iter().rposition(SentEvent::is_read);
        let other = self.events.iter().rposition(SentEvent::is_other);
        let end = self.last_watermark();
        let may_have_moved = end == self.previous.as_ref()
            && other.is_some()
            && !self.events.iter().any(SentEvent::is_change);
        end.filter(|_| other.is_none_or(|other| Some(other) <= marked) && !may_have_moved)
    }

    /// Whether the watermarks that the parser reads prove that it ends where it begins.
    pub(crate) fn is_still(&self) -> bool {
        self.known_end().is_some() && self.known_end() == self.previous.as_ref()
    }

    /// Whether it proves that its server does not chain watermarks.
    fn disproves_chain(&self) -> bool {
        self.is_still() && self.events.iter().any(SentEvent::is_change)
    }

    /// Whether it has StatusEvents only, or no events.
    pub(crate) fn is_heartbeat(&self) -> bool {
        self.events.iter().all(|event| event.kind == "StatusEvent")
    }

    pub(crate) fn body(&self) -> String {
        let element = |name: &str, text: &str| format!("<t:{name}>{text}</t:{name}>");
        let optional = |name, text: &Option<String>| {
            let text = text.as_ref();
            text.map_or(String::new(), |text| element(name, text))
        };
        let event = |event: &SentEvent| {
            let item = event.item.as_ref();
            let item = item.map_or(String::new(), |item| format!("<t:ItemId Id=\"{item}\"/>"));
            let watermark = match event.kind {
                "XEvent" => "Mark",
                _ => "Watermark",
            };
            element(event.kind, &(optional(watermark, &event.watermark) + &item))
        };
        let children = [
            element("SubscriptionId", &self.subscription),
            optional("PreviousWatermark", &self.previous),
            element("MoreEvents", &self.more.to_string()),
            self.events.iter().map(event).collect(),
        ];
        static BODY: LazyLock<String> =
            LazyLock::new(|| differential::push_body_without_id("CHILDREN"));
        BODY.replacen("CHILDREN", &children.concat(), 1)
    }

    /// The notification, after it has been written and parsed.
    pub(crate) fn parsed<T>(&self, with: impl FnOnce(&Notification<'_>) -> T) -> T {
        let (mut parser, body) = (Parser::new(), self.body());
        let message = parser.parse(body.as_bytes()).unwrap();
        let notification = message.notifications().next().unwrap();
        assert_eq!(notification.events.len(), self.events.len());
        with(notification)
    }

    pub(crate) fn check(&self, continuity: &Continuity) -> Delivery {
        self.parsed(|notification| continuity.check(notification))
    }

    /// Checks and commits. A second commit must change nothing.
    pub(crate) fn deliver(&self, continuity: &mut Continuity) -> Delivery {
        self.parsed(|notification| {
            let delivery = continuity.check(notification);
            commit_twice(continuity, notification);
            delivery
        })
    }

    #[track_caller]
    pub(crate) fn expect(&self, continuity: &mut Continuity, expected: Delivery) {
        assert_eq!(self.deliver(continuity), expected, "{self:?}");
    }
}

fn commit_twice(continuity: &mut Continuity, notification: &Notification<'_>) {
    continuity.commit(notification);
    let once = continuity.export(notification.subscription_id);
    continuity.commit(notification);
    let twice = continuity.export(notification.subscription_id);
    assert!(once == twice, "a second commit counts: {notification:?}");
}

/// What happens in a subscription, and how the server writes it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Said {
    Mail(usize),
    /// With a new watermark.
    Heartbeat,
    /// With the last watermark.
    StillHeartbeat,
    /// So many notifications. All but the last one announce another.
    Batches(usize),
    NoEvents,
    /// So many mails without watermarks.
    Unmarked(usize),
    /// The last event has a watermark that is longer than what is kept.
    Long,
    /// Without `PreviousWatermark`.
    Stream,
    /// An event of an unknown kind, alone.
    Other,
    /// An event of an unknown kind, with a watermark that is read.
    MarkedOther,
    /// An event of an unknown kind, and a StatusEvent with the `PreviousWatermark`.
    OtherAndStatus,
    /// A mail, and an event of an unknown kind before or after it.
    OtherAndMail {
        is_last: bool,
    },
    /// An event of an unknown kind that does not move the watermark, as a StatusEvent.
    StillOther,
}

impl Said {
    /// What Exchange sends in pushes.
    pub(crate) fn marked(choices: &mut Choices<'_>) -> Self {
        match choices.below(8) {
            0..4 => Self::Mail(1 + choices.below(3)),
            4 => Self::Heartbeat,
            5 => Self::StillHeartbeat,
            6 => Self::Batches(2 + choices.below(2)),
            _ => Self::NoEvents,
        }
    }

    /// Anything that a parser accepts.
    pub(crate) fn any(choices: &mut Choices<'_>) -> Self {
        match choices.below(20) {
            17 => Self::Unmarked(1 + choices.below(2)),
            18 => Self::Long,
            19 => Self::Stream,
            _ => Self::with_unknown_kinds(choices),
        }
    }

    /// Content of pushes of a later release of Exchange: some events are of unknown kinds.
    pub(crate) fn with_unknown_kinds(choices: &mut Choices<'_>) -> Self {
        match choices.below(17) {
            16 => Self::MarkedOther,
            12 => Self::Other,
            13 => Self::OtherAndStatus,
            14 => Self::OtherAndMail {
                is_last: choices.once_in(2),
            },
            15 => Self::StillOther,
            _ => Self::marked(choices),
        }
    }
}

/// A server that makes notifications of one subscription.
pub(crate) struct Server {
    subscription: String,
    /// Whether a notification begins where the one before it ended.
    chains: bool,
    count: usize,
    place: String,
}

impl Server {
    pub(crate) fn new(subscription: &str, chains: bool) -> Self {
        Self {
            subscription: subscription.into(),
            chains,
            count: 0,
            place: "0".into(),
        }
    }

    fn next(&mut self) -> String {
        self.count += 1;
        self.count.to_string()
    }

    fn mails(&mut self, count: usize) -> Vec<SentEvent> {
        let mails = (0..count).map(|_| {
            let mark = self.next();
            let item = format!("mail {mark}");
            SentEvent::mail(Some(if self.chains { &mark } else { &self.place }), &item)
        });
        mails.collect()
    }

    /// One event of an unknown kind.
    fn others(&mut self) -> Vec<SentEvent> {
        let mails = self.mails(1).into_iter();
        let others = mails.map(|mail| SentEvent {
            kind: "XEvent",
            ..mail
        });
        others.collect()
    }

    /// Writes what has happened since the last notification.
    pub(crate) fn say(&mut self, said: Said) -> Vec<Sent> {
        let count = match said {
            Said::Batches(count) => count,
            _ => 1,
        };
        let batches = (1..=count).map(|at| {
            if !self.chains {
                // The watermark of a batch has not been sent before.
                self.place = self.next();
            }
            let events = match said {
                Said::Mail(count) => self.mails(count),
                Said::Batches(_) => self.mails(2),
                Said::Heartbeat if self.chains => vec![SentEvent::status(Some(&self.next()))],
                Said::Heartbeat | Said::StillHeartbeat => {
                    vec![SentEvent::status(Some(&self.place))]
                }
                Said::NoEvents => Vec::new(),
                Said::Unmarked(count) => (0..count)
                    .map(|_| SentEvent::mail(None, &self.next()))
                    .collect(),
                Said::Long => {
                    let mark = format!("{:0>1$}", self.next(), MAX_WATERMARK_LEN + 1);
                    vec![SentEvent::mail(Some(&mark), "long")]
                }
                Said::Stream => self.mails(1),
                Said::Other => self.others(),
                Said::MarkedOther => {
                    let mut events = self.others();
                    events.iter_mut().for_each(|event| event.kind = "YEvent");
                    events
                }
                Said::OtherAndStatus => {
                    let status = SentEvent::status(Some(&self.place));
                    [self.others(), vec![status]].concat()
                }
                Said::OtherAndMail { is_last: true } => [self.mails(1), self.others()].concat(),
                Said::OtherAndMail { is_last: false } => [self.others(), self.mails(1)].concat(),
                Said::StillOther => {
                    let item = format!("still {}", self.next());
                    vec![SentEvent::other(Some(&self.place), &item)]
                }
            };
            let mut sent = Sent::with_events(&self.subscription, &self.place, events);
            sent.more = at < count;
            if self.chains {
                self.place.clone_from(sent.end().unwrap());
            }
            if let Said::Stream = said {
                sent.previous = None;
            }
            sent
        });
        batches.collect()
    }
}

/// What servers send of some subscriptions, in turns. All use the same watermarks.
pub(crate) fn sent(
    choices: &mut Choices<'_>,
    mut servers: Vec<Server>,
    said: fn(&mut Choices<'_>) -> Said,
) -> Vec<Sent> {
    let mut sent = Vec::new();
    for _ in 0..1 + choices.below(40) {
        let server = choices.below(servers.len());
        sent.extend(servers[server].say(said(choices)));
    }
    sent
}

/// What becomes of a notification on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    Delivered,
    Lost,
    /// Once more after so many that are sent later.
    Again(usize),
    /// Not before so many that are sent later.
    Late(usize),
}

impl Fate {
    pub(crate) fn any(choices: &mut Choices<'_>) -> Self {
        match choices.below(10) {
            6 => Self::Lost,
            7 | 8 => Self::Again(choices.below(20)),
            9 => Self::Late(1 + choices.below(11)),
            _ => Self::Delivered,
        }
    }

    /// Nothing is lost, and all is repeated while it is remembered: after seven more it is the last of the eight.
    pub(crate) fn repeated(choices: &mut Choices<'_>) -> Self {
        match choices.below(3) {
            0 => Self::Delivered,
            1 => Self::Again(choices.below(8)),
            _ => Self::Again(7),
        }
    }
}

/// Checks and commits the first notification of a body.
pub(crate) fn deliver_body(continuity: &mut Continuity, body: &str) -> Delivery {
    let mut parser = Parser::new();
    let message = parser.parse(body.as_bytes()).unwrap();
    let notification = message.notifications().next().unwrap();
    let delivery = continuity.check(notification);
    continuity.commit(notification);
    delivery
}

/// The order of delivery: which notification, and whether for the second time.
pub(crate) fn deliveries(
    choices: &mut Choices<'_>,
    sent: usize,
    fate: fn(&mut Choices<'_>) -> Fate,
) -> Vec<(usize, bool)> {
    let mut due = Vec::new();
    for at in 0..sent {
        match fate(choices) {
            Fate::Delivered => due.push((at, at, false)),
            Fate::Lost => {}
            Fate::Again(after) => due.extend([(at, at, false), (at + after, at, true)]),
            Fate::Late(after) => due.push((at + after, at, false)),
        }
    }
    due.sort_by_key(|(due, at, _)| (*due, due != at));
    due.into_iter().map(|(_, at, again)| (at, again)).collect()
}

/// A model of `Continuity` that follows its documentation and remembers every notification.
pub(crate) struct Naive {
    capacity: usize,
    generation: usize,
    subscriptions: HashMap<String, Known>,
}

struct Known {
    /// The generation of its last commit.
    generation: usize,
    chains: bool,
    /// The last watermark of the last commit.
    last: String,
    /// The remembered notifications. If the server chains, a heartbeat at the last end is not among them. If the server
    /// does not chain, no heartbeat is.
    committed: Vec<Sent>,
}

impl Known {
    fn last_eight(&self) -> &[Sent] {
        &self.committed[self.committed.len().saturating_sub(8)..]
    }
}

impl Naive {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            generation: 0,
            subscriptions: HashMap::new(),
        }
    }

    fn known(&self, id: &str) -> Option<&Known> {
        let known = self.subscriptions.get(id)?;
        (known.generation + 1 >= self.generation).then_some(known)
    }

    /// The known subscriptions, those that were committed in the older generation first.
    pub(crate) fn ids(&self) -> Vec<String> {
        let ids = self.subscriptions.keys();
        let mut ids: Vec<_> = ids.filter(|id| self.known(id).is_some()).cloned().collect();
        ids.sort_by_key(|id| (self.subscriptions[id].generation, id.clone()));
        ids
    }

    pub(crate) fn last(&self, id: &str) -> Option<&str> {
        let last = &self.known(id)?.last;
        (last.len() <= MAX_WATERMARK_LEN).then_some(last)
    }

    pub(crate) fn check(&self, sent: &Sent) -> Delivery {
        let Some(previous) = &sent.previous else {
            return Unknown;
        };
        if sent.subscription.len() > MAX_ID_LEN {
            return Unknown;
        }
        let Some(known) = self.known(&sent.subscription) else {
            return First;
        };
        let last_eight = known.last_eight();
        let is_same = |old: &Sent| (&old.previous, &old.events) == (&sent.previous, &sent.events);
        let is_known = !sent.is_heartbeat() && last_eight.iter().any(is_same);
        if !known.chains || sent.disproves_chain() {
            return if is_known { Duplicate } else { Unknown };
        }
        let is_end = |place: &String| last_eight.iter().any(|old| old.known_end() == Some(place));
        let is_stored = |place: &String| {
            let mut old = last_eight.iter();
            old.any(|old| {
                old.known_end() == Some(place) && (sent.is_heartbeat() || !old.is_heartbeat())
            })
        };
        let is_next = last_eight
            .last()
            .unwrap()
            .known_end()
            .map(|end| end == previous);
        match (is_next, sent.known_end()) {
            (Some(true), _) if sent.is_still() => Fresh,
            (None, _) if sent.is_still() => Unknown,
            (_, Some(end)) if is_stored(end) => Duplicate,
            (_, None) if is_known => Duplicate,
            (None, _) => Unknown,
            (Some(true), _) => Fresh,
            _ if is_end(previous) => OutOfOrder,
            _ if last_eight.iter().any(|old| old.known_end().is_none()) => Unknown,
            _ => Gap,
        }
    }

    /// Whether a verdict on a notification of a server that chains is true, from the ends that only the server knows.
    fn is_true(&self, delivery: Delivery, sent: &Sent) -> bool {
        let Some(known) = self.known(&sent.subscription) else {
            return matches!(delivery, First | Unknown);
        };
        let last_eight = known.last_eight();
        let begins_at_end_of = |old: &Sent| old.end() == sent.previous.as_ref();
        match delivery {
            First => false,
            Fresh => begins_at_end_of(last_eight.last().unwrap()),
            // A heartbeat that is taken for a retry loses no event.
            Duplicate => last_eight.contains(sent) || sent.is_heartbeat(),
            OutOfOrder => {
                let (last, earlier) = last_eight.split_last().unwrap();
                !begins_at_end_of(last) && earlier.iter().any(begins_at_end_of)
            }
            Gap => !last_eight.iter().any(begins_at_end_of),
            Unknown => true,
        }
    }

    pub(crate) fn commit(&mut self, sent: &Sent) {
        let delivery = self.check(sent);
        let id = &sent.subscription;
        let (Some(last), true) = (sent.last_watermark(), sent.previous.is_some()) else {
            return;
        };
        if id.len() > MAX_ID_LEN {
            return;
        }
        let is_recent = self.is_recent(id);
        let known = self.take(id);
        let mut known = known.unwrap_or_else(|| Known {
            generation: 0,
            chains: true,
            last: String::new(),
            committed: Vec::new(),
        });
        if delivery != Duplicate {
            known.chains &= !sent.disproves_chain();
            known.last.clone_from(last);
            let repeats_the_end = delivery == Fresh && sent.is_still();
            if !repeats_the_end && (known.chains || !sent.is_heartbeat()) {
                known.committed.push(sent.clone());
            }
        }
        match is_recent {
            true => drop(self.subscriptions.insert(id.clone(), known)),
            false => self.put(id, known),
        }
    }

    pub(crate) fn forget(&mut self, id: &str) -> bool {
        self.take(id).is_some()
    }

    /// Restores all subscriptions in the order of [`Self::ids`].
    pub(crate) fn restart(&mut self) {
        let mut restarted = Self::new(self.capacity);
        for id in self.ids() {
            let known = self.take(&id).unwrap();
            restarted.put(&id, known);
        }
        *self = restarted;
    }

    fn is_recent(&self, id: &str) -> bool {
        let known = self.subscriptions.get(id);
        known.is_some_and(|known| known.generation == self.generation)
    }

    fn take(&mut self, id: &str) -> Option<Known> {
        let is_known = self.known(id).is_some();
        self.subscriptions.remove(id).filter(|_| is_known)
    }

    /// Puts a subscription into the recent generation. If that is full, it becomes the older one before.
    fn put(&mut self, id: &str, mut known: Known) {
        let ids = self.subscriptions.keys();
        if ids.filter(|id| self.is_recent(id)).count() == self.capacity {
            self.generation += 1;
        }
        known.generation = self.generation;
        self.subscriptions.insert(id.into(), known);
    }
}

/// Compares `Continuity` with the naive model on any history. Notifications get lost, repeated and overtaken, handlers
/// stop between check and commit, subscriptions are forgotten, and the program restarts. A verdict on a server that
/// chains is also true for someone who knows all ends.
pub(crate) fn check_model(choices: &mut Choices<'_>) {
    let capacity = choices.below(5);
    let servers =
        (0..1 + choices.below(6)).map(|id| Server::new(&id.to_string(), !choices.once_in(3)));
    let servers: Vec<_> = servers.collect();
    let chain: Vec<_> = servers.iter().map(|server| server.chains).collect();
    let sent = sent(choices, servers, Said::any);
    let mut continuity = Continuity::with_key(key(choices)).with_capacity(capacity);
    let mut naive = Naive::new(capacity);
    for (at, _) in deliveries(choices, sent.len(), Fate::any) {
        let arrived = &sent[at];
        let id = SubscriptionId::new(&arrived.subscription);
        arrived.parsed(|notification| {
            let delivery = continuity.check(notification);
            assert_eq!(delivery, naive.check(arrived), "{arrived:?}");
            let chains = chain[arrived.subscription.parse::<usize>().unwrap()];
            assert!(
                !chains || naive.is_true(delivery, arrived),
                "{delivery}: {arrived:?}"
            );
            match choices.below(16) {
                13 => {} // the handler is dropped
                14 => assert_eq!(continuity.forget(id), naive.forget(&arrived.subscription)),
                15 => {
                    let other = Continuity::with_key(key(choices)).with_capacity(capacity);
                    let ids = naive.ids();
                    let states = ids
                        .iter()
                        .map(|id| continuity.export(SubscriptionId::new(id)));
                    continuity = restored(other, states);
                    naive.restart();
                }
                _ => {
                    commit_twice(&mut continuity, notification);
                    naive.commit(arrived);
                }
            }
        });
        let last = continuity.last(id).map(|mark| mark.as_str());
        assert_eq!(last, naive.last(&arrived.subscription), "{arrived:?}");
        let known = naive.ids().len();
        assert_eq!(
            (continuity.len(), continuity.is_empty()),
            (known, known == 0)
        );
    }
}

/// How a simulated gateway handled a notification.
#[derive(Clone, Default)]
struct Handled {
    stored: usize,
    /// How often it was stored and the process stopped before the commit.
    crashes: usize,
    is_committed: bool,
}

/// A server that sends a notification until it is answered or gives up, and a gateway that may stop at any step. It
/// restarts with the state that it exported after its last commit. An answered notification is stored, and stored
/// once. A missing one is reported.
pub(crate) fn check_gateway(choices: &mut Choices<'_>) {
    let server = Server::new("A", !choices.once_in(2));
    let chains = server.chains;
    let sent = sent(choices, vec![server], Said::marked);
    let mut continuity = Continuity::with_key(key(choices));
    let mut saved = None;
    let mut handled = vec![Handled::default(); sent.len()];
    // Whether a notification was given up since the last commit, and whether the server has shown that it does not
    // chain.
    let (mut is_gap, mut is_revealed) = (false, false);
    for (at, arrived) in sent.iter().enumerate() {
        for attempt in 0.. {
            let step = match attempt {
                0..6 => choices.below(12),
                _ => 0,
            };
            if step == 1 {
                // A late copy of one of the last seven.
                let earlier = at.saturating_sub(1 + choices.below(6));
                let old = &sent[earlier];
                if earlier < at && handled[earlier].is_committed && !old.is_heartbeat() {
                    assert_eq!(old.check(&continuity), Duplicate, "{old:?}");
                }
            }
            let stops = |continuity: &mut Continuity, saved: &Option<SubscriptionState>, key| {
                *continuity = restored(Continuity::with_key(key), saved.iter().cloned().map(Some));
            };
            if step == 2 {
                continue; // lost on the way, or the handler is dropped before the check
            }
            if step == 3 {
                is_gap |= !handled[at].is_committed && !arrived.is_still();
                break; // the server gives up
            }
            let delivery = arrived.check(&continuity);
            if step == 4 {
                continue; // the handler is dropped before the store, or the store fails
            }
            if delivery != Duplicate {
                if chains && saved.is_some() && handled[at].stored == 0 {
                    assert_eq!(delivery == Gap, is_gap, "{delivery}: {arrived:?}");
                }
                assert!(
                    !is_revealed || delivery == Unknown,
                    "{delivery}: {arrived:?}"
                );
                handled[at].stored += 1;
            }
            if step == 5 {
                handled[at].crashes += usize::from(delivery != Duplicate);
                stops(&mut continuity, &saved, key(choices));
                continue;
            }
            arrived.deliver(&mut continuity);
            saved = continuity.export(SubscriptionId::new("A"));
            handled[at].is_committed = true;
            is_gap = false;
            is_revealed |= arrived.disproves_chain();
            if step == 6 {
                continue; // the answer is lost
            }
            if step == 7 {
                stops(&mut continuity, &saved, key(choices));
            }
            break;
        }
    }
    for (handled, arrived) in handled.iter().zip(&sent) {
        let least = usize::from(handled.is_committed);
        let most = least.max(handled.crashes + least);
        let is_right = (least..=most).contains(&handled.stored) || arrived.is_heartbeat();
        assert!(is_right, "stored {} times: {arrived:?}", handled.stored);
    }
}

/// A key for each process that is simulated.
fn key(choices: &mut Choices<'_>) -> [u8; 16] {
    [choices.below(256) as u8; 16]
}

/// Restores exported states in the `Continuity` of another process.
fn restored(
    mut continuity: Continuity,
    states: impl Iterator<Item = Option<SubscriptionState>>,
) -> Continuity {
    for state in states {
        continuity.restore(through_json(&state.unwrap())).unwrap();
    }
    continuity
}

/// The state after it was written as JSON and read. Without the feature `serde`, the state itself.
fn through_json(state: &SubscriptionState) -> SubscriptionState {
    #[cfg(feature = "serde")]
    {
        let json = serde_json::to_string(state).unwrap();
        let read: SubscriptionState = serde_json::from_str(&json).unwrap();
        assert!(read == *state);
        read
    }
    #[cfg(not(feature = "serde"))]
    state.clone()
}
