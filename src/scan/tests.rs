use alloc::vec::Vec;
use core::str::from_utf8;

use proptest::prelude::*;

use super::{Class, Cursor, InvalidUtf8, Span, Stop, is_char, is_name_char, is_name_start_char};

type Members = (Class, fn(char) -> bool);

/// The members of each class, spelled out once more and in another way than the table.
const MEMBERS: [Members; 8] = [
    (Class::SPACE, |c| {
        c == ' ' || c == '\t' || c == '\n' || c == '\r'
    }),
    (Class::NAME_START, |c| c.is_ascii_alphabetic() || c == '_'),
    (Class::NAME, |c| {
        c.is_ascii_alphanumeric() || "_-.".contains(c)
    }),
    (Class::TEXT, |c| {
        (c == '\t' || c == '\n' || c >= ' ') && !"<&]".contains(c)
    }),
    (Class::VALUE, |c| c >= ' ' && !"<&\"'".contains(c)),
    (Class::COMMENT, |c| {
        ("\t\n\r".contains(c) || c >= ' ') && c != '-'
    }),
    (Class::INSTRUCTION, |c| {
        ("\t\n\r".contains(c) || c >= ' ') && c != '?'
    }),
    (Class::CDATA, |c| {
        ("\t\n\r".contains(c) || c >= ' ') && c != ']'
    }),
];

#[test]
fn classes_hold_what_they_say() {
    for (class, is_member) in MEMBERS {
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii() && is_member(char::from(byte));
            assert_eq!(class.contains(byte), expected, "{class:?} {byte:#x}");
        }
    }
}

#[test]
fn names_agree_with_their_ascii_classes() {
    for char in '\0'..='\x7F' {
        assert_eq!(
            is_name_start_char(char),
            Class::NAME_START.contains(char as u8),
            "{char:?}"
        );
        assert_eq!(
            is_name_char(char),
            Class::NAME.contains(char as u8),
            "{char:?}"
        );
    }
}

/// The edges of production `[2]`.
#[test]
fn chars() {
    for (char, expected) in [
        ('\0', false),
        ('\t', true),
        ('\u{B}', false),
        ('\u{1F}', false),
        (' ', true),
        ('\u{7F}', true),
        ('\u{D7FF}', true),
        ('\u{E000}', true),
        ('\u{FFFD}', true),
        ('\u{FFFE}', false),
        ('\u{FFFF}', false),
        ('\u{1_0000}', true),
        ('\u{10_FFFF}', true),
    ] {
        assert_eq!(is_char(char), expected, "{char:?}");
    }
}

/// Every byte, at every place of runs of up to 70 bytes: what stops a run, and where.
#[test]
fn runs_stop_at_the_first_byte_outside() {
    for (class, _) in MEMBERS {
        let member = (0..=u8::MAX).find(|byte| class.contains(*byte)).unwrap();
        for length in 0..70 {
            for byte in 0..=u8::MAX {
                let mut body = Vec::from_iter([member].repeat(length));
                body.extend([byte, member]);
                let expected = if class.contains(byte) {
                    length + 2
                } else {
                    length
                };
                let mut cursor = Cursor::new(&body);
                assert_eq!(
                    cursor.skip(class),
                    expected,
                    "{class:?} {byte:#x} at {length}"
                );
                assert_eq!(cursor.pos(), expected);
            }
        }
    }
}

#[test]
fn every_byte_sequence_is_judged_as_std_does() {
    let interesting = [
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
        0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF,
    ];
    for a in interesting {
        for b in interesting {
            for c in interesting {
                for d in interesting {
                    let bytes = [a, b, c, d];
                    let valid = match from_utf8(&bytes) {
                        Ok(text) => text,
                        Err(error) => from_utf8(&bytes[..error.valid_up_to()]).unwrap(),
                    };
                    let expected = valid.chars().next().ok_or(InvalidUtf8);
                    assert_eq!(
                        Cursor::new(&bytes).peek_char(),
                        expected.map(Some),
                        "{bytes:x?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_cursor_hands_out_only_what_it_has_read() {
    let mut cursor = Cursor::new("aé]".as_bytes());
    assert_eq!(cursor.text(0, 1), None);
    assert_eq!(cursor.skip_chars(Class::TEXT), Stop::At(b']'));
    assert_eq!(cursor.span(Span::new(0, 3)), "aé");
    assert_eq!(cursor.text(0, 2), None, "in the middle of a character");
    assert_eq!(cursor.text(0, 4), None, "ahead of the cursor");
    cursor.rewind(2);
    assert_eq!(cursor.pos(), 3, "no boundary");
    cursor.rewind(4);
    assert_eq!(cursor.pos(), 3, "never forward");
    cursor.rewind(1);
    assert_eq!(cursor.pos(), 1);
    cursor.bump();
    assert_eq!(cursor.pos(), 1, "no ASCII character");
}

proptest! {
    /// Whatever the bytes, what lies behind the cursor is UTF-8 of legal characters, and where it
    /// stops is the first byte for which that is not so.
    #[test]
    fn skip_chars_stops_at_the_first_defect(
        bytes in prop::collection::vec(prop_oneof![
            Just(&b"plain"[..]), Just("é".as_bytes()), Just("한".as_bytes()), Just("🙂".as_bytes()),
            Just(&b"\xEF\xBF\xBE"[..]), Just(&b"\xED\xA0\x80"[..]), Just(&b"\x80"[..]),
            Just(&b"\xF0\x9F"[..]), Just(&b"\x0B"[..]), Just(&b"-"[..]),
        ], 0..12).prop_map(|parts| parts.concat()),
    ) {
        let mut cursor = Cursor::new(&bytes);
        let stop = cursor.skip_chars(Class::COMMENT);
        let read = from_utf8(&bytes[..cursor.pos()]).unwrap();
        prop_assert!(read.chars().all(|char| is_char(char) && char != '-'));
        let rest = &bytes[cursor.pos()..];
        let next = match from_utf8(rest) {
            Ok(text) => text.chars().next().map(Ok),
            Err(error) if error.valid_up_to() == 0 => Some(Err(InvalidUtf8)),
            Err(error) => from_utf8(&rest[..error.valid_up_to()]).unwrap().chars().next().map(Ok),
        };
        let expected = match next {
            None => Stop::End,
            Some(Err(InvalidUtf8)) => Stop::InvalidUtf8,
            Some(Ok('-')) => Stop::At(b'-'),
            Some(Ok(_)) => Stop::IllegalChar,
        };
        prop_assert_eq!(stop, expected);
    }
}
