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
    /// What led here when the node came, and does again once all that came later has left.
    place: Place,
}

/// Where a link is kept.
#[derive(Clone, Copy, Debug)]
enum Place {
    Root,
    /// Child of the node with this number, on the side of the bit that is 1 or not.
    Child {
        node: u32,
        one: bool,
    },
}

/// Where a key is, or why it is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// The entry of the key.
    Found(u32),
    /// No entry is the key; this one, if there is any, shares the longest prefix with it.
    Missing { nearest: Option<u32> },
}

impl Trie {
    /// Becomes a copy of `other`, in the memory that it has.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.root = other.root;
        self.nodes.clone_from(&other.nodes);
    }

    /// Looks `key` up.
    pub(super) fn search<'k>(&self, key: &[u8], text: impl Fn(u32) -> &'k [u8]) -> Search {
        match self.nearest(key) {
            Some(entry) if text(entry) == key => Search::Found(entry),
            nearest => Search::Missing { nearest },
        }
    }

    /// Adds `key`, which is missing, next to the string of its nearest entry, if it has one. Its
    /// number is the number of entries before.
    pub(super) fn push(&mut self, key: &[u8], nearest: Option<&[u8]>) {
        let (Some(nearest), Some(mut link)) = (nearest, self.root) else {
            self.root = Some(Link::Entry(0));
            return;
        };
        let (at, bit) = difference(key, nearest);
        let mut place = Place::Root;
        while let Link::Node(number) = link
            && let Some(node) = self.nodes.get(number as usize)
            && (node.at < at || node.at == at && node.bit > bit)
        {
            place = Place::Child {
                node: number,
                one: node.is_one(key),
            };
            link = node.child(key);
        }
        let number = self.nodes.len() as u32;
        let entry = Link::Entry(number + 1);
        let one = symbol(key, at) & bit != 0;
        let children = if one { [link, entry] } else { [entry, link] };
        self.nodes.push(Node {
            at,
            bit,
            children,
            place,
        });
        self.set(place, Link::Node(number));
    }

    /// Removes the entry that came last.
    pub(super) fn pop(&mut self) {
        let Some(Node {
            children: [zero, one],
            place,
            ..
        }) = self.nodes.pop()
        else {
            self.root = None;
            return;
        };
        let last = Link::Entry(self.nodes.len() as u32 + 1);
        self.set(place, if zero == last { one } else { zero });
    }

    fn set(&mut self, place: Place, link: Link) {
        match place {
            Place::Root => self.root = Some(link),
            Place::Child { node, one } => {
                if let Some(node) = self.nodes.get_mut(node as usize) {
                    let [zero_child, one_child] = &mut node.children;
                    *(if one { one_child } else { zero_child }) = link;
                }
            }
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
}

impl Node {
    fn is_one(&self, key: &[u8]) -> bool {
        symbol(key, self.at) & self.bit != 0
    }

    fn child(&self, key: &[u8]) -> Link {
        let [zero, one] = self.children;
        if self.is_one(key) { one } else { zero }
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

    use super::{Search, Trie};

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
                let found = trie.search(key, |entry| list[entry as usize]);
                let expected = list.iter().position(|entry| *entry == key).map(|at| at as u32);
                match found {
                    Search::Found(entry) => prop_assert_eq!(Some(entry), expected),
                    Search::Missing { .. } => prop_assert_eq!(None, expected),
                }
                if *pop {
                    if list.pop().is_some() {
                        trie.pop();
                    }
                } else if let Search::Missing { nearest } = found {
                    trie.push(key, nearest.map(|entry| list[entry as usize]));
                    list.push(key);
                }
                for (at, entry) in list.iter().enumerate() {
                    let found = trie.search(entry, |entry| list[entry as usize]);
                    prop_assert_eq!(found, Search::Found(at as u32));
                }
            }
        }
    }
}
