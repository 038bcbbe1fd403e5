//! Histories of notifications: what servers send, what arrives, and a naive model of `Continuity`.

use std::collections::HashMap;
use std::sync::LazyLock;

use ews_notifications::Delivery::{self, Duplicate, First, Fresh, Gap, OutOfOrder, Unknown};
use ews_notifications::{Continuity, Notification, Parser, SubscriptionId, SubscriptionState};

use super::choices::Choices;
use super::differential;

/// The longest id and the longest watermark that `Continuity` keeps.
pub(crate) const LONGEST: usize = 4_096;

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

    /// Where it ends.
    pub(crate) fn end(&self) -> Option<&String> {
        let mut events = self.events.iter().rev();
        let mark = events.find_map(|event| event.watermark.as_ref());
        mark.or(self.previous.as_ref())
    }

    /// Whether it ends where it begins.
    pub(crate) fn is_still(&self) -> bool {
        self.end() == self.previous.as_ref()
    }

    /// Whether it has no other events than StatusEvents.
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
            element(
                event.kind,
                &(optional("Watermark", &event.watermark) + &item),
            )
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

    /// Commits, after a check, and checks that a second commit changes nothing.
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

/// What happens in a subscription.
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
                    let mark = format!("{:0>1$}", self.next(), LONGEST + 1);
                    vec![SentEvent::mail(Some(&mark), "long")]
                }
                Said::Stream => self.mails(1),
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

/// What the documentation of `Continuity` says, by keeping everything.
pub(crate) struct Naive {
    capacity: usize,
    generation: usize,
    subscriptions: HashMap<String, Known>,
}

