//! What ties the files of a bundle together: the portal's signature over their list.
//!
//! The manifests of a bag are signed by nobody, so that whoever changes a file could list it anew, take one out with
//! its receipt, or put one in. The seal is a signed note (C2SP `signed-note`) over the case, the checkpoint and a digest
//! of the list of all files.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    Hash,
    note::{Checkpoint, Note, Signer},
};

/// Where it is.
pub const SEAL: &str = "proof/seal.txt";

/// The first line, so that no signature of a seal can be taken for one of something else.
const FIRST: &str = "wugan bundle v1";

/// What is signed of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The case that it is a bundle of.
    pub case: String,
    /// The checkpoint that its proofs lead to.
    pub checkpoint: Checkpoint,
    /// The digest of the list of its files ([`listing`]).
    pub files: Hash,
}

impl Seal {
    /// The signed note.
    pub fn sign(&self, signer: &Signer) -> String {
        signer.note(&self.text())
    }

    fn text(&self) -> String {
        format!("{FIRST}\n{}\n{}\n{}", self.case, STANDARD.encode(self.files.0), self.checkpoint.text())
    }

    /// Reads the text of a note; `None` for any other text.
    pub(super) fn of(note: &Note) -> Option<Self> {
        let mut parts = note.text.splitn(4, '\n');
        let (first, case, files) = (parts.next()?, parts.next()?, parts.next()?);
        let files = Hash(STANDARD.decode(files).ok()?.try_into().ok()?);
        let seal = Self { case: case.to_owned(), checkpoint: Checkpoint::parse(parts.next()?).ok()?, files };
        (first == FIRST && seal.text() == note.text).then_some(seal)
    }
}

/// The digest of a list of files: a line `sha256  path` each, ordered by path, the path as in manifests. The seal itself
/// and the tag manifests, which list the seal, are not on it.
pub(super) fn listing<'a>(files: impl IntoIterator<Item = (&'a str, String)>) -> Hash {
    let mut lines: Vec<_> = files.into_iter().filter(|(path, _)| is_listed(path)).collect();
    lines.sort_unstable();
    let lines = lines.into_iter().map(|(path, sha256)| format!("{sha256}  {}\n", super::encoded(path)));
    Hash::of(lines.collect::<String>())
}

fn is_listed(path: &str) -> bool {
    path != SEAL && !path.starts_with("tagmanifest-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_reads_back_and_is_no_checkpoint() {
        let signer = Signer::from_seed("example.org/wugan", &[1; 32]).unwrap();
        let checkpoint = Checkpoint { origin: "example.org/wugan".to_owned(), size: 3, root: Hash([7; 32]), at: 2000 };
        let seal = Seal { case: "case".to_owned(), checkpoint, files: Hash::of("files") };
        let note = Note::parse(&seal.sign(&signer)).unwrap();
        assert!(note.is_signed_by(&signer.public()));
        assert_eq!(Seal::of(&note), Some(seal.clone()));
        assert!(Checkpoint::parse(&note.text).is_err());
        let other = Note::parse(&signer.note(&seal.checkpoint.text())).unwrap();
        assert_eq!(Seal::of(&other), None);
    }

    #[test]
    fn the_order_of_files_does_not_matter_and_everything_else_does() {
        let list = |files: &[(&'static str, &str)]| listing(files.iter().map(|(path, sha)| (*path, (*sha).to_owned())));
        let plain = list(&[("data/a", "1"), ("data/b", "2"), ("tagmanifest-sha256.txt", "3"), (SEAL, "4")]);
        assert_eq!(list(&[("data/b", "2"), ("data/a", "1")]), plain);
        for other in [&[("data/a", "1")][..], &[("data/a", "2"), ("data/b", "1")], &[("data/a", "1"), ("data/c", "2")]]
        {
            assert_ne!(list(other), plain);
        }
    }
}
