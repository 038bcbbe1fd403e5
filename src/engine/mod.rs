//! The one reading engine: a body in, typed items out, in document order.
//!
//! Under both [`Parser::parse`](crate::Parser::parse) and [`Reader`](crate::Reader). A body is read in two
//! stages. For as long as all is as servers write it, it is compared with that and no more (`foreseen`;
//! `head` and `envelope` for what stands around the children of a Notification, `predict` and `kind` for
//! those, `tags` for both). From the first thing on that is not, the grammar of `schema` is walked along the
//! tokens of `xml` (`walk`, `event` and `leaf`), which decides what everything means, what is an error and
//! what is skipped. The engine owns no arena: each step is lent one for text that cannot be borrowed.

mod envelope;
mod event;
mod foreseen;
mod head;
mod kind;
mod leaf;
mod predict;
mod tags;
mod walk;

use alloc::vec::Vec;
use core::ops::ControlFlow;

use bumpalo::Bump;

use self::foreseen::Foreseen;
pub(crate) use self::head::Heads;
use self::predict::{Lengths, Stopped};
use self::tags::{Frame, KnownTags};
use self::walk::Walk;
use crate::config::Config;
use crate::error::Error;
use crate::model::{Event, Item};
use crate::scan::{Dispatch, Span};
use crate::schema::{self, Element, Seen};
use crate::stats::Stats;
use crate::xml::Buffers;

/// Reads one body. `'b` is the body, `'s` what the parser lends.
pub(crate) struct Engine<'s, 'b> {
    /// The first stage, while it lasts.
    foreseen: Option<Foreseen<'s, 'b>>,
    /// The second.
    walk: Option<Walk<'s, 'b>>,
}

impl<'s, 'b> Engine<'s, 'b> {
    /// Begins a body whose length has been checked.
    #[inline(always)] // or it is moved to where it stays
    pub(crate) fn new(body: &'b [u8], lent: Lent<'s>) -> Self {
        Self {
            foreseen: Some(Foreseen::begin(body, lent)),
            walk: None,
        }
    }

    /// Hands items to `sink` until it wants no more or the whole body has been read and found good.
    /// Asking again after an error gives the same error.
    #[inline(always)]
    pub(crate) fn read<'t, S>(&mut self, arena: &'t Bump, sink: &mut S) -> Result<(), Error>
    where
        'b: 't,
        S: Sink<'t>,
    {
        if let Some(foreseen) = &mut self.foreseen
            && foreseen.read(arena, sink) == Stopped::Sink
        {
            return Ok(());
        }
        self.walk(arena, sink)
    }

    /// The second stage.
    #[inline(never)]
    fn walk<'t, S>(&mut self, arena: &'t Bump, sink: &mut S) -> Result<(), Error>
    where
        'b: 't,
        S: Sink<'t>,
    {
        if let Some(foreseen) = self.foreseen.take() {
            self.walk = Some(Walk::behind(foreseen, arena));
        }
        match &mut self.walk {
            Some(walk) => walk.read(arena, sink),
            None => Ok(()),
        }
    }
}

/// What reading works in and keeps from one body to the next: memory, and how servers write (prefixes,
/// lengths of values).
pub(crate) struct Scratch {
    xml: Buffers,
    open: Vec<Open>,
    lengths: Lengths,
    tags: KnownTags,
    frame: Frame,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            xml: Buffers::with_known_namespaces(schema::NAMESPACES),
            open: Vec::new(),
            lengths: Lengths::default(),
            tags: KnownTags::default(),
            frame: Frame::default(),
        }
    }
}

impl Scratch {
    /// What it holds on the heap, in bytes.
    pub(crate) fn retained_bytes(&self) -> usize {
        self.xml.retained_bytes() + self.open.capacity() * size_of::<Open>()
    }
}

/// What a parser lends to the reading of one body.
pub(crate) struct Lent<'s> {
    pub(crate) scratch: &'s mut Scratch,
    pub(crate) heads: &'s mut Heads,
    pub(crate) stats: &'s mut Stats,
    pub(crate) config: &'s Config,
    pub(crate) dispatch: Dispatch,
}

/// What takes items, and may want no more after each.
pub(crate) trait Items<'t> {
    fn item(&mut self, item: Item<'t>) -> ControlFlow<()>;
}

/// What takes items as they are read.
pub(crate) trait Sink<'t>: Items<'t> {
    /// Whether it always wants more.
    const TAKES_ALL: bool;

    /// Where to write an event, the item that comes most and is largest.
    fn event_slot(&mut self) -> Option<&mut Event<'t>>;

    /// Takes [`Item::Event`] with the event in the slot.
    fn event(&mut self) -> ControlFlow<()>;

    /// Takes back the slot, in which no event was written after all.
    fn no_event(&mut self);
}

/// An element of the grammar whose end is still to come.
#[derive(Clone, Copy, Debug)]
struct Open {
    element: Element,
    /// Where its name stands, prefix included.
    name: Span,
    seen: Seen,
}

/// Items at the end of a Notification, which are known without reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ends {
    /// None of these.
    #[default]
    None,
    /// The end of a Notification, and the beginning of the next.
    Between,
    Next,
    /// The ends behind the tail of a message.
    Notification,
    Response,
    /// All items of the message have been handed out.
    Handed,
}

impl Ends {
    /// Hands out those that are left, for as long as the sink wants them. Goes on where more is to be read.
    #[inline(always)]
    fn hand_out<'t>(&mut self, sink: &mut impl Items<'t>) -> ControlFlow<()> {
        if *self == Self::None {
            return ControlFlow::Continue(());
        }
        if *self == Self::Between {
            *self = Self::Next;
            sink.item(Item::NotificationEnd)?;
        }
        if *self == Self::Next {
            *self = Self::None;
            sink.item(Item::Notification)?;
        }
        if *self == Self::Notification {
            *self = Self::Response;
            sink.item(Item::NotificationEnd)?;
        }
        if *self == Self::Response {
            *self = Self::Handed;
            sink.item(Item::ResponseEnd)?;
        }
        match self {
            Self::Handed => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}
