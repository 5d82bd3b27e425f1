//! A checkpoint that somebody kept, and how it stands to a later one.

use proof::{
    merkle::Proof,
    note::{Checkpoint, Growth, KeyRing},
};
use serde::Serialize;

use super::when;

/// A checkpoint that somebody kept.
pub(super) struct Kept {
    pub(super) checkpoint: Checkpoint,
    /// Whether one of the given keys signed it in its time.
    pub(super) signed: bool,
}

impl Kept {
    pub(super) fn read(text: &str, keys: &KeyRing) -> Option<Self> {
        let (note, checkpoint) = Checkpoint::kept(text)?;
        Some(Self { signed: keys.checkpoint(&note).is_some(), checkpoint })
    }

    /// Beside another one that is signed; there may be none.
    pub(super) fn compared(&self, ours: Option<&Checkpoint>, proof: Option<&Proof>) -> Compared {
        let Checkpoint { size, at, .. } = self.checkpoint;
        // What nobody signed says nothing about the log.
        let growth = ours.filter(|_| self.signed).map(|ours| self.checkpoint.growth(ours, proof));
        Compared { size, at, signed: self.signed, with: ours.map(|ours| ours.size), growth }
    }
}

/// What comparing with a checkpoint that somebody kept came to.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Compared {
    /// Leaves in the one that was kept.
    size: u64,
    /// When it was signed; milliseconds since 1970, UTC.
    at: i64,
    /// Whether one of the given keys signed it in its time.
    signed: bool,
    /// Leaves in the other one, where that is signed.
    with: Option<u64>,
    /// How they stand to each other, where both are signed.
    growth: Option<Growth>,
}

impl Compared {
    /// Whether the log only grew between the two, as is shown.
    pub(super) fn agrees(&self) -> bool {
        self.growth == Some(Growth::Grown)
    }

    pub(super) fn told(&self) -> Vec<String> {
        let kept = format!("{} 条 entries, {}", self.size, when(self.at));
        if !self.signed {
            let why = "未由所给公钥签署，或录入有误 · not signed by the given keys, or mistyped";
            return vec![format!("✗ 留存的签署点 kept checkpoint ({kept}): {why}")];
        }
        let (Some(growth), Some(with)) = (self.growth, self.with) else {
            return vec![format!("✗ 未能与留存的签署点比对 not compared with the kept checkpoint ({kept})")];
        };
        let words = match growth {
            Growth::Grown => {
                return vec![format!(
                    "与留存的签署点（{kept}）一致：日志只增不改。 It agrees with the kept checkpoint: the log only grew."
                )];
            }
            Growth::Unproved => {
                let (old, new) = (self.size.min(with), self.size.max(with));
                return vec![
                    format!(
                        "✗ 尚未与留存的签署点（{kept}）比对：请从平台网站取得下列一致性证明，存为文件，用 --proof 给出。 Not \
                         compared yet: get this proof from the portal, save it, and give it with --proof."
                    ),
                    format!("  /api/v1/log/consistency?old={old}&new={new}"),
                ];
            }
            Growth::NotShown => {
                "所给证明不成立：不是这两个签署点之间的证明，或日志已被改写 · the proof does not hold: it is one between others, or \
                 the log was rewritten"
            }
            Growth::Split => {
                "条数相同而日志根值不同：日志已被改写，请保存好两份文件 · two roots for the same entries: the log was rewritten; \
                 keep both files"
            }
            Growth::Shrunk => {
                "较晚签署的条数反而较少：日志被删减，请保存好两份文件 · signed later and shorter: entries were taken \
                 out; keep both files"
            }
            Growth::OtherLog => "不是同一份日志 · another log",
        };
        vec![format!("✗ 与留存的签署点（{kept}）不符 against the kept checkpoint: {words}")]
    }
}

/// A checkpoint that was checked alone.
#[derive(Debug, Serialize)]
pub(super) struct Later {
    pub(super) origin: String,
    pub(super) size: u64,
    root: proof::Hash,
    pub(super) at: i64,
    pub(super) signed: bool,
}

