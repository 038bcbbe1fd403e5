//! The state machine of the tokenizer, and the productions that are not tags.
//!
//! Uses the other modules of `xml`, and the cursor.

use alloc::vec::Vec;
use core::fmt;

use super::namespaces::Namespaces;
use super::prolog;
use super::reference;
use super::tag::{Attributes, OpenElement, RawAttribute};
use super::token::{Form, Namespace, Text, Token};
use crate::config::{Config, IllegalReferences, Limits};
use crate::error::{Error, ErrorKind};
use crate::scan::{
    Class, Cursor, Dispatch, InvalidUtf8, Span, Stop, is_char, is_name_char, is_name_start_char,
};

/// The working memory of a [`Tokenizer`], reused from body to body.
///
/// Buffers hold offsets into the body. They hold no text of it, except namespace names that are written with
/// references. [`Tokenizer::new`] empties them and keeps their capacity.
#[derive(Default)]
pub struct Buffers {
    pub(super) open: Vec<OpenElement>,
    pub(super) attributes: Vec<RawAttribute>,
    /// The positions of attributes while they are sorted.
    pub(super) order: Vec<u32>,
    pub(super) namespaces: Namespaces,
}

/// Shows no byte of a body.
impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffers")
            .field("retained_bytes", &self.retained_bytes())
            .finish_non_exhaustive()
    }
}

impl Buffers {
    /// Buffers that assign fixed numbers to these namespace names: [`Namespace::known`] of the position in the
    /// list. Comparing such numbers is cheaper than comparing strings. The list must be short: each declaration
    /// searches it from the start.
    #[must_use]
    pub fn with_known_namespaces(namespaces: &'static [&'static str]) -> Self {
        Self {
            namespaces: Namespaces::with_known(namespaces),
            ..Self::default()
        }
    }

    /// The capacity of the buffers on the heap, in bytes.
    #[must_use]
    pub fn retained_bytes(&self) -> usize {
        self.open.capacity() * size_of::<OpenElement>()
            + self.attributes.capacity() * size_of::<RawAttribute>()
            + self.order.capacity() * size_of::<u32>()
            + self.namespaces.retained_bytes()
    }
}

/// Reads a body token by token. The [module](super) documents the rules it checks and its cost.
///
/// `'b` is the lifetime of the body, which tokens borrow from. `'s` is the lifetime of the buffers. The document
/// is known to be well-formed only once [`next`](Self::next) has returned `Ok(None)`.
///
/// # Why this is not an `Iterator`
///
/// - A `for` loop would borrow the tokenizer to its end. Then [`attributes`](Self::attributes) and
///   [`namespace_name`](Self::namespace_name) could not be called between two tokens.
/// - Iterator adapters such as `flatten` drop the errors of an iterator of `Result`s, and a truncated document would
///   look complete. With `Result<Option<_>>` a caller sees the end only after handling the error.
pub struct Tokenizer<'s, 'b> {
    /// The engine may move it over whole elements in content. It also moves it over the rest of the body, after
    /// which it reads no more tokens.
    pub(crate) cursor: Cursor<'b>,
    pub(super) buffers: &'s mut Buffers,
    pub(super) limits: Limits,
    illegal_references: IllegalReferences,
    state: State,
    /// The offset of the last token.
    token_start: usize,
    /// If the last token was an end tag: the number of declarations that stay in scope after it.
    pub(super) closed_scope: Option<usize>,
    references_replaced: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At the start of the body.
    Start,
    /// Before the root element.
    Prolog,
    /// Inside the root element.
    Content,
    /// After an empty-element tag whose end tag has not been returned.
    EmptyElement,
    /// After the root element.
    Epilog,
    Failed(Error),
}

/// The length of the longest accepted body, in bytes.
pub(crate) fn longest_body(config: &Config) -> usize {
    config.limits.body_bytes.min(Span::MAX)
}

/// Refuses a body that is too long. The first of all checks.
pub(crate) fn check_length(body: &[u8], config: &Config) -> Result<(), Error> {
    if body.len() > longest_body(config) {
        return Err(Error::new(ErrorKind::BodyLimit, 0));
    }
    Ok(())
}

