//! 128 bits as 32 lower-case hexadecimal digits: not every format and reader has integers of this size.

use alloc::format;
use alloc::string::String;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize as _, Deserializer, Serializer};

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
pub(super) fn serialize<S: Serializer>(bits: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{bits:032x}"))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
    let text = String::deserialize(deserializer)?;
    // `from_str_radix` accepts a sign, capitals and fewer digits. Each value has one spelling here.
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let bits = match text.len() {
        32 if text.bytes().all(is_digit) => u128::from_str_radix(&text, 16).ok(),
        _ => None,
    };
    let expected = &"32 lower-case hexadecimal digits";
    bits.ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), expected))
}
