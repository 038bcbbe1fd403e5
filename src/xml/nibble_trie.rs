//! A set of strings for prefixes and namespace names: a short list, then a path-compressed trie of nibbles (half
//! bytes). Depends on nothing.
//!
//! The list suffices for ordinary documents. A look-up in the trie takes at most two steps per byte of the key,
//! whatever the other keys are. So, unlike with a hash table, a document cannot choose keys that make look-ups
//! slow.
//!
//! Entries are removed in the reverse order of insertion, as namespace scopes close. So no entry ever moves
//! between list and trie. The set does not store the strings: an entry is a number, and the caller maps it to its
//! string.

use alloc::vec::Vec;

/// The number of entries in the list. A longer list would make look-ups slow if many fingerprints collide.
const LIST_LEN: usize = 16;

/// A set of distinct strings, numbered from 0 in the order of insertion.
#[derive(Debug, Default)]
pub(super) struct NibbleTrie {
    len: u32,
    /// The [`fingerprint`]s of the first entries. All others are in the trie.
    list: [u64; LIST_LEN],
    root: Option<Link>,
    nodes: Vec<Node>,
    /// For each entry of the trie, the link that its insertion changed.
    changes: Vec<Change>,
    /// The path of the last insertion through the trie: the index of each nibble, and the link it led to.
    path: Vec<(usize, Slot)>,
}

#[derive(Clone, Copy, Debug)]
enum Link {
    Entry(u32),
    Node(u32),
}

/// A nibble in which the strings below the node differ. INVARIANT: they are equal before it.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The index of the nibble.
    at: usize,
    /// One of the entries below: the one whose insertion made the node.
    entry: u32,
    children: [Option<Link>; 16],
}

/// The location of a link.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Root,
    Child { node: u32, nibble: usize },
}

/// The one link that an insertion changed.
#[derive(Clone, Copy, Debug)]
struct Change {
    slot: Slot,
    /// The link before. If there was one, the insertion also made a node.
    before: Option<Link>,
}

