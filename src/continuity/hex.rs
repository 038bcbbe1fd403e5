//! 128 bits that are serialized as 32 lower-case hexadecimal digits. Not every format has integers of 128 bits, and
//! many readers of JSON round integers of more than 53 bits.

/// A fingerprint or a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hex(pub(super) u128);

#[cfg(feature = "serde")]
mod digits {
    use alloc::format;
    use alloc::string::String;

    use serde::de::{Error as _, Unexpected};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Hex;

    impl Serialize for Hex {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&format!("{:032x}", self.0))
        }
    }

    impl<'de> Deserialize<'de> for Hex {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            // `from_str_radix` also accepts a sign, capitals and fewer digits. Only the form that is written is read.
            let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            let bits = match text.len() {
                32 if text.bytes().all(is_digit) => u128::from_str_radix(&text, 16).ok(),
                _ => None,
            };
            let expected = &"32 lower-case hexadecimal digits";
            bits.map(Self)
                .ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), expected))
        }
    }
}
