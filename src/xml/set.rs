//! A set of strings that needs no hash: a short list, and behind it a tree of half bytes.
//!
//! The list is all that an ordinary document needs. In the tree a look-up takes at most two steps a
//! byte of the key, whatever the other keys are, so nobody who writes the keys can make it slow.
//! Entries leave in the reverse order of their arrival, which is how namespace scopes close, so that
//! none ever moves between list and tree. The strings themselves stay where they are: an entry is a
//! number, and the caller says which string it stands for.

use alloc::vec::Vec;

/// How many entries the list holds. More would make keys dear that many others have the head of.
const FEW: usize = 8;

/// A set of distinct strings, numbered from 0 in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Set {
    len: u32,
    /// The [`head`]s of the first entries. All others are in the tree.
    list: [u64; FEW],
    root: Option<Link>,
    nodes: Vec<Node>,
    /// What each entry of the tree has changed in it.
    changes: Vec<Change>,
    /// The half bytes that decided on the way through the tree for the last key to be inserted, and
    /// where they led.
    path: Vec<(usize, Place)>,
}

#[derive(Clone, Copy, Debug)]
enum Link {
    Entry(u32),
    Node(u32),
}

/// A half byte in which the strings below differ. INVARIANT: they are the same before it.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The index of the half byte.
    at: usize,
    /// One of the entries below: the one that the node came with.
    entry: u32,
    children: [Option<Link>; 16],
}

/// Where a link is kept.
#[derive(Clone, Copy, Debug)]
enum Place {
    Root,
    Child { node: u32, half: usize },
}

/// The one link that an entry has changed.
#[derive(Clone, Copy, Debug)]
struct Change {
    place: Place,
    /// What was there before. Where that is something, the entry came with a node.
    before: Option<Link>,
}

impl Set {
    /// The entry of `key`.
    pub(super) fn find<'k>(&self, key: &str, text: impl Fn(u32) -> &'k str) -> Option<u32> {
        let is_key = |entry: &u32| text(*entry) == key;
        self.listed(key, head(key), is_key)
            .or_else(|| self.nearest(key, |_, _| ()).filter(is_key))
    }

    /// The entry of `key`, and whether it is new.
    pub(super) fn insert<'k>(&mut self, key: &str, text: impl Fn(u32) -> &'k str) -> (u32, bool) {
        let is_key = |entry: &u32| text(*entry) == key;
        let head = head(key);
        if let Some(entry) = self.listed(key, head, is_key) {
            return (entry, false);
        }
        let new = self.len;
        if let Some(place) = self.list.get_mut(new as usize) {
            *place = head;
        } else {
            let mut path = core::mem::take(&mut self.path);
            path.clear();
            let nearest = self.nearest(key, |at, place| path.push((at, place)));
            self.path = path;
            if let Some(entry) = nearest.filter(is_key) {
                return (entry, false);
            }
            self.grow(key, nearest.map_or("", text));
        }
        self.len += 1;
        (new, true)
    }

    /// Removes the entry that came last.
    pub(super) fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
        if let Some(Change { place, before }) = self.changes.pop() {
            self.replace(place, before);
            if before.is_some() {
                self.nodes.pop();
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.root = None;
        self.nodes.clear();
        self.changes.clear();
    }

    /// What the set holds on the heap, in bytes.
    pub(super) fn retained_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.changes.capacity() * size_of::<Change>()
            + self.path.capacity() * size_of::<(usize, Place)>()
    }

    /// The entry of `key` if it is in the list.
    fn listed(&self, key: &str, head: u64, is_key: impl Fn(&u32) -> bool) -> Option<u32> {
        (0..)
            .zip(self.list.iter().take(self.len as usize))
            .filter_map(|(entry, other)| (*other == head).then_some(entry))
            .find(|entry| key.len() < HEAD || is_key(entry))
    }

    /// An entry of the tree that is `key` if any is, and otherwise shares the longest prefix with it.
    /// `pass` is told of every step that the key decides.
    #[inline(never)] // Look-ups in the list are the ones to be inlined.
    fn nearest(&self, key: &str, mut pass: impl FnMut(usize, Place)) -> Option<u32> {
        let mut link = self.root?;
        loop {
            let number = match link {
                Link::Entry(entry) => return Some(entry),
                Link::Node(number) => number,
            };
            let node = self.nodes.get(number as usize)?;
            if node.at / 2 > key.len() {
                // All strings below are longer than the key.
                return Some(node.entry);
            }
            let half = half(key, node.at);
            pass(node.at, Place::Child { node: number, half });
            match node.children.get(half) {
                Some(Some(child)) => link = *child,
                _ => return Some(node.entry),
            }
        }
    }

    /// Adds `key` to the tree. The path of the last look-up led to an entry that reads `nearest`.
    fn grow(&mut self, key: &str, nearest: &str) {
        let at = difference(key, nearest);
        let above = self.path.partition_point(|(above, _)| *above <= at);
        let above = above.checked_sub(1).and_then(|last| self.path.get(last));
        let place = above.map_or(Place::Root, |(_, place)| *place);
        let entry = Link::Entry(self.len);
        let before = self.replace(place, Some(entry));
        self.changes.push(Change { place, before });
        if before.is_some() {
            let node = self.nodes.len() as u32;
            self.nodes.push(Node {
                at,
                entry: self.len,
                children: [None; 16],
            });
            for (key, link) in [(nearest, before), (key, Some(entry))] {
                let half = half(key, at);
                self.replace(Place::Child { node, half }, link);
            }
            self.replace(place, Some(Link::Node(node)));
        }
    }

    /// Puts a link into its place and returns the one that was there.
    fn replace(&mut self, place: Place, link: Option<Link>) -> Option<Link> {
        let kept = match place {
            Place::Root => &mut self.root,
            Place::Child { node, half } => {
                self.nodes.get_mut(node as usize)?.children.get_mut(half)?
            }
        };
        core::mem::replace(kept, link)
    }
}

