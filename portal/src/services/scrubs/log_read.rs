//! The log of evidence as it is read again: its tree, computed from its leaves, beside what was signed of it and what is
//! stored of it.

use std::collections::HashMap;

use proof::{
    Hash,
    merkle::{Frontier, NodeId, leaf_hash},
    note::{KeyRing, Note},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    store::{Leaf, Signed},
};

/// So many faults of the log are named; the checkpoints that do not agree are all counted.
const NAMED: usize = 100;

/// How far the log has been read, and how it agrees with its checkpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogRead {
    /// Leaves read.
    pub leaves: u64,
    /// The complete subtrees that these leaves are ([`Frontier::peaks`]): the next leaf is appended to them.
    pub peaks: Vec<Hash>,
    /// Checkpoints compared.
    pub checkpoints: u64,
    /// How many of them do not agree.
    pub disagreeing: u64,
    /// The leaves of the last one that agreed.
    pub agreed: u64,
    /// What is wrong.
    pub faults: Vec<LogFault>,
    /// From the first leaf on and before the second, subtrees are among those stored that these leaves do not make. Which of the two is wrong, the next checkpoint says.
    odd: Option<(u64, u64)>,
}

/// What can be wrong with the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum LogFault {
    /// The leaves from here on and before that one are not there.
    Missing {
        /// The first.
        from: u64,
        /// The first that is there again.
        below: u64,
    },
    /// Among the leaves from here on and before that one are some that are not what was signed. Whether those behind
    /// them are, their checkpoints cannot show any more.
    Changed {
        /// The first.
        from: u64,
        /// The first behind them.
        below: u64,
    },
    /// The leaves from here on and before that one are what was signed, and among what is stored of their tree is
    /// something that is not: proofs that are made of it fail.
    Subtrees {
        /// The first.
        from: u64,
        /// The first behind them.
        below: u64,
    },
    /// The checkpoint of so many leaves is none that a key of ours has signed in its time.
    Checkpoint {
        /// Leaves.
        size: u64,
    },
}

impl LogRead {
    /// Reads on: `leaves` are those that are there before the one at `below`, `subtrees` what is stored of those that
    /// they complete, and `signed` the checkpoints of as many.
    pub(super) fn go_on(
        &mut self,
        below: u64,
        leaves: Vec<Leaf>,
        subtrees: &HashMap<NodeId, Hash>,
        signed: Vec<Signed>,
        ring: &KeyRing,
    ) -> Result<()> {
        let peaks = std::mem::take(&mut self.peaks);
        let impossible = || Error::Impossible(format!("the first {} leaves are no such tree", self.leaves));
        let mut frontier = Frontier::new(self.leaves, peaks).ok_or_else(impossible)?;
        let (mut leaves, mut signed) = (leaves.into_iter().peekable(), signed.into_iter().peekable());
        for index in self.leaves..below {
            let leaf = leaves.next_if(|leaf| leaf.index == index);
            if leaf.is_none() {
                self.miss(index, index + 1);
            }
            let hash = leaf_hash(leaf.as_ref().map(|leaf| leaf.bytes.as_bytes()).unwrap_or_default());
            for (node, hash) in frontier.push(hash) {
                // Of leaves nothing is stored but their bytes.
                if node.level > 0 && subtrees.get(&node) != Some(&hash) {
                    let (first, behind) = (node.index << node.level, (node.index + 1) << node.level);
                    let (from, below) = self.odd.unwrap_or((first, behind));
                    self.odd = Some((from.min(first), below.max(behind)));
                }
            }
            if let Some(signed) = signed.next_if(|signed| signed.size == frontier.size()) {
                self.compare(&signed, frontier.root(), ring);
            }
        }
        self.leaves = below;
        self.peaks = frontier.peaks().to_vec();
        Ok(())
    }

    fn compare(&mut self, signed: &Signed, root: Hash, ring: &KeyRing) {
        self.checkpoints += 1;
        let read = Note::parse(&signed.note).ok().and_then(|note| ring.checkpoint(&note));
        let Some(read) = read.filter(|read| read.size == signed.size) else {
            self.disagreeing += 1;
            self.name(LogFault::Checkpoint { size: signed.size });
            return;
        };
        if read.root == root {
            self.agreed = signed.size;
            if let Some((from, below)) = self.odd.take() {
                self.name(LogFault::Subtrees { from, below });
            }
            return;
        }
        self.disagreeing += 1;
        // Other leaves make another tree.
        self.odd = None;
        // All that follow have the same leaves in them, and do not agree for the same reason.
        if !self.faults.iter().any(|fault| matches!(fault, LogFault::Changed { .. })) {
            self.faults.push(LogFault::Changed { from: self.agreed, below: signed.size });
        }
    }

