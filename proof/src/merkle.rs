//! The append-only tree of RFC 6962 and RFC 9162 over SHA-256.
//!
//! Only complete subtrees are ever stored: they never change. Every root and every proof
//! is folded from a few of them, so each function first says *which* ([`NodeId`]) and then
//! folds what was fetched, wherever that was.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Hash;

/// A complete subtree: the leaves from `index << level` on, `1 << level` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// Its height; leaves have 0.
    pub level: u8,
    /// Its place among those of its height, from the left.
    pub index: u64,
}

/// The hash of a leaf (RFC 9162, 2.1.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

fn parent(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Hash::of([])
}

/// The complete subtrees that the leaves `[begin, end)` consist of, from the left.
///
/// `begin` is where RFC 9162 would split a tree: a multiple of every power of two below
/// the number of leaves.
fn subtrees(mut begin: u64, end: u64) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    while begin < end {
        let level = (end - begin).ilog2().min(if begin == 0 { 63 } else { begin.trailing_zeros() });
        #[expect(clippy::cast_possible_truncation, reason = "at most 63")]
        nodes.push(NodeId { level: level as u8, index: begin >> level });
        begin += 1 << level;
    }
    nodes
}

fn fold(nodes: &[Hash]) -> Option<Hash> {
    let (last, before) = nodes.split_last()?;
    Some(before.iter().rev().fold(*last, |right, left| parent(*left, right)))
}

/// The largest power of two below `n`, for `n > 1`.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The right edge of a tree: what is needed to append to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The nodes that the frontier of a tree of this size consists of, from the left.
    pub fn nodes(size: u64) -> Vec<NodeId> {
        subtrees(0, size)
    }

    /// The frontier of a tree, from the hashes of [`Frontier::nodes`]; `None` where their
    /// number is not right.
    pub fn new(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// The hashes of [`Frontier::nodes`].
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or_else(empty_root)
    }

    /// Appends a leaf. Answers the subtrees that are complete now, which are to be stored.
    pub fn push(&mut self, leaf: Hash) -> Vec<(NodeId, Hash)> {
        let (mut level, mut index, mut hash) = (0, self.size, leaf);
        let mut complete = vec![(NodeId { level, index }, hash)];
        while index % 2 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = parent(left, hash);
            (level, index) = (level + 1, index / 2);
            complete.push((NodeId { level, index }, hash));
        }
        self.peaks.push(hash);
        self.size += 1;
        complete
    }
}

/// Which nodes a proof is folded from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<Vec<NodeId>>);

impl Path {
    /// Of the leaf at `index` in the tree of `size` leaves (RFC 9162, 2.1.3.1); `None`
    /// where there is no such leaf.
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let (mut begin, mut end, mut steps) = (0, size, Vec::new());
        while end - begin > 1 {
            let middle = begin + split(end - begin);
            if index < middle {
                steps.push(subtrees(middle, end));
                end = middle;
            } else {
                steps.push(subtrees(begin, middle));
                begin = middle;
            }
        }
        steps.reverse();
        Some(Self(steps))
    }

    /// Between the trees of `old` and of `new` leaves (RFC 9162, 2.1.4.1); `None` where
    /// `old` is 0 or more than `new`.
    pub fn consistency(old: u64, new: u64) -> Option<Self> {
        if old == 0 || old > new {
            return None;
        }
        let (mut begin, mut end, mut steps, mut whole) = (0, new, Vec::new(), true);
        while end != old {
            let middle = begin + split(end - begin);
            if old <= middle {
                steps.push(subtrees(middle, end));
                end = middle;
            } else {
                steps.push(subtrees(begin, middle));
                begin = middle;
                whole = false;
            }
        }
        if !whole {
            steps.push(subtrees(begin, end));
        }
        steps.reverse();
        Some(Self(steps))
    }

    /// The nodes to fetch.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().flatten().copied()
    }

    /// The proof, from the hashes of its nodes; `None` where one is not there.
    pub fn fold(&self, mut of: impl FnMut(NodeId) -> Option<Hash>) -> Option<Proof> {
        let one = |nodes: &Vec<NodeId>| fold(&nodes.iter().map(|node| of(*node)).collect::<Option<Vec<_>>>()?);
        self.0.iter().map(one).collect::<Option<Vec<_>>>().map(Proof)
    }
}

/// A proof: hashes, from the leaves upwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(pub Vec<Hash>);