/// Keys shorter than this are the same if their heads are.
const HEAD: usize = size_of::<u64>();

/// The length, as far as one byte can tell, and the last bytes: names of namespaces begin alike.
fn head(key: &str) -> u64 {
    let length = key.len().min(0xFF) as u64;
    let last = key.bytes().rev().take(HEAD - 1);
    last.fold(length, |head, byte| head << 8 | u64::from(byte))
}

/// The half byte at an index of a string. As no byte of UTF-8 is 255, they are counted from 1, and 0
/// stands behind the end, so that no string is a prefix of another.
fn half(key: &str, at: usize) -> usize {
    let byte = key.as_bytes().get(at / 2);
    let symbol = byte.map_or(0, |byte| byte.wrapping_add(1));
    let shift = if at.is_multiple_of(2) { 4 } else { 0 };
    usize::from(symbol >> shift & 0xF)
}

/// The index of the first half byte in which two strings differ.
fn difference(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let at = 2 * same;
    if half(a, at) == half(b, at) {
        at + 1
    } else {
        at
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{Set, head};

    #[test]
    fn keys_of_one_head_are_told_apart() {
        let keys = ["a2345678", "b2345678"];
        assert_eq!(head(keys[0]), head(keys[1]));
        let mut set = Set::default();
        for (at, key) in (0..).zip(keys) {
            assert_eq!(set.insert(key, |entry| keys[entry as usize]), (at, true));
        }
    }

    proptest! {
        /// Against a plain list: strings come, are looked up, and leave in reverse order.
        #[test]
        fn agrees_with_a_list(
            steps in prop::collection::vec(
                (0..8, "[ab\u{0}\u{f}é\u{10ffff}]{0,4}(aaaaaaaa)?[ab]{0,3}"),
                0..200,
            ),
        ) {
            let mut set = Set::default();
            let mut list: Vec<&str> = Vec::new();
            for (step, key) in &steps {
                let expected = list.iter().position(|entry| entry == key).map(|at| at as u32);
                prop_assert_eq!(set.find(key, |entry| list[entry as usize]), expected);
                if *step < 3 {
                    if list.pop().is_some() {
                        set.pop();
                    }
                } else {
                    let new = (list.len() as u32, true);
                    let expected = expected.map_or(new, |entry| (entry, false));
                    prop_assert_eq!(set.insert(key, |entry| list[entry as usize]), expected);
                    if expected == new {
                        list.push(key);
                    }
                }
                for (at, entry) in (0..).zip(&list) {
                    prop_assert_eq!(set.find(entry, |entry| list[entry as usize]), Some(at));
                }
            }
        }
    }
}
