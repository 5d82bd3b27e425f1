//! The receipt of a file: signed, and tied to its leaf in the log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    Hash, canonical,
    entry::{Entry, Fact},
    merkle::{Proof, leaf_hash},
    note::{Checkpoint, KeyRing, Note, PublicKey, Signer},
};

/// Stands before the bytes that are signed, so that no signature of a receipt can be
/// taken for one of something else.
const DOMAIN: &[u8] = b"wugan receipt v1\n";

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The form: 1.
    pub v: u32,
    /// The evidence.
    pub evidence: String,
    /// Its case.
    pub case: String,
    /// Who sent it.
    pub account: String,
    /// The name it came with.
    pub name: String,
    /// Its digest.
    pub sha256: Hash,
    /// Its digest by SM3, where it is computed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm3: Option<String>,
    /// Bytes.
    pub size: u64,
    /// When it was received whole, by the portal's clock; milliseconds since 1970, UTC.
    pub received_at: i64,
    /// The place of its leaf in the log, from 0.
    pub index: u64,
    /// The exact bytes of the leaf, which are text.
    pub leaf: String,
    /// That the leaf is in the checkpoint.
    pub proof: Proof,
    /// The checkpoint, a signed note.
    pub checkpoint: String,
    /// The key that signs the receipt.
    pub key: PublicKey,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What it says.
    #[serde(flatten)]
    pub body: Body,
    /// Ed25519 over a prefix and the canonical bytes of the rest, base64.
    pub signature: String,
}

/// What a good receipt shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The checkpoint that has the leaf.
    pub checkpoint: Checkpoint,
    /// The text of that checkpoint, which authorities stamp.
    pub note: String,
}

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptFault {
    /// Not a receipt, or of a form that is not known here.
    #[error("not a receipt")]
    Form,
    /// Signed by a key that is not on the ring, or that was replaced before the checkpoint.
    #[error("signed by an unknown key")]
    Stranger,
    /// The signature is not that of its key over these words.
    #[error("the signature does not fit")]
    Signature,
    /// The leaf says something else.
    #[error("the log's entry says something else")]
    Leaf,
    /// The leaf is not in the checkpoint.
    #[error("the entry is not in the checkpoint")]
    Inclusion,
    /// The checkpoint is none, or not signed by a key of the ring in that key's time.
    #[error("the checkpoint is not signed")]
    Checkpoint,
}

fn signed(body: &Body) -> Result<Vec<u8>, ReceiptFault> {
    let bytes = canonical::write(body).map_err(|_| ReceiptFault::Form)?;
    Ok([DOMAIN, &bytes].concat())
}

impl Receipt {
    /// Signs a receipt.
    ///
    /// # Errors
    /// [`ReceiptFault::Form`] where it has no canonical form, which cannot be.
    pub fn sign(body: Body, signer: &Signer) -> Result<Self, ReceiptFault> {
        let body = Body { key: signer.public(), ..body };
        let signature = STANDARD.encode(signer.sign(&signed(&body)?));
        Ok(Self { body, signature })
    }

    /// Checks everything that can be checked without the file.
    ///
    /// # Errors
    /// The first [`ReceiptFault`].
    pub fn verify(&self, keys: &KeyRing) -> Result<Verified, ReceiptFault> {
        let body = &self.body;
        if body.v != 1 {
            return Err(ReceiptFault::Form);
        }
        let key = keys.keys.iter().find(|ours| ours.key == body.key).ok_or(ReceiptFault::Stranger)?;
        let signature = STANDARD.decode(&self.signature).ok().and_then(|bytes| bytes.try_into().ok());
        let signature = signature.ok_or(ReceiptFault::Signature)?;
        if !body.key.verifies(&signed(body)?, &signature) {
            return Err(ReceiptFault::Signature);
        }
        if !body.agrees_with_leaf() {
            return Err(ReceiptFault::Leaf);
        }
        let note = Note::parse(&body.checkpoint).map_err(|_| ReceiptFault::Checkpoint)?;
        let checkpoint = keys.checkpoint(&note).ok_or(ReceiptFault::Checkpoint)?;
        // Whoever signs knows the checkpoint, so it was before the key was replaced.
        if key.until.is_some_and(|until| until < checkpoint.at) {
            return Err(ReceiptFault::Stranger);
        }
        let leaf = leaf_hash(body.leaf.as_bytes());
        if !body.proof.includes(leaf, body.index, checkpoint.size, checkpoint.root) {
            return Err(ReceiptFault::Inclusion);
        }
        Ok(Verified { checkpoint, note: note.text })
    }
}

impl Body {
    fn agrees_with_leaf(&self) -> bool {
        let Ok(Entry { at, fact, .. }) = Entry::parse(self.leaf.as_bytes()) else { return false };
        let Fact::Received { evidence, case, account, sha256, size, name_sha256, .. } = fact else { return false };
        at == self.received_at
            && evidence == self.evidence
            && case == self.case
            && account == self.account
            && sha256 == self.sha256
            && size == self.size
            && name_sha256 == Hash::of(&self.name)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        merkle::{Frontier, Path},
        note::RingKey,
    };

