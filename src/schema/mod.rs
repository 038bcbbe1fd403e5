//! The vocabulary of EWS notifications: which element may stand where, by namespace and name.
//!
//! The grammar is [`child`], one arm a place; what an element means is the engine's business. The
//! tree is that of `messages.xsd` and `types.xsd`, as servers write it.

use crate::model::EventKind;
use crate::xml::{Name, Namespace};

/// The namespaces of the vocabulary. Servers write `http://`; pages of Microsoft's documentation have
/// printed `https://`, so messages and types are known by both.
pub(crate) const NAMESPACES: &[&str; 6] = &[
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
    "http://schemas.microsoft.com/exchange/services/2006/messages",
    "https://schemas.microsoft.com/exchange/services/2006/messages",
    "http://schemas.microsoft.com/exchange/services/2006/types",
    "https://schemas.microsoft.com/exchange/services/2006/types",
];

const SOAP_11: Namespace = Namespace::known(0);
const SOAP_12: Namespace = Namespace::known(1);
const MESSAGES: Namespace = Namespace::known(2);
const MESSAGES_HTTPS: Namespace = Namespace::known(3);
const TYPES: Namespace = Namespace::known(4);
const TYPES_HTTPS: Namespace = Namespace::known(5);

/// What a namespace is to the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    Soap11,
    Soap12,
    Messages,
    Types,
}

impl Vocabulary {
    pub(crate) const fn of(namespace: Namespace) -> Option<Self> {
        match namespace {
            SOAP_11 => Some(Self::Soap11),
            SOAP_12 => Some(Self::Soap12),
            MESSAGES | MESSAGES_HTTPS => Some(Self::Messages),
            TYPES | TYPES_HTTPS => Some(Self::Types),
            _ => None,
        }
    }
}

/// The vocabulary of each of [`NAMESPACES`].
pub(crate) const VOCABULARIES: [(&str, Vocabulary); 6] = {
    use Vocabulary::{Messages, Soap11, Soap12, Types};
    let [soap11, soap12, messages, messages_https, types, types_https] = *NAMESPACES;
    [
        (soap11, Soap11),
        (soap12, Soap12),
        (messages, Messages),
        (messages_https, Messages),
        (types, Types),
        (types_https, Types),
    ]
};

/// Whether this is the namespace of what stands in a Notification.
pub(crate) const fn is_types(namespace: Namespace) -> bool {
    matches!(Vocabulary::of(namespace), Some(Vocabulary::Types))
}

/// An element in its place, or the place above the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Document,
    Envelope11,
    Envelope12,
    Header,
    Body,
    RequestServerVersion,
    ServerVersionInfo,
    SendNotification,
    ResponseMessages,
    SendNotificationResponseMessage,
    MessageText,
    ResponseCode,
    DescriptiveLinkKey,
    MessageXml,
    Value,
    Notification,
    SubscriptionId,
    PreviousWatermark,
    MoreEvents,
    StatusEvent,
    CreatedEvent,
    DeletedEvent,
    ModifiedEvent,
    MovedEvent,
    CopiedEvent,
    NewMailEvent,
    FreeBusyChangedEvent,
    /// An element of the types namespace in a Notification that is none of the others.
    OtherEvent,
    Watermark,
    TimeStamp,
    ItemId,
    FolderId,
    ParentFolderId,
    OldItemId,
    OldFolderId,
    OldParentFolderId,
    UnreadCount,
}

