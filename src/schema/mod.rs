//! The vocabulary of EWS notifications: one table of the elements, by name and namespace, and where each may appear.
//!
//! Other places spell element names as well: event kinds, operations, the fast path, the keys of `Serialize`. The tests of
//! this module check them against the table. The engine decides what an element means. The table follows `messages.xsd`,
//! `types.xsd` and SOAP, with the deviations of real servers.
//!
//! Uses [`Name`] of `xml`, and [`EventKind`] and [`Operation`] of the model.

mod namespaces;
#[cfg(test)]
mod tests;

pub(crate) use self::namespaces::{
    NAMESPACES, VOCABULARIES, Vocabulary, is_of_ews, is_soap, is_types,
};
use crate::model::{EventKind, Operation};
use crate::xml::{Name, Namespace};

/// What an element contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Elements of the table.
    Children,
    /// Elements of the table: the operation that a Body is for.
    Operation(Operation),
    /// Elements of the table whose parent is [`Element::Event`].
    Event(EventKind),
    /// Text for people, with its white space.
    Text,
    /// `xs:token`: an id, a code or a time, without the white space around it.
    Token,
    /// Text, and `@Name`.
    NamedText,
    /// `xs:int`.
    Int,
    /// `xs:boolean`.
    Boolean,
    /// Nothing. The attributes are `Id` and optionally `ChangeKey`.
    Id,
    /// Nothing. The attributes name a version.
    Version,
}

/// How often an element may appear in its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occurs {
    Once,
    Often,
    /// Often in this parent, once in others.
    OftenIn(Element),
}

