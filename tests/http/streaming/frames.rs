//! Frames of a stream: the fixtures, and frames made from them.

use super::random::Random;

pub(crate) const HEARTBEAT: &str = include_str!("../../data/stream/heartbeat.xml");
pub(crate) const CLOSED: &str = include_str!("../../data/stream/closed.xml");
pub(crate) const BUSY: &str = include_str!("../../data/stream/busy.xml");
pub(crate) const UNKNOWN: &str = include_str!("../../data/stream/unknown-subscriptions.xml");
pub(crate) const FAULT: &str = include_str!("../../data/fault/exchange-2016.xml");

/// The subscriptions that [`UNKNOWN`] is about.
pub(crate) const IDS: [&str; 2] = [
    "JgBtYngwMS5jb3JwLmV4YW1wbGUub3JnEAAAAA==",
    "JgBtYngwMi5jb3JwLmV4YW1wbGUub3JnEAAAAB==",
];

/// What happened: the subscription, the name of the event element, and the item.
pub(crate) type Happened = (String, String, String);

/// The frame with `old`, which it has once, replaced by `new`.
#[track_caller]
pub(crate) fn with(frame: &str, old: &str, new: &str) -> String {
    assert_eq!(frame.matches(old).count(), 1, "{old}");
    frame.replacen(old, new, 1)
}

/// A frame of these events. Consecutive events of one subscription make a Notification.
pub(crate) fn events(happened: &[Happened]) -> String {
    let notifications = happened.chunk_by(|one, next| one.0 == next.0);
    let notifications: String = notifications.map(notification).collect();
    let status = "<m:ConnectionStatus>OK</m:ConnectionStatus>";
    let notifications = format!("<m:Notifications>{notifications}</m:Notifications>");
    with(HEARTBEAT, status, &notifications)
}

fn notification(happened: &[Happened]) -> String {
    let events = happened.iter().map(|(_, kind, item)| {
        format!(
            "<t:{kind}><t:TimeStamp>2026-03-01T08:15:30Z</t:TimeStamp><t:ItemId Id=\"{item}\" ChangeKey=\"DwAAAA==\" />\
             <t:ParentFolderId Id=\"AQMk\" ChangeKey=\"AQAAAA==\" /></t:{kind}>"
        )
    });
    let events: String = events.collect();
    let subscription = &happened[0].0;
    format!(
        "<m:Notification><t:SubscriptionId>{subscription}</t:SubscriptionId>{events}</m:Notification>"
    )
}

/// Any event.
pub(crate) fn any_happened(random: &mut Random) -> Happened {
    let kinds = [
        "CreatedEvent",
        "NewMailEvent",
        "ModifiedEvent",
        "DeletedEvent",
    ];
    // Ids are Base64. These also have characters of two, three and four bytes, and text that looks like markup.
    let letters = ["A", "b", "9", "+", "/", "=", "é", "€", "😀", ">", "/>", "'"];
    let length = random.pick(&[1, 20, 152]);
    let item = (0..length).map(|_| random.pick(&letters)).collect();
    (random.pick(&IDS).into(), random.pick(&kinds).into(), item)
}
