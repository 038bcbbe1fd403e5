//! The productions for single characters of XML 1.0 and Namespaces in XML 1.0. Depends on nothing.

/// The bytes are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidUtf8;

/// The first character of `bytes`; `None` if they are empty.
pub(crate) fn first_char(bytes: &[u8]) -> Result<Option<char>, InvalidUtf8> {
    let length = match bytes.first() {
        None => return Ok(None),
        Some(..=0x7F) => 1,
        Some(0x80..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..) => 4,
    };
    let bytes = bytes.get(..length).ok_or(InvalidUtf8)?;
    let text = core::str::from_utf8(bytes).map_err(|_| InvalidUtf8)?;
    Ok(text.chars().next())
}

/// `[2] Char`: a legal character.
pub(crate) fn is_char(char: char) -> bool {
    matches!(char,
        '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{1_0000}'..)
}

/// NS `[6] NCNameStartChar`: `[4] NameStartChar` without the colon.
pub(crate) fn is_name_start_char(char: char) -> bool {
    matches!(char,
        'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{1_0000}'..='\u{E_FFFF}')
}

/// NS `[5] NCNameChar`: `[4a] NameChar` without the colon.
pub(crate) fn is_name_char(char: char) -> bool {
    is_name_start_char(char)
        || matches!(char,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
