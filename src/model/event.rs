//! Events: what happened to one item or folder.

use core::fmt;
use core::str::FromStr;

use super::{FolderId, ItemId, Timestamp, Watermark};

/// One event of a notification.
///
/// One type serves all kinds, because the schema gives each kind a selection of the same few children.
/// By the schema a StatusEvent has at most a watermark. An event of kind [`EventKind::Other`] has [`other`](Self::other), and
/// those fields whose elements it has in the form that they have in known events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What happened.
    pub kind: EventKind,
    /// `Watermark`: the position after this event. Present in push and pull, absent in streaming.
    pub watermark: Option<Watermark<'a>>,
    /// `TimeStamp`: when it happened. Events of one notification often share it. Their order is that in
    /// [`Notification::events`](crate::Notification::events).
    pub timestamp: Option<Timestamp<'a>>,
    /// `ItemId`: the item it happened to. Servers write this or `folder_id`.
    pub item_id: Option<ItemId<'a>>,
    /// `FolderId`: the folder it happened to.
    pub folder_id: Option<FolderId<'a>>,
    /// `ParentFolderId`: the folder that contains the item or folder.
    pub parent_folder_id: Option<FolderId<'a>>,
    /// Where a moved or copied item or folder came from.
    pub old_ids: Option<&'a OldIds<'a>>,
    /// `UnreadCount` of a mail folder, when it changed.
    pub unread_count: Option<i32>,
    /// The element itself, if this crate does not know its name. Present exactly if the kind is
    /// [`EventKind::Other`].
    pub other: Option<&'a OtherEvent<'a>>,
}

impl<'a> Event<'a> {
    /// The item or folder that it happened to. With both, the item; `None` without either.
    #[must_use]
    pub fn target(&self) -> Option<Target<'a>> {
        let folder = || self.folder_id.map(Target::Folder);
        self.item_id.map(Target::Item).or_else(folder)
    }

    pub(crate) const fn new(kind: EventKind) -> Self {
        Self {
            kind,
            watermark: None,
            timestamp: None,
            item_id: None,
            folder_id: None,
            parent_folder_id: None,
            old_ids: None,
            unread_count: None,
            other: None,
        }
    }
}

/// The object that an event happened to, from [`Event::target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target<'a> {
    /// An item.
    Item(ItemId<'a>),
    /// A folder.
    Folder(FolderId<'a>),
}

impl<'a> Target<'a> {
    /// `@Id` of the item or folder.
    #[must_use]
    pub const fn id(&self) -> &'a str {
        match self {
            Self::Item(item) => item.id,
            Self::Folder(folder) => folder.id,
        }
    }
}

/// The children that, by the schema, only moved and copied events have. They are stored apart because they would double
/// the size of every event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OldIds<'a> {
    /// `OldItemId`: the item before the move, or the original of the copy.
    pub old_item_id: Option<ItemId<'a>>,
    /// `OldFolderId`: the folder before the move, or the original of the copy.
    pub old_folder_id: Option<FolderId<'a>>,
    /// `OldParentFolderId`: the folder that contained it.
    pub old_parent_folder_id: Option<FolderId<'a>>,
}

/// What happened.
///
/// `Display`, [`name`](Self::name), [`FromStr`] and JSON use the name of the element, such as `NewMailEvent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// `StatusEvent`: nothing happened; the server shows that the subscription is alive.
    Status,
    /// `CreatedEvent`.
    Created,
    /// `DeletedEvent`: deleted for good. Deletion into a folder is a move.
    Deleted,
    /// `ModifiedEvent`.
    Modified,
    /// `MovedEvent`.
    Moved,
    /// `CopiedEvent`.
    Copied,
    /// `NewMailEvent`: a message arrived.
    NewMail,
    /// `FreeBusyChangedEvent`: the availability of the mailbox changed.
    FreeBusyChanged,
    /// Any other child of a Notification, in whatever namespace, such as an event of a later version of EWS.
    /// [`Event::other`] has its name and its bytes.
    #[default]
    Other,
}

