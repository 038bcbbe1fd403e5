//! Identifiers: opaque, case-sensitive text. Two are equal if all their bytes are.

use core::fmt;

use alloc::string::String;

/// Declares newtypes over `&str` that differ only in their names and meanings.
macro_rules! opaque {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct $name<'a>(&'a str);

        impl<'a> $name<'a> {
            /// The value with this text. Costs nothing: the text is borrowed and not checked.
            #[must_use]
            pub const fn new(text: &'a str) -> Self {
                Self(text)
            }

            /// The text, borrowed from the body or from the parser.
            #[must_use]
            pub const fn as_str(&self) -> &'a str {
                self.0
            }
        }

        impl fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.0)
            }
        }

        impl AsRef<str> for $name<'_> {
            fn as_ref(&self) -> &str {
                self.0
            }
        }

        impl PartialEq<str> for $name<'_> {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name<'_> {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl<'a> From<&'a str> for $name<'a> {
            fn from(text: &'a str) -> Self {
                Self(text)
            }
        }

        impl From<$name<'_>> for String {
            fn from(value: $name<'_>) -> Self {
                Self::from(value.0)
            }
        }
    )+};
}

pub(super) use opaque;

opaque! {
    /// The id of a subscription, from the response to `Subscribe`.
    ///
    /// Exchange 2007 writes a GUID, later versions Base64 of some 72 to 128 characters. The order is that of the
    /// bytes and means nothing: it is for the keys of a map.
    #[derive(PartialOrd, Ord)]
    SubscriptionId;

    /// A position in the event queue of a subscription.
    ///
    /// Compare it with another one for equality, or resubscribe from it. It has no order: Exchange does not define
    /// one, and the text does not sort by time.
    Watermark;

    /// `ResponseCode`: `NoError`, or one of more than five hundred others, such as `ErrorReadEventsFailed`.
    /// Each version of Exchange adds some.
    ResponseCode;
}

impl ResponseCode<'static> {
    /// `NoError`.
    pub const NO_ERROR: Self = Self("NoError");
}

/// Declares the ids of objects, which differ only in their names and meanings.
macro_rules! object_id {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        ///
        /// The id is opaque and case-sensitive: two ids may differ only in the case of a letter, so a database must
        /// compare them by bytes. The order is that of the bytes, id before change key, and means nothing: it is for
        /// the keys of a map.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct $name<'a> {
            /// `@Id`. An object that moves to another folder gets another one.
            pub id: &'a str,
            /// `@ChangeKey`: the version of the object.
            pub change_key: Option<&'a str>,
        }

        impl<'a> $name<'a> {
            /// The id with these two texts. Costs nothing: they are borrowed and not checked.
            #[must_use]
            pub const fn new(id: &'a str, change_key: Option<&'a str>) -> Self {
                Self { id, change_key }
            }
        }
    )+};
}

object_id! {
    /// `ItemId`: an item, such as a message, an appointment or a contact.
    ItemId;

    /// `FolderId`: a folder.
    FolderId;
}