    pub(crate) fn signer(seed: u8) -> Signer {
        Signer::from_seed("example.org/wugan", &[seed; 32]).unwrap()
    }

    pub(crate) fn ring(signer: &Signer) -> KeyRing {
        KeyRing { keys: vec![RingKey { key: signer.public(), since: 0, until: None }] }
    }

    /// The receipts of some files, all in one checkpoint.
    pub(crate) fn receipts(files: &[(&str, &[u8])], signer: &Signer) -> Vec<Receipt> {
        let leaf = |(at, (name, bytes)): (usize, &(&str, &[u8]))| {
            let fact = Fact::Received {
                evidence: format!("evidence-{at}"),
                case: "case".to_owned(),
                enterprise: "enterprise".to_owned(),
                account: "account".to_owned(),
                sha256: Hash::of(bytes),
                size: bytes.len() as u64,
                name_sha256: Hash::of(name),
                upload: None,
                again: None,
            };
            String::from_utf8(Entry::new(1000 + i64::try_from(at).unwrap(), fact).bytes().unwrap()).unwrap()
        };
        let leaves: Vec<String> = files.iter().enumerate().map(leaf).collect();
        let (mut frontier, mut stored) = (Frontier::default(), std::collections::HashMap::new());
        for leaf in &leaves {
            stored.extend(frontier.push(leaf_hash(leaf.as_bytes())));
        }
        let (origin, size) = ("example.org/wugan".to_owned(), frontier.size());
        let checkpoint = signer.note(&Checkpoint { origin, size, root: frontier.root(), at: 2000 }.text());
        let receipt = |(at, ((name, bytes), leaf)): (usize, (&(&str, &[u8]), &String))| {
            let proof = Path::inclusion(at as u64, size).unwrap().fold(|node| stored.get(&node).copied()).unwrap();
            let body = Body {
                v: 1,
                evidence: format!("evidence-{at}"),
                case: "case".to_owned(),
                account: "account".to_owned(),
                name: (*name).to_owned(),
                sha256: Hash::of(bytes),
                sm3: None,
                size: bytes.len() as u64,
                received_at: 1000 + i64::try_from(at).unwrap(),
                index: at as u64,
                leaf: leaf.clone(),
                proof,
                checkpoint: checkpoint.clone(),
                key: signer.public(),
            };
            Receipt::sign(body, signer).unwrap()
        };
        files.iter().zip(&leaves).enumerate().map(receipt).collect()
    }

    #[test]
    fn a_key_that_was_replaced_signs_no_receipt_of_a_later_checkpoint() {
        let (old, new) = (signer(1), signer(2));
        let body = receipts(&[("一.jpg", b"one")], &new).remove(0).body;
        let since = |until| KeyRing {
            keys: vec![
                RingKey { key: old.public(), since: 0, until: Some(until) },
                RingKey { key: new.public(), since: until, until: None },
            ],
        };
        let signed = Receipt::sign(body, &old).unwrap();
        assert_eq!(signed.verify(&since(1999)), Err(ReceiptFault::Stranger));
        // The checkpoint is of this very millisecond.
        assert!(signed.verify(&since(2000)).is_ok());
    }

    #[test]
    fn a_receipt_holds_until_a_word_of_it_is_changed() {
        let ours = signer(1);
        let receipt = receipts(&[("一.jpg", b"one"), ("二.jpg", b"two"), ("三.jpg", b"three")], &ours).remove(1);
        let text = serde_json::to_string(&receipt).unwrap();
        let read: Receipt = serde_json::from_str(&text).unwrap();
        assert_eq!(read, receipt);
        assert_eq!(read.verify(&ring(&ours)).unwrap().checkpoint.size, 3);
        assert_eq!(read.verify(&ring(&signer(2))), Err(ReceiptFault::Stranger));
        let changed = |change: fn(&mut Body)| {
            let mut changed = receipt.clone();
            change(&mut changed.body);
            let unsigned = changed.verify(&ring(&ours)).unwrap_err();
            assert_eq!(unsigned, ReceiptFault::Signature);
            // Even if the portal itself signed it again.
            Receipt::sign(changed.body, &ours).unwrap().verify(&ring(&ours)).unwrap_err()
        };
        assert_eq!(changed(|body| body.received_at += 1), ReceiptFault::Leaf);
        assert_eq!(changed(|body| body.name = "四.jpg".to_owned()), ReceiptFault::Leaf);
        assert_eq!(changed(|body| body.sha256 = Hash::of("four")), ReceiptFault::Leaf);
        assert_eq!(changed(|body| body.size += 1), ReceiptFault::Leaf);
        assert_eq!(changed(|body| body.index = 0), ReceiptFault::Inclusion);
        assert_eq!(changed(|body| body.proof.0.clear()), ReceiptFault::Inclusion);
        assert_eq!(
            changed(|body| body.checkpoint = body.checkpoint.replace("\n3\n", "\n4\n")),
            ReceiptFault::Checkpoint
        );
    }
}
