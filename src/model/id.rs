//! Identifiers: opaque, case-sensitive text. Equal only if equal to the byte, and without an order.

use core::fmt;

/// Declares newtypes over `&str` that differ in nothing but their name and meaning.
macro_rules! opaque {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct $name<'a>(&'a str);

        impl<'a> $name<'a> {
            /// The value that is written so, to compare with.
            #[must_use]
            pub const fn new(text: &'a str) -> Self {
                Self(text)
            }

            /// The text as it reads.
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
    )+};
}

pub(super) use opaque;

opaque! {
    /// Which subscription: what `Subscribe` answered with. A GUID from Exchange 2007, since then
    /// Base64 of some 72 to 128 characters.
    SubscriptionId;

    /// A place in the event queue of a subscription, to compare with another or to resubscribe from.
    Watermark;

    /// `ResponseCode`: `NoError`, or one of more than five hundred others that grow with each
    /// version, such as `ErrorReadEventsFailed`.
    ResponseCode;
}

impl ResponseCode<'static> {
    /// `NoError`.
    pub const NO_ERROR: Self = Self("NoError");
}

/// An item: a message, an appointment, a contact.
///
/// Its id is opaque, and case counts: two items may differ in nothing else. Mind the collation of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ItemId<'a> {
    /// `@Id`: which item. Changes when the item moves.
    pub id: &'a str,
    /// `@ChangeKey`: which version of it.
    pub change_key: Option<&'a str>,
}

impl<'a> ItemId<'a> {
    /// The id of these two texts, to compare with.
    #[must_use]
    pub const fn new(id: &'a str, change_key: Option<&'a str>) -> Self {
        Self { id, change_key }
    }
}

/// A folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FolderId<'a> {
    /// `@Id`: which folder.
    pub id: &'a str,
    /// `@ChangeKey`: which version of it.
    pub change_key: Option<&'a str>,
}

impl<'a> FolderId<'a> {
    /// The id of these two texts, to compare with.
    #[must_use]
    pub const fn new(id: &'a str, change_key: Option<&'a str>) -> Self {
        Self { id, change_key }
    }
}