impl Proof {
    /// Whether it shows that a leaf is in a tree (RFC 9162, 2.1.3.2).
    pub fn includes(&self, leaf: Hash, index: u64, size: u64, root: Hash) -> bool {
        if index >= size {
            return false;
        }
        let (mut place, mut last, mut hash) = (index, size - 1, leaf);
        for step in &self.0 {
            if last == 0 {
                return false;
            }
            if place % 2 == 1 || place == last {
                hash = parent(*step, hash);
                while place.is_multiple_of(2) && place != 0 {
                    (place, last) = (place >> 1, last >> 1);
                }
            } else {
                hash = parent(hash, *step);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        last == 0 && hash == root
    }

    /// Whether it shows that the tree of `new` leaves begins with that of `old`
    /// (RFC 9162, 2.1.4.2).
    pub fn extends(&self, old: u64, old_root: Hash, new: u64, new_root: Hash) -> bool {
        if old == 0 || old > new {
            return false;
        }
        if old == new {
            return self.0.is_empty() && old_root == new_root;
        }
        let mut steps = self.0.iter().copied();
        let first = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
        let Some(first) = first else { return false };
        let (mut place, mut last) = (old - 1, new - 1);
        while place % 2 == 1 {
            (place, last) = (place >> 1, last >> 1);
        }
        let (mut before, mut after) = (first, first);
        for step in steps {
            if last == 0 {
                return false;
            }
            if place % 2 == 1 || place == last {
                before = parent(step, before);
                after = parent(step, after);
                while place.is_multiple_of(2) && place != 0 {
                    (place, last) = (place >> 1, last >> 1);
                }
            } else {
                after = parent(after, step);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        last == 0 && before == old_root && after == new_root
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
    }

    /// The definition of RFC 9162, 2.1.1, word for word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of([]),
            [one] => *one,
            many => {
                let k = many.len().next_power_of_two() / 2;
                parent(defined(&many[..k]), defined(&many[k..]))
            }
        }
    }

    /// RFC 9162, 2.1.3.1.
    fn defined_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = leaves.len().next_power_of_two() / 2;
        let (mut path, sibling) = if m < k {
            (defined_path(m, &leaves[..k]), defined(&leaves[k..]))
        } else {
            (defined_path(m - k, &leaves[k..]), defined(&leaves[..k]))
        };
        path.push(sibling);
        path
    }

    /// RFC 9162, 2.1.4.1.
    fn defined_subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if m == leaves.len() {
            return if whole { Vec::new() } else { vec![defined(leaves)] };
        }
        let k = leaves.len().next_power_of_two() / 2;
        let (mut proof, sibling) = if m <= k {
            (defined_subproof(m, &leaves[..k], whole), defined(&leaves[k..]))
        } else {
            (defined_subproof(m - k, &leaves[k..], false), defined(&leaves[..k]))
        };
        proof.push(sibling);
        proof
    }

    fn grown(count: u64) -> (Frontier, HashMap<NodeId, Hash>) {
        let (mut frontier, mut stored) = (Frontier::default(), HashMap::new());
        for leaf in leaves(count) {
            for (node, hash) in frontier.push(leaf) {
                assert_eq!(stored.insert(node, hash), None, "a node is stored once");
            }
        }
        (frontier, stored)
    }

    #[test]
    fn roots_and_proofs_are_those_of_the_standard_for_every_small_tree() {
        let (_, stored) = grown(70);
        let get = |node| stored.get(&node).copied();
        for size in 0..=70_u64 {
            let leaves = leaves(size);
            let (frontier, _) = grown(size);
            assert_eq!(frontier.root(), defined(&leaves));
            let peaks = Frontier::nodes(size).into_iter().map(|node| get(node).unwrap()).collect();
            assert_eq!(Frontier::new(size, peaks), Some(frontier.clone()));
            for index in 0..size {
                let proof = Path::inclusion(index, size).unwrap().fold(get).unwrap();
                let place = usize::try_from(index).unwrap();
                assert_eq!(proof.0, defined_path(place, &leaves));
                assert!(proof.includes(leaves[place], index, size, frontier.root()));
            }
            for old in 1..=size {
                let proof = Path::consistency(old, size).unwrap().fold(get).unwrap();
                let begin = usize::try_from(old).unwrap();
                assert_eq!(proof.0, defined_subproof(begin, &leaves, true), "{old} of {size}");
                assert!(proof.extends(old, defined(&leaves[..begin]), size, frontier.root()));
            }
        }
    }

    #[test]
    fn known_values() {
        // Computed by hand from RFC 9162, 2.1.1, with `openssl dgst`.
        assert_eq!(empty_root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(leaf_hash(b"").to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    proptest! {
        #[test]
        fn a_proof_of_anything_else_shows_nothing(
            size in 1..200_u64, index: prop::sample::Index, old: prop::sample::Index, which: prop::sample::Index,
            bit in 0..256_usize, other in 0..220_u64,
        ) {
            let (frontier, stored) = grown(size);
            let (leaves, root) = (leaves(size), frontier.root());
            let get = |node| stored.get(&node).copied();
            let index = u64::try_from(index.index(leaves.len())).unwrap();
            let leaf = leaves[usize::try_from(index).unwrap()];
            let proof = Path::inclusion(index, size).unwrap().fold(get).unwrap();
            prop_assert!(other == index || !proof.includes(leaf, other, size, root));
            let flip = |hash: Hash| { let mut hash = hash; hash.0[bit / 8] ^= 1 << (bit % 8); hash };
            prop_assert!(!proof.includes(flip(leaf), index, size, root));
            prop_assert!(!proof.includes(leaf, index, size, flip(root)));
            let mut longer = proof.clone();
            longer.0.push(root);
            prop_assert!(!longer.includes(leaf, index, size, root));
            if !proof.0.is_empty() {
                let mut shorter = proof.clone();
                shorter.0.pop();
                prop_assert!(!shorter.includes(leaf, index, size, root));
                let mut changed = proof.clone();
                let at = which.index(changed.0.len());
                changed.0[at] = flip(changed.0[at]);
                prop_assert!(!changed.includes(leaf, index, size, root));
            }
            let old = 1 + u64::try_from(old.index(leaves.len())).unwrap();
            let old_root = grown(old).0.root();
            let proof = Path::consistency(old, size).unwrap().fold(get).unwrap();
            prop_assert!(proof.extends(old, old_root, size, root));
            prop_assert!(!proof.extends(old, flip(old_root), size, root));
            prop_assert!(!proof.extends(old, old_root, size, flip(root)));
            if !proof.0.is_empty() {
                let mut changed = proof.clone();
                let at = which.index(changed.0.len());
                changed.0[at] = flip(changed.0[at]);
                prop_assert!(!changed.extends(old, old_root, size, root));
                changed.0.truncate(at);
                prop_assert!(!changed.extends(old, old_root, size, root));
            }
        }
    }
}