impl EventKind {
    /// All kinds except [`Other`](Self::Other).
    pub(crate) const KNOWN: [Self; 8] = [
        Self::Status,
        Self::Created,
        Self::Deleted,
        Self::Modified,
        Self::Moved,
        Self::Copied,
        Self::NewMail,
        Self::FreeBusyChanged,
    ];

    /// The name of the element, such as `NewMailEvent`; `Other` for [`Other`](Self::Other).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "StatusEvent",
            Self::Created => "CreatedEvent",
            Self::Deleted => "DeletedEvent",
            Self::Modified => "ModifiedEvent",
            Self::Moved => "MovedEvent",
            Self::Copied => "CopiedEvent",
            Self::NewMail => "NewMailEvent",
            Self::FreeBusyChanged => "FreeBusyChangedEvent",
            Self::Other => "Other",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Parses the name of an element, case-sensitively. `Other` is not such a name, so it is an error as well.
impl FromStr for EventKind {
    type Err = UnknownEventKind;

    fn from_str(name: &str) -> Result<Self, UnknownEventKind> {
        let mut kinds = Self::KNOWN.into_iter();
        kinds
            .find(|kind| kind.name() == name)
            .ok_or(UnknownEventKind(()))
    }
}

/// The error of `EventKind::from_str`: not the name of a known event element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEventKind(());

impl fmt::Display for UnknownEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the name of an event element, such as NewMailEvent")
    }
}

impl core::error::Error for UnknownEventKind {}

/// An event whose element this crate does not know, as the body contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OtherEvent<'a> {
    /// The local name of the element.
    pub name: &'a str,
    /// The namespace name (the URI) of the element, empty if it has none. It is the text of the declaration as the
    /// body contains it: a reference in it (`&amp;`) is not replaced, so that it costs no memory.
    pub namespace: &'a str,
    /// The element from the `<` of its start tag to the `>` of its end tag. It is well-formed, but prefixes
    /// in it may be declared outside of it.
    pub raw: &'a str,
}

/// The value of a field of an event.
#[derive(Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
pub(crate) enum Value<'a> {
    Kind(EventKind),
    Text(Option<&'a str>),
    ItemId(Option<ItemId<'a>>),
    FolderId(Option<FolderId<'a>>),
    Int(Option<i32>),
    Other(Option<&'a OtherEvent<'a>>),
}

impl<'a> Event<'a> {
    /// Every field with its key in JSON. The old ids are fields like the others, as in EWS.
    ///
    /// `Serialize` and the fingerprints of [`Continuity`](crate::Continuity) are made of it. The pattern names every
    /// field, so that a new one cannot be forgotten.
    pub(crate) fn fields(&self) -> [(&'static str, Value<'a>); 11] {
        let Self {
            kind,
            watermark,
            timestamp,
            item_id,
            folder_id,
            parent_folder_id,
            old_ids,
            unread_count,
            other,
        } = *self;
        let OldIds {
            old_item_id,
            old_folder_id,
            old_parent_folder_id,
        } = old_ids.copied().unwrap_or_default();
        [
            ("kind", Value::Kind(kind)),
            (
                "watermark",
                Value::Text(watermark.map(|mark| mark.as_str())),
            ),
            (
                "timestamp",
                Value::Text(timestamp.map(|time| time.as_str())),
            ),
            ("item_id", Value::ItemId(item_id)),
            ("folder_id", Value::FolderId(folder_id)),
            ("parent_folder_id", Value::FolderId(parent_folder_id)),
            ("old_item_id", Value::ItemId(old_item_id)),
            ("old_folder_id", Value::FolderId(old_folder_id)),
            (
                "old_parent_folder_id",
                Value::FolderId(old_parent_folder_id),
            ),
            ("unread_count", Value::Int(unread_count)),
            ("other", Value::Other(other)),
        ]
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Event<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;

        let fields = self.fields();
        let mut event = serializer.serialize_struct("Event", fields.len())?;
        for (key, value) in fields {
            event.serialize_field(key, &value)?;
        }
        event.end()
    }
}
