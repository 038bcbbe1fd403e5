//! Every kernel against the table, and the cursor against the standard library.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::str::from_utf8;

use proptest::prelude::*;

use super::kernel::Scalar;
use super::{
    Bitmaps, Class, Cursor, Delimited, Dispatch, ExpectedLength, InvalidUtf8, Literal, Quote,
    Reader, ShortPrefix, Span, Stop, Task, Vector, first_char, is_char, is_name_char,
    is_name_start_char,
};
use crate::config::Kernel;

type Members = (Class, fn(char) -> bool);

/// The members of each class, written independently of the table.
const MEMBERS: [Members; 6] = [
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
    (Class::TOKEN, |c| c > ' ' && !"<&]\"'".contains(c)),
];

#[test]
fn classes_have_the_members_of_their_productions() {
    for (class, is_member) in MEMBERS {
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii() && is_member(char::from(byte));
            assert_eq!(class.contains(byte), expected, "{class:?} {byte:#x}");
        }
    }
}

/// The kernels of this machine.
fn kernels() -> Vec<Dispatch> {
    let all = [Kernel::Scalar, Kernel::Sse2, Kernel::Avx2, Kernel::Neon];
    let dispatches = all.map(|kernel| Dispatch::new(Some(kernel)));
    let mut kernels: Vec<Dispatch> = Vec::new();
    for dispatch in dispatches {
        if kernels
            .iter()
            .all(|kernel| kernel.kernel() != dispatch.kernel())
        {
            kernels.push(dispatch);
        }
    }
    kernels
}

#[test]
fn the_requested_kernel_runs() {
    assert_eq!(Dispatch::new(Some(Kernel::Scalar)).kernel(), Kernel::Scalar);
    let best = Dispatch::new(None).kernel();
    #[cfg(target_arch = "x86_64")]
    {
        assert_eq!(Dispatch::new(Some(Kernel::Sse2)).kernel(), Kernel::Sse2);
        let has_avx2 = std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("bmi1")
            && std::is_x86_feature_detected!("bmi2");
        let expected = if has_avx2 && cfg!(any(feature = "std", target_feature = "avx2")) {
            Kernel::Avx2
        } else {
            Kernel::Sse2
        };
        assert_eq!(best, expected);
        assert_eq!(Dispatch::new(Some(Kernel::Neon)).kernel(), best);
    }
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    {
        assert_eq!(best, Kernel::Neon);
        assert_eq!(Dispatch::new(Some(Kernel::Sse2)).kernel(), best);
    }
    assert_eq!(Dispatch::new(Some(best)).kernel(), best);

    // The type's name shows which code runs.
    struct Name;
    impl Task for Name {
        type Output = &'static str;
        fn run<V: Vector>(self, _: V) -> &'static str {
            core::any::type_name::<V>()
        }
    }
    for dispatch in kernels() {
        let name = alloc::format!("{:?}", dispatch.kernel());
        assert!(dispatch.run(Name).ends_with(&name));
    }
}

/// A byte in a lane between members of the class. A clear bit means a member, and letters that are members have
/// one.
struct NonMembers(Class, u8, usize);

impl Task for NonMembers {
    type Output = ();

    fn run<V: Vector>(self, vector: V) {
        let Self(class, byte, lane) = self;
        let member = (0..=u8::MAX)
            .rev()
            .find(|byte| class.contains(*byte))
            .unwrap();
        let mut block = [member; 32];
        block[lane] = byte;
        let flagged = vector.non_members(&block, class) >> lane & 1 == 1;
        assert!(
            flagged || class.contains(byte),
            "{class:?} {byte:#x} in lane {lane}"
        );
        let is_letter =
            class != Class::NAME_START && byte.is_ascii_alphabetic() && class.contains(byte);
        assert!(
            !(flagged && is_letter),
            "{class:?} {byte:#x} in lane {lane}"
        );
    }
}

#[test]
fn kernels_agree_with_the_table() {
    for dispatch in kernels() {
        for (class, _) in MEMBERS {
            for byte in 0..=u8::MAX {
                for lane in 0..32 {
                    dispatch.run(NonMembers(class, byte, lane));
                }
            }
        }
    }
}

/// A byte in a lane among other bytes than those sought.
struct AnyOf(u8, usize);

impl Task for AnyOf {
    type Output = ();

