//! The tokenizer against other parsers. Documents that we accept mean the same to them. Where only one side refuses, it
//! is a known difference.

use core::fmt::{self, Write as _};

use ews_notifications::xml::{Buffers, Name, Token, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, ErrorKind, Limits};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// Reads the bytes as a document with this crate's tokenizer, `roxmltree`, `xmlparser`, `quick-xml` and `uppsala`.
pub fn tokens(data: &[u8]) {
    let shown = data.escape_ascii();
    let mut ours = Reading::of(data, &Config::default());
    if let Some(error) = ours.error
        && error.class() == ErrorClass::Limit
    {
        assert!(is_over_limit(error, data), "{error}: {shown}");
        // The other parsers have no limits.
        let mut config = Config::default();
        config.limits = Limits::unlimited();
        ours = Reading::of(data, &config);
    }
    let error = ours.error;
    let text = match (str::from_utf8(data), error) {
        (Ok(text), _) => text,
        (Err(_), None) => panic!("accepted, and no UTF-8: {shown}"),
        (Err(valid), Some(error)) => {
            assert!(error.offset() <= valid.valid_up_to(), "{error}: {shown}");
            str::from_utf8(&data[..valid.valid_up_to()]).unwrap()
        }
    };
    ours.check_accepted(text);
    match error {
        None => assert_accepted(text),
        Some(error) => {
            assert!(text.is_char_boundary(error.offset()), "{error}: {shown}");
            let is_known = matches!(
                error.class(),
                ErrorClass::Malformed | ErrorClass::Unsupported
            );
            assert!(is_known, "{error}: {shown}");
            if text.len() == data.len() && roxmltree::Document::parse(text).is_ok() {
                assert!(is_stricter(error, text), "we say {error}: {shown}");
            }
        }
    }
}

/// What our tokenizer finds in a document, up to its end or an error.
#[derive(Default)]
struct Reading {
    lines: Lines,
    /// The end of the last token.
    end: usize,
    has_root: bool,
    /// Whether the document has an attribute named `xmlns` with a prefix, or an element with the prefix `xml`.
    /// `roxmltree` takes the first for a default namespace declaration, and does not know the second.
    is_misread: bool,
    /// The names of the open elements.
    open: Vec<String>,
    error: Option<Error>,
}

impl Reading {
    fn of(body: &[u8], config: &Config) -> Self {
        let mut reading = Self::default();
        reading.error = reading.read(body, config).err();
        reading
    }

    fn read(&mut self, body: &[u8], config: &Config) -> Result<(), Error> {
        let mut buffers = Buffers::default();
        let mut tokens = Tokenizer::new(body, &mut buffers, config)?;
        while let Some(token) = tokens.next()? {
            self.token(token, &tokens, body);
            self.end = tokens.range().end;
        }
        Ok(())
    }

    /// Notes a token, and checks the rules that `roxmltree` does not.
    fn token(&mut self, token: Token<'_>, tokens: &Tokenizer<'_, '_>, body: &[u8]) {
        let lines = &mut self.lines;
        match token {
            Token::StartTag(name) => {
                let namespace = namespace_of(name, tokens);
                self.is_misread |= name.prefix() == "xml";
                lines.line(format_args!("<{{{namespace}}}{}", name.local()));
                for attribute in tokens.attributes() {
                    let namespace = namespace_of(attribute.name(), tokens);
                    let (local, value) = (attribute.name().local(), attribute.value());
                    self.is_misread |= local == "xmlns";
                    lines.line(format_args!("@{{{namespace}}}{local} {value}"));
                }
                self.has_root = true;
                self.open.push(match name.prefix() {
                    "" => name.local().to_owned(),
                    prefix => format!("{prefix}:{}", name.local()),
                });
            }
            Token::EndTag(_) => {
                lines.line(format_args!(">"));
                self.open.pop();
            }
            Token::Text(text) | Token::CData(text) => lines.text(format_args!("{text}")),
            Token::Comment(text) => lines.line(format_args!("comment {text}")),
            Token::ProcessingInstruction { target, data } => {
                let behind = &body[tokens.range()]["<?".len() + target.len()..];
                assert!(behind == b"?>" || behind[0].is_ascii_whitespace());
                assert!(!target.contains(':') && !target.eq_ignore_ascii_case("xml"));
                lines.line(format_args!("pi {target} {data}"));
            }
            token => panic!("{token:?}"),
        }
    }