/// Shows no byte of the body.
impl fmt::Debug for Tokenizer<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokenizer")
            .field("range", &self.range())
            .field("depth", &self.depth())
            .finish_non_exhaustive()
    }
}

impl<'s, 'b> Tokenizer<'s, 'b> {
    /// A tokenizer at the start of `body`. It empties the buffers and reads nothing yet. From the configuration it
    /// takes the limits, the kernel and the treatment of illegal references.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BodyLimit`] if the body is longer than [`Limits::body_bytes`], or 4 GiB or more.
    pub fn new(body: &'b [u8], buffers: &'s mut Buffers, config: &Config) -> Result<Self, Error> {
        check_length(body, config)?;
        let cursor = Cursor::new(body, Dispatch::new(config.kernel));
        Ok(Self::begin(cursor, buffers, config))
    }

    /// [`new`](Self::new) for a body whose length has been checked. The cursor is at its first byte.
    pub(crate) fn begin(cursor: Cursor<'b>, buffers: &'s mut Buffers, config: &Config) -> Self {
        buffers.open.clear();
        buffers.attributes.clear();
        buffers.namespaces.clear();
        Self {
            cursor,
            buffers,
            limits: config.limits,
            illegal_references: config.illegal_references,
            state: State::Start,
            token_start: 0,
            closed_scope: None,
            references_replaced: 0,
        }
    }

