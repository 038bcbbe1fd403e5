//! Events: what happened to one item or folder.

use core::fmt;

use super::{FolderId, ItemId, Timestamp, Watermark};

/// One event of a notification.
///
/// One type serves all kinds, for the schema gives each kind a selection of the same few children.
/// A StatusEvent has a watermark at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What happened.
    pub kind: EventKind<'a>,
    /// `Watermark`: the place behind this event. Present in push and pull, absent in streaming.
    pub watermark: Option<Watermark<'a>>,
    /// `TimeStamp`: when. Events of one notification often share it; their order is their position.
    pub timestamp: Option<Timestamp<'a>>,
    /// `ItemId`: the item it happened to. Servers write this or `folder_id`.
    pub item_id: Option<ItemId<'a>>,
    /// `FolderId`: the folder it happened to.
    pub folder_id: Option<FolderId<'a>>,
    /// `ParentFolderId`: the folder that the item or folder is in.
    pub parent_folder_id: Option<FolderId<'a>>,
    /// Where a moved or copied item or folder came from.
    pub old_ids: Option<&'a OldIds<'a>>,
    /// `UnreadCount` of a mail folder, when it changed.
    pub unread_count: Option<i32>,
}

impl<'a> Event<'a> {
    pub(crate) const fn new(kind: EventKind<'a>) -> Self {
        Self {
            kind,
            watermark: None,
            timestamp: None,
            item_id: None,
            folder_id: None,
            parent_folder_id: None,
            old_ids: None,
            unread_count: None,
        }
    }
}

/// The children that only moved and copied events have. Kept apart, for they would double the size
/// of every event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OldIds<'a> {
    /// `OldItemId`: the item before.
    pub old_item_id: Option<ItemId<'a>>,
    /// `OldFolderId`: the folder before.
    pub old_folder_id: Option<FolderId<'a>>,
    /// `OldParentFolderId`: the folder that it was in.
    pub old_parent_folder_id: Option<FolderId<'a>>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// `StatusEvent`: nothing; the server shows that the subscription lives.
    Status,
    /// `CreatedEvent`.
    Created,
    /// `DeletedEvent`: deleted for good. Deleting to a folder is a move.
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
    /// An element where events stand that this crate knows nothing of.
    Other(&'a OtherEvent<'a>),
}

impl<'a> EventKind<'a> {
    /// The name of its element, such as `NewMailEvent`.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Status => "StatusEvent",
            Self::Created => "CreatedEvent",
            Self::Deleted => "DeletedEvent",
            Self::Modified => "ModifiedEvent",
            Self::Moved => "MovedEvent",
            Self::Copied => "CopiedEvent",
            Self::NewMail => "NewMailEvent",
            Self::FreeBusyChanged => "FreeBusyChangedEvent",
            Self::Other(other) => other.name,
        }
    }
}

impl fmt::Display for EventKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An event of a kind that this crate knows nothing of, as it stands in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct OtherEvent<'a> {
    /// The local name of the element.
    pub name: &'a str,
    /// The element from the `<` of its start tag to the `>` of its end tag. Well-formed, but prefixes
    /// in it may be declared outside.
    pub raw: &'a str,
}