    fn run<V: Vector>(self, vector: V) {
        let Self(byte, lane) = self;
        for of in [*b"<<//", *b"sE!?", [0, 0x80, 0xFF, b'/'], [byte; 4]] {
            let other = (0..=u8::MAX).find(|byte| !of.contains(byte)).unwrap();
            let mut block = [other; 32];
            block[lane] = byte;
            let expected = u32::from(of.contains(&byte)) << lane;
            assert_eq!(vector.any_of(&block, of), expected, "{of:x?} {byte:#x}");
        }
    }
}

#[test]
fn kernels_find_bytes_in_every_lane() {
    for dispatch in kernels() {
        for byte in 0..=u8::MAX {
            for lane in 0..32 {
                dispatch.run(AnyOf(byte, lane));
            }
        }
    }
}

#[test]
fn a_literal_is_found_only_with_enough_bytes_left() {
    let literal = Literal::<2>::new("NewMailEvent").unwrap();
    for dispatch in kernels() {
        let mut cursor = Cursor::new(b"NewMailEvent>123", dispatch);
        assert!(cursor.eat_literal(&literal));
        assert_eq!(cursor.pos(), 12);
        assert!(
            !Cursor::new(b"NewMailEvent>12", dispatch).eat_literal(&literal),
            "too near the end"
        );
        for at in 0..12 {
            let mut other = *b"NewMailEvent>123";
            other[at] ^= 1;
            assert!(
                !Cursor::new(&other, dispatch).eat_literal(&literal),
                "differs at {at}"
            );
        }
        assert!(Cursor::new(b"12345678", dispatch).eat_literal(&Literal::<1>::new("").unwrap()));
    }
    assert_eq!(Literal::<1>::new("123456789"), None);
    assert_eq!(Literal::<1>::of(&["1234", "56789"]), Literal::NEVER);
    for length in 0..=16 {
        let text = &"NewMailEvent>123"[..length];
        let (a, b) = text.split_at(length / 3);
        let (b, c) = b.split_at(b.len() / 2);
        assert_eq!(Some(Literal::<2>::of(&[a, b, "", c])), Literal::new(text));
    }
}

#[test]
fn short_prefixes_are_equal_exactly_if_their_text_is() {
    let dispatch = Dispatch::new(None);
    let declared =
        |prefix: &str| ShortPrefix::of(format!("{prefix}=........").as_bytes(), prefix.len());
    for length in 1..=8 {
        let prefix = &"abcdefgh"[..length];
        let known = declared(prefix).unwrap();
        let tag = format!("{prefix}:Envelope:b and more");
        let mut cursor = Cursor::new(tag.as_bytes(), dispatch);
        assert_eq!(cursor.eat_short_prefix(), known, "{tag}");
        assert_eq!(cursor.pos(), length + 1, "{tag}");
        let mut cursor = Cursor::new(tag.as_bytes(), dispatch);
        assert!(cursor.eat_literal(&known.with_colon()), "{tag}");
        assert_eq!(cursor.pos(), length + 1, "{tag}");
        for at in 0..=length {
            for byte in [b'x', b' ', b':', 0, 0x80] {
                let mut other = tag.clone().into_bytes();
                if core::mem::replace(&mut other[at], byte) == byte {
                    continue;
                }
                let mut cursor = Cursor::new(&other, dispatch);
                assert_ne!(cursor.eat_short_prefix(), known, "{}", other.escape_ascii());
                assert!(from_utf8(&other[..cursor.pos()]).is_ok());
                assert!(!Cursor::new(&other, dispatch).eat_literal(&known.with_colon()));
            }
        }
    }
    for dispatch in kernels() {
        for (text, declared) in [
            ("abc=", Some(3)),
            ("abcdefgh=", Some(8)),
            ("abcdefghi=", None),
            ("abc =", None),
            ("=", None),
            ("1=", None),
            ("a:b=", None),
            ("é=", None),
        ] {
            dispatch.run(Declared { text, declared });
        }
    }
    let zeros = "\0\0\0\0\0\0\0\0:Envelope and more";
    let mut cursor = Cursor::new(zeros.as_bytes(), dispatch);
    let prefix = cursor.eat_short_prefix().with_colon();
    assert!(Cursor::new(zeros.as_bytes(), dispatch).eat_literal(&prefix));
    for (tag, moved) in [
        ("abcdefghi:Envelope", 0),
        ("Envelope xmlns:a", 0),
        ("a:b", 0),
        ("", 0),
        (":Envelope", 1),
        ("\0\0\0\0\0\0\0\0:Envelope", 9),
        ("é:Envelope", 0),
    ] {
        let mut cursor = Cursor::new(tag.as_bytes(), dispatch);
        let prefix = cursor.eat_short_prefix();
        assert_eq!(cursor.pos(), moved, "{tag:?}");
        assert_eq!(prefix == ShortPrefix::NONE, moved == 0, "{tag:?}");
    }
    assert_eq!(declared("abcdefghi"), None);
    let no_text = [
        ShortPrefix::NONE,
        declared("\0").unwrap(),
        declared("").unwrap(),
    ];
    assert!(no_text.iter().all(|other| *other != declared("a").unwrap()));
    assert_eq!(ShortPrefix::NONE.with_colon(), Literal::EMPTY);
    let is_reserved = |prefix| declared(prefix).unwrap().is_reserved();
    assert!(is_reserved("xml") && is_reserved("xmlns"));
    assert!(!is_reserved("xm") && !is_reserved("xmlnsx") && !ShortPrefix::NONE.is_reserved());
}

