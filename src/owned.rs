//! Messages and events that own their text: to keep, to send to another thread, to store.
//!
//! Each type is a copy of the type of the same name in the crate root, made by its `into_owned()`. Text is a
//! `String`, a slice is a `Vec`, and the old ids of an event are fields of the event. A field has the same name and the
//! same meaning as the field that it was copied from.
//!
//! ```
//! use ews_notifications::{Parser, owned};
//!
//! # let body = include_bytes!("../tests/data/push/mail.xml");
//! let mut parser = Parser::new();
//! let message = parser.parse(body)?;
//! let kept: Vec<owned::Notification> =
//!     message.notifications().map(|one| one.into_owned()).collect();
//! drop(parser); // `kept` borrows from neither the parser nor the body
//! assert_eq!(kept[0].events.len(), 3);
//! # Ok::<(), ews_notifications::Error>(())
//! ```
//!
//! A copy costs one allocation for each text and each list. [`MessageBytes`](crate::MessageBytes) keeps the whole body
//! instead, and is parsed again.
//!
//! # JSON
//!
//! With the feature `serde` all types have `Serialize` and `Deserialize`, with the same keys and values as `Serialize` of
//! the borrowed types. On reading, unknown keys are ignored, a missing key is the default of its type, and an unknown
//! kind of event is [`EventKind::Other`]. So an older version of this crate reads the JSON of a newer one, and the
//! other way around.

use alloc::string::String;
use alloc::vec::Vec;

use crate::model::{
    ConnectionStatus, EventKind, OldIds, Operation, ResponseClass, ResponseCode, SoapVersion,
    SubscriptionId, Timestamp, Watermark,
};

/// Copies a value out of a message.
trait IntoOwned {
    type Owned;

    fn into_owned(self) -> Self::Owned;
}

macro_rules! copied_as_they_are {
    ($($type:ty),+) => {$(
        impl IntoOwned for $type {
            type Owned = Self;

            fn into_owned(self) -> Self {
                self
            }
        }
    )+};
}

copied_as_they_are!(bool, i32, EventKind, Operation, SoapVersion);

macro_rules! copied_as_text {
    ($($type:ty: $text:ident;)+) => {$(
        impl IntoOwned for $type {
            type Owned = String;

            fn into_owned(self) -> String {
                String::from(self.$text())
            }
        }
    )+};
}

copied_as_text! {
    ConnectionStatus<'_>: as_str;
    ResponseClass<'_>: as_str;
    ResponseCode<'_>: as_str;
    SubscriptionId<'_>: as_str;
    Timestamp<'_>: as_str;
    Watermark<'_>: as_str;
}

impl IntoOwned for &str {
    type Owned = String;

    fn into_owned(self) -> String {
        String::from(self)
    }
}

impl<T: IntoOwned> IntoOwned for Option<T> {
    type Owned = Option<T::Owned>;

    fn into_owned(self) -> Self::Owned {
        self.map(T::into_owned)
    }
}

impl<T: IntoOwned + Copy> IntoOwned for &T {
    type Owned = T::Owned;

    fn into_owned(self) -> Self::Owned {
        T::into_owned(*self)
    }
}

impl<T: IntoOwned + Copy> IntoOwned for &[T] {
    type Owned = Vec<T::Owned>;

    fn into_owned(self) -> Self::Owned {
        self.iter().copied().map(T::into_owned).collect()
    }
}

/// Declares the owned type of each borrowed one, and how it is copied. A field that is missing here does not compile.
macro_rules! owned {
    ($($(#[$doc:meta])+ $name:ident { $($field:ident: $type:ty,)+ })+) => {$(
        $(#[$doc])+
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(
            feature = "serde",
            derive(serde::Deserialize, serde::Serialize),
            serde(default)
        )]
        #[non_exhaustive]
        pub struct $name {
            $(
                #[doc = concat!(
                    "As [`", stringify!($field), "`](field@crate::", stringify!($name), "::", stringify!($field),
                    ") of the borrowed type."
                )]
                pub $field: $type,
            )+
        }

        impl IntoOwned for crate::model::$name<'_> {
            type Owned = $name;

            fn into_owned(self) -> $name {
                let Self { $($field),+ } = self;
                $name { $($field: $field.into_owned()),+ }
            }
        }

        into_owned!($name);
    )+};
}

macro_rules! into_owned {
    ($name:ident) => {
        impl crate::model::$name<'_> {
            /// A copy that borrows nothing. It costs one allocation for each text and each list.
            #[must_use]
            pub fn into_owned(self) -> $name {
                IntoOwned::into_owned(self)
            }
        }
    };
}

