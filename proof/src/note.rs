//! Signed notes and checkpoints (C2SP `signed-note` and `tlog-checkpoint`), signed with
//! Ed25519 (RFC 8032).

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Hash, merkle::Proof};

/// How Ed25519 is told from other kinds of keys (C2SP `signed-note`).
const ED25519: u8 = 1;
/// How a line with a signature begins.
const MARK: &str = "\u{2014} ";
/// What is typed for the dash in it, once or twice: keyboards for Chinese give two at once, and others have none.
const DASHES: [char; 5] = ['\u{2014}', '\u{2013}', '\u{2015}', '\u{ff0d}', '-'];
/// A note holds no more signatures than this.
const MOST_SIGNATURES: usize = 16;

/// Why a text is no note, checkpoint or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// Not a note.
    #[error("not a signed note")]
    Form,
    /// Not a checkpoint.
    #[error("not a checkpoint")]
    Checkpoint,
    /// Not a public key, or one whose id is not its own.
    #[error("not a public key")]
    Key,
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A key that signs. Its seed never leaves it.
pub struct Signer {
    name: String,
    key: SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.public().to_string()).finish()
    }
}

impl Signer {
    /// The key of a name and 32 random bytes; `None` for a name with blanks or `+`.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// What others need to check its signatures.
    pub fn public(&self) -> PublicKey {
        PublicKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The signature of some bytes.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// A note: the text, which ends with a line feed, and a signature of it.
    pub fn note(&self, text: &str) -> String {
        let id = self.public().id();
        let signature = [&id[..], &self.sign(text.as_bytes())].concat();
        format!("{text}\n{MARK}{} {}\n", self.name, STANDARD.encode(signature))
    }
}

/// A public key, as text `name+id+key` (C2SP `signed-note`, verifier keys).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

impl PublicKey {
    /// Whose it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of a digest over name and key: a hint, nothing more.
    pub fn id(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key);
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest.finalize());
        [a, b, c, d]
    }

    /// Whether it made a signature. Strict: what some libraries take and others do not is
    /// not taken.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for PublicKey {
    type Err = NoteFault;

    fn from_str(text: &str) -> Result<Self, NoteFault> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::Key);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteFault::Key)?;
        let [ED25519, key @ ..] = bytes.as_slice() else { return Err(NoteFault::Key) };
        let key = key.try_into().ok().and_then(|key| VerifyingKey::from_bytes(key).ok()).ok_or(NoteFault::Key)?;
        let public = Self { name: name.to_owned(), key };
        if is_name(name) && hex::encode(public.id()) == id { Ok(public) } else { Err(NoteFault::Key) }
    }
}

impl TryFrom<String> for PublicKey {
    type Error = NoteFault;

    fn try_from(text: String) -> Result<Self, NoteFault> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

/// A key and when it signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingKey {
    /// The key.
    pub key: PublicKey,
    /// From when on; milliseconds since 1970, UTC.
    pub since: i64,
    /// Until when; absent for a key that still signs. What bears this very millisecond may be of either key: one
    /// signed before the other took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl RingKey {
    /// Whether it signed at this time.
    fn signed_at(&self, at: i64) -> bool {
        self.since <= at && self.until.is_none_or(|until| at <= until)
    }
}

/// All keys that a portal ever signed with: keys are replaced from time to time, and what
/// an older one signed stays good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRing {
    /// In no particular order.
    pub keys: Vec<RingKey>,
}

impl KeyRing {
    /// Whether a key is on it.
    pub fn has(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|ours| ours.key == *key)
    }

    /// The key that made a signature.
    pub fn signer(&self, bytes: &[u8], signature: &[u8; 64]) -> Option<&RingKey> {
        self.keys.iter().find(|ours| ours.key.verifies(bytes, signature))
    }

    /// The checkpoint that a note is, where a key signed it in its own time: one that was replaced signs nothing new.
    /// `None` for any other note.
    pub fn checkpoint(&self, note: &Note) -> Option<Checkpoint> {
        let checkpoint = Checkpoint::parse(&note.text).ok()?;
        self.signed(note, checkpoint.at).then_some(checkpoint)
    }

    /// Whether a key signed a note that bears this time in its own time.
    pub fn signed(&self, note: &Note, at: i64) -> bool {
        let known = || self.keys.iter().filter(|ours| note.names(&ours.key));
        // A bad signature by a key that is known is not somebody else's: the note is not what was signed, and clients
        // SHOULD reject all of it (C2SP `signed-note`, "Signatures").
        known().all(|ours| note.is_signed_by(&ours.key)) && known().any(|ours| ours.signed_at(at))
    }
}

