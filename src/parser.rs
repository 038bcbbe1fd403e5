//! What users hold: the [`Parser`], with the memory that outlives a message, and its [`Reader`].

use core::fmt;
use core::ops::ControlFlow;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::config::{Config, Kernel};
use crate::engine::{Engine, Heads, Items, Lent, Scratch, Sink};
use crate::error::Error;
use crate::model::{
    Event, EventKind, Fault, Item, Message, MessageXmlValue, Notification, Operation, Response,
    SubscriptionId,
};
use crate::scan::Dispatch;
use crate::stats::Stats;
use crate::xml;

/// Turns bodies into messages, one after another, and reuses its memory for each.
///
/// Make one per worker thread, or keep a pool, and keep it: after three messages at least as large,
/// parsing allocates nothing. A message borrows from the body *and* from the parser, since text that
/// is written with references is decoded into the parser's arena. So one message lives at a time, and
/// what must outlive it has to be copied, or its body [kept](crate#to-keep-a-message):
///
/// ```
/// # let body = b"<SendNotification xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'/>";
/// let mut parser = ews_notifications::Parser::new();
/// let message = parser.parse(body)?;
/// assert!(message.responses.is_empty());
/// let next = parser.parse(body)?; // `message` cannot be used from here on
/// # let _ = next;
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Using it all the same does not compile:
///
/// ```compile_fail,E0499
/// # let body = b"<SendNotification xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'/>";
/// let mut parser = ews_notifications::Parser::new();
/// let message = parser.parse(body)?;
/// let next = parser.parse(body)?;
/// assert_eq!(message, next);
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Nor does a message outlive its parser, although it may hold nothing but parts of the body:
///
/// ```compile_fail,E0716
/// # let body = b"<SendNotification xmlns='http://schemas.microsoft.com/exchange/services/2006/messages'/>";
/// let message = ews_notifications::Parser::new().parse(body)?;
/// println!("{message:?}");
/// # Ok::<(), ews_notifications::Error>(())
/// ```
///
/// Nor its body:
///
/// ```compile_fail,E0597
/// let mut parser = ews_notifications::Parser::new();
/// let message = {
///     let body = vec![b' '; 100];
///     parser.parse(&body)
/// };
/// println!("{message:?}");
/// ```
///
/// In an async function, a parser from a pool may be held over an `await`, and its message with it. One in a
/// thread-local may not: there the closure of `with_borrow_mut` gives out what is copied.
///
/// # Memory
///
/// While a parser with default limits reads, it holds at most 16 MiB and five times the longest of the
/// last 64 bodies, whatever they say. The memory of a giant does not stay: see
/// [`retained_bytes`](Self::retained_bytes).
pub struct Parser {
    config: Config,
    dispatch: Dispatch,
    arena: Bump,
    scratch: Scratch,
    heads: Heads,
    stats: Stats,
    retention: Retention,
}