impl Later {
    pub(super) fn of(Kept { checkpoint, signed }: &Kept) -> Self {
        let Checkpoint { origin, size, root, at } = checkpoint.clone();
        Self { origin, size, root, at, signed: *signed }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proof::{
        merkle::{self as tree, Frontier, leaf_hash},
        note::{RingKey, Signer},
    };
    use serde_json::json;

    use super::*;
    use crate::commands::{
        CommandError,
        verify::{Found, Verify, tests::report},
    };

    /// A log that grew to 3 leaves and on to 7, as somebody keeps it in a folder.
    struct Log {
        folder: tempfile::TempDir,
        signer: Signer,
        all: Vec<Checkpoint>,
    }

    impl Log {
        fn new() -> Self {
            let signer = Signer::from_seed("example.org/log", &[1; 32]).unwrap();
            let (mut frontier, mut stored, mut all) = (Frontier::default(), HashMap::new(), Vec::new());
            for leaf in 0..7 {
                stored.extend(frontier.push(leaf_hash(&[leaf])));
                let (size, root) = (frontier.size(), frontier.root());
                all.push(Checkpoint { origin: "example.org/log".to_owned(), size, root, at: 1000 });
            }
            let log = Self { folder: tempfile::tempdir().unwrap(), signer, all };
            for (name, old, new) in [("proof.json", 3, 7), ("other.json", 4, 7)] {
                let proof = tree::Path::consistency(old, new).unwrap();
                let proof = proof.fold(|node| stored.get(&node).copied()).unwrap();
                log.write(name, &serde_json::to_string(&proof).unwrap());
            }
            let keys = KeyRing { keys: vec![RingKey { key: log.signer.public(), since: 0, until: None }] };
            log.write("keys.json", &serde_json::to_string(&keys).unwrap());
            for (name, at) in [("old.txt", 2), ("new.txt", 6)] {
                log.sign(name, &log.all[at]);
            }
            log
        }

        fn write(&self, name: &str, text: &str) {
            std::fs::write(self.folder.path().join(name), text).unwrap();
        }

        fn sign(&self, name: &str, checkpoint: &Checkpoint) {
            self.write(name, &self.signer.note(&checkpoint.text()));
        }

        /// What `wugan verify` ends with.
        fn verified(&self, file: &str, kept: Option<&str>, proof: Option<&str>) -> Result<(), CommandError> {
            let at = |name: &str| self.folder.path().join(name);
            let (keys, checkpoint, proof) = (Some(at("keys.json")), kept.map(at), proof.map(at));
            Verify { file: at(file), keys, checkpoint, proof, json: false }.run()
        }
    }

    #[test]
    fn two_checkpoints_that_somebody_kept_are_compared_without_the_portal() {
        let log = Log::new();
        assert!(log.verified("new.txt", None, None).is_ok());
        assert!(log.verified("new.txt", Some("old.txt"), Some("proof.json")).is_ok());
        assert!(log.verified("old.txt", Some("new.txt"), Some("proof.json")).is_ok());
        assert!(log.verified("old.txt", Some("old.txt"), None).is_ok());
        for proof in [None, Some("other.json")] {
            assert!(log.verified("new.txt", Some("old.txt"), proof).is_err(), "{proof:?}");
        }
        // Rewritten: with as many leaves, and with more.
        log.sign("split.txt", &Checkpoint { root: proof::Hash([7; 32]), ..log.all[6].clone() });
        assert!(log.verified("new.txt", Some("split.txt"), None).is_err());
        assert!(log.verified("split.txt", Some("old.txt"), Some("proof.json")).is_err());
        log.sign("another.txt", &Checkpoint { origin: "example.org/other".to_owned(), ..log.all[6].clone() });
        assert!(log.verified("another.txt", Some("old.txt"), Some("proof.json")).is_err());
        // Typed with an error, which nobody signed.
        let mistyped = log.signer.note(&log.all[2].text()).replace("\n3\n", "\n2\n");
        log.write("mistyped.txt", &mistyped);
        for (file, kept) in [("new.txt", Some("mistyped.txt")), ("mistyped.txt", None)] {
            assert!(log.verified(file, kept, Some("proof.json").filter(|_| kept.is_some())).is_err(), "{file}");
        }
        log.write("neither.txt", "3");
        assert!(matches!(log.verified("new.txt", Some("neither.txt"), None), Err(CommandError::Usage(_))));
        // The log was cut to what it had been, and signed again.
        log.sign("cut.txt", &Checkpoint { at: 2000, ..log.all[2].clone() });
        assert!(log.verified("cut.txt", Some("new.txt"), Some("proof.json")).is_err());
        assert!(log.verified("cut.txt", Some("old.txt"), None).is_ok());
    }

    #[test]
    fn no_checkpoint_is_taken_for_a_bundle() {
        let log = Log::new();
        let note = log.signer.note(&log.all[6].text());
        let zip = format!("PK\u{5}\u{6}{}", "\0".repeat(18));
        let before_a_zip = format!("{note}{}{zip}", "\n".repeat(64 * 1024));
        for (name, text) in [("bundle.zip", &before_a_zip), ("bundle.txt", &before_a_zip), ("later.ZIP", &note)] {
            log.write(name, text);
            assert!(log.verified(name, None, None).is_err(), "{name}");
        }
        log.write("kept.txt", &before_a_zip);
        assert!(log.verified("new.txt", Some("kept.txt"), None).is_err());
        log.write("later.TXT", &note);
        assert!(log.verified("later.TXT", None, None).is_ok());
    }

    #[test]
    fn how_a_kept_checkpoint_stands_to_a_bundle_is_told() {
        let log = Log::new();
        let [old, new] = [2, 6].map(|at| log.all[at].clone());
        let kept = |signed| Kept { checkpoint: old.clone(), signed };
        let text = |compared: Compared| {
            Found { report: Some(report(&json!({}))), checkpoint: None, compared: Some(compared) }.told()
        };
        let unproved = text(kept(true).compared(Some(&new), None));
        assert!(unproved.contains("\n  /api/v1/log/consistency?old=3&new=7\n"), "{unproved}");
        let (proof, unsigned) = (Proof::default(), text(kept(false).compared(Some(&new), None)));
        assert!(unsigned.contains("✗ 留存的签署点") && !unsigned.contains("consistency"), "{unsigned}");
        let rewritten = text(kept(true).compared(Some(&new), Some(&proof)));
        assert!(rewritten.contains("所给证明不成立"), "{rewritten}");
        for text in [&unproved, &unsigned, &rewritten] {
            assert!(!text.contains("此后未改动") && text.contains("所示时间不能据此认定"), "{text}");
        }
        let cut = Checkpoint { at: 2000, ..old.clone() };
        let cut = text(Kept { checkpoint: new.clone(), signed: true }.compared(Some(&cut), None));
        assert!(cut.contains("日志被删减") && !cut.contains("此后未改动"), "{cut}");
        let same = text(kept(true).compared(Some(&old), None));
        assert!(same.contains("日志只增不改") && same.contains("此后未改动") && !same.contains('✗'), "{same}");
        // A bundle whose own checkpoint nobody signed has none to compare with.
        let none = kept(true).compared(None, Some(&proof));
        assert_eq!((none.with, none.growth), (None, None));
        assert!(text(none).contains("✗ 未能与留存的签署点比对"));
    }
}