/// The element that a child of this name is; `None` for one that has no place there.
pub(crate) fn child(parent: Element, name: Name<'_>) -> Option<Element> {
    use Element as E;
    use Vocabulary::{Messages, Soap11, Soap12, Types};
    Some(
        match (parent, Vocabulary::of(name.namespace())?, name.local()) {
            (E::Document, Soap11, "Envelope") => E::Envelope11,
            (E::Document, Soap12, "Envelope") => E::Envelope12,
            (E::Document | E::Body, Messages, "SendNotification") => E::SendNotification,

            (E::Envelope11, Soap11, "Header") | (E::Envelope12, Soap12, "Header") => E::Header,
            (E::Envelope11, Soap11, "Body") | (E::Envelope12, Soap12, "Body") => E::Body,

            (E::Header, Types, "RequestServerVersion") => E::RequestServerVersion,
            (E::Header, Types, "ServerVersionInfo") => E::ServerVersionInfo,

            (E::SendNotification, Messages, "ResponseMessages") => E::ResponseMessages,
            (E::ResponseMessages, Messages, "SendNotificationResponseMessage") => {
                E::SendNotificationResponseMessage
            }

            (E::SendNotificationResponseMessage, Messages, "MessageText") => E::MessageText,
            (E::SendNotificationResponseMessage, Messages, "ResponseCode") => E::ResponseCode,
            (E::SendNotificationResponseMessage, Messages, "DescriptiveLinkKey") => {
                E::DescriptiveLinkKey
            }
            (E::SendNotificationResponseMessage, Messages, "MessageXml") => E::MessageXml,
            // The schema has it in one namespace or the other, by operation; servers and emulators
            // disagree with the schema and with each other.
            (E::SendNotificationResponseMessage, Messages | Types, "Notification") => {
                E::Notification
            }

            (E::MessageXml, Types, "Value") => E::Value,

            (E::Notification, Types, local) => match local {
                "SubscriptionId" => E::SubscriptionId,
                "PreviousWatermark" => E::PreviousWatermark,
                "MoreEvents" => E::MoreEvents,
                "StatusEvent" => E::StatusEvent,
                "CreatedEvent" => E::CreatedEvent,
                "DeletedEvent" => E::DeletedEvent,
                "ModifiedEvent" => E::ModifiedEvent,
                "MovedEvent" => E::MovedEvent,
                "CopiedEvent" => E::CopiedEvent,
                "NewMailEvent" => E::NewMailEvent,
                "FreeBusyChangedEvent" => E::FreeBusyChangedEvent,
                _ => E::OtherEvent,
            },

            (event, Types, local) if event.event_kind().is_some() => match local {
                "Watermark" => E::Watermark,
                "TimeStamp" => E::TimeStamp,
                "ItemId" => E::ItemId,
                "FolderId" => E::FolderId,
                "ParentFolderId" => E::ParentFolderId,
                "OldItemId" => E::OldItemId,
                "OldFolderId" => E::OldFolderId,
                "OldParentFolderId" => E::OldParentFolderId,
                "UnreadCount" => E::UnreadCount,
                _ => return None,
            },

            _ => return None,
        },
    )
}

impl Element {
    /// The kind, of an event that is known.
    pub(crate) const fn event_kind(self) -> Option<EventKind<'static>> {
        Some(match self {
            Self::StatusEvent => EventKind::Status,
            Self::CreatedEvent => EventKind::Created,
            Self::DeletedEvent => EventKind::Deleted,
            Self::ModifiedEvent => EventKind::Modified,
            Self::MovedEvent => EventKind::Moved,
            Self::CopiedEvent => EventKind::Copied,
            Self::NewMailEvent => EventKind::NewMail,
            Self::FreeBusyChangedEvent => EventKind::FreeBusyChanged,
            _ => return None,
        })
    }

    /// Whether it may stand any number of times in its place.
    const fn is_repeatable(self) -> bool {
        self.event_kind().is_some()
            || matches!(
                self,
                Self::SendNotificationResponseMessage | Self::Value | Self::OtherEvent
            )
    }
}

/// The children that an open element has had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen(u64);

impl Seen {
    /// Notes a child; `false` if it may stand only once and has been there.
    pub(crate) fn insert(&mut self, element: Element) -> bool {
        let bit = 1 << element as u32;
        let repeats = self.0 & bit != 0 && !element.is_repeatable();
        self.0 |= bit;
        !repeats
    }

    pub(crate) const fn contains(self, element: Element) -> bool {
        self.0 & (1 << element as u32) != 0
    }
}