/// A text and who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, with the line feed at its end.
    pub text: String,
    signatures: Vec<(String, Vec<u8>)>,
}

impl Note {
    /// Reads a note; whose signatures it has is another question.
    ///
    /// # Errors
    /// [`NoteFault::Form`].
    pub fn parse(note: &str) -> Result<Self, NoteFault> {
        let end = note.rfind("\n\n").ok_or(NoteFault::Form)?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        let control = |c: char| c.is_control() && c != '\n';
        if note.contains(control) || !lines.ends_with('\n') {
            return Err(NoteFault::Form);
        }
        let signatures = lines.lines().map(Self::signature).collect::<Option<Vec<_>>>().ok_or(NoteFault::Form)?;
        if signatures.is_empty() || signatures.len() > MOST_SIGNATURES {
            return Err(NoteFault::Form);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Reads a note that somebody kept or typed, however their editor marks the beginning, indents and ends lines, and
    /// whichever dashes stand before a signature.
    ///
    /// # Errors
    /// [`NoteFault::Form`].
    pub fn parse_kept(text: &str) -> Result<Self, NoteFault> {
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let note = lines.trim();
        let (text, signatures) = note.split_at(note.rfind("\n\n").ok_or(NoteFault::Form)? + 2);
        let signatures: Vec<String> = signatures.lines().map(marked).collect();
        Self::parse(&format!("{text}{}\n", signatures.join("\n")))
    }

    fn signature(line: &str) -> Option<(String, Vec<u8>)> {
        let (name, bytes) = line.strip_prefix(MARK)?.split_once(' ')?;
        let bytes = STANDARD.decode(bytes).ok().filter(|bytes| bytes.len() > 4)?;
        is_name(name).then(|| (name.to_owned(), bytes))
    }

    /// Whether a key signed it: each signature that says it is the key's is one.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let good = |bytes: &[u8]| bytes.try_into().is_ok_and(|bytes| key.verifies(self.text.as_bytes(), &bytes));
        let mut own = self.signatures_of(key).peekable();
        own.peek().is_some() && own.all(good)
    }

    /// Whether it says that a key signed it.
    fn names(&self, key: &PublicKey) -> bool {
        self.signatures_of(key).next().is_some()
    }

    fn signatures_of(&self, key: &PublicKey) -> impl Iterator<Item = &[u8]> {
        let id = key.id();
        let own = move |(name, bytes): &&(String, Vec<u8>)| name == key.name() && bytes[..4] == id;
        self.signatures.iter().filter(own).map(|(_, bytes)| &bytes[4..])
    }
}

/// A line with a signature that was typed, with the mark that it begins with.
fn marked(line: &str) -> String {
    let rest = line.trim_start_matches(DASHES);
    if rest.len() == line.len() { line.to_owned() } else { format!("{MARK}{}", rest.trim_start()) }
}

/// How two checkpoints stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Growth {
    /// The log only grew from the one to the other, or both are of the same leaves.
    Grown,
    /// A proof is still wanted.
    Unproved,
    /// The proof does not show it: it is one between other sizes, or the log was rewritten.
    NotShown,
    /// So many leaves have two roots: where both are signed, the log was rewritten.
    Split,
    /// The one that was signed later has fewer leaves: entries were taken out.
    Shrunk,
    /// They are of two logs.
    OtherLog,
}

/// What a portal signs of its log: so many leaves, this root. The line with the time is an extension (C2SP
/// `tlog-checkpoint`), and the origin is not the name of the key: keys are replaced, and a log keeps its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
    /// When, by the portal's own clock; milliseconds since 1970, UTC. Stands in a line of
    /// its own behind the root.
    pub at: i64,
}

impl Checkpoint {
    /// As the text of a note.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\ntime {}\n", self.origin, self.size, STANDARD.encode(self.root.0), self.at)
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// [`NoteFault::Checkpoint`].
    pub fn parse(text: &str) -> Result<Self, NoteFault> {
        Self::read(text).filter(|read| read.text() == text).ok_or(NoteFault::Checkpoint)
    }

    /// The checkpoint that somebody kept or typed, with its note; `None` for any other text. Who signed it is another
    /// question.
    pub fn kept(text: &str) -> Option<(Note, Self)> {
        let note = Note::parse_kept(text).ok()?;
        let checkpoint = Self::parse(&note.text).ok()?;
        Some((note, checkpoint))
    }

