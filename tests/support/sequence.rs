//! Sequences of bodies for one parser. Bodies are combined from parts of others, cut, changed in single bytes and
//! repeated. Limits are close to what the bodies need.

use core::fmt;

use ews_notifications::{Config, IllegalReferences, Kernel};
use proptest::collection::vec;
use proptest::prelude::*;

use super::choices::Choices;
use super::server::{Operation, Parts, Server};

pub(crate) struct Sequence {
    pub(crate) config: Config,
    pub(crate) steps: Vec<Step>,
}

pub(crate) struct Step {
    pub(crate) body: Vec<u8>,
    /// Whether it is read by `parse_partial`.
    pub(crate) is_partial: bool,
    /// Whether the parser is to forget before.
    pub(crate) forget: bool,
}

/// For a test that fails: everything that the parser was given.
impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}", self.config)?;
        for step in &self.steps {
            let (is_partial, forget) = (step.is_partial, step.forget);
            let body = step.body.escape_ascii();
            writeln!(f, "is_partial: {is_partial}, forget: {forget}, {body}")?;
        }
        Ok(())
    }
}

/// Sequences of up to 24 bodies.
pub(crate) fn any_sequence() -> impl Strategy<Value = Sequence> {
    let choices = |length| vec(any::<u8>(), 0..length);
    let choices = (
        choices(24),
        vec(choices(40), 1..=3),
        vec(choices(200), 1..=24),
    );
    choices.prop_map(|(config, servers, steps)| {
        fn slices(lists: &[Vec<u8>]) -> Vec<&[u8]> {
            lists.iter().map(Vec::as_slice).collect()
        }
        Sequence::of(&config, &slices(&servers), &slices(&steps))
    })
}

impl Sequence {
    /// The sequence from these choices: a list for the configuration, one for each server, and one for each body.
    fn of(config: &[u8], servers: &[&[u8]], steps: &[&[u8]]) -> Self {
        let servers = { servers.iter() }.map(|choices| Server::any(&mut Choices::new(choices)));
        let servers: Vec<_> = servers.collect();
        let mut made = Made::default();
        let steps = { steps.iter() }
            .map(|choices| made.step(&mut Choices::new(choices), &servers))
            .collect();
        Self {
            config: any_config(&mut Choices::new(config), &made.bodies),
            steps,
        }
    }

    /// The sequence from one list of bytes: 16 for the configuration, 32 for each of two servers, then 64 for each of
    /// up to 8 bodies. Two servers are enough for all heads that are kept.
    pub(crate) fn from_choices(choices: &[u8]) -> Self {
        let (config, choices) = choices.split_at(choices.len().min(16));
        let (servers, choices) = choices.split_at(choices.len().min(2 * 32));
        let mut steps: Vec<_> = choices.chunks(64).take(8).collect();
        if steps.is_empty() {
            steps.push(&[]);
        }
        let (first, second) = servers.split_at(servers.len().min(32));
        Self::of(config, &[first, second], &steps)
    }
}

/// Sequences of plain bodies of one server. Only the kernel of the configuration varies.
pub(crate) fn plain_sequence(operation: &'static Operation) -> impl Strategy<Value = Sequence> {
    let choices = vec(any::<u8>(), 0..120);
    (any::<u8>(), vec(choices, 1..=16)).prop_map(move |(kernel, steps)| {
        let server = Server::plain(operation, "Exchange2010");
        let step = |choices: &Vec<u8>| {
            let mut choices = Choices::new(choices);
            let is_partial = choices.below(2) == 1;
            Step {
                body: server.plain_parts(&mut choices).bytes(),
                is_partial,
                forget: false,
            }
        };
        let mut config = Config::default();
        config.kernel = any_kernel(&mut Choices::new(&[kernel]));
        Sequence {
            config,
            steps: steps.iter().map(step).collect(),
        }
    })
}

fn any_kernel(choices: &mut Choices<'_>) -> Option<Kernel> {
    choices.one_of(&KERNELS)
}

/// Every kernel of x86-64, and the parser's own choice. On aarch64 all of them but the scalar one are NEON.
pub(crate) const KERNELS: [Option<Kernel>; 4] = [
    None,
    Some(Kernel::Scalar),
    Some(Kernel::Sse2),
    Some(Kernel::Avx2),
];