/// `text` declares a short prefix of this length, or none.
struct Declared {
    text: &'static str,
    declared: Option<usize>,
}

impl Task for Declared {
    type Output = ();

    fn run<V: Vector>(self, vector: V) {
        let Self { text, declared } = self;
        let body = format!("{text}\"{:40}", "");
        let mut cursor = Cursor::new(body.as_bytes(), Dispatch::Scalar(Scalar));
        let prefix = cursor.eat_declared_prefix(vector);
        assert_eq!(cursor.pos(), declared.unwrap_or(0), "{text}");
        let expected = declared.and_then(|length| ShortPrefix::of(body.as_bytes(), length));
        assert_eq!(prefix, expected, "{text}");
    }
}

#[test]
fn end_tags_and_values_are_compared_completely() {
    let body = "<é></é>é></é </éa>\"'".as_bytes();
    let name = Span::new(1, 3);
    let after = |at: usize| {
        let mut cursor = Cursor::new(body, Dispatch::new(None));
        while cursor.pos() < at {
            assert_eq!(cursor.eat_char(|_| true), Ok(true));
        }
        cursor
    };
    for (at, is_end) in [(4, true), (9, false), (12, false), (17, false)] {
        let mut cursor = after(at);
        assert_eq!(cursor.eat_bare_tag("</", name), is_end, "{at}");
        assert_eq!(cursor.pos(), if is_end { 9 } else { at });
    }
    assert!(
        !after(4).eat_bare_tag("</", Span::new(1, 2)),
        "half a character"
    );
    assert!(!after(4).eat_bare_tag("</", Span::new(5, 6)), "ahead");
    for (text, end, is_read) in [
        ("é></é </éa>", Delimited::quoted(Quote::Double), true),
        ("é></é </éa>", Delimited::quoted(Quote::Single), false),
        ("é></é </éa", Delimited::quoted(Quote::Double), false),
        ("é></é </éa>\"", Delimited::quoted(Quote::Single), true),
        ("é></é </éa>\"'", Delimited::quoted(Quote::Single), false),
    ] {
        let mut cursor = after(9);
        assert_eq!(cursor.eat_delimited(text, end), is_read, "{text}");
        assert_eq!(cursor.pos(), 9 + if is_read { text.len() + 1 } else { 0 });
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

/// The bounds of production `[2]`.
#[test]
fn chars_have_the_bounds_of_their_production() {
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

/// A body with the expected number of leading members, asked in every way.
struct LeadingMembers<'a> {
    body: &'a [u8],
    class: Class,
    expected: usize,
}

impl Task for LeadingMembers<'_> {
    type Output = ();

    fn run<V: Vector>(self, vector: V) {
        let Self {
            body,
            class,
            expected,
        } = self;
        assert_eq!(
            vector.leading_members(body, class),
            expected,
            "{class:?} {body:x?}"
        );
        for length in [expected.saturating_sub(1), expected, expected + 1] {
            let all_members = vector.all_members(body, length, class);
            assert!(
                !all_members || length <= expected,
                "{class:?} {length} {body:x?}"
            );
            let is_certain =
                !matches!(class, Class::SPACE | Class::NAME_START) && body.len() >= length.max(32);
            let letters = body
                .get(..length)
                .is_some_and(|bytes| bytes.iter().all(u8::is_ascii_alphabetic));
            assert!(
                all_members || !is_certain || !letters,
                "{class:?} {length} {body:x?}"
            );
        }
        // With any expected length and any byte after the members.
        let end = body.get(expected);
        let all = [
            Delimited::TOKEN,
            Delimited::quoted(Quote::Double),
            Delimited::quoted(Quote::Single),
        ];
        let of_class = all.into_iter().filter(|delimited| delimited.class == class);
        for delimited in of_class.filter(|delimited| Some(&delimited.end) == end) {
            for expectation in [1, expected, expected + 1, body.len(), body.len() + 1] {
                let mut expectation = ExpectedLength(expectation.max(1) as u32);
                let mut cursor = Cursor::new(body, Dispatch::Scalar(Scalar));
                let members = cursor.eat_expected_members(vector, delimited, &mut expectation);
                let after = if expected > 0 { expected + 1 } else { 0 };
                assert_eq!(
                    (members.map(str::as_bytes), cursor.pos()),
                    (body.get(..expected).filter(|_| expected > 0), after),
                    "{class:?} {body:x?}"
                );
                let kept = expected.max(1);
                assert_eq!(expectation.0 as usize, kept);
                let mut body = body.to_vec();
                body[expected] = b'&'; // no member, and no end
                let mut cursor = Cursor::new(&body, Dispatch::Scalar(Scalar));
                let members = cursor.eat_expected_members(vector, delimited, &mut expectation);
                assert_eq!((members, cursor.pos()), (None, 0));
                assert_eq!(expectation.0 as usize, kept, "a long one is not kept");
            }
        }
    }
}

/// Every byte after up to 70 members.
#[test]
fn leading_members_end_at_the_first_non_member() {
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
                for dispatch in kernels() {
                    dispatch.run(LeadingMembers {
                        body: &body,
                        class,
                        expected,
                    });
                    let mut cursor = Cursor::new(&body, dispatch);
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
}

#[test]
fn utf8_is_decoded_as_std_does() {
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
                    assert_eq!(first_char(&bytes), expected.map(Some), "{bytes:x?}");
                }
            }
        }
    }
}