impl Parser {
    /// A parser with the default configuration. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A parser with this configuration, which stays as it is.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            config,
            dispatch: Dispatch::new(config.kernel),
            arena: Bump::new(),
            scratch: Scratch::default(),
            heads: Heads::default(),
            stats: Stats::default(),
            retention: Retention::default(),
        }
    }

    /// Reads a whole body.
    ///
    /// Time is linear in the body. All or nothing: to use the events before a defect, read with
    /// [`reader`](Self::reader).
    ///
    /// # Errors
    ///
    /// [`Error`], if the body is not well-formed, holds what this crate refuses, goes over a limit or
    /// is no message of notifications. A response that reports an error of the server is a message, and so is
    /// a SOAP fault. The parser is as good as before.
    pub fn parse<'a>(&'a mut self, body: &'a [u8]) -> Result<Message<'a>, Error> {
        let (lent, arena) = self.begin(body)?;
        let mut draft = Draft::new(arena, body.len());
        Engine::new(body, lent).read(arena, &mut draft)?;
        Ok(draft.message())
    }

    /// Reads a body piece by piece, in the memory that its largest single piece needs.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BodyLimit`](crate::ErrorKind::BodyLimit), if the body is too long.
    pub fn reader<'p, 'b>(&'p mut self, body: &'b [u8]) -> Result<Reader<'p, 'b>, Error> {
        let (lent, arena) = self.begin(body)?;
        Ok(Reader {
            engine: Engine::new(body, lent),
            arena,
        })
    }

    /// The kernel that the parser reads with.
    #[must_use]
    pub const fn kernel(&self) -> Kernel {
        self.dispatch.kernel()
    }

    /// What the parser has done since it was made.
    #[must_use]
    pub const fn stats(&self) -> Stats {
        self.stats
    }

    /// What the parser holds on the heap, in bytes.
    ///
    /// Every 32 messages it looks back: if it holds more than 128 KiB, and much more than any of
    /// those 32 needed, it lets go of all but the learned heads. So a giant does not stay for more
    /// than 64 messages, and one that comes more rarely than that finds a cold parser.
    #[must_use]
    pub fn retained_bytes(&self) -> usize {
        self.working_bytes() + self.heads.retained_bytes()
    }

    /// Lets go of all memory, and with it of everything that was learned or decoded from earlier
    /// messages. The configuration and the [`stats`](Self::stats) stay.
    pub fn forget(&mut self) {
        self.release();
        self.heads = Heads::default();
    }

    /// What was needed to read, in bytes; not what was learned.
    fn working_bytes(&self) -> usize {
        self.arena.allocated_bytes() + self.scratch.retained_bytes()
    }

    fn release(&mut self) {
        self.arena = Bump::new();
        self.scratch = Scratch::default();
    }

    /// What reading this body works with.
    #[inline(always)]
    fn begin(&mut self, body: &[u8]) -> Result<(Lent<'_>, &mut Bump), Error> {
        xml::check_length(body, &self.config)?;
        let used = self.arena.allocated_bytes() - self.arena.chunk_capacity();
        if let Some(needed) = self.retention.note(used, body.len())
            && self.working_bytes() > needed
        {
            self.release();
        }
        self.arena.reset();
        let lent = Lent {
            scratch: &mut self.scratch,
            heads: &mut self.heads,
            stats: &mut self.stats,
            config: &self.config,
            dispatch: self.dispatch,
        };
        Ok((lent, &mut self.arena))
    }
}

/// Shows no byte of a body.
impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parser")
            .field("config", &self.config)
            .field("kernel", &self.kernel())
            .field("stats", &self.stats)
            .field("retained_bytes", &self.retained_bytes())
            .finish_non_exhaustive()
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::with_config(Config::default())
    }
}

/// Tells when memory that a giant message needed has not been needed since.
#[derive(Debug, Default)]
struct Retention {
    messages: u32,
    /// The most that one of these messages needed, by a generous estimate.
    needed: usize,
}

impl Retention {
    /// Messages between two looks back.
    const MESSAGES: u32 = 32;
    /// Memory that may always stay.
    const LOW: usize = 128 << 10;

    /// Notes what the last message used of the arena and how long the next one is. After the last of
    /// [`Self::MESSAGES`] it starts again, and tells how much they may have needed at most.
    fn note(&mut self, used: usize, body: usize) -> Option<usize> {
        // A warm arena is one chunk, up to four times as large as what is used of it; what the
        // tokenizer keeps is a few bytes for a byte of the body, unless it is made of tiny tags.
        let needed = used
            .saturating_mul(4)
            .saturating_add(body.saturating_mul(16));
        self.needed = self.needed.max(needed);
        self.messages += 1;
        if self.messages < Self::MESSAGES {
            return None;
        }
        let needed = Self::LOW.max(self.needed);
        *self = Self::default();
        Some(needed)
    }
}

