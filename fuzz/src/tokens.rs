//! The tokenizer against other parsers: what we accept means the same to them; what one refuses and
//! another accepts is one of the known differences.

use ews_notifications::xml::{Buffers, Token, Tokenizer};
use ews_notifications::{Config, Error, ErrorClass, ErrorKind};

/// Reads the bytes as a document with this crate's tokenizer, `roxmltree`, `xmlparser`, `quick-xml` and
/// `uppsala`.
pub fn tokens(data: &[u8]) {
    let shown = data.escape_ascii();
    let ours = meaning(data);
    let text = match (str::from_utf8(data), &ours) {
        (Ok(text), _) => text,
        (Err(_), Ok(_)) => panic!("accepted, and no UTF-8: {shown}"),
        (Err(valid), Err(error)) => {
            assert!(error.offset() <= valid.valid_up_to(), "{error}: {shown}");
            return;
        }
    };
    let tree = roxmltree::Document::parse(text);
    match (ours, tree) {
        (Ok(ours), Ok(tree)) => {
            let (ours, theirs) = (ours, meaning_of_tree(&tree));
            if text.contains('\r') {
                // It keeps one that stands before a reference, in a comment or in an instruction (section
                // 2.11 of XML makes it a line feed).
                let one_end = |line: &String| line.replace("\r\n", "\n").replace('\r', "\n");
                let (ours, theirs) = (ours.iter().map(one_end), theirs.iter().map(one_end));
                assert!(ours.eq(theirs), "{shown}");
            } else {
                assert_eq!(ours, theirs, "{shown}");
            }
            assert_accepted(text);
        }
        (Ok(_), Err(error)) => assert!(is_unjust(&error), "roxmltree says {error}: {shown}"),
        (Err(error), Ok(_)) => assert!(is_stricter(error, text), "we say {error}: {shown}"),
        (Err(error), Err(_)) => assert!(error.offset() <= data.len(), "{error}: {shown}"),
    }
}

/// What a document says, a piece a line: names with their namespaces, values and texts as they read.
fn meaning(body: &[u8]) -> Result<Vec<String>, Error> {
    let mut lines = Lines::default();
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default())?;
    while let Some(token) = tokens.next()? {
        match token {
            Token::StartTag(name) => {
                let namespace = tokens.namespace_name(name.namespace());
                lines.push(format!("<{{{}}}{}", namespace.unwrap_or(""), name.local()));
                for attribute in tokens.attributes() {
                    let name = attribute.name();
                    let namespace = tokens.namespace_name(name.namespace()).unwrap_or("");
                    let (local, value) = (name.local(), attribute.value());
                    lines.push(format!("@{{{namespace}}}{local} {value}"));
                }
            }
            Token::EndTag(_) => lines.push(">".into()),
            Token::Text(text) | Token::CData(text) => lines.text(&text.to_string()),
            Token::Comment(text) => lines.push(format!("comment {text}")),
            Token::ProcessingInstruction { target, data } => {
                lines.push(format!("pi {target} {data}"));
            }
            token => panic!("{token:?}"),
        }
    }
    Ok(lines.done())
}

fn meaning_of_tree(tree: &roxmltree::Document<'_>) -> Vec<String> {
    let mut lines = Lines::default();
    let mut open: Vec<roxmltree::Node<'_, '_>> = Vec::new();
    for node in tree.descendants() {
        while open.last().is_some_and(|open| Some(*open) != node.parent()) {
            open.pop();
            lines.push(">".into());
        }
        if node.is_element() {
            let name = node.tag_name();
            let namespace = name.namespace().unwrap_or("");
            lines.push(format!("<{{{namespace}}}{}", name.name()));
            for attribute in node.attributes() {
                let namespace = attribute.namespace().unwrap_or("");
                let (name, value) = (attribute.name(), attribute.value());
                lines.push(format!("@{{{namespace}}}{name} {value}"));
            }
            open.push(node);
        } else if node.is_text() {
            lines.text(node.text().unwrap_or(""));
        } else if node.is_comment() {
            lines.push(format!("comment {}", node.text().unwrap_or("")));
        } else if let Some(pi) = node.pi() {
            lines.push(format!("pi {} {}", pi.target, pi.value.unwrap_or("")));
        }
    }
    for _ in open {
        lines.push(">".into());
    }
    lines.done()
}

/// Lines, of which texts that follow one another are one.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    text: String,
}

impl Lines {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn push(&mut self, line: String) {
        if !self.text.is_empty() {
            let text = core::mem::take(&mut self.text);
            self.lines.push(format!("text {text}"));
        }
        self.lines.push(line);
    }

    fn done(mut self) -> Vec<String> {
        self.push(String::new());
        self.lines
    }
}

/// The other parsers accept what we and `roxmltree` do.
fn assert_accepted(text: &str) {
    for token in xmlparser::Tokenizer::from(text) {
        assert!(token.is_ok(), "xmlparser: {token:?} {text:?}");
    }
    let mut reader = quick_xml::NsReader::from_reader(text.as_bytes());
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("quick-xml: {error} {text:?}"),
        }
    }
    let mut parser = uppsala::pull::PullParser::new(text).with_forbid_dtd(true);
    loop {
        match parser.next_event() {
            Ok(None) => break,
            Ok(Some(_)) => {}
            Err(error) => panic!("uppsala: {error} {text:?}"),
        }
    }
}

/// What `roxmltree` refuses wrongly: nothing that is known.
fn is_unjust(_: &roxmltree::Error) -> bool {
    false
}

/// Whether we refuse by a rule that `roxmltree` does not check, and where that rule applies.
fn is_stricter(error: Error, text: &str) -> bool {
    let (before, here) = text.split_at(error.offset());
    match error.kind() {
        // Of the XML declaration it checks the order of what is said, and no more. What is declared to be
        // another encoding it reads as UTF-8 all the same.
        ErrorKind::Declaration
        | ErrorKind::DeclarationVersion
        | ErrorKind::DeclarationEncoding
        | ErrorKind::DeclarationStandalone
        | ErrorKind::Encoding => {
            text.trim_start_matches('\u{FEFF}').starts_with("<?xml") && !before.contains("?>")
        }
        // It takes a reference to a character that XML does not allow.
        ErrorKind::IllegalReference => here.starts_with("&#"),
        // Of Namespaces in XML, that a prefix cannot be undeclared and what is reserved.
        ErrorKind::PrefixUndeclaring
        | ErrorKind::ReservedPrefix
        | ErrorKind::ReservedNamespace
        | ErrorKind::QName => true,
        // It does not ask for white space behind a target.
        ErrorKind::ProcessingInstruction => before.rfind("<?").is_some_and(|start| {
            before[start + 2..]
                .chars()
                .all(|char| !char.is_whitespace())
        }),
        // A target is reserved however its letters are written.
        ErrorKind::ReservedTarget => here
            .get(..3)
            .is_some_and(|xml| xml.eq_ignore_ascii_case("xml")),
        // It has no limits.
        _ => error.class() == ErrorClass::Limit,
    }
}
