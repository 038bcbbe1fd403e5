use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::token::{Form, Text};
use super::{Buffers, Name, Namespace, Token, Tokenizer};
use crate::config::{Config, Limits};
use crate::error::{Error, ErrorKind};

/// The tokens of a document, one per line: names as `{namespace}local`, text normalised.
fn tokens(body: &str) -> Result<Vec<String>, Error> {
    let mut buffers = Buffers::with_known_namespaces(&["urn:known"]);
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &Config::default())?;
    let mut lines = Vec::new();
    while let Some(token) = tokens.next()? {
        let name = |name: Name<'_>| match tokens.namespace_name(name.namespace()) {
            Some(namespace) => format!("{{{namespace}}}{}", name.local()),
            None => name.local().to_string(),
        };
        lines.push(match token {
            Token::StartTag(tag) => {
                let attributes = tokens.attributes().map(|attribute| {
                    let written = &body[attribute.offset()..attribute.value_offset()];
                    let name_length = attribute.name().len();
                    assert!(written[..name_length].ends_with(attribute.name().local()));
                    let equals = written[name_length..].trim();
                    assert!(equals.starts_with('=') && equals.ends_with(['"', '\'']));
                    assert!(body[attribute.value_offset()..].starts_with(attribute.value().raw()));
                    format!(
                        " {}={:?}",
                        name(attribute.name()),
                        attribute.value().to_str()
                    )
                });
                format!("<{}{}", name(tag), attributes.collect::<String>())
            }
            Token::EndTag(tag) => format!(">{}", name(tag)),
            Token::Text(text) => format!("text {:?}", text.to_str()),
            Token::CData(text) => format!("cdata {:?}", text.to_str()),
            Token::Comment(text) => format!("comment {:?}", text.to_str()),
            Token::ProcessingInstruction { target, data } => {
                format!("pi {target} {:?}", data.to_str())
            }
        });
        assert_eq!(
            tokens.text_since(tokens.range().start),
            &body[tokens.range()]
        );
    }
    assert_eq!(tokens.depth(), 0);
    assert_eq!(tokens.next(), Ok(None), "again at the end");
    Ok(lines)
}