/// Reads one body piece by piece. Made by [`Parser::reader`].
///
/// Nothing is final until [`next`](Self::next) has returned `None`: a body can turn out to be
/// malformed behind its last event, or its Notification to have no subscription id.
///
/// An item lives until the next one is asked for, so the reader holds one item's memory at a time:
///
/// ```compile_fail,E0499
/// # fn main() -> Result<(), ews_notifications::Error> {
/// # let body = b"";
/// let mut parser = ews_notifications::Parser::new();
/// let mut reader = parser.reader(body)?;
/// let first = reader.next()?;
/// let second = reader.next()?;
/// assert_ne!(first, second);
/// # Ok(()) }
/// ```
pub struct Reader<'p, 'b> {
    engine: Engine<'p, 'b>,
    arena: &'p mut Bump,
}

/// Shows no byte of the body.
impl fmt::Debug for Reader<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Reader<'_, '_> {
    /// The next piece of the message, in document order; `None` behind the end of a good body.
    ///
    /// # Errors
    ///
    /// As [`Parser::parse`]. Asking again gives the same error.
    #[expect(
        clippy::should_implement_trait,
        reason = "it lends, which Iterator cannot"
    )]
    pub fn next(&mut self) -> Result<Option<Item<'_>>, Error> {
        self.arena.reset();
        let mut next = None;
        self.engine.read(self.arena, &mut next)?;
        Ok(next)
    }
}

/// A message of which not all items have come. What items say is written where it stays: the last
/// response and the last notification are the ones that are open.
struct Draft<'a> {
    arena: &'a Bump,
    message: Message<'a>,
    rare: Option<&'a mut Rare<'a>>,
    responses: BumpVec<'a, Response<'a>>,
    notifications: BumpVec<'a, Notification<'a>>,
    events: BumpVec<'a, Event<'a>>,
}

/// What few messages have: set apart, so that the others need not look after each.
struct Rare<'a> {
    fault: Option<Fault<'a>>,
    values: BumpVec<'a, MessageXmlValue<'a>>,
    error_subscription_ids: BumpVec<'a, SubscriptionId<'a>>,
}

impl<'a> Draft<'a> {
    /// An empty draft, with room for the events that a body of this length has from a server: moving all
    /// events to a larger place costs as much as reading a tenth of them.
    #[inline(always)]
    fn new(arena: &'a Bump, body_len: usize) -> Self {
        /// Bytes of an event, or less.
        const EVENT: usize = 512;
        Self {
            arena,
            message: Message {
                soap: None,
                operation: Operation::SendNotification,
                request_server_version: None,
                server_version_info: None,
                responses: &[],
                fault: None,
            },
            rare: None,
            responses: BumpVec::with_capacity_in(1, arena),
            notifications: BumpVec::with_capacity_in(1, arena),
            events: BumpVec::with_capacity_in(body_len / EVENT, arena),
        }
    }

    /// What has come.
    #[inline(always)]
    fn message(mut self) -> Message<'a> {
        if let Some(Rare {
            fault: Some(fault),
            values,
            ..
        }) = self.rare
        {
            fault.message_xml = take(values, self.arena);
            self.message.fault = Some(fault);
        }
        Message {
            responses: self.responses.into_bump_slice(),
            ..self.message
        }
    }

    #[inline(never)]
    fn rare(&mut self) -> &mut Rare<'a> {
        let arena = self.arena;
        self.rare.get_or_insert_with(|| {
            arena.alloc(Rare {
                fault: None,
                values: BumpVec::new_in(arena),
                error_subscription_ids: BumpVec::new_in(arena),
            })
        })
    }

    /// An item of a fault: of what has responses, none is.
    #[inline(never)]
    fn in_fault(&mut self, item: Item<'a>) {
        let Some(Rare {
            fault: Some(fault), ..
        }) = &mut self.rare
        else {
            return;
        };
        match item {
            Item::FaultCode(code) => fault.code = Some(code),
            Item::FaultString(string) => fault.string = Some(string),
            Item::MessageText(text) => fault.message_text = Some(text),
            Item::ResponseCode(code) => fault.response_code = Some(code),
            _ => {}
        }
    }

    #[inline(always)]
    fn in_response(&mut self, item: Item<'a>) {
        let Some(response) = self.responses.last_mut() else {
            return self.in_fault(item);
        };
        match item {
            Item::MessageText(text) => response.message_text = Some(text),
            Item::ResponseCode(code) => response.code = Some(code),
            Item::DescriptiveLinkKey(key) => response.descriptive_link_key = Some(key),
            Item::ConnectionStatus(status) => response.connection_status = Some(status),
            _ => {
                response.notifications = take(&mut self.notifications, self.arena);
                if let Some(rare) = &mut self.rare {
                    response.message_xml = take(&mut rare.values, self.arena);
                    response.error_subscription_ids =
                        take(&mut rare.error_subscription_ids, self.arena);
                }
            }
        }
    }

    #[inline(always)]
    fn in_notification(&mut self, item: Item<'a>) {
        let Some(notification) = self.notifications.last_mut() else {
            return;
        };
        match item {
            Item::SubscriptionId(id) => notification.subscription_id = id,
            Item::PreviousWatermark(mark) => notification.previous_watermark = Some(mark),
            Item::MoreEvents(more) => notification.more_events = Some(more),
            _ => notification.events = take(&mut self.events, self.arena),
        }
    }
}

