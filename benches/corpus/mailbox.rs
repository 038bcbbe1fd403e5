//! Subscriptions: identifiers of real lengths, and what happens in a mailbox.

use super::bodies::{Change, Event, Id, Notification, Response};
use super::random::{BASE64, Random};

/// A mailbox with one live subscription.
pub(super) struct Mailbox {
    pub(super) subscription_id: String,
    /// The base of its watermarks: a database and a place in its event history.
    database: [u8; 16],
    counter: u64,
    /// The common start of the ids of its items and folders.
    id_stem: String,
    root: String,
    folders: Vec<String>,
}

const ITEM_ID: usize = 152;
const FOLDER_IDS: [usize; 2] = [116, 120];
const ID_STEM: usize = 56;

impl Mailbox {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut mailbox = Self {
            subscription_id: subscription_id(random),
            database: random.bytes(),
            counter: 500_000_000 + random.below(100_000_000) as u64,
            id_stem: random.base64(ID_STEM),
            root: String::new(),
            folders: Vec::new(),
        };
        mailbox.root = mailbox.folder(random);
        mailbox.folders = (0..20).map(|_| mailbox.folder(random)).collect();
        mailbox
    }

    /// A heartbeat: nothing happened.
    pub(super) fn status(&mut self, random: &mut Random) -> Response {
        let previous_watermark = self.watermark();
        self.counter += 1 + random.below(5_000) as u64;
        let event = Event {
            watermark: Some(self.watermark()),
            timestamp: None,
            change: Change::new("StatusEvent", Vec::new()),
        };
        self.notification(previous_watermark, vec![event])
    }

    /// The next `count` events. A batch may begin and end within the events of one change.
    pub(super) fn events(&mut self, random: &mut Random, count: usize) -> Response {
        let previous_watermark = self.watermark();
        self.counter += 1 + random.below(5_000) as u64;
        let before = random.below(12);
        let mut changes = Vec::new();
        while changes.len() < before + count {
            changes.append(&mut self.happening(random));
        }

        let timestamp = timestamp([24, 60, 60].map(|bound| random.below(bound)));
        let mut events = Vec::with_capacity(count);
        for change in changes.into_iter().skip(before).take(count) {
            self.counter += 1 + random.below(9) as u64;
            events.push(Event {
                watermark: Some(self.watermark()),
                timestamp: Some(timestamp.clone()),
                change,
            });
        }
        self.notification(previous_watermark, events)
    }

    /// `count` events in the calendar, within seconds from this time. The last one is that of the folder. Events of a
    /// stream have no watermarks.
    pub(super) fn streamed(
        &self,
        random: &mut Random,
        [hour, minute, mut second]: [usize; 3],
        count: usize,
    ) -> Notification {
        let calendar = &self.folders[0];
        let event = |second, change| Event {
            watermark: None,
            timestamp: Some(timestamp([hour, minute, second])),
            change,
        };
        let mut events = Vec::new();
        while events.len() < count - 1 {
            second += random.below(3);
            let item = Id::item(self.id(random, "AAMk", ITEM_ID));
            let here = vec![item, Id::parent(calendar)];
            let changes = match random.once_in(10) {
                true => appointment(here),
                false => vec![
                    Change::new("ModifiedEvent", here.clone()),
                    Change::new("FreeBusyChangedEvent", here),
                ],
            };
            events.extend(changes.into_iter().map(|change| event(second, change)));
        }
        events.truncate(count - 1);
        events.push(event(second, self.folder_changed(calendar)));
        Notification {
            subscription_id: self.subscription_id.clone(),
            previous_watermark: None,
            events,
        }
    }

    pub(super) fn error(&self) -> Response {
        Response::Error(self.subscription_id.clone())
    }

    fn notification(&self, previous_watermark: String, events: Vec<Event>) -> Response {
        Response::Notification(Notification {
            subscription_id: self.subscription_id.clone(),
            previous_watermark: Some(previous_watermark),
            events,
        })
    }

    /// One change in the mail, and its events in the order of a server.
    fn happening(&self, random: &mut Random) -> Vec<Change> {
        let item = Id::item(self.id(random, "AAMk", ITEM_ID));
        let [folder, other] = [(); 2].map(|()| &self.folders[random.below(self.folders.len())]);
        let parent = Id::parent(folder);
        let here = vec![item.clone(), parent.clone()];
        let from = vec![
            item,
            parent,
            Id::new("OldItemId", self.id(random, "AAMk", ITEM_ID), "CQAAAA=="),
            Id::new("OldParentFolderId", other.clone(), "AQAAAA=="),
        ];
        let folder_changed = Change {
            unread_count: Some(random.below(300)),
            ..self.folder_changed(folder)
        };
        match random.below(114) {
            // A message arrives.
            0..40 => vec![
                Change::new("CreatedEvent", here.clone()),
                Change::new("NewMailEvent", here),
                folder_changed,
            ],
            // It is moved, most often to the folder of deleted items.
            40..90 => vec![Change::new("MovedEvent", from)],
            // It is read.
            90..100 => vec![Change::new("ModifiedEvent", here), folder_changed],
            100..106 => vec![Change::new("DeletedEvent", here)],
            106..110 => vec![Change::new("CopiedEvent", from)],
            _ => appointment(here),
        }
    }

    fn folder_changed(&self, folder: &str) -> Change {
        let ids = vec![Id::folder(folder), Id::parent(&self.root)];
        Change::new("ModifiedEvent", ids)
    }

    fn folder(&self, random: &mut Random) -> String {
        let length = random.pick(&FOLDER_IDS);
        self.id(random, "AQMk", length)
    }

    /// Base64 of that many characters, padded as real ones of that length are.
    fn id(&self, random: &mut Random, start: &str, length: usize) -> String {
        let padding = if length == FOLDER_IDS[0] { "" } else { "=" };
        let rest = length - start.len() - self.id_stem.len() - padding.len();
        let rest = random.base64(rest);
        format!("{start}{}{rest}{padding}", self.id_stem)
    }

    /// Base64 of the number 1, the database, the place, and one byte more: 40 characters.
    fn watermark(&self) -> String {
        let counter = self.counter.to_le_bytes();
        base64(&[&[1, 0, 0, 0], &self.database[..], &counter, &[1]].concat())
    }
}