#[test]
fn well_formed_documents_give_their_tokens() {
    for (body, expected) in [
        (
            "<?xmlé?><?xml-a?><a/>",
            &["pi xmlé \"\"", "pi xml-a \"\"", "<a", ">a"][..],
        ),
        ("<a/>", &["<a", ">a"][..]),
        ("\u{FEFF}<?xml version='1.0'?>\n<a></a >\n", &["<a", ">a"]),
        (
            "<?xml version=\"1.7\" encoding='uTf-8' standalone='yes' ?><a/>",
            &["<a", ">a"],
        ),
        (
            "<!--x--><?p?><a/><?q  r ?>",
            &["comment \"x\"", "pi p \"\"", "<a", ">a", "pi q \"r \""],
        ),
        (
            "<a>b<c/>d</a>",
            &["<a", "text \"b\"", "<c", ">c", "text \"d\"", ">a"],
        ),
        ("<a>]] > ]] ></a>", &["<a", "text \"]] > ]] >\"", ">a"]),
        (
            "<a><![CDATA[]]]]><![CDATA[>&lt;]]></a>",
            &["<a", "cdata \"]]\"", "cdata \">&lt;\"", ">a"],
        ),
        (
            "<a><!-- - -->\r<?p ? > ?></a>",
            &[
                "<a",
                "comment \" - \"",
                "text \"\\n\"",
                "pi p \"? > \"",
                ">a",
            ],
        ),
        // Line ends (2.11): literal ones are normalised, references are not.
        (
            "<a>1\r\n2\r3\n4&#13;\n5\r</a>",
            &["<a", "text \"1\\n2\\n3\\n4\\r\\n5\\n\"", ">a"],
        ),
        (
            "<a><![CDATA[\r\n\r]]><!--\r\n--></a>",
            &["<a", "cdata \"\\n\\n\"", "comment \"\\n\"", ">a"],
        ),
        // Attribute values (3.3.3).
        (
            "<a b='1\r\n2\r3\n4\t5&#10;6&#9;7'/>",
            &["<a b=\"1 2 3 4 5\\n6\\t7\"", ">a"],
        ),
        (
            "<a b = '\"' c\n=\n\"'\"/>",
            &["<a b=\"\\\"\" c=\"'\"", ">a"],
        ),
        // References (4.1, 4.6).
        (
            "<a>&lt;&gt;&amp;&apos;&quot;</a>",
            &["<a", "text \"<>&'\\\"\"", ">a"],
        ),
        (
            "<a>&amp;lt;&#60;&#x3C;&#x00000000003c;</a>",
            &["<a", "text \"&lt;<<<\"", ">a"],
        ),
        (
            "<a>&#x10FFFF;&#xD7FF;</a>",
            &["<a", "text \"\\u{10ffff}\\u{d7ff}\"", ">a"],
        ),
        // Names of the fifth edition.
        (
            "<é:ü·\u{37F} xmlns:é='u'/>",
            &["<{u}ü·\u{37F}", ">{u}ü·\u{37F}"],
        ),
        // Namespaces.
        (
            "<a xmlns='u'><b xmlns=''/><c/></a>",
            &["<{u}a", "<b", ">b", "<{u}c", ">{u}c", ">{u}a"],
        ),
        (
            "<p:a p:b='' b='' xmlns:p='u' xmlns='u'/>",
            &["<{u}a {u}b=\"\" b=\"\"", ">{u}a"],
        ),
        (
            "<p:a xmlns:p='u'><p:b xmlns:p='v'><p:c xmlns:p='&#118;'/></p:b><p:d/></p:a>",
            &[
                "<{u}a", "<{v}b", "<{v}c", ">{v}c", ">{v}b", "<{u}d", ">{u}d", ">{u}a",
            ],
        ),
        (
            "<a xml:lang='en'/>",
            &["<a {http://www.w3.org/XML/1998/namespace}lang=\"en\"", ">a"],
        ),
        (
            "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
            &["<a", ">a"],
        ),
        (
            "<a xmlns:p='urn:known'><p:b/></a>",
            &["<a", "<{urn:known}b", ">{urn:known}b", ">a"],
        ),
    ] {
        let found = tokens(body);
        assert_eq!(
            found.as_deref(),
            Ok(&expected
                .iter()
                .map(|line| line.to_string())
                .collect::<Vec<_>>()[..]),
            "{body}"
        );
    }
}

