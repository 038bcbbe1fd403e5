//! The state machine of the tokenizer, and the productions that are not tags.
//!
//! A position is an offset into the body. The methods that read a production take the position of its first byte. Each
//! looks at the byte that a search stopped at, and leaves rare cases to code that is not inlined. Uses the other modules
//! of `xml`, and the reader of `scan`.

use alloc::vec::Vec;
use core::fmt;

use super::namespaces::Namespaces;
use super::prolog;
use super::reference;
use super::tag::{Attributes, OpenElement, RawAttribute};
use super::token::{Form, Namespace, QName, Text, Token};
use crate::config::{Config, IllegalReferences, Limits};
use crate::error::{Error, ErrorKind};
use crate::scan::{
    Bitmaps, Body, Class, Cursor, Dispatch, InvalidUtf8, Reader, Span, Stop, first_char, is_char,
    is_name_char, is_name_start_char,
};

/// The working memory of a [`Tokenizer`], reused from body to body.
///
/// Buffers hold offsets into the body. They hold no text of it, except namespace names that are written with
/// references. [`Tokenizer::new`] empties them and keeps their capacity.
#[derive(Default)]
pub struct Buffers {
    bitmaps: Bitmaps,
    tables: Tables,
}

/// The elements, attributes and declarations that the tokenizer keeps.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) open: Vec<OpenElement>,
    pub(super) attributes: Vec<RawAttribute>,
    /// Whether an attribute of the last tag with attributes has a prefix other than `xmlns`.
    pub(super) have_prefixes: bool,
    /// Whether two attributes of the last tag with attributes may have the same local part.
    pub(super) may_repeat: bool,
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
            bitmaps: Bitmaps::default(),
            tables: Tables {
                namespaces: Namespaces::with_known(namespaces),
                ..Tables::default()
            },
        }
    }

    /// The capacity of the buffers on the heap, in bytes.
    #[must_use]
    pub fn retained_bytes(&self) -> usize {
        self.tables.open.capacity() * size_of::<OpenElement>()
            + self.tables.attributes.capacity() * size_of::<RawAttribute>()
            + self.tables.order.capacity() * size_of::<u32>()
            + self.tables.namespaces.retained_bytes()
    }
}

/// What [`Tokenizer::next`] returns.
pub(super) type Next<'b> = Result<Option<Token<'b>>, Error>;

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
    pub(super) reader: Reader<'s, 'b>,
    pub(super) tables: &'s mut Tables,
    pub(super) limits: Limits,
    illegal_references: IllegalReferences,
    pub(super) state: State,
    /// The offset of the last token, and the offset after it.
    token_start: usize,
    pub(super) pos: usize,
    /// If the last token was an end tag and declarations end with its element: the number of those that stay in scope.
    pub(super) closed_scope: Option<usize>,
    references_replaced: u64,
}

#[derive(Clone, Copy, Debug)]
#[repr(u8)] // a number in a byte of its own: to compare states does not read the error
pub(super) enum State {
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

/// Markup other than tags, and where its text is. `markup` makes the token, because it is inlined. If a function that is not
/// inlined returned tokens, all tokens would be kept in memory.
#[derive(Clone, Copy)]
enum OtherMarkup {
    Comment(Span),
    CData(Span),
    ProcessingInstruction { target: Span, data: Span },
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
        Ok(Self::begin(
            body,
            buffers,
            config,
            Dispatch::new(config.kernel),
        ))
    }

    /// [`new`](Self::new) for a body whose length has been checked.
    pub(crate) fn begin(
        body: &'b [u8],
        buffers: &'s mut Buffers,
        config: &Config,
        dispatch: Dispatch,
    ) -> Self {
        let Buffers { bitmaps, tables } = buffers;
        tables.open.clear();
        tables.attributes.clear();
        tables.namespaces.begin(body.len());
        Self {
            reader: Reader::new(body, bitmaps, dispatch),
            tables,
            limits: config.limits,
            illegal_references: config.illegal_references,
            state: State::Start,
            token_start: 0,
            pos: 0,
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
    #[inline(always)]
    pub fn next(&mut self) -> Result<Option<Token<'b>>, Error> {
        let token = self.step();
        if let Err(error) = token {
            self.stop(error);
        }
        token
    }

    #[cold]
    fn stop(&mut self, error: Error) {
        self.state = State::Failed(error);
        self.tables.attributes.clear();
    }

    #[inline(always)]
    fn step(&mut self) -> Next<'b> {
        self.close_scope();
        self.token_start = self.pos;
        let start = match self.state {
            State::Content => self.pos,
            State::EmptyElement => return self.close(self.pos),
            _ => match self.outside_root()? {
                Some(start) => start,
                None => return Ok(None),
            },
        };
        match self.body().byte(start) {
            b'<' => self.markup(start),
            _ => self.text(start),
        }
    }