impl Change {
    fn new(element: &'static str, ids: Vec<Id>) -> Self {
        Self {
            element,
            ids,
            unread_count: None,
        }
    }
}

impl Id {
    fn new(element: &'static str, id: String, change_key: &'static str) -> Self {
        Self {
            element,
            id,
            change_key,
        }
    }

    fn item(id: String) -> Self {
        Self::new("ItemId", id, "DwAAAA==")
    }

    fn folder(id: &str) -> Self {
        Self::new("FolderId", id.to_owned(), "AgAAAA==")
    }

    fn parent(id: &str) -> Self {
        Self::new("ParentFolderId", id.to_owned(), "AQAAAA==")
    }
}

/// An appointment is made.
fn appointment(here: Vec<Id>) -> Vec<Change> {
    vec![
        Change::new("CreatedEvent", here.clone()),
        Change::new("FreeBusyChangedEvent", here.clone()),
        Change::new("ModifiedEvent", here),
    ]
}

fn timestamp([hour, minute, second]: [usize; 3]) -> String {
    format!("2026-03-02T{hour:02}:{minute:02}:{second:02}Z")
}

/// Base64 of the name of a server, a GUID and a time, and since 2016 another GUID, each with its
/// length before it: 100 characters mostly, else 120, 128, or 84 without the second GUID.
fn subscription_id(random: &mut Random) -> String {
    const DOMAIN: &str = ".mail.example.org";
    let (host_length, is_recent) = match random.below(20) {
        0..12 => (24, true),
        12..15 => (39, true),
        15..18 => (44, true),
        _ => (32, false),
    };
    let letters = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let host = random.text(letters, host_length - DOMAIN.len()) + DOMAIN;
    let time = 639_000_000_000_000_000 + random.below(1_000_000_000_000) as u64;
    let mut bytes = (host.len() as u16).to_le_bytes().to_vec();
    bytes.extend(host.as_bytes());
    bytes.extend(guid(random));
    bytes.extend(time.to_le_bytes());
    if is_recent {
        bytes.extend(guid(random));
    }
    base64(&bytes)
}

fn guid(random: &mut Random) -> impl Iterator<Item = u8> {
    let length = 16_u32.to_le_bytes();
    length.into_iter().chain(random.bytes::<16>())
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * place)) as usize & 63];
            let is_padding = place > group.len();
            text.push(if is_padding { '=' } else { char::from(digit) });
        }
    }
    text
}