/// Documents with one defect. `|` marks its offset and is not part of the document.
#[test]
fn defects_are_errors_at_their_offset() {
    use ErrorKind as K;
    for (marked, kind) in [
        ("|", K::NoRoot),
        ("<!--x--> |", K::NoRoot),
        ("<a>|", K::UnclosedElement),
        ("<a></a>|x", K::TextOutsideRoot),
        ("|&amp;<a/>", K::TextOutsideRoot),
        ("|<![CDATA[]]><a/>", K::TextOutsideRoot),
        ("<a/>|<![CDATA[]]>", K::TextOutsideRoot),
        ("<a/><|b/>", K::SecondRoot),
        ("<a/></|a>", K::EndTagMismatch),
        ("<a></|b>", K::EndTagMismatch),
        ("<a></|aa>", K::EndTagMismatch),
        ("<aa></|a>", K::EndTagMismatch),
        ("<p:a xmlns:p='u' xmlns:q='u'></|q:a>", K::EndTagMismatch),
        ("<a></a |b>", K::EndTag),
        ("<a></|>", K::Name),
        ("<| a/>", K::Name),
        ("<|-a/>", K::Name),
        ("<|:a/>", K::QName),
        ("<a:|/>", K::QName),
        ("<a:b|:c xmlns:a='u'/>", K::QName),
        ("<a:|1 xmlns:a='u'/>", K::QName),
        ("<a|$/>", K::AttributeSpace),
        ("<a |$/>", K::StartTag),
        ("<a|/ >", K::StartTag),
        ("<a|<b/>", K::StartTag),
        ("<a b='1'|c='2'/>", K::AttributeSpace),
        ("<a b|/>", K::AttributeEquals),
        ("<a b=|c/>", K::AttributeQuote),
        ("<a b='|<'/>", K::AttributeLessThan),
        ("<a b='' |b=''/>", K::DuplicateAttribute),
        ("<a xmlns='u' |xmlns='v'/>", K::DuplicateAttribute),
        (
            "<a xmlns:p='u' xmlns:q='&#117;' p:b='' |q:b=''/>",
            K::DuplicateAttribute,
        ),
        (
            "<a b1='' b2='' b3='' b4='' b5='' b6='' b7='' b8='' |b3='' b1=''/>",
            K::DuplicateAttribute,
        ),
        ("<|p:a/>", K::UnboundPrefix),
        ("<a |p:b=''/>", K::UnboundPrefix),
        ("<a><b xmlns:p='u'/><|p:c/></a>", K::UnboundPrefix),
        ("<a |xmlns:p=''/>", K::PrefixUndeclaring),
        ("<|xmlns:a/>", K::ReservedPrefix),
        ("<a |xmlns:xmlns='u'/>", K::ReservedPrefix),
        ("<a |xmlns:xml='u'/>", K::ReservedPrefix),
        (
            "<a |xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
            K::ReservedNamespace,
        ),
        (
            "<a |xmlns='http://www.w3.org/2000/xmlns/'/>",
            K::ReservedNamespace,
        ),
        ("<a>|]]></a>", K::CDataEnd),
        ("<a>]|]]></a>", K::CDataEnd),
        ("<a>|& </a>", K::Reference),
        ("<a>|&amp </a>", K::Reference),
        ("<a>|&;</a>", K::Reference),
        ("<a>|&1;</a>", K::Reference),
        ("<a>|&#;</a>", K::Reference),
        ("<a>|&#x;</a>", K::Reference),
        ("<a>|&#X41;</a>", K::Reference),
        ("<a>|&#4a;</a>", K::Reference),
        ("<a b='|&nbsp;'/>", K::UndefinedEntity),
        ("<a>|&#0;</a>", K::IllegalReference),
        ("<a>|&#xB;</a>", K::IllegalReference),
        ("<a>|&#xD800;</a>", K::IllegalReference),
        ("<a>|&#xFFFE;</a>", K::IllegalReference),
        ("<a>|&#x110000;</a>", K::IllegalReference),
        ("<a>|&#x10000000000000041;</a>", K::IllegalReference),
        ("<a>x|\u{B}</a>", K::IllegalChar),
        ("<a b='|\u{FFFE}'/>", K::IllegalChar),
        ("<a><!--|\u{1}--></a>", K::IllegalChar),
        ("|\u{1}<a/>", K::IllegalChar),
        ("<!-- |-- --><a/>", K::CommentHyphens),
        ("<!-- |---><a/>", K::CommentHyphens),
        ("|<!a>", K::Markup),
        ("|<!DOCTYPE a><a/>", K::Doctype),
        ("<a>|<!DOCTYPE a></a>", K::Doctype),
        ("<?|?><a/>", K::ProcessingInstruction),
        ("<?|1?><a/>", K::ProcessingInstruction),
        ("<?a|:b?><a/>", K::ProcessingInstruction),
        (" <?|xml version='1.0'?><a/>", K::ReservedTarget),
        (" <?xml|", K::UnexpectedEnd),
        ("<a><?|XmL?></a>", K::ReservedTarget),
        ("<?xml| ?><a/>", K::Declaration),
        ("<?xml version=|1.0?><a/>", K::Declaration),
        ("<?xml version='1.0'|encoding='UTF-8'?><a/>", K::Declaration),
        ("<?xml version='1.0' |a='b'?><a/>", K::Declaration),
        ("<?xml version='|2.0'?><a/>", K::DeclarationVersion),
        ("<?xml version='1.|'?><a/>", K::DeclarationVersion),
        ("<?xml version='1.0|a'?><a/>", K::DeclarationVersion),
        (
            "<?xml version='1.0' encoding='|'?><a/>",
            K::DeclarationEncoding,
        ),
        (
            "<?xml version='1.0' encoding='|1'?><a/>",
            K::DeclarationEncoding,
        ),
        ("<?xml version='1.0' encoding='|UTF-16'?><a/>", K::Encoding),
        (
            "<?xml version='1.0' standalone='|YES'?><a/>",
            K::DeclarationStandalone,
        ),
        ("|<\0a\0/\0>\0", K::Encoding),
        ("|\0<\0a\0/\0>", K::Encoding),
    ] {
        let offset = marked.find('|').unwrap();
        let body = marked.replacen('|', "", 1);
        assert_eq!(tokens(&body), Err(Error::new(kind, offset)), "{marked}");
    }
}