impl NibbleTrie {
    /// The entry of `key`, if it is in the set. `text` maps an entry to its string.
    pub(super) fn find<'k>(&self, key: &str, text: impl Fn(u32) -> &'k str) -> Option<u32> {
        let is_key = |entry: &u32| text(*entry) == key;
        self.find_in_list(key, fingerprint(key), is_key)
            .or_else(|| self.nearest(key, |_, _| ()).filter(is_key))
    }

    /// Inserts `key` if it is missing. Returns its entry, and whether it is new.
    pub(super) fn insert<'k>(&mut self, key: &str, text: impl Fn(u32) -> &'k str) -> (u32, bool) {
        let is_key = |entry: &u32| text(*entry) == key;
        let fingerprint = fingerprint(key);
        if let Some(entry) = self.find_in_list(key, fingerprint, is_key) {
            return (entry, false);
        }
        let new = self.len;
        if let Some(fingerprint_slot) = self.list.get_mut(new as usize) {
            *fingerprint_slot = fingerprint;
        } else {
            let mut path = core::mem::take(&mut self.path);
            path.clear();
            let nearest = self.nearest(key, |at, slot| path.push((at, slot)));
            self.path = path;
            if let Some(entry) = nearest.filter(is_key) {
                return (entry, false);
            }
            self.grow(key, nearest.map_or("", text));
        }
        self.len += 1;
        (new, true)
    }

    /// Removes the last entry.
    pub(super) fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
        if let Some(Change { slot, before }) = self.changes.pop() {
            self.replace(slot, before);
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

    /// The capacity of the set on the heap, in bytes.
    pub(super) fn retained_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.changes.capacity() * size_of::<Change>()
            + self.path.capacity() * size_of::<(usize, Slot)>()
    }

    /// The entry of `key`, if it is in the list.
    fn find_in_list(
        &self,
        key: &str,
        fingerprint: u64,
        is_key: impl Fn(&u32) -> bool,
    ) -> Option<u32> {
        (0..)
            .zip(self.list.iter().take(self.len as usize))
            .filter_map(|(entry, other)| (*other == fingerprint).then_some(entry))
            .find(|entry| key.len() < FINGERPRINT_LEN || is_key(entry))
    }

    /// The entry of `key` if it is in the trie. Otherwise an entry that shares the longest leading part with it.
    /// Calls `visit` for every nibble that the key decides.
    #[inline(never)] // Only look-ups in the list are worth inlining.
    fn nearest(&self, key: &str, mut visit: impl FnMut(usize, Slot)) -> Option<u32> {
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
            let nibble = nibble(key, node.at);
            visit(
                node.at,
                Slot::Child {
                    node: number,
                    nibble,
                },
            );
            match node.children.get(nibble) {
                Some(Some(child)) => link = *child,
                _ => return Some(node.entry),
            }
        }
    }

    /// Adds `key` to the trie. `self.path` is its path, which led to an entry whose string is `nearest`.
    fn grow(&mut self, key: &str, nearest: &str) {
        let at = difference(key, nearest);
        let above = self.path.partition_point(|(above, _)| *above <= at);
        let above = above.checked_sub(1).and_then(|last| self.path.get(last));
        let slot = above.map_or(Slot::Root, |(_, slot)| *slot);
        let entry = Link::Entry(self.len);
        let before = self.replace(slot, Some(entry));
        self.changes.push(Change { slot, before });
        if before.is_some() {
            let node = self.nodes.len() as u32;
            self.nodes.push(Node {
                at,
                entry: self.len,
                children: [None; 16],
            });
            for (key, link) in [(nearest, before), (key, Some(entry))] {
                let nibble = nibble(key, at);
                self.replace(Slot::Child { node, nibble }, link);
            }
            self.replace(slot, Some(Link::Node(node)));
        }
    }

    /// Replaces the link at `slot` and returns the previous one.
    fn replace(&mut self, slot: Slot, link: Option<Link>) -> Option<Link> {
        let kept = match slot {
            Slot::Root => &mut self.root,
            Slot::Child { node, nibble } => self
                .nodes
                .get_mut(node as usize)?
                .children
                .get_mut(nibble)?,
        };
        core::mem::replace(kept, link)
    }
}

/// Keys shorter than this are equal if their fingerprints are.
const FINGERPRINT_LEN: usize = size_of::<u64>();

/// The length, capped at 255, and the last seven bytes. Namespace names differ at their ends.
fn fingerprint(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let last = match bytes.last_chunk() {
        Some(last) => u64::from_be_bytes(*last),
        None => bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    last << 8 | key.len().min(0xFF) as u64
}

/// The nibble of `key` at an index. Each byte is increased by one, which cannot overflow because UTF-8 has no byte
/// 255. A 0 follows the end, so no key is the beginning of another.
fn nibble(key: &str, at: usize) -> usize {
    let byte = key.as_bytes().get(at / 2);
    let symbol = byte.map_or(0, |byte| byte.wrapping_add(1));
    let shift = if at.is_multiple_of(2) { 4 } else { 0 };
    usize::from(symbol >> shift & 0xF)
}

/// The index of the first nibble in which two strings differ.
fn difference(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let at = 2 * same;
    if nibble(a, at) == nibble(b, at) {
        at + 1
    } else {
        at
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{NibbleTrie, fingerprint};

    #[test]
    fn keys_with_equal_fingerprints_are_distinguished() {
        let keys = ["a2345678", "b2345678"];
        assert_eq!(fingerprint(keys[0]), fingerprint(keys[1]));
        let mut set = NibbleTrie::default();
        for (at, key) in (0..).zip(keys) {
            assert_eq!(set.insert(key, |entry| keys[entry as usize]), (at, true));
        }
    }

    proptest! {
        /// Inserts, looks up and removes strings in reverse order, and compares with a list.
        #[test]
        fn agrees_with_a_list(
            steps in prop::collection::vec(
                (0..8, "[ab\u{0}\u{f}é\u{10ffff}]{0,4}(aaaaaaaa)?[ab]{0,3}"),
                0..200,
            ),
        ) {
            let mut set = NibbleTrie::default();
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