    /// The next token. `None` at the end of a well-formed document, and again on further calls.
    ///
    /// # Errors
    ///
    /// An error of any class except [`Schema`](crate::ErrorClass::Schema), at the byte where the document ceases
    /// to be well-formed or exceeds a limit. Further calls return the same error.
    #[expect(
        clippy::should_implement_trait,
        reason = "the docs of the type say why"
    )]
    pub fn next(&mut self) -> Result<Option<Token<'b>>, Error> {
        let token = self.step();
        if let Err(error) = token {
            self.state = State::Failed(error);
            self.buffers.attributes.clear();
        }
        token
    }

    /// The attributes of the last start tag that [`next`](Self::next) returned, in document order and without
    /// namespace declarations. Empty before the first start tag and after an error.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'_, 'b> {
        Attributes::new(self.cursor, &self.buffers.attributes)
    }

    /// The name (the URI) of a namespace in scope. `None` for [`Namespace::NONE`]. Borrows from the body or, if it
    /// is written with references, from the buffers.
    #[must_use]
    pub fn namespace_name(&self, namespace: Namespace) -> Option<&str> {
        self.buffers.namespaces.name(namespace, &self.cursor)
    }

    /// The name of a namespace that is in scope as its declaration writes it, references not replaced;
    /// empty for [`Namespace::NONE`]. Borrowed from the body, so it outlives the scope.
    pub(crate) fn namespace_as_declared(&self, namespace: Namespace) -> &'b str {
        self.buffers.namespaces.as_declared(namespace, &self.cursor)
    }

    /// The number of open elements. It includes the element of a start tag that was just returned, but not that of
    /// an end tag.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.buffers.open.len()
    }

    /// The range of the last token in the body, in bytes. The end tag of an empty-element tag has an empty range
    /// after that tag.
    #[must_use]
    pub fn range(&self) -> core::ops::Range<usize> {
        self.token_start..self.cursor.pos()
    }

    /// The text of the body from `start` to the end of the last token. Empty if `start` is after that end or splits
    /// a character.
    #[must_use]
    pub fn text_since(&self, start: usize) -> &'b str {
        self.cursor
            .text(start, self.cursor.pos())
            .unwrap_or_default()
    }

    /// Whether the next token is content or the end tag of the innermost open element.
    pub(crate) fn is_in_content(&self) -> bool {
        matches!(self.state, State::Content)
    }

    /// The prefix of the next start tag with its colon, and the namespace of the prefix outside of that element.
    /// White space before the tag is skipped. `None` if no start tag comes next, its name begins beyond ASCII, or
    /// its prefix is not bound. A hint for predictions only: the prefix of a name such as `aé:b` is given as empty.
    pub(crate) fn peek_prefix(&mut self) -> Option<(&'b str, Namespace)> {
        self.close_scope();
        let mut ahead = self.cursor;
        ahead.skip(Class::SPACE);
        if !ahead.eat("<") {
            return None;
        }
        let start = ahead.pos();
        if ahead.skip(Class::NAME) == 0 {
            return None;
        }
        let name_end = ahead.pos();
        let (prefix, with_colon) = if ahead.eat(":") {
            (
                ahead.text(start, name_end)?,
                ahead.text(start, ahead.pos())?,
            )
        } else {
            ("", "")
        };
        let namespace = self.buffers.namespaces.resolve(prefix, &self.cursor)?;
        Some((with_colon, namespace))
    }

    /// The number of illegal references read as U+FFFD so far. 0 unless
    /// [`IllegalReferences::Replace`] is configured.
    #[must_use]
    pub fn references_replaced(&self) -> u64 {
        self.references_replaced
    }

    #[inline(always)]
    fn step(&mut self) -> Result<Option<Token<'b>>, Error> {
        self.close_scope();
        self.token_start = self.cursor.pos();
        match self.state {
            State::Content => self.content().map(Some),
            State::EmptyElement => self.close().map(Some),
            State::Failed(error) => Err(error),
            State::Start => {
                prolog::start(&mut self.cursor)?;
                self.state = State::Prolog;
                self.misc()
            }
            State::Prolog | State::Epilog => self.misc(),
        }
    }

    /// Closes the scope of the element whose end tag was the last token.
    #[inline(always)]
    fn close_scope(&mut self) {
        if let Some(declarations) = self.closed_scope.take() {
            self.buffers.namespaces.truncate(declarations);
        }
    }

    /// `[22] prolog` after the XML declaration, and `[27] Misc*` after the root.
    #[inline(never)]
    fn misc(&mut self) -> Result<Option<Token<'b>>, Error> {
        self.cursor.skip(Class::SPACE);
        self.token_start = self.cursor.pos();
        let after_root = matches!(self.state, State::Epilog);
        match self.cursor.peek() {
            None if after_root => Ok(None),
            None => Err(Error::new(ErrorKind::NoRoot, self.token_start)),
            Some(b'<') if after_root && self.opens_element() => Err(Error::new(
                ErrorKind::SecondRoot,
                self.token_start + "<".len(),
            )),
            Some(b'<') => self.markup().map(Some),
            Some(_) => self.fail(ErrorKind::TextOutsideRoot),
        }
    }

    /// Whether `<` and the start of a name come next.
    fn opens_element(&self) -> bool {
        let mut ahead = self.cursor;
        ahead.eat("<") && ahead.eat_char(is_name_start_char) == Ok(true)
    }

    /// The next token of `[43] content`.
    #[inline(always)]
    fn content(&mut self) -> Result<Token<'b>, Error> {
        match self.cursor.peek() {
            Some(b'<') => self.markup(),
            Some(_) => self.text(),
            None => Err(Error::new(ErrorKind::UnclosedElement, self.token_start)),
        }
    }

    /// Markup, at its `<`.
    #[inline(always)]
    fn markup(&mut self) -> Result<Token<'b>, Error> {
        self.cursor.eat("<");
        match self.cursor.peek() {
            Some(b'/') => {
                self.cursor.bump();
                self.end_tag()
            }
            Some(b'!' | b'?') => self.other_markup(),
            _ => self.start_tag(),
        }
    }

    /// Markup other than tags, after the `<`.
    #[inline(never)]
    fn other_markup(&mut self) -> Result<Token<'b>, Error> {
        if self.cursor.eat("?") {
            return self.instruction();
        }
        self.cursor.eat("!");
        if self.literal("--")? {
            return self.comment();
        }
        if self.literal("[CDATA[")? {
            return self.cdata();
        }
        let doctype = self.literal("DOCTYPE")?;
        let kind = if doctype {
            ErrorKind::Doctype
        } else {
            ErrorKind::Markup
        };
        Err(Error::new(kind, self.token_start))
    }

    /// `[14] CharData` and `[67] Reference`, up to the next `<`.
    fn text(&mut self) -> Result<Token<'b>, Error> {
        let start = self.cursor;
        let mut form = Form::Verbatim;
        loop {
            match self.chars(Class::TEXT)? {
                None | Some(b'<') => break,
                Some(b'&') => {
                    self.reference()?;
                    form = Form::CharData;
                }
                Some(b'\r') => {
                    self.cursor.bump();
                    form = Form::CharData;
                }
                Some(_) if self.cursor.rest().starts_with(b"]]>") => {
                    return self.fail(ErrorKind::CDataEnd);
                }
                Some(_) => self.cursor.bump(),
            }
        }
        Ok(Token::Text(Text::new(self.cursor.since(start), form)))
    }

    /// `[15] Comment`, after `<!--`.
    fn comment(&mut self) -> Result<Token<'b>, Error> {
        let start = self.cursor.pos();
        loop {
            match self.chars(Class::COMMENT)? {
                None => return self.fail(ErrorKind::UnexpectedEnd),
                Some(_) if self.literal("-->")? => break,
                Some(_) if self.cursor.rest().starts_with(b"--") => {
                    return self.fail(ErrorKind::CommentHyphens);
                }
                Some(_) => self.cursor.bump(),
            }
        }
        Ok(Token::Comment(self.unparsed(start, "-->")))
    }

    /// `[18] CDSect`, after `<![CDATA[`.
    fn cdata(&mut self) -> Result<Token<'b>, Error> {
        if self.buffers.open.is_empty() {
            return Err(Error::new(ErrorKind::TextOutsideRoot, self.token_start));
        }
        let start = self.cursor.pos();
        loop {
            match self.chars(Class::CDATA)? {
                None => return self.fail(ErrorKind::UnexpectedEnd),
                Some(_) if self.cursor.eat("]]>") => break,
                Some(_) => self.cursor.bump(),
            }
        }
        Ok(Token::CData(self.unparsed(start, "]]>")))
    }

    /// `[16] PI`, after `<?`.
    fn instruction(&mut self) -> Result<Token<'b>, Error> {
        let target = self.ncname(ErrorKind::ProcessingInstruction)?;
        if self.cursor.peek().is_none() {
            return self.fail(ErrorKind::UnexpectedEnd);
        }
        if target.eq_ignore_ascii_case("xml") {
            return Err(Error::new(
                ErrorKind::ReservedTarget,
                self.token_start + "<?".len(),
            ));
        }
        let spaced = self.cursor.skip(Class::SPACE) > 0;
        let start = self.cursor.pos();
        if !spaced && !self.cursor.rest().starts_with(b"?") {
            return self.fail(ErrorKind::ProcessingInstruction);
        }
        loop {
            match self.chars(Class::INSTRUCTION)? {
                None => return self.fail(ErrorKind::UnexpectedEnd),
                Some(_) if self.cursor.eat("?>") => break,
                Some(_) => self.cursor.bump(),
            }
        }
        let data = self.unparsed(start, "?>");
        if !spaced && !data.raw().is_empty() {
            return Err(Error::new(ErrorKind::ProcessingInstruction, start));
        }
        Ok(Token::ProcessingInstruction { target, data })
    }

    /// `[67] Reference`, at its `&`. Checks it; [`Text`] replaces it.
    pub(super) fn reference(&mut self) -> Result<(), Error> {
        let start = self.cursor.pos();
        self.cursor.eat("&");
        let name_start = self.cursor;
        self.cursor.eat("#");
        self.name_chars()?;
        let name = self.cursor.since(name_start);
        let kind = match reference::read(name) {
            _ if self.cursor.peek().is_none() => return self.fail(ErrorKind::UnexpectedEnd),
            _ if !self.cursor.eat(";") => ErrorKind::Reference,
            Some(Some(_)) => return Ok(()),
            Some(None) if self.illegal_references == IllegalReferences::Replace => {
                self.references_replaced += 1;
                return Ok(());
            }
            Some(None) => ErrorKind::IllegalReference,
            None if name.starts_with(is_name_start_char) => ErrorKind::UndefinedEntity,
            None => ErrorKind::Reference,
        };
        Err(Error::new(kind, start))
    }

    /// NS `[4] NCName`. The error is of this kind if no name begins here.
    #[inline(always)]
    pub(super) fn ncname(&mut self, kind: ErrorKind) -> Result<&'b str, Error> {
        let start = self.cursor;
        let begins = match start.peek() {
            Some(byte @ 0..=0x7F) => Class::NAME_START.contains(byte),
            _ => self.cursor.eat_char(is_name_start_char) == Ok(true),
        };
        if !begins {
            return self.fail(kind);
        }
        self.name_chars()?;
        let name = self.cursor.since(start);
        if name.len() > self.limits.name_bytes {
            return Err(Error::new(ErrorKind::NameLimit, start.pos()));
        }
        Ok(name)
    }

    /// NS `[5] NCNameChar*`.
    #[inline(always)]
    fn name_chars(&mut self) -> Result<(), Error> {
        loop {
            self.cursor.skip(Class::NAME);
            if self.cursor.peek().is_none_or(|byte| byte.is_ascii()) {
                return Ok(());
            }
            match self.cursor.eat_char(is_name_char) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(InvalidUtf8) => return self.fail(ErrorKind::InvalidUtf8),
            }
        }
    }

    /// Moves to the next ASCII non-member of the class and returns it. `None` at the end of the body.
    #[inline(always)]
    pub(super) fn chars(&mut self, class: Class) -> Result<Option<u8>, Error> {
        match self.cursor.skip_chars(class) {
            Stop::At(byte) => Ok(Some(byte)),
            Stop::End => Ok(None),
            Stop::IllegalChar => self.fail(ErrorKind::IllegalChar),
            Stop::InvalidUtf8 => self.fail(ErrorKind::InvalidUtf8),
        }
    }

    /// [`literal`] at the cursor.
    pub(super) fn literal(&mut self, text: &str) -> Result<bool, Error> {
        literal(&mut self.cursor, text)
    }

    /// [`fail`] at the cursor.
    #[cold]
    pub(super) fn fail<T>(&self, kind: ErrorKind) -> Result<T, Error> {
        fail(&self.cursor, kind)
    }

    /// The text from `start` to the delimiter `end`, which was just read.
    fn unparsed(&self, start: usize, end: &str) -> Text<'b> {
        let raw = self
            .cursor
            .span(Span::new(start, self.cursor.pos() - end.len()));
        Text::new(raw, Form::Unparsed)
    }

    /// Sets the state after a tag, which `is_empty` says is an empty-element tag.
    #[inline(always)]
    pub(super) fn set_state_after_tag(&mut self, is_empty: bool) {
        self.state = match is_empty {
            true => State::EmptyElement,
            false if self.buffers.open.is_empty() => State::Epilog,
            false => State::Content,
        };
    }
}

/// Moves over `text` if it comes next. The end of the body within it is an error.
pub(super) fn literal(cursor: &mut Cursor<'_>, text: &str) -> Result<bool, Error> {
    if cursor.eat(text) {
        Ok(true)
    } else if text.as_bytes().starts_with(cursor.rest()) {
        Err(Error::new(ErrorKind::UnexpectedEnd, cursor.len()))
    } else {
        Ok(false)
    }
}

/// An error of this kind at the cursor. It is of another kind if no legal character comes next.
#[cold]
pub(super) fn fail<T>(cursor: &Cursor<'_>, kind: ErrorKind) -> Result<T, Error> {
    let kind = match cursor.peek_char() {
        Ok(None) => ErrorKind::UnexpectedEnd,
        Err(InvalidUtf8) => ErrorKind::InvalidUtf8,
        Ok(Some(char)) if !is_char(char) => ErrorKind::IllegalChar,
        Ok(Some(_)) => kind,
    };
    Err(Error::new(kind, cursor.pos()))
}