/// A truncated document is an error at its end, within any construct.
#[test]
fn a_truncated_document_is_an_error_at_its_end() {
    let body = "<?xml version='1.0' encoding='UTF-8' standalone='no' ?><!--a--><?b c?>\
                <d:e xmlns:d='f' g = \"&#x41;&amp;\"><![CDATA[h]]>i&lt;<j /><!-- - --></d:e >";
    for end in 0..body.len() {
        let error = tokens(&body[..end]).unwrap_err();
        let kinds = [
            ErrorKind::UnexpectedEnd,
            ErrorKind::UnclosedElement,
            ErrorKind::NoRoot,
        ];
        assert!(kinds.contains(&error.kind()), "{error} when cut at {end}");
        assert_eq!(error.offset(), end, "{error}");
    }
}

#[test]
fn invalid_utf8_is_an_error_in_every_construct() {
    for body in [
        &b"\xFF<a/>"[..],
        b"<\xFFa/>",
        b"<a\xFF/>",
        b"<a \xFF/>",
        b"<a b='\xFF'/>",
        b"<a>\xFF</a>",
        b"<a></a\xFF>",
        b"<!--\xFF--><a/>",
        b"<?p \xFF?><a/>",
        b"<a><![CDATA[\xFF]]></a>",
        b"<a>&\xFF;</a>",
        b"<a/>\xFF",
        b"<?xml version='\xFF'?><a/>",
    ] {
        let offset = body.iter().position(|byte| *byte == 0xFF).unwrap();
        let mut buffers = Buffers::default();
        let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default()).unwrap();
        let error = loop {
            match tokens.next() {
                Ok(token) => assert!(token.is_some(), "{body:?} is accepted"),
                Err(error) => break error,
            }
        };
        assert_eq!(
            error,
            Error::new(ErrorKind::InvalidUtf8, offset),
            "{body:?}"
        );
        assert_eq!(tokens.next(), Err(error), "the same error again");
    }
}

/// The first window ends at each place around it. The delimiters are found without the bitmaps.
#[test]
fn an_incomplete_character_before_a_delimiter_is_an_error_at_the_end_of_a_window() {
    for (start, end) in [
        ("<!--", "-->"),
        ("<![CDATA[", "]]>"),
        ("<?p ", "?>"),
        ("", "<b/>"),
    ] {
        for length in 2000..2060 {
            let body = format!("<a>{start}{}", "x".repeat(length));
            let body = [body.as_bytes(), b"\xE2", end.as_bytes(), b"</a>"].concat();
            let mut buffers = Buffers::default();
            let mut tokens = Tokenizer::new(&body, &mut buffers, &Config::default()).unwrap();
            let error = loop {
                match tokens.next() {
                    Ok(token) => assert!(token.is_some(), "{start} {length} is accepted"),
                    Err(error) => break error,
                }
            };
            let offset = "<a>".len() + start.len() + length;
            assert_eq!(error, Error::new(ErrorKind::InvalidUtf8, offset));
        }
    }
}

