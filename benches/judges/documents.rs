//! Documents that break one rule each, and some that break none.
//!
//! Small ones, so that each shows its rule. The sections are those of XML 1.0 (fifth edition) and, with NS, of
//! Namespaces in XML 1.0 (third edition).

pub(crate) struct Document {
    /// The rule, or what is good about it.
    pub(crate) rule: &'static str,
    pub(crate) text: &'static [u8],
    pub(crate) is_well_formed: bool,
}

const fn bad(rule: &'static str, text: &'static [u8]) -> Document {
    Document {
        rule,
        text,
        is_well_formed: false,
    }
}

const fn good(rule: &'static str, text: &'static [u8]) -> Document {
    Document {
        rule,
        text,
        is_well_formed: true,
    }
}

pub(crate) const ALL: [Document; 52] = [
    // 2.1 Well-formed documents.
    bad("nothing at all", b""),
    bad("no element", b"<!-- nothing -->"),
    bad("a second root element", b"<a/><b/>"),
    bad("text behind the root element", b"<a/>text"),
    bad("text before the root element", b"text<a/>"),
    bad("an element without an end", b"<a><b></b>"),
    bad("an end tag without an element", b"<a/></a>"),
    bad("an end tag of another name", b"<a></b>"),
    bad("elements that overlap", b"<a><b></a></b>"),
    // 2.2 Characters, 4.3.3 Character encoding.
    bad("a NUL", b"<a>\0</a>"),
    bad("a control character in text", b"<a>\x0b</a>"),
    bad("a control character in a value", b"<a b='\x0b'/>"),
    bad("a control character in a comment", b"<a><!--\x0b--></a>"),
    bad("U+FFFE", b"<a>\xef\xbf\xbe</a>"),
    bad("a surrogate in UTF-8", b"<a>\xed\xa0\x80</a>"),
    bad("bytes that are not UTF-8", b"<a>\xff\xfe</a>"),
    bad(
        "a character in more bytes than it needs",
        b"<a>\xc0\xbc</a>",
    ),
    // 2.3 Names and values.
    bad("a name that begins with a digit", b"<1a/>"),
    bad(
        "a name with a character that names have not",
        b"<a\xc3\xb7b/>",
    ),
    bad("`<` in a value", b"<a b='<'/>"),
    // 2.4 Character data.
    bad("`]]>` in text", b"<a>]]></a>"),
    bad("`&` that begins no reference", b"<a>b & c</a>"),
    // 2.5 Comments, 2.6 processing instructions, 2.7 CDATA sections, 2.8 prolog, 2.9 standalone.
    bad("`--` in a comment", b"<a><!-- -- --></a>"),
    bad("a comment without an end", b"<a/><!-- "),
    bad(
        "a processing instruction of the name XML",
        b"<a><?XML b?></a>",
    ),
    bad(
        "no space behind the name of an instruction",
        b"<a><?b\"c\"?></a>",
    ),
    bad("a CDATA section without an end", b"<a><![CDATA[</a>"),
    bad(
        "a CDATA section outside the root element",
        b"<a/><![CDATA[]]>",
    ),
    bad("an XML declaration inside", b"<a><?xml version='1.0'?></a>"),
    bad(
        "an XML declaration behind a space",
        b" <?xml version='1.0'?><a/>",
    ),
    bad(
        "an XML declaration without a version",
        b"<?xml encoding='UTF-8'?><a/>",
    ),
    bad(
        "a standalone that is neither yes nor no",
        b"<?xml version='1.0' standalone='maybe'?><a/>",
    ),
    // 3.1 Tags.
    bad("an attribute twice", b"<a b='1' b='2'/>"),
    bad("a value without quotes", b"<a b=c/>"),
    bad("an attribute without a value", b"<a b/>"),
    bad("no space between attributes", b"<a b='1'c='2'/>"),
    bad("a space before the name", b"< a/>"),
    // 4.1 References.
    bad("a reference to NUL", b"<a>&#0;</a>"),
    bad("a reference to a control character", b"<a>&#xB;</a>"),
    bad(
        "a reference to an entity that nothing declares",
        b"<a>&b;</a>",
    ),
    bad("the same in a value", b"<a b='&b;'/>"),
    // Namespaces: 3 declaring, 4 and 5 qualified names, 6.3 uniqueness.
    bad(
        "NS: a prefix of an element that nothing declares",
        b"<a:b/>",
    ),
    bad(
        "NS: a prefix of an attribute that nothing declares",
        b"<a b:c=''/>",
    ),
    bad("NS: a prefix declared to be nothing", b"<a xmlns:b=''/>"),
    bad("NS: the prefix xmlns declared", b"<a xmlns:xmlns='urn:b'/>"),
    bad("NS: two colons in a name", b"<a:b:c xmlns:a='urn:a'/>"),
    bad(
        "NS: an attribute twice, by two prefixes",
        b"<a xmlns:b='urn:b' xmlns:c='urn:b' b:d='' c:d=''/>",
    ),
    // Good ones.
    good(
        "text, values and references",
        b"<a b='&lt;&#x41;'>c &amp; d</a>",
    ),
    good("a byte order mark", b"\xef\xbb\xbf<a/>"),
    good(
        "a declaration, comments and instructions",
        b"<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- b --><a/><?c d?>",
    ),
    good(
        "a CDATA section that looks like tags",
        b"<a><![CDATA[</a> ]] > ]]></a>",
    ),
    good(
        "NS: prefixes declared again",
        b"<a:a xmlns:a='urn:a'><a:a xmlns:a='urn:b' a:b='' b=''/></a:a>",
    ),
];