    /// Everything before an error means the same to `roxmltree`, which accepts it once open elements are closed.
    fn check_accepted(mut self, text: &str) {
        // Replaced references must not hide an error.
        let illegal = self.lines.text.chars().filter(|char| !is_char(*char));
        assert_eq!(illegal.count(), self.lines.pieces, "{text:?}");
        let mut accepted = text[..self.end].to_owned();
        if self.error.is_none() {
            assert!(self.open.is_empty() && text[self.end..].trim_matches(SPACES).is_empty());
        }
        for name in self.open.drain(..).rev() {
            write!(accepted, "</{name}>").unwrap();
            self.lines.line(format_args!(">"));
        }
        if !self.has_root {
            accepted.push_str("<a/>");
            self.lines.line(format_args!("<{{}}a"));
            self.lines.line(format_args!(">"));
        }
        assert!(has_good_declaration(&accepted), "{text:?}");
        if accepted.contains('\r') {
            // `roxmltree` does not normalize every line end by section 2.11 of XML: one before a reference, in a
            // comment, or in an instruction.
            accepted = accepted.replace("\r\n", "\n").replace('\r', "\n");
        }
        let start = accepted.len() - accepted.trim_start_matches('\u{FEFF}').len();
        let behind = start + "<?xml".len();
        if accepted[start..].starts_with("<?xml") && accepted[behind..].starts_with(['\t', '\n']) {
            // `roxmltree` takes a declaration for an instruction, unless a space follows its target.
            accepted.replace_range(behind..=behind, " ");
        }
        if self.is_misread {
            return;
        }
        let tree = roxmltree::Document::parse(&accepted);
        let tree = tree.unwrap_or_else(|error| panic!("roxmltree says {error}: {text:?}"));
        assert_eq!(self.lines.text, meaning_of_tree(&tree), "{text:?}");
    }
}

/// The namespace name of a name. Empty for none.
fn namespace_of<'t>(name: Name<'_>, tokens: &'t Tokenizer<'_, '_>) -> &'t str {
    let namespace = tokens.namespace_name(name.namespace()).unwrap_or("");
    let (prefix, local) = (name.prefix(), name.local());
    assert!(!prefix.contains(':') && !local.contains(':') && !local.is_empty());
    assert!(prefix.is_empty() || !namespace.is_empty(), "{name:?}");
    assert_eq!(prefix == "xml", namespace == XML, "{name:?}");
    assert!(prefix != "xmlns" && namespace != XMLNS, "{name:?}");
    namespace
}

/// The content of a tree, in the form in which [`Reading`] notes it.
fn meaning_of_tree(tree: &roxmltree::Document<'_>) -> String {
    let mut lines = Lines::default();
    let mut open: Vec<roxmltree::Node<'_, '_>> = Vec::new();
    for node in tree.root().descendants().skip(1) {
        while open.last().is_some_and(|open| Some(*open) != node.parent()) {
            open.pop();
            lines.line(format_args!(">"));
        }
        if node.is_element() {
            let name = node.tag_name();
            let namespace = name.namespace().unwrap_or("");
            lines.line(format_args!("<{{{namespace}}}{}", name.name()));
            for attribute in node.attributes() {
                let namespace = attribute.namespace().unwrap_or("");
                let (name, value) = (attribute.name(), attribute.value());
                lines.line(format_args!("@{{{namespace}}}{name} {value}"));
            }
            open.push(node);
        } else if node.is_text() {
            lines.text(format_args!("{}", node.text().unwrap_or("")));
        } else if node.is_comment() {
            lines.line(format_args!("comment {}", node.text().unwrap_or("")));
        } else if let Some(pi) = node.pi() {
            lines.line(format_args!("pi {} {}", pi.target, pi.value.unwrap_or("")));
        }
    }
    for _ in open {
        lines.line(format_args!(">"));
    }
    lines.text
}

/// The content of a document, one piece a line: names with their namespaces, values, and texts. Adjacent texts are
/// joined.
#[derive(Default)]
struct Lines {
    text: String,
    is_in_text: bool,
    pieces: usize,
}

impl Lines {
    /// The separator before each piece. It occurs in no document.
    const START: char = '\0';

    fn line(&mut self, line: fmt::Arguments<'_>) {
        self.is_in_text = false;
        self.pieces += 1;
        write!(self.text, "{}{line}", Self::START).unwrap();
    }