#[test]
fn attributes_have_the_offsets_of_names_and_values() {
    let body = r#"<a xmlns:p="u"  b='é' p:c = "">"#;
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &Config::default()).unwrap();
    tokens.next().unwrap();
    let offsets = tokens.attributes().map(|attribute| {
        let offsets = [attribute.offset(), attribute.value_offset()];
        offsets.map(|offset| body.get(offset..).unwrap())
    });
    assert_eq!(
        offsets.collect::<Vec<_>>(),
        [
            ["b='é' p:c = \"\">", "é' p:c = \"\">"],
            ["p:c = \"\">", "\">"],
        ]
    );
}

#[test]
fn names_are_equal_if_they_are_written_alike_in_the_same_namespace() {
    let body =
        br#"<a xmlns="u" xmlns:p="u" xmlns:q="u"><a/><p:a/><q:a/><a xmlns="v"/><a xmlns=""/></a>"#;
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default()).unwrap();
    let mut names = Vec::new();
    while let Some(token) = tokens.next().unwrap() {
        if let Token::StartTag(name) = token {
            names.push(name);
        }
    }
    let equal_to_first: Vec<_> = names.iter().map(|name| *name == names[0]).collect();
    assert_eq!(equal_to_first, [true, true, false, false, false, false]);
    let unqualified: Vec<_> = names.iter().map(|name| name.is_unqualified("a")).collect();
    assert_eq!(unqualified, [false, false, false, false, false, true]);
    assert!(!names[5].is_unqualified("b"));
}

#[test]
fn names_and_attributes_are_shown_with_their_parts() {
    let body = br#"<p:a xmlns:p="u" b="&lt;"/>"#;
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default()).unwrap();
    let token = tokens.next().unwrap().unwrap();
    let name = r#"Name { prefix: "p", local: "a", namespace: Namespace(3) }"#;
    assert_eq!(format!("{token:?}"), format!("StartTag({name})"));
    assert_eq!(
        format!("{:?}", tokens.attributes().next().unwrap()),
        "Attribute { name: Name { prefix: \"\", local: \"b\", namespace: Namespace(0) }, \
         value: Text { raw: \"&lt;\", form: AttValue }, .. }"
    );
}

/// The bitmaps are moved on within the value. They do not grow with it.
#[test]
fn a_value_may_be_longer_than_any_window() {
    let value = "0123456789abcdef".repeat(1 << 20);
    let body = format!("<a b='{value}'>{value}</a>");
    let config = Config {
        limits: Limits::unlimited(),
        ..Config::default()
    };
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &config).unwrap();
    tokens.next().unwrap();
    let attribute = tokens.attributes().next().unwrap();
    assert!(attribute.value().verbatim() == Some(&value[..]));
    let text = tokens.next().unwrap();
    assert!(matches!(text, Some(Token::Text(text)) if text.verbatim() == Some(&value[..])));
    assert!(size_of::<Buffers>() + buffers.retained_bytes() < 8 << 10);
}