impl<'a> Items<'a> for Draft<'a> {
    #[inline(always)]
    fn item(&mut self, item: Item<'a>) -> ControlFlow<()> {
        match item {
            Item::RequestServerVersion(version) => {
                self.message.request_server_version = Some(version);
            }
            Item::ServerVersionInfo(info) => self.message.server_version_info = Some(info),
            Item::Operation(operation) => {
                self.message.operation = operation;
                if operation == Operation::Fault {
                    self.rare().fault = Some(Fault::default());
                }
            }
            Item::Response(class) => self.responses.push(Response {
                class,
                ..Response::default()
            }),
            Item::Notification => self.notifications.push(Notification {
                subscription_id: SubscriptionId::new(""),
                previous_watermark: None,
                more_events: None,
                events: &[],
            }),
            Item::MessageXmlValue(value) => self.rare().values.push(value),
            Item::ErrorSubscriptionId(id) => self.rare().error_subscription_ids.push(id),
            Item::Event(event) => self.events.push(event),
            Item::FaultCode(_)
            | Item::FaultString(_)
            | Item::MessageText(_)
            | Item::ResponseCode(_)
            | Item::DescriptiveLinkKey(_)
            | Item::ConnectionStatus(_)
            | Item::ResponseEnd => self.in_response(item),
            Item::SubscriptionId(_)
            | Item::PreviousWatermark(_)
            | Item::MoreEvents(_)
            | Item::NotificationEnd => self.in_notification(item),
        }
        ControlFlow::Continue(())
    }
}

impl<'a> Sink<'a> for Draft<'a> {
    const TAKES_ALL: bool = true;

    #[inline(always)]
    fn event_slot(&mut self) -> Option<&mut Event<'a>> {
        self.events.push(Event::new(EventKind::Status));
        self.events.last_mut()
    }

    #[inline(always)]
    fn event(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn no_event(&mut self) {
        self.events.pop();
    }
}

/// The next item, if it has come.
impl<'t> Items<'t> for Option<Item<'t>> {
    #[inline(always)]
    fn item(&mut self, item: Item<'t>) -> ControlFlow<()> {
        *self = Some(item);
        ControlFlow::Break(())
    }
}

impl<'t> Sink<'t> for Option<Item<'t>> {
    const TAKES_ALL: bool = false;

    #[inline(always)]
    fn event_slot(&mut self) -> Option<&mut Event<'t>> {
        match self.insert(Item::Event(Event::new(EventKind::Status))) {
            Item::Event(event) => Some(event),
            _ => None,
        }
    }

    #[inline(always)]
    fn event(&mut self) -> ControlFlow<()> {
        ControlFlow::Break(())
    }

    fn no_event(&mut self) {
        *self = None;
    }
}

/// The collected elements, and an empty vector in their place.
fn take<'a, T>(collected: &mut BumpVec<'a, T>, arena: &'a Bump) -> &'a [T] {
    core::mem::replace(collected, BumpVec::new_in(arena)).into_bump_slice()
}