#[test]
fn a_cursor_returns_only_text_before_it() {
    let mut cursor = Cursor::new("aé]".as_bytes(), Dispatch::new(None));
    assert_eq!(cursor.text(0, 1), None);
    assert_eq!(cursor.skip(Class::TEXT), 1);
    assert_eq!(cursor.eat_char(is_name_char), Ok(true));
    assert_eq!(cursor.span(Span::new(0, 3)), "aé");
    assert_eq!(cursor.text(0, 2), None, "in the middle of a character");
    assert_eq!(cursor.text(0, 4), None, "ahead of the cursor");
    assert_eq!(cursor.since(cursor.rewound()), "aé");
    let another = Cursor::new(&[0x80; 8], Dispatch::new(None));
    assert_eq!(cursor.since(another), "", "of another body");
    let mut cursor = Cursor::new("é".as_bytes(), Dispatch::new(None));
    cursor.bump();
    assert_eq!(cursor.pos(), 0, "no ASCII character");
}

/// A byte in a lane among members of all classes.
struct Stops(u8, usize);

impl Task for Stops {
    type Output = ();

    fn run<V: Vector>(self, vector: V) {
        let Self(byte, lane) = self;
        let mut chunk = [b'a'; 64];
        chunk[lane] = byte;
        let stops = vector.stops(&chunk);
        let bit = |is_set: bool| u64::from(is_set) << lane;
        let is_stop = |class: Class| bit(byte.is_ascii() && !class.contains(byte));
        assert_eq!(
            stops.name,
            bit(!Class::NAME.contains(byte)),
            "{byte:#x} in lane {lane}"
        );
        assert_eq!(stops.text, is_stop(Class::TEXT), "{byte:#x} in lane {lane}");
        assert_eq!(
            stops.value,
            is_stop(Class::VALUE),
            "{byte:#x} in lane {lane}"
        );
        assert_eq!(
            stops.non_ascii,
            bit(!byte.is_ascii()),
            "{byte:#x} in lane {lane}"
        );
        for other in [0x00, 0x61, 0x80, 0xA0, 0xC0, 0xC2, 0xE0, 0xF0, 0xF5] {
            let found = vector.equal(&chunk, [other]) & (1 << lane);
            assert_eq!(found, bit(byte == other), "{byte:#x} in lane {lane}");
            let any = vector.equal(&chunk, [0x01, other, 0x7F, 0xC1, 0xFF]) & (1 << lane);
            let is_any = [0x01, other, 0x7F, 0xC1, 0xFF].contains(&byte);
            assert_eq!(any, bit(is_any), "{byte:#x} in lane {lane}");
            let bound = other.cast_signed();
            let found = vector.below(&chunk, bound) & (1 << lane);
            assert_eq!(
                found,
                bit(byte.cast_signed() < bound),
                "{byte:#x} in lane {lane}"
            );
        }
    }
}

#[test]
fn stops_agree_with_the_table() {
    for dispatch in kernels() {
        for byte in 0..=u8::MAX {
            for lane in 0..64 {
                dispatch.run(Stops(byte, lane));
            }
        }
    }
}