fn any_config(choices: &mut Choices<'_>, bodies: &[Vec<u8>]) -> Config {
    let mut config = Config::default();
    config.kernel = any_kernel(choices);
    config.head_bytes = choices.one_of(&[
        Config::HEAD_BYTES,
        4 << 10,
        2 << 10,
        8 << 10,
        4 << 10,
        2 << 10,
        8 << 10,
        0,
    ]);
    config.predict = !choices.once_in(12);
    if choices.once_in(3) {
        config.illegal_references = IllegalReferences::Replace;
    }
    if choices.once_in(4) {
        // A plain body needs a depth of 8 or 9, up to 7 attributes and bindings, and names of 26 to 35 bytes.
        let limits = &mut config.limits;
        match choices.below(6) {
            0 => limits.events = choices.below(6),
            1 => limits.depth = 7 + choices.below(6),
            2 => limits.attributes = 1 + choices.below(8),
            3 => limits.name_bytes = 24 + choices.below(16),
            4 => limits.bindings = 3 + choices.below(6),
            _ => {
                let length = bodies[choices.below(bodies.len())].len();
                limits.body_bytes = (length + choices.below(3)).saturating_sub(1);
            }
        }
    }
    config
}

/// The bodies of a sequence so far, which may be used again.
#[derive(Default)]
struct Made {
    parts: Vec<Parts>,
    bodies: Vec<Vec<u8>>,
}

impl Made {
    fn step(&mut self, choices: &mut Choices<'_>, servers: &[Server]) -> Step {
        let body = self.body(choices, servers);
        self.bodies.push(body.clone());
        Step {
            body,
            is_partial: choices.below(5) > 2,
            forget: choices.once_in(24),
        }
    }

    fn body(&mut self, choices: &mut Choices<'_>, servers: &[Server]) -> Vec<u8> {
        let again = choices.below(8);
        if again == 1 && !self.bodies.is_empty() {
            return self.bodies[choices.below(self.bodies.len())].clone();
        }
        let parts = if again == 2 && !self.parts.is_empty() {
            self.parts[choices.below(self.parts.len())].clone()
        } else {
            self.spliced(choices, servers)
        };
        self.parts.push(parts.clone());
        let mut body = parts.bytes();
        if choices.once_in(4) {
            let children = parts.head.len()..parts.head.len() + parts.children.len();
            for _ in 0..=choices.below(3) {
                edit(choices, &mut body, children.clone());
            }
        }
        body
    }

    /// A body of one server, or of parts of several, some of them used before.
    fn spliced(&self, choices: &mut Choices<'_>, servers: &[Server]) -> Parts {
        let mut parts = servers[choices.below(servers.len())].parts(choices);
        let splice = choices.below(8);
        let other = &servers[choices.below(servers.len())];
        let earlier = match self.parts.len() {
            0 => None,
            made => Some(&self.parts[choices.below(made)]),
        };
        match (splice, earlier) {
            (1, _) => parts.children = other.parts(choices).children,
            (2, Some(earlier)) => parts.children = earlier.children.clone(),
            (3, Some(earlier)) => parts.tail = earlier.tail.clone(),
            (4, _) => parts.tail = other.parts(choices).tail,
            (5, Some(earlier)) => {
                parts.children = other.parts(choices).children;
                parts.tail = earlier.tail.clone();
            }
            _ => {}
        }
        parts
    }
}

/// Changes, inserts or removes one byte, or cuts the body.
fn edit(choices: &mut Choices<'_>, body: &mut Vec<u8>, children: core::ops::Range<usize>) {
    if body.is_empty() {
        return;
    }
    let mut at = match choices.below(3) {
        0 => choices.position(body.len()),
        1 => children.end + choices.position(body.len().saturating_sub(children.end).max(1)),
        _ => children.start + choices.position(children.len().max(1)),
    };
    at = at.min(body.len() - 1);
    // A changed byte of markup, or at the end of a value, has more effects than one inside a value.
    if choices.once_in(2) {
        let is_markup = |byte: &u8| !byte.is_ascii_alphanumeric();
        at += body[at..].iter().position(is_markup).unwrap_or(0);
    }
    let any = choices.below(256) as u8;
    let byte = choices.one_of(&[
        b' ', b'<', b'>', b'/', b'"', b'\'', b'&', b':', b']', b'!', b'-', b'=', b'?', b't', b'm',
        b'\n', b'\r', 0, 0x80, any, any, any,
    ]);
    match choices.below(7) {
        0..=2 => body[at] = byte,
        3 => body.insert(at, byte),
        4 => drop(body.remove(at)),
        5 => body.truncate(at),
        _ => {
            // After a tag, where a cut body most resembles a whole one.
            let tag = body[at..].iter().position(|&byte| byte == b'>');
            body.truncate(tag.map_or(body.len(), |tag| at + tag + 1));
        }
    }
}
