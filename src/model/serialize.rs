//! Values that JSON has as text: the names and codes of EWS.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use alloc::string::String;

use super::{ConnectionStatus, EventKind, Operation, ResponseClass, SoapVersion};

macro_rules! serialize_as_text {
    ($($type:ty: $text:ident;)+) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.$text())
            }
        }
    )+};
}

serialize_as_text! {
    ConnectionStatus<'_>: as_str;
    EventKind: name;
    Operation: name;
    ResponseClass<'_>: as_str;
    SoapVersion: number;
}

/// An unknown name is read as [`EventKind::Other`], so that a log of a newer version can be read.
impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Ok(name.parse().unwrap_or(Self::Other))
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let mut all = Self::ALL.into_iter();
        all.find(|operation| operation.name() == name)
            .ok_or_else(|| {
                de::Error::custom("expected the name of an operation, such as SendNotification")
            })
    }
}

impl<'de> Deserialize<'de> for SoapVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "1.1" => Ok(Self::Soap11),
            "1.2" => Ok(Self::Soap12),
            _ => Err(de::Error::custom("expected a version of SOAP, 1.1 or 1.2")),
        }
    }
}
