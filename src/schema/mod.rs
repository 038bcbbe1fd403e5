//! The vocabulary of EWS notifications: which element may stand where, by namespace and name.
//!
//! The grammar is [`child`], one arm a place; what an element means is the engine's business. The
//! tree is that of `messages.xsd` and `types.xsd`, as servers write it.

use crate::model::{EventKind, Operation};
use crate::xml::{Name, Namespace};

/// The namespaces of the vocabulary. Servers write `http://`; pages of Microsoft's documentation have
/// printed `https://`, so those of EWS are known by both.
pub(crate) const NAMESPACES: &[&str; 8] = &[
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
    "http://schemas.microsoft.com/exchange/services/2006/messages",
    "https://schemas.microsoft.com/exchange/services/2006/messages",
    "http://schemas.microsoft.com/exchange/services/2006/types",
    "https://schemas.microsoft.com/exchange/services/2006/types",
    "http://schemas.microsoft.com/exchange/services/2006/errors",
    "https://schemas.microsoft.com/exchange/services/2006/errors",
];

const SOAP_11: Namespace = Namespace::known(0);
const SOAP_12: Namespace = Namespace::known(1);
const MESSAGES: Namespace = Namespace::known(2);
const MESSAGES_HTTPS: Namespace = Namespace::known(3);
const TYPES: Namespace = Namespace::known(4);
const TYPES_HTTPS: Namespace = Namespace::known(5);
const ERRORS: Namespace = Namespace::known(6);
const ERRORS_HTTPS: Namespace = Namespace::known(7);

/// What a namespace is to the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    Soap11,
    Soap12,
    Messages,
    Types,
    /// Of what Exchange adds to a fault.
    Errors,
    /// Of the children of a SOAP 1.1 fault.
    NoNamespace,
}

impl Vocabulary {
    pub(crate) const fn of(namespace: Namespace) -> Option<Self> {
        match namespace {
            SOAP_11 => Some(Self::Soap11),
            SOAP_12 => Some(Self::Soap12),
            MESSAGES | MESSAGES_HTTPS => Some(Self::Messages),
            TYPES | TYPES_HTTPS => Some(Self::Types),
            ERRORS | ERRORS_HTTPS => Some(Self::Errors),
            Namespace::NONE => Some(Self::NoNamespace),
            _ => None,
        }
    }
}