owned! {
    /// An owned message: [`crate::Message`].
    Message {
        operation: Operation,
        soap: Option<SoapVersion>,
        request_server_version: Option<String>,
        server_version_info: Option<ServerVersionInfo>,
        must_understand: Vec<HeaderBlock>,
        responses: Vec<Response>,
        fault: Option<Fault>,
    }

    /// An owned block of the SOAP header: [`crate::HeaderBlock`].
    HeaderBlock {
        name: String,
        namespace: String,
    }

    /// An owned [`crate::ServerVersionInfo`].
    ServerVersionInfo {
        major_version: Option<i32>,
        minor_version: Option<i32>,
        major_build_number: Option<i32>,
        minor_build_number: Option<i32>,
        version: Option<String>,
    }

    /// An owned response message: [`crate::Response`].
    Response {
        class: Option<String>,
        message_text: Option<String>,
        code: Option<String>,
        descriptive_link_key: Option<i32>,
        message_xml: Vec<MessageXmlValue>,
        notifications: Vec<Notification>,
        connection_status: Option<String>,
        error_subscription_ids: Vec<String>,
    }

    /// An owned SOAP fault: [`crate::Fault`].
    Fault {
        code: Option<String>,
        subcode: Option<String>,
        string: Option<String>,
        response_code: Option<String>,
        message_text: Option<String>,
        message_xml: Vec<MessageXmlValue>,
    }

    /// An owned detail of an error: [`crate::MessageXmlValue`].
    MessageXmlValue {
        name: Option<String>,
        value: String,
    }

    /// An owned notification: [`crate::Notification`].
    Notification {
        subscription_id: String,
        previous_watermark: Option<String>,
        more_events: Option<bool>,
        events: Vec<Event>,
    }

    /// An owned event of an unknown kind: [`crate::OtherEvent`].
    OtherEvent {
        name: String,
        namespace: String,
        raw: String,
    }

    /// An owned id of an item: [`crate::ItemId`].
    #[derive(PartialOrd, Ord)]
    ItemId {
        id: String,
        change_key: Option<String>,
    }

    /// An owned id of a folder: [`crate::FolderId`].
    #[derive(PartialOrd, Ord)]
    FolderId {
        id: String,
        change_key: Option<String>,
    }
}

/// An owned event: [`crate::Event`], with its [`OldIds`] as fields of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize, serde::Serialize),
    serde(default)
)]
#[non_exhaustive]
pub struct Event {
    /// As [`kind`](field@crate::Event::kind) of the borrowed type.
    pub kind: EventKind,
    /// As [`watermark`](field@crate::Event::watermark) of the borrowed type.
    pub watermark: Option<String>,
    /// As [`timestamp`](field@crate::Event::timestamp) of the borrowed type.
    pub timestamp: Option<String>,
    /// As [`item_id`](field@crate::Event::item_id) of the borrowed type.
    pub item_id: Option<ItemId>,
    /// As [`folder_id`](field@crate::Event::folder_id) of the borrowed type.
    pub folder_id: Option<FolderId>,
    /// As [`parent_folder_id`](field@crate::Event::parent_folder_id) of the borrowed type.
    pub parent_folder_id: Option<FolderId>,
    /// As [`old_item_id`](field@crate::OldIds::old_item_id) of `OldIds`.
    pub old_item_id: Option<ItemId>,
    /// As [`old_folder_id`](field@crate::OldIds::old_folder_id) of `OldIds`.
    pub old_folder_id: Option<FolderId>,
    /// As [`old_parent_folder_id`](field@crate::OldIds::old_parent_folder_id) of `OldIds`.
    pub old_parent_folder_id: Option<FolderId>,
    /// As [`unread_count`](field@crate::Event::unread_count) of the borrowed type.
    pub unread_count: Option<i32>,
    /// As [`other`](field@crate::Event::other) of the borrowed type. It may be `None` after
    /// deserializing an unknown kind.
    pub other: Option<OtherEvent>,
}

impl IntoOwned for crate::model::Event<'_> {
    type Owned = Event;

    fn into_owned(self) -> Event {
        // Both patterns name every field, so that a new one cannot be forgotten.
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
        } = self;
        let OldIds {
            old_item_id,
            old_folder_id,
            old_parent_folder_id,
        } = old_ids.copied().unwrap_or_default();
        Event {
            kind,
            watermark: watermark.into_owned(),
            timestamp: timestamp.into_owned(),
            item_id: item_id.into_owned(),
            folder_id: folder_id.into_owned(),
            parent_folder_id: parent_folder_id.into_owned(),
            old_item_id: old_item_id.into_owned(),
            old_folder_id: old_folder_id.into_owned(),
            old_parent_folder_id: old_parent_folder_id.into_owned(),
            unread_count,
            other: other.into_owned(),
        }
    }
}

into_owned!(Event);
