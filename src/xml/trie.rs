//! A set of byte strings that needs no hash: a crit-bit tree.
//!
//! A look-up costs at most nine steps a byte of the key, whatever the other keys are, so nobody who
//! writes the keys can make it slow. Entries leave in the reverse order of their arrival, which is
//! how namespace scopes close. The strings themselves stay where they are: an entry is a number, and
//! the caller says which string it stands for.

use alloc::vec::Vec;

/// A set of distinct byte strings, numbered from 0 in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Trie {
    root: Option<Link>,
    /// INVARIANT: node `i` came with entry `i + 1`, and that entry lies below it. Every string below
    /// a node has the same bytes before the node's `at`.
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Entry(u32),
    Node(u32),
}

/// A bit in which the strings below differ.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// The index of the byte that holds the bit.
    at: usize,
    /// The bit of that byte's [`symbol`].
    bit: u16,
    /// Where the bit is 0, and where it is 1.
    children: [Link; 2],
}

impl Trie {
    /// The entry of `key`, if it is in the set.
    pub(super) fn find<'k>(&self, key: &[u8], text: impl Fn(u32) -> &'k [u8]) -> Option<u32> {
        let entry = self.nearest(key)?;
        (text(entry) == key).then_some(entry)
    }

    /// Adds `key`, which is not in the set; its number is the number of entries before.
    pub(super) fn push<'k>(&mut self, key: &[u8], text: impl Fn(u32) -> &'k [u8]) {
        let Some(other) = self.nearest(key) else {
            self.root = Some(Link::Entry(0));
            return;
        };
        let (at, bit) = difference(key, text(other));
        let number = self.nodes.len() as u32;
        let below =
            |node: &Node| (node.at, core::cmp::Reverse(node.bit)) > (at, core::cmp::Reverse(bit));
        let Some(slot) = self.slot(key, |link, node| {
            matches!(link, Link::Entry(_)) || node.is_some_and(below)
        }) else {
            return;
        };
        let entry = Link::Entry(number + 1);
        let one = symbol(key, at) & bit != 0;
        let children = if one { [*slot, entry] } else { [entry, *slot] };
        *slot = Link::Node(number);
        self.nodes.push(Node { at, bit, children });
    }

    /// Removes the entry that came last; `key` is its string.
    pub(super) fn pop(&mut self, key: &[u8]) {
        let Some(node) = self.nodes.pop() else {
            self.root = None;
            return;
        };
        let last = Link::Node(self.nodes.len() as u32);
        let [zero, one] = node.children;
        let sibling = if symbol(key, node.at) & node.bit != 0 {
            zero
        } else {
            one
        };
        if let Some(slot) = self.slot(key, |link, _| link == last) {
            *slot = sibling;
        }
    }

    pub(super) fn clear(&mut self) {
        self.root = None;
        self.nodes.clear();
    }

    /// What the set holds on the heap, in bytes.
    pub(super) fn retained_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
    }

    /// An entry that is `key` if any is, and otherwise shares the longest prefix with it.
    fn nearest(&self, key: &[u8]) -> Option<u32> {
        let mut link = self.root?;
        loop {
            match link {
                Link::Entry(entry) => return Some(entry),
                Link::Node(number) => {
                    let node = self.nodes.get(number as usize)?;
                    if node.at > key.len() {
                        // All strings below are longer than the key and share what precedes `at`.
                        return Some(number + 1);
                    }
                    link = node.child(key);
                }
            }
        }
    }

    /// The first link on the way to `key` for which `stop` holds. `stop` is also given the node that
    /// the link leads to.
    fn slot(
        &mut self,
        key: &[u8],
        stop: impl Fn(Link, Option<&Node>) -> bool,
    ) -> Option<&mut Link> {
        let mut parent: Option<usize> = None;
        let mut link = self.root?;
        loop {
            let node = match link {
                Link::Entry(_) => None,
                Link::Node(number) => self.nodes.get(number as usize),
            };
            if stop(link, node) {
                return match parent {
                    None => self.root.as_mut(),
                    Some(number) => self.nodes.get_mut(number).map(|node| node.child_mut(key)),
                };
            }
            match link {
                Link::Entry(_) => return None,
                Link::Node(number) => parent = Some(number as usize),
            }
            link = node?.child(key);
        }
    }
}

impl Node {
    fn child(&self, key: &[u8]) -> Link {
        let [zero, one] = self.children;
        if symbol(key, self.at) & self.bit != 0 {
            one
        } else {
            zero
        }
    }

    fn child_mut(&mut self, key: &[u8]) -> &mut Link {
        let [zero, one] = &mut self.children;
        if symbol(key, self.at) & self.bit != 0 {
            one
        } else {
            zero
        }
    }
}

/// What stands at an index of a string: 0 behind its end, so that no string is a prefix of another.
fn symbol(key: &[u8], at: usize) -> u16 {
    key.get(at).map_or(0, |byte| u16::from(*byte) + 1)
}

/// The first index at which two strings differ, and the highest bit that differs there.
fn difference(a: &[u8], b: &[u8]) -> (usize, u16) {
    let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let differing = symbol(a, at) ^ symbol(b, at);
    (at, 1 << (u16::BITS - 1 - differing.leading_zeros()))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::Trie;

    proptest! {
        /// Against a plain list: strings come, are looked up, and leave in reverse order.
        #[test]
        fn agrees_with_a_list(
            steps in prop::collection::vec((any::<bool>(), "[ab\u{0}\u{ff}]{0,6}"), 0..200),
        ) {
            let mut trie = Trie::default();
            let mut list: Vec<&[u8]> = Vec::new();
            for (pop, key) in &steps {
                let key = key.as_bytes();
                let expected = list.iter().position(|entry| *entry == key).map(|at| at as u32);
                prop_assert_eq!(trie.find(key, |entry| list[entry as usize]), expected);
                if *pop {
                    if let Some(last) = list.pop() {
                        trie.pop(last);
                    }
                } else if expected.is_none() {
                    trie.push(key, |entry| list[entry as usize]);
                    list.push(key);
                }
                for (at, entry) in list.iter().enumerate() {
                    prop_assert_eq!(trie.find(entry, |entry| list[entry as usize]), Some(at as u32));
                }
            }
        }
    }
}