struct Known {
    /// In which it was committed last.
    generation: usize,
    chains: bool,
    /// Where the last one ended.
    last: String,
    /// All that ended at a new place or, where the server does not chain, all with a change. Each once in a row of eight.
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
            capacity,
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
        (last.len() <= LONGEST).then_some(last)
    }

    pub(crate) fn check(&self, sent: &Sent) -> Delivery {
        let (Some(previous), Some(end)) = (&sent.previous, sent.end()) else {
            return Unknown;
        };
        if sent.subscription.len() > LONGEST {
            return Unknown;
        }
        let Some(known) = self.known(&sent.subscription) else {
            return First;
        };
        let last_eight = known.last_eight();
        let shows_no_chain = sent.is_still() && !sent.is_heartbeat();
        if !known.chains || shows_no_chain {
            let is_same =
                |old: &Sent| (&old.previous, &old.events) == (&sent.previous, &sent.events);
            let is_known = !sent.is_heartbeat() && last_eight.iter().any(is_same);
            return if is_known { Duplicate } else { Unknown };
        }
        let is_end = |place: &String| last_eight.iter().any(|old| old.end() == Some(place));
        let is_next = known.last == *previous;
        match (is_next, is_end(end)) {
            (true, _) if previous == end => Fresh,
            (_, true) => Duplicate,
            (true, false) => Fresh,
            (false, false) if is_end(previous) => OutOfOrder,
            (false, false) => Gap,
        }
    }

    pub(crate) fn commit(&mut self, sent: &Sent) {
        let delivery = self.check(sent);
        let id = &sent.subscription;
        let (Some(end), true) = (sent.end(), sent.previous.is_some()) else {
            return;
        };
        if id.len() > LONGEST {
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
            known.chains &= !sent.is_still() || sent.is_heartbeat();
            known.last.clone_from(end);
            let repeats_the_end = delivery == Fresh && sent.is_still();
            let is_heartbeat_without_chain = delivery == Unknown && sent.is_heartbeat();
            if !repeats_the_end && !is_heartbeat_without_chain {
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

    /// Restores all in the order of [`Self::ids`].
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

    /// Puts one into the recent generation, which first becomes the older one if it is full.
    fn put(&mut self, id: &str, mut known: Known) {
        let ids = self.subscriptions.keys();
        if ids.filter(|id| self.is_recent(id)).count() == self.capacity {
            self.generation += 1;
        }
        known.generation = self.generation;
        self.subscriptions.insert(id.into(), known);
    }
}

/// `Continuity` against the naive model: any history, in which notifications get lost, repeated and overtaken, handlers
/// stop between check and commit, subscriptions are forgotten, and the program restarts.
pub(crate) fn check_model(choices: &mut Choices<'_>) {
    let capacity = 1 + choices.below(4);
    let servers =
        (0..1 + choices.below(6)).map(|id| Server::new(&id.to_string(), !choices.once_in(3)));
    let servers = servers.collect();
    let sent = sent(choices, servers, Said::any);
    let mut continuity = Continuity::with_key(key(choices)).capacity(capacity);
    let mut naive = Naive::new(capacity);
    for (at, _) in deliveries(choices, sent.len(), Fate::any) {
        let one = &sent[at];
        let id = SubscriptionId::new(&one.subscription);
        one.parsed(|notification| {
            assert_eq!(continuity.check(notification), naive.check(one), "{one:?}");
            match choices.below(16) {
                13 => {} // the handler is dropped
                14 => assert_eq!(continuity.forget(id), naive.forget(&one.subscription)),
                15 => {
                    let other = Continuity::with_key(key(choices)).capacity(capacity);
                    let ids = naive.ids();
                    let states = ids
                        .iter()
                        .map(|id| continuity.export(SubscriptionId::new(id)));
                    continuity = restored(other, states);
                    naive.restart();
                }
                _ => {
                    commit_twice(&mut continuity, notification);
                    naive.commit(one);
                }
            }
        });
        let last = continuity.last(id).map(|mark| mark.as_str());
        assert_eq!(last, naive.last(&one.subscription), "{one:?}");
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
    // Whether one was given up since the last commit, and whether the server has shown that it does not chain.
    let (mut is_gap, mut is_revealed) = (false, false);
    for (at, one) in sent.iter().enumerate() {
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
                is_gap |= !handled[at].is_committed && !one.is_still();
                break; // the server gives up
            }
            let delivery = one.check(&continuity);
            if step == 4 {
                continue; // the handler is dropped before the store, or the store fails
            }
            if delivery != Duplicate {
                if chains && saved.is_some() && handled[at].stored == 0 {
                    assert_eq!(delivery == Gap, is_gap, "{delivery}: {one:?}");
                }
                assert!(!is_revealed || delivery == Unknown, "{delivery}: {one:?}");
                handled[at].stored += 1;
            }
            if step == 5 {
                handled[at].crashes += usize::from(delivery != Duplicate);
                stops(&mut continuity, &saved, key(choices));
                continue;
            }
            one.deliver(&mut continuity);
            saved = continuity.export(SubscriptionId::new("A"));
            handled[at].is_committed = true;
            is_gap = false;
            is_revealed |= one.is_still() && !one.is_heartbeat();
            if step == 6 {
                continue; // the answer is lost
            }
            if step == 7 {
                stops(&mut continuity, &saved, key(choices));
            }
            break;
        }
    }
    for (handled, one) in handled.iter().zip(&sent) {
        let least = usize::from(handled.is_committed);
        let most = least.max(handled.crashes + least);
        let is_right = (least..=most).contains(&handled.stored) || one.is_heartbeat();
        assert!(is_right, "stored {} times: {one:?}", handled.stored);
    }
}

/// A key for each process that is simulated.
fn key(choices: &mut Choices<'_>) -> [u8; 16] {
    [choices.below(256) as u8; 16]
}

/// One of another process, with these exported states.
fn restored(
    mut continuity: Continuity,
    states: impl Iterator<Item = Option<SubscriptionState>>,
) -> Continuity {
    for state in states {
        continuity.restore(through_json(&state.unwrap())).unwrap();
    }
    continuity
}

/// The state after it has been written and read, if there is something to write it with.
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