    /// Whether the log only grew between two checkpoints, whichever is the earlier one; `proof` is what the portal gives
    /// for their sizes. Who signed them is another question.
    pub fn growth(&self, other: &Self, proof: Option<&Proof>) -> Growth {
        let (old, new) = if self.size <= other.size { (self, other) } else { (other, self) };
        if old.origin != new.origin {
            return Growth::OtherLog;
        }
        if old.size == new.size {
            return if old.root == new.root { Growth::Grown } else { Growth::Split };
        }
        // What was signed before the log was cut still leads to the whole of it, and a portal never signs what bears an
        // earlier time than the one before.
        if old.at > new.at {
            return Growth::Shrunk;
        }
        match proof {
            None => Growth::Unproved,
            Some(proof) if proof.extends(old.size, old.root, new.size, new.root) => Growth::Grown,
            Some(_) => Growth::NotShown,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root = Hash(STANDARD.decode(lines.next()?).ok()?.try_into().ok()?);
        let at = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        lines.next().is_none().then_some(Self { origin, size, root, at })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::merkle::{Frontier, Path, leaf_hash};

    #[test]
    fn the_standards_own_example() {
        // C2SP signed-note, "Example".
        let key: PublicKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
        let text = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n";
        let signed = "\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let note = Note::parse(&format!("{text}{signed}")).unwrap();
        assert_eq!(note.text, text);
        assert!(note.is_signed_by(&key));
        assert!(!Note { text: text.replace("answer", "cause"), ..note }.is_signed_by(&key));
    }

    #[test]
    fn a_note_that_was_kept_or_typed_is_read_as_it_was_signed() {
        let signer = Signer::from_seed("example.org/log", &[1; 32]).unwrap();
        let checkpoint = Checkpoint { origin: "example.org/log".to_owned(), size: 3, root: Hash([7; 32]), at: 9 };
        let note = signer.note(&checkpoint.text());
        let kept = [
            note.clone(),
            note.trim_end().to_owned(),
            format!("\u{feff}{}\r\n", note.replace('\n', "\r\n")),
            format!("\n{}\n\n", note.replace('\n', "  \n")),
            format!("  {}", note.replace('\n', "\n\u{3000} ")),
            note.replace('\u{2014}', "\u{2014}\u{2014}"),
            note.replace("\u{2014} ", "\u{2014}"),
            note.replace('\u{2014}', "\u{2013}"),
            note.replace('\u{2014}', "\u{2015}"),
            note.replace("\u{2014} ", "\u{ff0d}\u{3000}"),
            note.replace('\u{2014}', "--"),
            note.replace('\u{2014}', "  -"),
        ];
        for text in kept {
            let (read, read_checkpoint) = Checkpoint::kept(&text).unwrap_or_else(|| panic!("not read: {text:?}"));
            assert!(read.is_signed_by(&signer.public()), "{text:?}");
            assert_eq!(read_checkpoint, checkpoint);
        }
        // A dash in the text itself is what was signed.
        let dashed = signer.note("-a\n\u{2013}b\n");
        assert_eq!(Note::parse_kept(&dashed), Note::parse(&dashed));
        assert_eq!(Checkpoint::kept(&dashed), None);
        assert_eq!(Note::parse(&note.replace('\n', "\r\n")), Err(NoteFault::Form));
        let one_line_end = note.trim_end().to_owned() + "\r\n";
        assert_eq!(Note::parse(&one_line_end), Err(NoteFault::Form));
    }

    #[test]
    fn whether_a_log_only_grew_is_told_of_two_checkpoints_in_either_order() {
        let (mut frontier, mut stored, mut all) = (Frontier::default(), HashMap::new(), Vec::new());
        for leaf in 0..7 {
            stored.extend(frontier.push(leaf_hash(&[leaf])));
            let (size, root) = (frontier.size(), frontier.root());
            all.push(Checkpoint { origin: "example.org/log".to_owned(), size, root, at: 0 });
        }
        let (old, new) = (&all[2], &all[6]);
        let proof = |old, new| Path::consistency(old, new).unwrap().fold(|node| stored.get(&node).copied()).unwrap();
        let (right, wrong) = (proof(3, 7), proof(4, 7));
        let other = Checkpoint { origin: "example.org/other".to_owned(), ..new.clone() };
        let split = Checkpoint { root: Hash([7; 32]), ..new.clone() };
        // The log was cut to what it had been, and signed again.
        let cut = Checkpoint { at: 1, ..old.clone() };
        let later = Checkpoint { at: 1, ..new.clone() };
        for (one, two, proof, growth) in [
            (old, new, Some(&right), Growth::Grown),
            (old, new, None, Growth::Unproved),
            (old, new, Some(&wrong), Growth::NotShown),
            (old, &split, Some(&right), Growth::NotShown),
            (old, &other, Some(&right), Growth::OtherLog),
            (&cut, new, Some(&right), Growth::Shrunk),
            (&cut, new, None, Growth::Shrunk),
            (old, &later, Some(&right), Growth::Grown),
            (old, &cut, None, Growth::Grown),
            (new, new, None, Growth::Grown),
            (new, &split, None, Growth::Split),
        ] {
            assert_eq!(one.growth(two, proof), growth);
            assert_eq!(two.growth(one, proof), growth);
        }
    }

    #[test]
    fn a_key_signs_checkpoints_in_its_own_time_alone() {
        let [old, new] = [1, 2].map(|seed| Signer::from_seed("example.org/log", &[seed; 32]).unwrap());
        let ring = KeyRing {
            keys: vec![
                RingKey { key: old.public(), since: 1000, until: Some(2000) },
                RingKey { key: new.public(), since: 2000, until: None },
            ],
        };
        let taken = |signer: &Signer, at: i64| {
            let checkpoint = Checkpoint { origin: "example.org/log".to_owned(), size: 3, root: Hash([7; 32]), at };
            let read = ring.checkpoint(&Note::parse(&signer.note(&checkpoint.text())).unwrap());
            assert!(read.is_none() || read == Some(checkpoint));
            read.is_some()
        };
        assert_eq!([999, 1000, 1999, 2000, 2001].map(|at| taken(&old, at)), [false, true, true, true, false]);
        assert_eq!([1999, 2000, 9000].map(|at| taken(&new, at)), [false, true, true]);
        assert!(!taken(&Signer::from_seed("example.org/log", &[3; 32]).unwrap(), 2000));
        let other = Note::parse(&old.note("example.org/log\nno checkpoint\n")).unwrap();
        assert_eq!(ring.checkpoint(&other), None);
    }

    #[test]
    fn a_bad_signature_of_a_known_key_spoils_a_note_and_one_of_a_stranger_does_not() {
        let [old, new, stranger] = [1, 2, 3].map(|seed| Signer::from_seed("example.org/log", &[seed; 32]).unwrap());
        let in_force = |signer: &Signer| RingKey { key: signer.public(), since: 0, until: None };
        let ring = KeyRing { keys: [&old, &new].map(in_force).to_vec() };
        let checkpoint = |at| Checkpoint { origin: "example.org/log".to_owned(), size: 3, root: Hash([7; 32]), at };
        let (text, elsewhere) = (checkpoint(5).text(), checkpoint(6).text());
        let line = |signer: &Signer, text: &str| signer.note(text)[text.len() + 1..].to_owned();
        let read = |lines: &[&String]| {
            let note = Note::parse(&format!("{text}\n{}", lines.iter().map(|line| line.as_str()).collect::<String>()))
                .unwrap();
            ring.checkpoint(&note).is_some()
        };
        let (good, bad) = (line(&new, &text), line(&new, &elsewhere));
        assert!(read(&[&good]) && read(&[&good, &line(&old, &text)]));
        assert!(!read(&[&bad]));
        for spoilt in [bad, line(&old, &elsewhere)] {
            assert!(!read(&[&good, &spoilt]) && !read(&[&spoilt, &good]));
        }
        for foreign in [line(&stranger, &elsewhere), line(&stranger, &text)] {
            assert!(read(&[&good, &foreign]));
            assert!(!read(&[&foreign]));
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_reads_back_and_nothing_else_does(
            size: u64, root: [u8; 32], at: i64, seed: [u8; 32], other: [u8; 32], place: prop::sample::Index, bit in 0..8_u8,
        ) {
            let signer = Signer::from_seed("example.org/log", &seed).unwrap();
            let checkpoint = Checkpoint { origin: "example.org/log".to_owned(), size, root: Hash(root), at };
            let written = signer.note(&checkpoint.text());
            let note = Note::parse(&written).unwrap();
            prop_assert!(note.is_signed_by(&signer.public()));
            prop_assert_eq!(Checkpoint::parse(&note.text), Ok(checkpoint));
            prop_assert_eq!(signer.public().to_string().parse(), Ok(signer.public()));
            prop_assume!(seed != other);
            let stranger = Signer::from_seed("example.org/log", &other).unwrap().public();
            prop_assert!(!note.is_signed_by(&stranger));
            let mut bytes = written.clone().into_bytes();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let changed = String::from_utf8(bytes).ok().and_then(|text| Note::parse(&text).ok());
            prop_assert!(!changed.is_some_and(|note| note.is_signed_by(&signer.public())));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC*", lines in "(\u{2014} [a-z+ ]*[A-Za-z0-9+/=]*\n?)*") {
            let _ = Note::parse(&format!("{text}\n\n{lines}"));
            let _ = Checkpoint::kept(&format!("{text}\n\n{lines}"));
            let _ = Checkpoint::parse(&text);
            let _ = text.parse::<PublicKey>();
        }
    }
}