const STOPS: [Stop; 3] = [Stop::Name, Stop::Text, Stop::Value];

/// Finds all stops, and compares them with a walk over the bytes.
fn compare_stops(bytes: &[u8]) {
    let text = match from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => from_utf8(&bytes[..error.valid_up_to()]).unwrap(),
    };
    let illegal = text.find(|char| !is_char(char) && char > '\x7F');
    let end = illegal.unwrap_or(text.len());
    for (stop, class) in STOPS
        .into_iter()
        .zip([Class::NAME, Class::TEXT, Class::VALUE])
    {
        let is_stop = |at: &usize| {
            let byte = bytes[*at];
            !class.contains(byte) && (byte.is_ascii() || stop == Stop::Name)
        };
        let mut expected: Vec<_> = (0..end).filter(is_stop).collect();
        expected.push(end);
        for dispatch in kernels() {
            let mut bitmaps = Bitmaps::default();
            let mut reader = Reader::new(bytes, &mut bitmaps, dispatch);
            let mut from = 0;
            for expected in &expected {
                let found = reader.find(stop, from);
                assert_eq!(found, *expected, "{stop:?} {dispatch:?} {from} {bytes:x?}");
                assert_eq!(reader.find(stop, found), found, "a second time");
                assert!(found <= reader.checked().len() || !text.is_char_boundary(found));
                from = found + 1;
            }
            assert!(text.starts_with(reader.checked()));
        }
    }
}

/// A defect at every place around the ends of chunks and of windows.
#[test]
fn a_search_ends_at_the_first_byte_that_is_not_valid() {
    let parts: [&[u8]; 12] = [
        b"<",
        b"\x0B",
        b"\x80",
        b"\xC1\xBF",
        b"\xC3",
        "é".as_bytes(),
        b"\xE0\x9F\x80",
        b"\xED\xA0\x80",
        b"\xEF\xBF\xBE",
        b"\xEF\xBF\xBD",
        b"\xF4\x90\x80\x80",
        b"\xF0\x9F\x98\x80",
    ];
    for end in [64, 2048, 4096] {
        for before in 0..5 {
            for filler in ["a", "é", "한"] {
                let fillers = filler.repeat(15);
                let start = "a".repeat(end - before - fillers.len()) + &fillers;
                for part in parts {
                    for after in [&b""[..], b"a<"] {
                        compare_stops(&[start.as_bytes(), part, after].concat());
                    }
                }
            }
        }
    }
}

#[test]
fn each_byte_is_classified_once() {
    let bytes = b"text of the body<".repeat(1000);
    for dispatch in kernels() {
        let mut bitmaps = Bitmaps::default();
        let mut reader = Reader::new(&bytes, &mut bitmaps, dispatch);
        let mut at = 0;
        let mut by_cursor = 0;
        for run in 0.. {
            for _ in 0..10 {
                at = (reader.find(Stop::Text, at) + 1).min(bytes.len());
                reader.find_before(Stop::Name, at, at + 40);
            }
            reader.check_to(at);
            // Bytes that a cursor moves over need not be classified.
            let mut cursor = reader.cursor(at);
            for _ in 0..run * 10 {
                cursor.skip(Class::TEXT);
                cursor.eat("<");
            }
            by_cursor += cursor.pos() - at;
            at = cursor.pos();
            reader.continue_at(cursor);
            if at == bytes.len() {
                break;
            }
        }
        assert!(by_cursor > bytes.len() / 2);
        assert!(reader.classified <= bytes.len(), "{}", reader.classified);
    }
}

proptest! {
    #[test]
    fn searches_agree_with_a_walk(
        parts in prop::collection::vec(prop_oneof![
            Just(&b"plain"[..]), Just("é한".as_bytes()), Just("🙂".as_bytes()),
            Just(&[b'a'; 61][..]), Just("\u{FFFD}\u{D7FF}\u{800}\u{10FFFF}".as_bytes()), Just(&b"\xEF\xBF\xBE"[..]),
            Just(&b"\xED\xA0\x80"[..]), Just(&b"\x80"[..]), Just(&b"\xF0\x9F"[..]),
            Just(&b"\x0B"[..]), Just(&b"<&]\r\n\"'"[..]),
        ], 0..12),
        repeat in prop_oneof![Just(1_usize), Just(30)],
    ) {
        let parts = parts.iter().map(|part| part.repeat(if part.len() > 4 { repeat } else { 1 }));
        compare_stops(&parts.collect::<Vec<_>>().concat());
    }
}
