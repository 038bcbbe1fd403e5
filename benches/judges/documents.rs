//! Small documents that break one rule each, and some that break none.
//!
//! The sections are those of XML 1.0 (fifth edition) and, with NS, of Namespaces in XML 1.0 (third edition).

pub(crate) struct Document {
    /// The rule that it breaks, or its feature if it is well-formed.
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
    bad("an empty document", b""),
    bad("no element", b"<!-- nothing -->"),
    bad("a second root element", b"<a/><b/>"),
    bad("text after the root element", b"<a/>text"),
    bad("text before the root element", b"text<a/>"),
    bad("an element without an end tag", b"<a><b></b>"),
    bad("an end tag without a start tag", b"<a/></a>"),
    bad("an end tag with another name", b"<a></b>"),
    bad("overlapping elements", b"<a><b></a></b>"),
    // 2.2 Characters, 4.3.3 Character encoding.
    bad("a NUL", b"<a>\0</a>"),
    bad("a control character in text", b"<a>\x0b</a>"),
    bad(
        "a control character in an attribute value",
        b"<a b='\x0b'/>",
    ),
    bad("a control character in a comment", b"<a><!--\x0b--></a>"),
    bad("U+FFFE", b"<a>\xef\xbf\xbe</a>"),
    bad("a surrogate in UTF-8", b"<a>\xed\xa0\x80</a>"),
    bad("bytes that are not UTF-8", b"<a>\xff\xfe</a>"),
    bad("an overlong UTF-8 sequence", b"<a>\xc0\xbc</a>"),
    // 2.3 Names and values.
    bad("a name that starts with a digit", b"<1a/>"),
    bad(
        "a character in a name that names may not contain",
        b"<a\xc3\xb7b/>",
    ),
    bad("`<` in an attribute value", b"<a b='<'/>"),
    // 2.4 Character data.
    bad("`]]>` in text", b"<a>]]></a>"),
    bad("`&` that starts no reference", b"<a>b & c</a>"),
    // 2.5 Comments, 2.6 processing instructions, 2.7 CDATA sections, 2.8 prolog, 2.9 standalone.
    bad("`--` in a comment", b"<a><!-- -- --></a>"),
    bad("an unclosed comment", b"<a/><!-- "),
    bad(
        "a processing instruction with the target XML",
        b"<a><?XML b?></a>",
    ),
    bad(
        "no space after the target of a processing instruction",
        b"<a><?b\"c\"?></a>",
    ),
    bad("an unclosed CDATA section", b"<a><![CDATA[</a>"),
    bad(
        "a CDATA section outside the root element",
        b"<a/><![CDATA[]]>",
    ),
    bad(
        "an XML declaration in an element",
        b"<a><?xml version='1.0'?></a>",
    ),
    bad(
        "an XML declaration after a space",
        b" <?xml version='1.0'?><a/>",
    ),
    bad(
        "an XML declaration without a version",
        b"<?xml encoding='UTF-8'?><a/>",
    ),
    bad(
        "a standalone declaration that is neither yes nor no",
        b"<?xml version='1.0' standalone='maybe'?><a/>",
    ),
    // 3.1 Tags.
    bad("a duplicate attribute", b"<a b='1' b='2'/>"),
    bad("an attribute value without quotes", b"<a b=c/>"),
    bad("an attribute without a value", b"<a b/>"),
    bad("no space between attributes", b"<a b='1'c='2'/>"),
    bad("a space before the name of an element", b"< a/>"),
    // 4.1 References.
    bad("a reference to NUL", b"<a>&#0;</a>"),
    bad("a reference to a control character", b"<a>&#xB;</a>"),
    bad("a reference to an undeclared entity", b"<a>&b;</a>"),
    bad("the same in an attribute value", b"<a b='&b;'/>"),
    // Namespaces: 3 declaring, 4 and 5 qualified names, 6.3 uniqueness.
    bad("NS: an undeclared prefix of an element", b"<a:b/>"),
    bad("NS: an undeclared prefix of an attribute", b"<a b:c=''/>"),
    bad(
        "NS: a prefix declared with an empty namespace name",
        b"<a xmlns:b=''/>",
    ),
    bad("NS: the prefix xmlns declared", b"<a xmlns:xmlns='urn:b'/>"),
    bad("NS: two colons in a name", b"<a:b:c xmlns:a='urn:a'/>"),
    bad(
        "NS: a duplicate attribute by two prefixes",
        b"<a xmlns:b='urn:b' xmlns:c='urn:b' b:d='' c:d=''/>",
    ),
    // Well-formed documents.
    good(
        "text, attribute values and references",
        b"<a b='&lt;&#x41;'>c &amp; d</a>",
    ),
    good("a byte order mark", b"\xef\xbb\xbf<a/>"),
    good(
        "a declaration, comments and instructions",
        b"<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- b --><a/><?c d?>",
    ),
    good(
        "a CDATA section that contains tags",
        b"<a><![CDATA[</a> ]] > ]]></a>",
    ),
    good(
        "NS: redeclared prefixes",
        b"<a:a xmlns:a='urn:a'><a:a xmlns:a='urn:b' a:b='' b=''/></a:a>",
    ),
];
