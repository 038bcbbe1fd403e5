//! What is found in a body, held against the tokenizer, a reader and the slow second implementation.
//!
//! Panics where they differ.

use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, Message, Reader};

use super::reference::{self, Refusal};
use super::{position, text};

/// A body of which we found this means the same to the second implementation: where we accept it, that does,
/// and what we refuse for its meaning, it refuses too. Gives what it says.
pub(crate) fn check(body: &[u8], found: Result<Message<'_>, Error>) -> Result<String, Refusal> {
    let shown = body.escape_ascii();
    let malformed = tokenizer_error(body);
    let reference = reference::read(body);
    match found {
        Ok(message) => {
            assert_eq!(malformed, None, "{shown}");
            assert_eq!(Ok(text::of_message(&message)), reference, "{shown}");
        }
        Err(error) => {
            check_refusal(body, error, malformed);
            if error.class() == ErrorClass::Schema {
                // It takes nothing but whole documents.
                let is_known = match &reference {
                    Ok(_) => false,
                    Err(Refusal::Xml) => malformed.is_some(),
                    Err(Refusal::Schema(defects)) => defects.contains(&error.kind()),
                };
                assert!(is_known, "{error}, {reference:?}: {shown}");
            }
        }
    }
    reference
}

/// We refuse the body: for what the tokenizer says, or for its meaning, and all before is well-formed.
fn check_refusal(body: &[u8], error: Error, malformed: Option<Error>) {
    let shown = body.escape_ascii();
    position::check(error, body);
    if error.class() == ErrorClass::Schema {
        let is_before = malformed.is_none_or(|malformed| error.offset() <= malformed.offset());
        assert!(is_before, "{error}, {malformed:?}: {shown}");
    } else {
        assert_eq!(Some(error), malformed, "{shown}");
    }
}

/// What the tokenizer says of a document that it refuses.
pub(crate) fn tokenizer_error(body: &[u8]) -> Option<Error> {
    let mut buffers = Buffers::default();
    let tokens = Tokenizer::new(body, &mut buffers, &Config::default());
    let read = tokens.and_then(|mut tokens| {
        while tokens.next()?.is_some() {}
        Ok(())
    });
    read.err()
}

/// A reader of the body hands out what is in the message, or ends with the same error, as often as it is
/// asked. Gives whether the items come in the order of the schema, which is that of the body if servers
/// wrote it.
pub(crate) fn check_reader(
    body: &[u8],
    reader: Result<Reader<'_, '_>, Error>,
    found: Result<Message<'_>, Error>,
) -> bool {
    let shown = body.escape_ascii();
    let mut left = found.map_or_else(|_| Vec::new(), |message| text::items_of(&message));
    let mut are_in_order = true;
    let end = reader.and_then(|mut reader| {
        loop {
            match reader.next() {
                Ok(None) => return Ok(()),
                Err(error) => {
                    assert_eq!(reader.next(), Err(error), "asked again: {shown}");
                    return Err(error);
                }
                Ok(Some(_)) if found.is_err() => {}
                Ok(Some(item)) => {
                    let at = left.iter().position(|expected| *expected == item);
                    let at = at.unwrap_or_else(|| panic!("{item:?}: {shown}"));
                    are_in_order &= at == 0;
                    left.remove(at);
                }
            }
        }
    });
    assert_eq!(end.err(), found.err(), "{shown}");
    assert!(left.is_empty(), "{left:?}: {shown}");
    are_in_order
}