#[test]
fn known_namespaces_have_fixed_numbers() {
    let mut buffers = Buffers::with_known_namespaces(&["urn:a", "urn:b"]);
    let body = b"<x xmlns='urn:b'><y xmlns='urn:&#97;'/><z xmlns='urn:c'/></x>";
    let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default()).unwrap();
    let mut namespaces = Vec::new();
    while let Some(token) = tokens.next().unwrap() {
        if let Token::StartTag(name) = token {
            namespaces.push(name.namespace());
        }
    }
    assert_eq!(
        namespaces,
        [
            Namespace::known(1),
            Namespace::known(0),
            Namespace::known(2)
        ]
    );
    for (namespace, name) in [
        (Namespace::NONE, None),
        (Namespace::XML, Some("http://www.w3.org/XML/1998/namespace")),
        (Namespace::XMLNS, Some("http://www.w3.org/2000/xmlns/")),
        (Namespace::known(0), Some("urn:a")),
        (Namespace::known(1), Some("urn:b")),
        (Namespace::known(2), None), // its scope has ended
        (Namespace::known(u32::MAX), None),
    ] {
        assert_eq!(tokens.namespace_name(namespace), name, "{namespace:?}");
    }
}

/// The result outlives the scope. So a name with a reference is given undecoded.
#[test]
fn a_namespace_as_declared_is_the_text_of_the_declaration() {
    let mut buffers = Buffers::with_known_namespaces(&["urn:a"]);
    let body = b"<x><y xmlns='urn:&#97;'/><z xmlns='urn:z'/><z xmlns='urn:&amp;'/><xml:z/></x>";
    let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default()).unwrap();
    let mut declared = Vec::new();
    while let Some(token) = tokens.next().unwrap() {
        if let Token::StartTag(name) = token {
            declared.push(tokens.namespace_as_declared(name.namespace()));
        }
    }
    let xml = "http://www.w3.org/XML/1998/namespace";
    assert_eq!(declared, ["", "urn:a", "urn:z", "urn:&amp;", xml]);
}

/// A writer that fails after this number of bytes.
struct Room(usize);

impl Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[test]
fn display_of_text_reports_a_failing_writer() {
    for (form, raw, normalised) in [
        (Form::Verbatim, "a", "a"),
        (Form::Unparsed, "a\r\nb\r", "a\nb\n"),
        (Form::CharData, "a&lt;b\r\nc", "a<b\nc"),
        (Form::AttValue, "a\t&#xe9;\n", "a é "),
    ] {
        let text = Text::new(raw, form);
        assert_eq!(text.to_string(), normalised);
        for room in 0..normalised.len() {
            assert_eq!(write!(Room(room), "{text}"), Err(fmt::Error), "{raw:?}");
        }
        assert_eq!(write!(Room(normalised.len()), "{text}"), Ok(()), "{raw:?}");
    }
}

/// Nested scopes that each declare a prefix and a namespace name, then redeclare the outermost prefix. There are
/// more prefixes than fit into the list of a set.
#[test]
fn declarations_are_removed_with_their_scopes() {
    const DEPTH: usize = 30;
    let prefix = |at: usize| format!("p{}", "q".repeat(at));
    let mut body = String::from("<x>");
    for at in 0..DEPTH {
        let (outermost, this) = (prefix(0), prefix(at));
        body += &format!("<{this}:x xmlns:{this}='urn:{this}'><x xmlns:{outermost}='urn:{at}'>");
    }
    for at in (0..DEPTH).rev() {
        let (outermost, this) = (prefix(0), prefix(at));
        body += &format!("<{outermost}:y/></x><{this}:z/></{this}:x>");
    }
    body += "</x>";

    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &Config::default()).unwrap();
    let mut names = Vec::new();
    while let Some(token) = tokens.next().unwrap() {
        if let Token::StartTag(name) = token
            && let Some(namespace) = tokens.namespace_name(name.namespace())
        {
            names.push(format!("{} {namespace}", name.local()));
        }
    }
    let start = (0..DEPTH).map(|at| format!("x urn:{}", prefix(at)));
    let end = (0..DEPTH)
        .rev()
        .flat_map(|at| [format!("y urn:{at}"), format!("z urn:{}", prefix(at))]);
    assert_eq!(names, start.chain(end).collect::<Vec<_>>());
}
