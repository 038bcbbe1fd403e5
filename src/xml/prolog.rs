//! The start of a document: byte order mark, encoding, XML declaration.

use super::tokenizer::{error_at, truncated};
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Cursor, Span, is_name_char};

/// Reads the start of `[22] prolog`: an optional byte order mark and an optional `[23] XMLDecl`.
pub(crate) fn start(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    if is_other_encoding(cursor.rest()) {
        return Err(Error::new(ErrorKind::Encoding, 0));
    }
    cursor.eat("\u{FEFF}");
    // Fast path for the declaration that servers write. The general rules below accept it too.
    if cursor.eat(r#"<?xml version="1.0" encoding="utf-8"?>"#) {
        return Ok(());
    }
    if at_declaration(cursor) {
        cursor.eat("<?xml");
        return declaration(cursor);
    }
    Ok(())
}

/// Whether `<?xml` comes next, and not a longer target such as `<?xml-stylesheet`.
fn at_declaration(cursor: &Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    ahead.eat("<?xml") && ahead.skip(Class::NAME) == 0 && ahead.eat_char(is_name_char) != Ok(true)
}

/// `[23] XMLDecl` after `<?xml`.
fn declaration(cursor: &mut Cursor<'_>) -> Result<(), Error> {
    let Some(version) = pseudo_attribute(cursor, "version")? else {
        return fail(cursor, ErrorKind::Declaration);
    };
    check_version(cursor, version)?;
    if let Some(encoding) = pseudo_attribute(cursor, "encoding")? {
        check_encoding(cursor, encoding)?;
    }
    if let Some(standalone) = pseudo_attribute(cursor, "standalone")?
        && !matches!(cursor.span(standalone), "yes" | "no")
    {
        return Err(Error::new(
            ErrorKind::DeclarationStandalone,
            standalone.start(),
        ));
    }
    cursor.skip(Class::SPACE);
    if !literal(cursor, "?>")? {
        return fail(cursor, ErrorKind::Declaration);
    }
    Ok(())
}

/// `S name Eq value`, if white space and this name come next. Returns the span between the quotes.
fn pseudo_attribute(cursor: &mut Cursor<'_>, name: &str) -> Result<Option<Span>, Error> {
    let before = *cursor;
    let spaced = cursor.skip(Class::SPACE) > 0;
    if !literal(cursor, name)? {
        *cursor = before;
        return Ok(None);
    }
    if !spaced {
        return Err(Error::new(ErrorKind::Declaration, before.pos()));
    }
    cursor.skip(Class::SPACE);
    if !cursor.eat("=") {
        return fail(cursor, ErrorKind::Declaration);
    }
    cursor.skip(Class::SPACE);
    let quote = match cursor.peek() {
        Some(b'"') => "\"",
        Some(b'\'') => "'",
        _ => return fail(cursor, ErrorKind::Declaration),
    };
    cursor.bump();
    let start = cursor.pos();
    cursor.skip(Class::VALUE);
    let value = Span::new(start, cursor.pos());
    if !cursor.eat(quote) {
        return fail(cursor, ErrorKind::Declaration);
    }
    Ok(Some(value))
}

/// `[26] VersionNum`. Any version 1.x is accepted and read as 1.0 (section 2.8).
fn check_version(cursor: &Cursor<'_>, value: Span) -> Result<(), Error> {
    let version = cursor.span(value);
    let wrong_at = |at| {
        Err(Error::new(
            ErrorKind::DeclarationVersion,
            value.start() + at,
        ))
    };
    let Some(minor) = version.strip_prefix("1.") else {
        return wrong_at(0);
    };
    match minor.bytes().position(|byte| !byte.is_ascii_digit()) {
        Some(at) => wrong_at("1.".len() + at),
        None if minor.is_empty() => wrong_at("1.".len()),
        None => Ok(()),
    }
}

/// `[81] EncName`. It must be UTF-8, in upper or lower case.
fn check_encoding(cursor: &Cursor<'_>, value: Span) -> Result<(), Error> {
    let encoding = cursor.span(value);
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let proper = encoding.starts_with(|first: char| first.is_ascii_alphabetic());
    let kind = match encoding {
        _ if !proper || !encoding.bytes().all(name) => ErrorKind::DeclarationEncoding,
        _ if !encoding.eq_ignore_ascii_case("UTF-8") => ErrorKind::Encoding,
        _ => return Ok(()),
    };
    Err(Error::new(kind, value.start()))
}

/// Whether the first bytes show an encoding that is not a superset of ASCII (XML 1.0, appendix F). They are a byte
/// order mark or `<` in UTF-16 or UTF-32, or `<?xm` in EBCDIC.
fn is_other_encoding(body: &[u8]) -> bool {
    matches!(
        body,
        [0xFE, 0xFF, ..]
            | [0xFF, 0xFE, ..]
            | [0, 0, ..]
            | [0, b'<', ..]
            | [b'<', 0, ..]
            | [0x4C, 0x6F, 0xA7, 0x94, ..]
    )
}

/// Moves over `text` if it comes next. The end of the body within it is an error.
fn literal(cursor: &mut Cursor<'_>, text: &str) -> Result<bool, Error> {
    if cursor.eat(text) {
        return Ok(true);
    }
    truncated(cursor.rest(), cursor.pos(), text)?;
    Ok(false)
}

/// [`error_at`] the cursor.
fn fail<T>(cursor: &Cursor<'_>, kind: ErrorKind) -> Result<T, Error> {
    Err(error_at(cursor.rest(), cursor.pos(), kind))
}