    fn text(&mut self, text: fmt::Arguments<'_>) {
        let before = self.text.len();
        write!(self.text, "{text}").unwrap();
        if !self.is_in_text && self.text.len() > before {
            self.is_in_text = true;
            self.pieces += 1;
            self.text.insert_str(before, "\0text ");
        }
    }
}

/// `[2] Char`.
fn is_char(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Checks that the other parsers accept what we and `roxmltree` accept.
fn assert_accepted(text: &str) {
    for token in xmlparser::Tokenizer::from(text) {
        match token {
            Ok(xmlparser::Token::Attribute {
                prefix,
                local,
                value,
                ..
            }) => assert_declared(&prefix, &local, &value),
            Ok(_) => {}
            Err(error) => panic!("xmlparser: {error} {text:?}"),
        }
    }
    let mut reader = quick_xml::NsReader::from_reader(text.as_bytes());
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("quick-xml: {error} {text:?}"),
        }
    }
    // xmlparser knows only versions 1.0 and 1.1. Section 2.8 of XML has any 1.x read as 1.0.
    let known = match text.split_once("1.") {
        Some((before, behind)) if before.contains("<?xml") && !before.contains("?>") => {
            format!(
                "{before}1.0{}",
                behind.trim_start_matches(|c: char| c.is_ascii_digit())
            )
        }
        _ => text.to_owned(),
    };
    let mut parser = uppsala::pull::PullParser::new(&known).with_forbid_dtd(true);
    loop {
        match parser.next_event() {
            Ok(None) => break,
            Ok(Some(_)) => {}
            Err(error) => panic!("uppsala: {error} {text:?}"),
        }
    }
}

/// Whether this attribute passes the namespace rules that `roxmltree` does not check: reserved names, and no undeclared
/// prefix. A value with references may be anything.
fn assert_declared(prefix: &str, local: &str, value: &str) {
    let declares = match (prefix, local) {
        ("", "xmlns") => "",
        ("xmlns", declares) => declares,
        _ => return,
    };
    if !value.contains('&') {
        assert!(!value.is_empty() || declares.is_empty(), "{declares}");
        assert_eq!(value == XML, declares == "xml", "{declares} {value}");
    }
    assert!(declares != "xmlns" && value != XMLNS, "{declares} {value}");
}

/// Whether a document begins with `[23] XMLDecl` of XML 1.x in UTF-8, or has none.
fn has_good_declaration(text: &str) -> bool {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match text.strip_prefix("<?xml") {
        Some(rest) if !rest.starts_with(is_in_name) => is_good_declaration(rest).is_some(),
        _ => true,
    }
}

/// None if the declaration is not good.
fn is_good_declaration(behind_target: &str) -> Option<()> {
    let (mut rest, _) = behind_target.split_once("?>")?;
    let mut said = Vec::new();
    while !rest.trim_start_matches(SPACES).is_empty() {
        let (name, behind) = rest.strip_prefix(SPACES)?.split_once('=')?;
        let behind = behind.trim_start_matches(SPACES);
        let quote = behind.chars().next().filter(|char| "\"'".contains(*char))?;
        let (value, behind) = behind[1..].split_once(quote)?;
        said.push((name.trim_matches(SPACES), value));
        rest = behind;
    }
    let mut said = said.into_iter().peekable();
    let (_, version) = said.next().filter(|(name, _)| *name == "version")?;
    let minor = version.strip_prefix("1.")?;
    let mut is_good = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((_, encoding)) = said.next_if(|(name, _)| *name == "encoding") {
        is_good &= encoding.eq_ignore_ascii_case("utf-8");
    }
    if let Some((_, standalone)) = said.next_if(|(name, _)| *name == "standalone") {
        is_good &= matches!(standalone, "yes" | "no");
    }
    (is_good && said.next().is_none()).then_some(())
}

/// `[4a] NameChar`, without the colon.
fn is_in_name(char: char) -> bool {
    char.is_ascii_alphanumeric()
        || matches!(
            char,
            '-' | '.'
                | '_'
                | '\u{B7}'
                | '\u{C0}'..='\u{D6}'
                | '\u{D8}'..='\u{F6}'
                | '\u{F8}'..='\u{37D}'
                | '\u{37F}'..='\u{1FFF}'
                | '\u{200C}'
                | '\u{200D}'
                | '\u{203F}'
                | '\u{2040}'
                | '\u{2070}'..='\u{218F}'
                | '\u{2C00}'..='\u{2FEF}'
                | '\u{3001}'..='\u{D7FF}'
                | '\u{F900}'..='\u{FDCF}'
                | '\u{FDF0}'..='\u{FFFD}'
                | '\u{10000}'..='\u{EFFFF}'
        )
}