    /// The attributes of the last start tag that [`next`](Self::next) returned, in document order and without
    /// namespace declarations. Empty before the first start tag and after an error.
    #[must_use]
    #[inline]
    pub fn attributes(&self) -> Attributes<'_, 'b> {
        Attributes::new(self.reader.checked(), &self.tables.attributes)
    }

    /// The name (the URI) of a namespace in scope. `None` for [`Namespace::NONE`]. Borrows from the body or, if it
    /// is written with references, from the buffers.
    #[must_use]
    #[inline]
    pub fn namespace_name(&self, namespace: Namespace) -> Option<&str> {
        self.tables
            .namespaces
            .name(namespace, self.reader.checked())
    }

    /// The name of a namespace that is in scope as its declaration writes it, references not replaced;
    /// empty for [`Namespace::NONE`]. Borrowed from the body, so it outlives the scope.
    pub(crate) fn namespace_as_declared(&self, namespace: Namespace) -> &'b str {
        self.tables
            .namespaces
            .as_declared(namespace, self.reader.checked())
    }

    /// The number of open elements. It includes the element of a start tag that was just returned, but not that of
    /// an end tag.
    #[must_use]
    #[inline]
    pub fn depth(&self) -> usize {
        self.tables.open.len()
    }

    /// The range of the last token in the body, in bytes. The end tag of an empty-element tag has an empty range
    /// after that tag.
    #[must_use]
    #[inline]
    pub fn range(&self) -> core::ops::Range<usize> {
        self.token_start..self.pos
    }

    /// The text of the body from `start` to the end of the last token. Empty if `start` is after that end or splits
    /// a character.
    #[must_use]
    #[inline]
    pub fn text_since(&self, start: usize) -> &'b str {
        self.reader
            .checked()
            .get(start..self.pos)
            .unwrap_or_default()
    }

    /// Whether the next token is content or the end tag of the innermost open element.
    pub(crate) fn is_in_content(&self) -> bool {
        matches!(self.state, State::Content)
    }

    /// A cursor after the last token, to look ahead or to read on without tokens.
    pub(crate) fn cursor(&self) -> Cursor<'b> {
        self.reader.cursor(self.pos)
    }

    /// Continues at a cursor. It may have moved over the start of the prolog, or over text and whole elements. It may have
    /// moved over a start tag: [`enter`](Self::enter) follows. After the rest of the body there are no more tokens.
    pub(crate) fn continue_at(&mut self, cursor: Cursor<'b>) {
        self.reader.continue_at(cursor);
        self.pos = cursor.pos();
    }

    /// Opens an element whose start tag, without attributes, the cursor has moved over. The tag ends at this position. The
    /// lengths are those of the prefix with its colon, and of the local part.
    pub(crate) fn enter(&mut self, tag_end: usize, prefix: usize, local: usize) {
        self.close_scope();
        let end = tag_end - ">".len();
        let local_start = end - local;
        self.open_element(QName::new(local_start - prefix, local_start, end));
    }

    /// Continues after the innermost element, whose end tag the cursor has moved over. It must have no
    /// declarations.
    pub(crate) fn leave(&mut self) {
        self.tables.open.pop();
    }

    /// Whether the innermost open element declares a namespace.
    pub(crate) fn has_declarations(&self) -> bool {
        self.tables
            .open
            .last()
            .is_some_and(|open| open.declares(&self.tables.namespaces))
    }

    /// The prefix of the next start tag with its colon, and the namespace of the prefix outside of that element, if it is
    /// bound there. White space before the tag is skipped. `None` if no start tag comes next, or its name begins beyond
    /// ASCII. A hint for predictions only: the prefix of a name such as `aé:b` is given as empty.
    pub(crate) fn peek_prefix(&mut self) -> Option<(&'b str, Option<Namespace>)> {
        self.close_scope();
        let mut ahead = self.cursor();
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
        let namespace = self
            .tables
            .namespaces
            .look_up(prefix, self.reader.checked());
        Some((with_colon, namespace))
    }

    /// The number of illegal references read as U+FFFD so far. 0 unless
    /// [`IllegalReferences::Replace`] is configured.
    #[must_use]
    pub fn references_replaced(&self) -> u64 {
        self.references_replaced
    }

    /// Closes the scope of the element whose end tag was the last token, if it has declarations.
    #[inline(always)]
    fn close_scope(&mut self) {
        if let Some(declarations) = self.closed_scope {
            self.closed_scope = None;
            self.tables.namespaces.truncate(declarations);
        }
    }

    /// Sets the end of the token, and checks the body up to there.
    #[inline(always)]
    pub(super) fn end_at(&mut self, at: usize) {
        self.pos = at;
        self.reader.check_to(at);
    }

    /// Moves over the XML declaration, and over white space outside of the root. Returns the start of the markup that follows,
    /// `None` at the end of the document.
    #[inline(never)]
    fn outside_root(&mut self) -> Result<Option<usize>, Error> {
        match self.state {
            State::Failed(error) => return Err(error),
            State::Start => {
                let mut cursor = self.cursor();
                prolog::start(&mut cursor)?;
                self.continue_at(cursor);
                self.state = State::Prolog;
            }
            _ => {}
        }
        let start = self.skip_space(self.pos);
        self.token_start = start;
        self.end_at(start);
        let is_after_root = matches!(self.state, State::Epilog);
        let is_at_end = start >= self.body().len();
        match self.body().byte(start) {
            _ if is_at_end && is_after_root => Ok(None),
            _ if is_at_end => Err(Error::new(ErrorKind::NoRoot, start)),
            b'<' if is_after_root && self.char_is(start + 1, is_name_start_char) == Ok(true) => {
                Err(Error::new(ErrorKind::SecondRoot, start + "<".len()))
            }
            b'<' => Ok(Some(start)),
            _ => Err(self.unexpected(start, ErrorKind::TextOutsideRoot)),
        }
    }

    /// Markup, at its `<`.
    #[inline(always)]
    fn markup(&mut self, start: usize) -> Next<'b> {
        let at = start + "<".len();
        match self.body().byte(at) {
            b'/' => self.end_tag(at + "/".len()),
            b'!' | b'?' => {
                let markup = self.other_markup(at)?;
                let checked = self.reader.checked();
                let text = |span: Span| Text::new(span.of(checked), Form::Unparsed);
                Ok(Some(match markup {
                    OtherMarkup::Comment(span) => Token::Comment(text(span)),
                    OtherMarkup::CData(span) => Token::CData(text(span)),
                    OtherMarkup::ProcessingInstruction { target, data } => {
                        Token::ProcessingInstruction {
                            target: target.of(checked),
                            data: text(data),
                        }
                    }
                }))
            }
            _ => self.start_tag(at),
        }
    }

    /// Markup other than tags, after the `<`.
    #[inline(never)]
    fn other_markup(&mut self, at: usize) -> Result<OtherMarkup, Error> {
        if self.body().byte(at) == b'?' {
            return self.instruction(at + "?".len());
        }
        let at = at + "!".len();
        if self.is_next(at, "--")? {
            return self.comment(at + "--".len());
        }
        if self.is_next(at, "[CDATA[")? {
            return self.cdata(at + "[CDATA[".len());
        }
        let kind = match self.is_next(at, "DOCTYPE")? {
            true => ErrorKind::Doctype,
            false => ErrorKind::Markup,
        };
        Err(Error::new(kind, self.token_start))
    }

    /// `[14] CharData` and `[67] Reference`, up to the next `<`.
    #[inline(always)]
    fn text(&mut self, start: usize) -> Next<'b> {
        let mut form = Form::Verbatim;
        let mut at = self.reader.find(Stop::Text, start);
        while self.body().byte(at) != b'<' {
            match self.body().byte(at) {
                b'&' => {
                    at = self.reference(at)?;
                    form = Form::CharData;
                }
                b'\r' => {
                    at += 1;
                    form = Form::CharData;
                }
                b']' if !self.body().rest(at).starts_with(b"]]>") => at += 1,
                b']' => return Err(self.unexpected(at, ErrorKind::CDataEnd)),
                _ if at < self.body().len() => {
                    return Err(self.unexpected(at, ErrorKind::IllegalChar));
                }
                _ if at == start => return Err(Error::new(ErrorKind::UnclosedElement, start)),
                _ => break,
            }
            at = self.reader.find(Stop::Text, at);
        }
        self.end_at(at);
        Ok(Some(Token::Text(Text::new(self.slice(start, at), form))))
    }

    /// `[15] Comment`, after `<!--`.
    fn comment(&mut self, start: usize) -> Result<OtherMarkup, Error> {
        let end = self.unparsed_end(start, "--")?;
        if !self.is_next(end, "-->")? {
            return Err(self.unexpected(end, ErrorKind::CommentHyphens));
        }
        self.end_at(end + "-->".len());
        Ok(OtherMarkup::Comment(Span::new(start, end)))
    }

    /// `[18] CDSect`, after `<![CDATA[`.
    fn cdata(&mut self, start: usize) -> Result<OtherMarkup, Error> {
        if self.tables.open.is_empty() {
            return Err(Error::new(ErrorKind::TextOutsideRoot, self.token_start));
        }
        let end = self.unparsed_end(start, "]]>")?;
        self.end_at(end + "]]>".len());
        Ok(OtherMarkup::CData(Span::new(start, end)))
    }

    /// `[16] PI`, after `<?`.
    fn instruction(&mut self, target_start: usize) -> Result<OtherMarkup, Error> {
        let target_end = self.ncname(target_start, ErrorKind::ProcessingInstruction)?;
        if target_end >= self.body().len() {
            return Err(self.unexpected(target_end, ErrorKind::UnexpectedEnd));
        }
        let target = self.slice(target_start, target_end);
        if target.eq_ignore_ascii_case("xml") {
            return Err(Error::new(ErrorKind::ReservedTarget, target_start));
        }
        let start = self.skip_space(target_end);
        let is_spaced = start > target_end;
        if !is_spaced && self.body().byte(start) != b'?' {
            return Err(self.unexpected(start, ErrorKind::ProcessingInstruction));
        }
        let end = self.unparsed_end(start, "?>")?;
        if !is_spaced && end > start {
            return Err(Error::new(ErrorKind::ProcessingInstruction, start));
        }
        self.end_at(end + "?>".len());
        Ok(OtherMarkup::ProcessingInstruction {
            target: Span::new(target_start, target_end),
            data: Span::new(start, end),
        })
    }

    /// The position of the first `delimiter` after `start`. All characters before it are legal.
    fn unparsed_end(&mut self, start: usize, delimiter: &str) -> Result<usize, Error> {
        let rest = self.body().rest(start);
        let is_delimiter = |at: &usize| {
            let rest = rest.get(*at..).unwrap_or_default();
            rest.starts_with(delimiter.as_bytes())
        };
        let first = delimiter.bytes().next().unwrap_or_default();
        let found = memchr::memchr_iter(first, rest).find(is_delimiter);
        let end = found.map_or(self.body().len(), |length| start + length);
        let mut at = start;
        loop {
            at = self.reader.find_before(Stop::Text, at, end);
            match self.body().byte(at) {
                _ if at >= end => break,
                b'<' | b'&' | b']' | b'\r' => at += 1,
                _ => return Err(self.unexpected(at, ErrorKind::IllegalChar)),
            }
        }
        match found {
            Some(_) => Ok(end),
            None => Err(self.unexpected(end, ErrorKind::UnexpectedEnd)),
        }
    }

    /// `[67] Reference`, at its `&`. Checks it and returns its end; [`Text`] replaces it.
    #[inline(always)]
    pub(super) fn reference(&mut self, start: usize) -> Result<usize, Error> {
        let name_start = start + "&".len();
        match reference::predefined_len(self.body().word(name_start)) {
            Some(length) => Ok(name_start + length),
            None => self.any_reference(start),
        }
    }

    /// [`reference`](Self::reference), of any kind.
    #[inline(never)]
    fn any_reference(&mut self, start: usize) -> Result<usize, Error> {
        let name_start = start + "&".len();
        let has_number = self.body().byte(name_start) == b'#';
        let mut end = self
            .reader
            .find(Stop::Name, name_start + usize::from(has_number));
        if !self.body().byte(end).is_ascii() {
            end = self.name_end(end)?;
        }
        let name = self.slice(name_start, end);
        let kind = match reference::read(name) {
            _ if end >= self.body().len() => {
                return Err(self.unexpected(end, ErrorKind::UnexpectedEnd));
            }
            _ if self.body().byte(end) != b';' => ErrorKind::Reference,
            Some(Some(_)) => return Ok(end + ";".len()),
            Some(None) if self.illegal_references == IllegalReferences::Replace => {
                self.references_replaced += 1;
                return Ok(end + ";".len());
            }
            Some(None) => ErrorKind::IllegalReference,
            None if name.starts_with(is_name_start_char) => ErrorKind::UndefinedEntity,
            None => ErrorKind::Reference,
        };
        Err(Error::new(kind, start))
    }

    /// NS `[4] NCName`. Returns its end. The error is of this kind if no name begins here.
    pub(super) fn ncname(&mut self, start: usize, kind: ErrorKind) -> Result<usize, Error> {
        if self.char_is(start, is_name_start_char) != Ok(true) {
            return Err(self.unexpected(start, kind));
        }
        let end = self.name_end(start)?;
        if end - start > self.limits.name_bytes {
            return Err(Error::new(ErrorKind::NameLimit, start));
        }
        Ok(end)
    }

    /// NS `[5] NCNameChar*`. Returns its end.
    fn name_end(&mut self, start: usize) -> Result<usize, Error> {
        let mut at = start;
        loop {
            while Class::NAME.contains(self.body().byte(at)) {
                at += 1;
            }
            if self.body().byte(at).is_ascii() {
                break;
            }
            match first_char(self.body().rest(at)) {
                Ok(Some(char)) if is_name_char(char) => at += char.len_utf8(),
                Ok(_) => break,
                Err(InvalidUtf8) => return Err(self.unexpected(at, ErrorKind::InvalidUtf8)),
            }
        }
        self.reader.check_to(at);
        Ok(at)
    }

    /// The position after white space.
    #[inline(always)]
    pub(super) fn skip_space(&self, at: usize) -> usize {
        if !Class::SPACE.contains(self.body().byte(at)) {
            return at;
        }
        if !Class::SPACE.contains(self.body().byte(at + 1)) {
            return at + 1;
        }
        self.skip_long_space(at)
    }

    #[inline(never)]
    fn skip_long_space(&self, mut at: usize) -> usize {
        while Class::SPACE.contains(self.body().byte(at)) {
            at += 1;
        }
        at
    }

    #[inline(always)]
    pub(super) fn body(&self) -> Body<'b> {
        self.reader.body()
    }

    /// Text that has been checked.
    #[inline(always)]
    pub(super) fn slice(&self, start: usize, end: usize) -> &'b str {
        Span::new(start, end).of(self.reader.checked())
    }

    /// Whether `test` is true for the character at a position.
    pub(super) fn char_is(&self, at: usize, test: fn(char) -> bool) -> Result<bool, InvalidUtf8> {
        first_char(self.body().rest(at)).map(|char| char.is_some_and(test))
    }

    /// Whether `text` comes next. The end of the body within it is an error.
    pub(super) fn is_next(&self, at: usize, text: &str) -> Result<bool, Error> {
        let rest = self.body().rest(at);
        if rest.starts_with(text.as_bytes()) {
            return Ok(true);
        }
        truncated(rest, at, text)?;
        Ok(false)
    }

    /// [`error_at`] a position.
    #[cold]
    pub(super) fn unexpected(&self, at: usize, kind: ErrorKind) -> Error {
        error_at(self.body().rest(at), at, kind)
    }
}

/// An error if the body ends within `text`. `rest` is the body from a position on.
pub(super) fn truncated(rest: &[u8], at: usize, text: &str) -> Result<(), Error> {
    if text.as_bytes().starts_with(rest) {
        return Err(Error::new(ErrorKind::UnexpectedEnd, at + rest.len()));
    }
    Ok(())
}

/// An error of this kind at a position, where `rest` is left of the body. It is of another kind if no legal character
/// comes next.
#[cold]
pub(super) fn error_at(rest: &[u8], at: usize, kind: ErrorKind) -> Error {
    let kind = match first_char(rest) {
        Ok(None) => ErrorKind::UnexpectedEnd,
        Err(InvalidUtf8) => ErrorKind::InvalidUtf8,
        Ok(Some(char)) if !is_char(char) => ErrorKind::IllegalChar,
        Ok(Some(_)) => kind,
    };
    Error::new(kind, at)
}