/// A place of the table: parent, namespace, name, element.
type Place = (Element, Vocabulary, &'static str, Element);

/// Makes [`Element`] and the lookups by name and by element out of the rows of the table.
macro_rules! elements {
    ($($(#[$doc:meta])* $element:ident, $occurs:expr, $content:expr,
        $(($parent:ident $namespace:ident $name:literal))+;)+) => {
        /// An element in its place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Element {
            /// The document: the parent of the root element.
            Document,
            /// An event of any known kind, as a parent: the schema gives each kind a selection of the same children.
            Event,
            $($(#[$doc])* $element,)+
        }

        /// Looks up the child with this name. `None` if it may not appear there.
        pub(crate) fn child(parent: Element, name: Name<'_>) -> Option<Element> {
            Some(match (parent, Vocabulary::of(name.namespace())?, name.local()) {
                $($((Element::$parent, Vocabulary::$namespace, $name))|+ => Element::$element,)+
                _ => return None,
            })
        }

        impl Element {
            #[inline]
            const fn row(self) -> (Occurs, Content) {
                match self {
                    Self::Document | Self::Event => (Once, Children),
                    $(Self::$element => ($occurs, $content),)+
                }
            }
        }

        const PLACES: &[Place] = &[
            $($((Element::$parent, Vocabulary::$namespace, $name, Element::$element),)+)+
        ];
    };
}

use Content::{Boolean, Children, Event, Id, Int, NamedText, Text, Token, Version};
use Occurs::{Often, OftenIn, Once};

elements! {
    // element, occurs, content, (parent, namespace, name)…

    Envelope11, Once, Children, (Document Soap11 "Envelope");
    Envelope12, Once, Children, (Document Soap12 "Envelope");
    Header, Once, Children, (Envelope11 Soap11 "Header") (Envelope12 Soap12 "Header");
    Body, Once, Children, (Envelope11 Soap11 "Body") (Envelope12 Soap12 "Body");
    RequestServerVersion, Once, Version, (Header Types "RequestServerVersion");
    ServerVersionInfo, Once, Version, (Header Types "ServerVersionInfo");

    SendNotification, Once, Content::Operation(Operation::SendNotification),
        (Document Messages "SendNotification") (Body Messages "SendNotification");
    GetEventsResponse, Once, Content::Operation(Operation::GetEvents),
        (Document Messages "GetEventsResponse") (Body Messages "GetEventsResponse");
    GetStreamingEventsResponse, Once, Content::Operation(Operation::GetStreamingEvents),
        (Document Messages "GetStreamingEventsResponse") (Body Messages "GetStreamingEventsResponse");
    Fault11, Once, Content::Operation(Operation::Fault), (Body Soap11 "Fault");
    Fault12, Once, Content::Operation(Operation::Fault), (Body Soap12 "Fault");

    // SOAP 1.1 has the children of a fault in no namespace. A page of Microsoft's documentation has them in SOAP's.
    FaultCode, Once, Token,
        (Fault11 NoNamespace "faultcode") (Fault11 Soap11 "faultcode") (Code Soap12 "Value");
    FaultString, OftenIn(Element::Reason), Text,
        (Fault11 NoNamespace "faultstring") (Fault11 Soap11 "faultstring") (Reason Soap12 "Text");
    Code, Once, Children, (Fault12 Soap12 "Code");
    Subcode, Once, Children, (Code Soap12 "Subcode");
    FaultSubcode, Once, Token, (Subcode Soap12 "Value");
    Reason, Once, Children, (Fault12 Soap12 "Reason");
    Detail, Once, Children,
        (Fault11 NoNamespace "detail") (Fault11 Soap11 "detail") (Fault12 Soap12 "Detail");
    FaultResponseCode, Once, Token, (Detail Errors "ResponseCode");
    FaultMessage, Once, Text, (Detail Errors "Message");

    ResponseMessages, Once, Children,
        (SendNotification Messages "ResponseMessages")
        (GetEventsResponse Messages "ResponseMessages")
        (GetStreamingEventsResponse Messages "ResponseMessages");
    /// The response message of any operation: each allows some of these children. An emulator writes the name of the type
    /// instead.
    ResponseMessage, Often, Children,
        (ResponseMessages Messages "SendNotificationResponseMessage")
        (ResponseMessages Messages "GetEventsResponseMessage")
        (ResponseMessages Messages "GetStreamingEventsResponseMessage")
        (ResponseMessages Messages "GetStreamingEventsResponseMessageType");
    MessageText, Once, Text, (ResponseMessage Messages "MessageText");
    ResponseCode, Once, Token, (ResponseMessage Messages "ResponseCode");
    DescriptiveLinkKey, Once, Int, (ResponseMessage Messages "DescriptiveLinkKey");
    MessageXml, Once, Children, (ResponseMessage Messages "MessageXml") (Detail Types "MessageXml");
    Value, Often, NamedText, (MessageXml Types "Value");
    ConnectionStatus, Once, Token, (ResponseMessage Messages "ConnectionStatus");
    ErrorSubscriptionIds, Once, Children, (ResponseMessage Messages "ErrorSubscriptionIds");
    // The schema has the next two in one namespace or the other, by operation. Servers, clients and emulators
    // disagree with the schema and with each other.
    ErrorSubscriptionId, Often, Token,
        (ErrorSubscriptionIds Messages "SubscriptionId") (ErrorSubscriptionIds Types "SubscriptionId");
    Notification, OftenIn(Element::Notifications), Children,
        (ResponseMessage Messages "Notification") (ResponseMessage Types "Notification")
        (Notifications Messages "Notification") (Notifications Types "Notification");
    Notifications, Once, Children, (ResponseMessage Messages "Notifications");

    SubscriptionId, Once, Token, (Notification Types "SubscriptionId");
    PreviousWatermark, Once, Token, (Notification Types "PreviousWatermark");
    MoreEvents, Once, Boolean, (Notification Types "MoreEvents");
    StatusEvent, Often, Event(EventKind::Status), (Notification Types "StatusEvent");
    CreatedEvent, Often, Event(EventKind::Created), (Notification Types "CreatedEvent");
    DeletedEvent, Often, Event(EventKind::Deleted), (Notification Types "DeletedEvent");
    ModifiedEvent, Often, Event(EventKind::Modified), (Notification Types "ModifiedEvent");
    MovedEvent, Often, Event(EventKind::Moved), (Notification Types "MovedEvent");
    CopiedEvent, Often, Event(EventKind::Copied), (Notification Types "CopiedEvent");
    NewMailEvent, Often, Event(EventKind::NewMail), (Notification Types "NewMailEvent");
    FreeBusyChangedEvent, Often, Event(EventKind::FreeBusyChanged),
        (Notification Types "FreeBusyChangedEvent");

    Watermark, Once, Token, (Event Types "Watermark");
    TimeStamp, Once, Token, (Event Types "TimeStamp");
    ItemId, Once, Id, (Event Types "ItemId");
    FolderId, Once, Id, (Event Types "FolderId");
    ParentFolderId, Once, Id, (Event Types "ParentFolderId");
    OldItemId, Once, Id, (Event Types "OldItemId");
    OldFolderId, Once, Id, (Event Types "OldFolderId");
    OldParentFolderId, Once, Id, (Event Types "OldParentFolderId");
    UnreadCount, Once, Int, (Event Types "UnreadCount");
}

/// Whether an element that [`child`] does not find has a name of the table, but is in the wrong namespace, which has the
/// name `uri`. In the namespace of a vendor it is of that vendor, except where only known elements may be.
pub(crate) fn is_in_wrong_namespace(parent: Element, name: Name<'_>, uri: &str) -> bool {
    let Some((.., element)) = places_of(parent, name.local()).next() else {
        return false;
    };
    let is_of_vendor = !is_of_ews(uri) && !is_soap(name.namespace());
    match parent {
        Element::Document | Element::Body => true,
        // Every other child is an event.
        Element::Notification if matches!(element.content(), Event(_)) => false,
        // Anybody may write elements here, with a namespace or without.
        Element::Detail => !is_of_vendor,
        _ => !is_of_vendor || name.namespace() == Namespace::NONE,
    }
}

impl Element {
    #[inline]
    pub(crate) const fn content(self) -> Content {
        self.row().1
    }

    /// Whether it may appear any number of times in this parent.
    pub(crate) fn repeats_in(self, parent: Self) -> bool {
        match self.row() {
            (Once, _) => false,
            (Often, _) => true,
            (OftenIn(only), _) => parent == only,
        }
    }

    /// Its bit in [`Seen`]. A Body has one operation, so all operations share one.
    #[inline]
    const fn bit(self) -> u64 {
        const { assert!((Self::UnreadCount as u32) < u64::BITS) }; // the last row of the table
        1 << match self.content() {
            Content::Operation(_) => Self::SendNotification as u32,
            _ => self as u32,
        }
    }
}

/// The children that an open element has had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen(u64);

impl Seen {
    /// Records a child. Returns whether it is the first of its kind.
    #[inline]
    pub(crate) const fn insert(&mut self, element: Element) -> bool {
        let is_new = !self.contains(element);
        self.0 |= element.bit();
        is_new
    }

    /// Whether there was one; for an operation, whether there was any.
    #[inline]
    pub(crate) const fn contains(self, element: Element) -> bool {
        self.0 & element.bit() != 0
    }
}

/// The names of the namespaces in which an element may have this name in its place. The name of no namespace is empty. For
/// descriptions of errors.
pub(crate) fn namespaces_of(parent: Element, local: &str) -> impl Iterator<Item = &'static str> {
    places_of(parent, local).map(|(_, vocabulary, ..)| vocabulary.name())
}

/// The elements with this name in a place, each in another namespace.
fn places_of(parent: Element, local: &str) -> impl Iterator<Item = &'static Place> {
    let places = PLACES.iter();
    places.filter(move |(in_parent, _, name, _)| *in_parent == parent && *name == local)
}

/// Whether any element has this name.
pub(crate) fn is_name(local: &str) -> bool {
    PLACES.iter().any(|(_, _, name, _)| *name == local)
}