/// Whether the document may exceed the limit: it has that many of the counted characters.
fn is_over_limit(error: Error, body: &[u8]) -> bool {
    let (before, here) = body.split_at(error.offset());
    let signs = |sign: &str| {
        let places = before.windows(sign.len());
        places.filter(|place| *place == sign.as_bytes()).count()
    };
    match error.kind() {
        ErrorKind::DepthLimit => signs("<") > Limits::DEPTH,
        ErrorKind::AttributeLimit => signs("=") >= Limits::ATTRIBUTES,
        ErrorKind::BindingLimit => signs("xmlns") >= Limits::BINDINGS,
        ErrorKind::NameLimit => here.len() > Limits::NAME_BYTES,
        _ => false,
    }
}

/// Whether `roxmltree` does not check the rule by which we refuse, and the rule applies here.
fn is_stricter(error: Error, text: &str) -> bool {
    let (before, here) = text.split_at(error.offset());
    let name = here.split(|char| !is_in_name(char) && char != ':').next();
    let name = name.unwrap_or_default();
    match error.kind() {
        // `roxmltree` checks only the order in an XML declaration, and reads a declared other encoding as UTF-8.
        ErrorKind::Declaration
        | ErrorKind::DeclarationVersion
        | ErrorKind::DeclarationEncoding
        | ErrorKind::DeclarationStandalone
        | ErrorKind::Encoding => !has_good_declaration(text),
        // `roxmltree` accepts a reference to a character that XML does not allow.
        ErrorKind::IllegalReference => {
            let number = here
                .strip_prefix("&#")
                .and_then(|rest| rest.split_once(';'));
            let code = number.and_then(|(number, _)| match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            });
            number.is_some() && !code.and_then(char::from_u32).is_some_and(is_char)
        }
        // `roxmltree` accepts undeclared prefixes and reserved names.
        ErrorKind::PrefixUndeclaring => name.starts_with("xmlns:") && value_of(here) == Some(""),
        ErrorKind::ReservedPrefix => match name {
            "xmlns:xmlns" => true,
            "xmlns:xml" => value_of(here) != Some(XML),
            _ => name.starts_with("xmlns:") && before.ends_with('<'),
        },
        ErrorKind::ReservedNamespace => {
            let is_reserved = |value: &str| [XML, XMLNS].contains(&value) || value.contains('&');
            (name == "xmlns" || name.starts_with("xmlns:"))
                && name != "xmlns:xml"
                && value_of(here).is_some_and(is_reserved)
        }
        // `roxmltree` takes any attribute named `xmlns` with a prefix for a default namespace declaration, and accepts
        // several.
        ErrorKind::UnboundPrefix => name.ends_with(":xmlns"),
        ErrorKind::DuplicateAttribute => name == "xmlns" || name.ends_with(":xmlns"),
        // `roxmltree` accepts a colon at the start of a name.
        ErrorKind::QName => {
            here.starts_with(':')
                && before.ends_with(|char| SPACES.contains(&char) || "</".contains(char))
        }
        // `roxmltree` requires no white space after a target, and accepts a colon in it.
        ErrorKind::ProcessingInstruction => {
            let target = before.rsplit("<?").next().unwrap_or_default();
            let is_end = here.starts_with("?>") || here.starts_with(SPACES);
            target.chars().all(is_in_name)
                && !is_end
                && (!target.is_empty() || here.starts_with(':'))
        }
        // `roxmltree` reserves the target in any case of its letters, and ignores what follows a colon.
        ErrorKind::ReservedTarget => here.split_at_checked(3).is_some_and(|(target, behind)| {
            target.eq_ignore_ascii_case("xml") && !behind.starts_with(is_in_name)
        }),
        _ => false,
    }
}

/// The value of the attribute at the start of the text.
fn value_of(attribute: &str) -> Option<&str> {
    let (_, behind) = attribute.split_once('=')?;
    let behind = behind.trim_start_matches(SPACES);
    let quote = behind.chars().next().filter(|char| "\"'".contains(*char))?;
    Some(behind[1..].split_once(quote)?.0)
}