    pub(super) fn miss(&mut self, from: u64, below: u64) {
        match self.faults.last_mut() {
            Some(LogFault::Missing { below: last, .. }) if *last == from => *last = below,
            _ => self.name(LogFault::Missing { from, below }),
        }
    }

    pub(super) fn name(&mut self, fault: LogFault) {
        if self.faults.len() < NAMED && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use proof::note::{Checkpoint, RingKey, Signer};

    use super::*;

    fn leaf(index: u64) -> Leaf {
        Leaf { index, bytes: format!("leaf {index}") }
    }

    fn hash(leaf: &Leaf) -> Hash {
        leaf_hash(leaf.bytes.as_bytes())
    }

    /// What is stored of the tree of these leaves.
    fn stored(leaves: &[Leaf]) -> HashMap<NodeId, Hash> {
        let mut frontier = Frontier::default();
        leaves.iter().flat_map(|leaf| frontier.push(hash(leaf))).filter(|(node, _)| node.level > 0).collect()
    }

    /// Reads leaves of which nothing was signed, so many at a time.
    fn read(leaves: &[Leaf], end: u64, step: usize) -> LogRead {
        let mut log = LogRead::default();
        let subtrees = stored(leaves);
        for below in (0..=end).step_by(step).skip(1).chain([end]) {
            let some = leaves.iter().filter(|leaf| (log.leaves..below).contains(&leaf.index)).cloned().collect();
            log.go_on(below, some, &subtrees, Vec::new(), &KeyRing::default()).unwrap();
        }
        log
    }

    #[test]
    fn a_log_is_the_same_tree_however_many_leaves_are_read_at_a_time() {
        let leaves: Vec<Leaf> = (0..21).map(leaf).collect();
        let whole = read(&leaves, 21, 21);
        assert_eq!((whole.leaves, whole.faults.len(), whole.odd), (21, 0, None));
        for step in 1..21 {
            assert_eq!(read(&leaves, 21, step), whole, "{step}");
        }
    }

    #[test]
    fn leaves_that_are_not_there_are_named_together() {
        let there = [0, 1, 5, 6, 8].map(leaf);
        for step in 1..10 {
            let missing = |from, below| LogFault::Missing { from, below };
            assert_eq!(read(&there, 10, step).faults, [missing(2, 5), missing(7, 8), missing(9, 10)], "{step}");
        }
    }

    #[test]
    fn whether_leaves_or_what_is_stored_of_their_tree_is_wrong_the_checkpoint_says() {
        let signer = Signer::from_seed("example.org/log", &[1; 32]).unwrap();
        let ring = KeyRing { keys: vec![RingKey { key: signer.public(), since: 0, until: None }] };
        let leaves: Vec<Leaf> = (0..21).map(leaf).collect();
        let mut frontier = Frontier::default();
        let checkpoint = |leaf| {
            frontier.push(hash(leaf));
            let (size, root) = (frontier.size(), frontier.root());
            let text = Checkpoint { origin: "example.org/log".to_owned(), size, root, at: 5 }.text();
            Signed { size, note: signer.note(&text) }
        };
        let every: Vec<Signed> = leaves.iter().map(checkpoint).collect();
        let read = |leaves: &[Leaf], subtrees: &HashMap<NodeId, Hash>, signed: &[u64]| {
            let signed = every.iter().filter(|one| signed.contains(&one.size)).cloned().collect();
            let mut log = LogRead::default();
            log.go_on(21, leaves.to_vec(), subtrees, signed, &ring).unwrap();
            log.faults
        };
        let subtrees = stored(&leaves);
        assert_eq!(read(&leaves, &subtrees, &[4, 9, 21]), []);
        for (level, index, from, below) in [(1, 0, 0, 2), (1, 6, 12, 14), (3, 1, 8, 16), (4, 0, 0, 16)] {
            let node = NodeId { level, index };
            let mut bad = subtrees.clone();
            bad.insert(node, Hash([9; 32]));
            let mut lost = subtrees.clone();
            lost.remove(&node);
            for damaged in [bad, lost] {
                assert_eq!(read(&leaves, &damaged, &[4, 9, 21]), [LogFault::Subtrees { from, below }]);
                assert_eq!(read(&leaves, &damaged, &[]), [], "nobody knows yet which of them is wrong");
            }
        }
        let mut other = leaves.clone();
        other[5].bytes.push('!');
        assert_eq!(read(&other, &subtrees, &[4, 9, 21]), [LogFault::Changed { from: 4, below: 9 }]);
    }
}