/// The vocabulary of each of [`NAMESPACES`] that stands in a message without a fault.
pub(crate) const VOCABULARIES: [(&str, Vocabulary); 6] = {
    use Vocabulary::{Messages, Soap11, Soap12, Types};
    let [
        soap11,
        soap12,
        messages,
        messages_https,
        types,
        types_https,
        ..,
    ] = *NAMESPACES;
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
    GetEventsResponse,
    GetStreamingEventsResponse,
    Fault11,
    Fault12,
    /// `faultcode`, or the `Value` of a `Code`.
    FaultCode,
    /// `faultstring`, or a `Text` of a `Reason`.
    FaultString,
    Code,
    Reason,
    Detail,
    ResponseMessages,
    /// That of any operation: the schema gives each a selection of the same children.
    ResponseMessage,
    /// Of a response, or `Message` of a fault's detail.
    MessageText,
    /// Of a response or of a fault's detail, as the rest of them.
    ResponseCode,
    DescriptiveLinkKey,
    MessageXml,
    Value,
    ConnectionStatus,
    ErrorSubscriptionIds,
    /// `SubscriptionId` of [`ErrorSubscriptionIds`](Self::ErrorSubscriptionIds).
    ErrorSubscriptionId,
    Notifications,
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
    use Vocabulary::{Errors, Messages, NoNamespace, Soap11, Soap12, Types};
    Some(
        match (parent, Vocabulary::of(name.namespace())?, name.local()) {
            (E::Document, Soap11, "Envelope") => E::Envelope11,
            (E::Document, Soap12, "Envelope") => E::Envelope12,
            (E::Document | E::Body, Messages, "SendNotification") => E::SendNotification,
            (E::Document | E::Body, Messages, "GetEventsResponse") => E::GetEventsResponse,
            (E::Document | E::Body, Messages, "GetStreamingEventsResponse") => {
                E::GetStreamingEventsResponse
            }

            (E::Envelope11, Soap11, "Header") | (E::Envelope12, Soap12, "Header") => E::Header,
            (E::Envelope11, Soap11, "Body") | (E::Envelope12, Soap12, "Body") => E::Body,

            (E::Body, Soap11, "Fault") => E::Fault11,
            (E::Body, Soap12, "Fault") => E::Fault12,

            (E::Header, Types, "RequestServerVersion") => E::RequestServerVersion,
            (E::Header, Types, "ServerVersionInfo") => E::ServerVersionInfo,

            (
                E::SendNotification | E::GetEventsResponse | E::GetStreamingEventsResponse,
                Messages,
                "ResponseMessages",
            ) => E::ResponseMessages,
            // An emulator writes the name of the type instead.
            (
                E::ResponseMessages,
                Messages,
                "SendNotificationResponseMessage"
                | "GetEventsResponseMessage"
                | "GetStreamingEventsResponseMessage"
                | "GetStreamingEventsResponseMessageType",
            ) => E::ResponseMessage,

            (E::ResponseMessage, Messages, "MessageText") => E::MessageText,
            (E::ResponseMessage, Messages, "ResponseCode") => E::ResponseCode,
            (E::ResponseMessage, Messages, "DescriptiveLinkKey") => E::DescriptiveLinkKey,
            (E::ResponseMessage, Messages, "MessageXml") => E::MessageXml,
            (E::ResponseMessage, Messages, "ConnectionStatus") => E::ConnectionStatus,
            (E::ResponseMessage, Messages, "ErrorSubscriptionIds") => E::ErrorSubscriptionIds,
            (E::ResponseMessage, Messages, "Notifications") => E::Notifications,
            // The schema has these two in one namespace or the other, by operation; servers, clients
            // and emulators disagree with the schema and with each other.
            (E::ResponseMessage | E::Notifications, Messages | Types, "Notification") => {
                E::Notification
            }
            (E::ErrorSubscriptionIds, Messages | Types, "SubscriptionId") => E::ErrorSubscriptionId,

            (E::MessageXml, Types, "Value") => E::Value,

            // Of SOAP 1.1, in no namespace; a page of Microsoft's documentation has them in SOAP's.
            (E::Fault11, NoNamespace | Soap11, "faultcode") => E::FaultCode,
            (E::Fault11, NoNamespace | Soap11, "faultstring") => E::FaultString,
            (E::Fault11, NoNamespace | Soap11, "detail") => E::Detail,
            (E::Fault12, Soap12, "Code") => E::Code,
            (E::Code, Soap12, "Value") => E::FaultCode,
            (E::Fault12, Soap12, "Reason") => E::Reason,
            (E::Reason, Soap12, "Text") => E::FaultString,
            (E::Fault12, Soap12, "Detail") => E::Detail,
            (E::Detail, Errors, "ResponseCode") => E::ResponseCode,
            (E::Detail, Errors, "Message") => E::MessageText,
            (E::Detail, Types, "MessageXml") => E::MessageXml,

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
    pub(crate) const fn event_kind(self) -> Option<EventKind> {
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

    /// What a message is that has it in its Body.
    pub(crate) const fn operation(self) -> Option<Operation> {
        Some(match self {
            Self::SendNotification => Operation::SendNotification,
            Self::GetEventsResponse => Operation::GetEvents,
            Self::GetStreamingEventsResponse => Operation::GetStreamingEvents,
            Self::Fault11 | Self::Fault12 => Operation::Fault,
            _ => return None,
        })
    }

    /// Whether it may stand any number of times in this one.
    pub(crate) const fn repeats_in(self, parent: Self) -> bool {
        match self {
            Self::Notification => matches!(parent, Self::Notifications),
            Self::FaultString => matches!(parent, Self::Reason),
            Self::ResponseMessage | Self::Value | Self::ErrorSubscriptionId | Self::OtherEvent => {
                true
            }
            _ => self.event_kind().is_some(),
        }
    }

    /// Its bit in [`Seen`]. A Body has one operation, so all are the same there.
    const fn bit(self) -> u64 {
        const { assert!((Self::UnreadCount as u32) < u64::BITS) };
        1 << match self.operation() {
            Some(_) => Self::SendNotification as u32,
            None => self as u32,
        }
    }
}

/// The children that an open element has had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen(u64);

impl Seen {
    /// Notes a child; whether it is the first of its kind.
    pub(crate) const fn insert(&mut self, element: Element) -> bool {
        let is_new = !self.contains(element);
        self.0 |= element.bit();
        is_new
    }

    /// Whether there has been one, for an operation any.
    pub(crate) const fn contains(self, element: Element) -> bool {
        self.0 & element.bit() != 0
    }
}
