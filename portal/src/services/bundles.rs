//! A whole case to take along: its files, and everything that proves what they are.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

use bytes::{Buf as _, Bytes};
use domain::{
    actor::Actor,
    document::Document,
    dossier::Dossier,
    evidence::Evidence,
    ids::{CaseId, Digest, DocumentId, UploadId},
    policy::Action,
};
use futures::{StreamExt as _, stream::BoxStream};
pub use proof::bundle::{LEAVES, stamp_path};
use proof::{
    Hash,
    bundle::{
        BundleWriter, CHECKPOINT, EVIDENCE, EvidenceFile, INDEX, Info, KEYS, LeafLine, Seal, WriteFault, receipt_path,
    },
    entry::{Entry, Fact},
    merkle::{Path, Proof},
    note::KeyRing,
    receipt::Receipt,
};
use serde::Serialize;
use tokio::runtime::Handle;

use super::{
    evidences::shows,
    logs::{self, Form},
};
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, HeldStamp, Leaf},
};

/// The service.
pub struct Bundles<'a>(pub(crate) &'a Portal);

/// What is in a bundle, but for the bytes of the files.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Its files, in the order they came.
    pub files: Vec<Evidence>,
    /// How many of its files are left out, because malware was found in them.
    pub withheld: usize,
    /// Where each lies in the bundle, in the same order.
    pub listed: Vec<EvidenceFile>,
    /// A receipt each, in the same order.
    pub receipts: Vec<Receipt>,
    /// What was issued in the case, oldest first.
    pub documents: Vec<Document>,
    /// Their canonical bytes, of which the log has the digests.
    pub issued: HashMap<DocumentId, Vec<u8>>,
    /// Every fact about the case, with its proof.
    pub leaves: Vec<LeafLine>,
    /// The signed checkpoint that all proofs lead to.
    pub checkpoint: String,
    /// Every key that ever signed.
    pub keys: KeyRing,
    /// The authority's timestamps over earlier checkpoints, and that the log only grew from
    /// there to `checkpoint`.
    pub stamps: Vec<(HeldStamp, Proof)>,
}

/// What people read in a bundle; made by whoever has the words.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// The page that leads to everything else, as HTML.
    pub index: String,
    /// A page for each document, in the order of [`Contents::documents`], as HTML.
    pub documents: Vec<String>,
}

/// Where a document lies in a bundle: `json` as it is kept, `html` as people read it.
pub fn document_path(document: &Document, extension: &str) -> String {
    proof::bundle::document_path(&document.id.to_string(), extension)
}

impl Bundles<'_> {
    /// What a bundle of a case holds for whoever may see the case: nothing of what they
    /// may not see. That they took the files is noted first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn contents(&self, actor: &Actor, id: CaseId) -> Result<Contents> {
        let portal = self.0;
        let db = portal.store().read();
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::SeeCase, &case).await?;
        let mut files = store::evidence::of_case(db, id).await?;
        files.retain(|file| shows(actor, file));
        let (all, known) = (files.len(), portal.examinations().of(&files).await?);
        files.retain(|file| !known.get(&file.digest).is_some_and(Dossier::is_quarantined));
        let withheld = all - files.len();
        for file in &files {
            portal.logs().opened(actor, file, Form::Bundle).await?;
        }
        let checkpoint = portal.logs().checkpoint().await?;
        let (mut listed, mut receipts) = (Vec::new(), Vec::new());
        for (number, file) in files.iter().enumerate() {
            let receipt = portal.logs().receipt_of(file).await?;
            listed.push(EvidenceFile {
                evidence: file.id.to_string(),
                path: format!("data/{:03}-{}.{}", number + 1, file.id, file.media.extension()),
                name: file.name.to_string(),
                sha256: Hash(file.digest.0),
                sm3: receipt.body.sm3.clone(),
                size: file.size.0,
            });
            receipts.push(receipt);
        }
        let documents = portal.documents().of_case(actor, id).await?;
        let issued = portal.documents().issued(id).await?;
        let mut leaves = Vec::new();
        for leaf in self.leaves(id, checkpoint.size, |leaf| tells(actor, leaf, &files)).await? {
            let path = Path::inclusion(leaf.index, checkpoint.size).ok_or(Error::NotFound)?;
            let proof = store::log_prove(db, &path).await?;
            leaves.push(LeafLine { index: leaf.index, leaf: leaf.bytes, proof });
        }
        let mut stamps = Vec::new();
        for held in portal.stamps().over(leaves.iter().map(|leaf| leaf.index), checkpoint.size).await? {
            let proof = portal.logs().consistency(held.size, checkpoint.size).await?;
            stamps.push((held, proof));
        }
        let keys = portal.logs().keys().await?;
        let number = case.number.to_string();
        let checkpoint = checkpoint.note;
        Ok(Contents {
            case: id,
            number,
            files,
            withheld,
            listed,
            receipts,
            documents,
            issued,
            leaves,
            checkpoint,
            keys,
            stamps,
        })
    }

    /// The leaves of a case that may be told, and those of the uploads that brought its files.
    async fn leaves(&self, id: CaseId, below: u64, tells: impl Fn(&str) -> bool) -> Result<Vec<Leaf>> {
        let db = self.0.store().read();
        let mut leaves = store::log_of_case(db, id, below).await?;
        leaves.retain(|leaf| tells(&leaf.bytes));
        let brought = |leaf: &Leaf| match Entry::parse(leaf.bytes.as_bytes()).ok()?.fact {
            Fact::Received { upload, .. } => upload?.parse().ok().map(UploadId),
            _ => None,
        };
        let uploads: Vec<UploadId> = leaves.iter().filter_map(brought).collect();
        leaves.extend(store::log_of_uploads(db, &uploads, below).await?);
        leaves.sort_unstable_by_key(|leaf| leaf.index);
        Ok(leaves)
    }

    /// Writes a bundle, with its pages for people. Blocks; to be called where
    /// that is allowed, inside a runtime.
    ///
    /// # Errors
    /// [`WriteFault`]; what was written until then is no whole bundle, and shows it.
    pub fn write(&self, contents: &Contents, pages: &Pages, out: impl Write) -> std::result::Result<(), WriteFault> {
        let portal = self.0;
        let mut bundle = BundleWriter::new(out, &format!("bundle-{}", contents.case))?;
        bundle.tag(INDEX, pages.index.as_bytes())?;
        for (listed, file) in contents.listed.iter().zip(&contents.files) {
            let name = listed.path.trim_start_matches("data/");
            bundle.payload(name, listed.sha256, listed.size, &mut Original::new(portal, file.digest))?;
        }
        for receipt in &contents.receipts {
            bundle.tag(&receipt_path(&receipt.body.evidence), &json(receipt)?)?;
        }
        for document in &contents.documents {
            let issued = contents.issued.get(&document.id).map(Vec::as_slice).unwrap_or_default();
            bundle.tag(&document_path(document, "json"), issued)?;
        }
        for (document, page) in contents.documents.iter().zip(&pages.documents) {
            bundle.tag(&document_path(document, "html"), page.as_bytes())?;
        }
        bundle.tag(KEYS, &json(&contents.keys)?)?;
        bundle.tag(CHECKPOINT, contents.checkpoint.as_bytes())?;
        bundle.tag(EVIDENCE, &json(&contents.listed)?)?;
        let mut leaves = Vec::new();
        for leaf in &contents.leaves {
            serde_json::to_writer(&mut leaves, leaf).map_err(io::Error::from)?;
            leaves.push(b'\n');
        }
        bundle.tag(LEAVES, &leaves)?;
        for (held, proof) in &contents.stamps {
            bundle.tag(&stamp_path(held.size, "txt"), held.note.as_bytes())?;
            bundle.tag(&stamp_path(held.size, "tsr"), &held.answer)?;
            bundle.tag(&stamp_path(held.size, "json"), &json(proof)?)?;
        }
        let info = Info::default()
            .with("External-Identifier", contents.case.to_string())
            .with("Bagging-Date", portal.now().date().to_string());
        let checkpoint = logs::read_checkpoint(&contents.checkpoint).map_err(io::Error::other)?;
        let signer = &portal.parts.signer;
        bundle.finish(info, |files| Seal { case: contents.case.to_string(), checkpoint, files }.sign(signer))?;
        Ok(())
    }
}

fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Whether a fact may be told: the enterprise is told everything about its case,
/// everybody else nothing about files that are not there for them.
fn tells(actor: &Actor, leaf: &str, files: &[Evidence]) -> bool {
    if actor.enterprise().is_some() {
        return true;
    }
    let about = match Entry::parse(leaf.as_bytes()).map(|entry| entry.fact) {
        Ok(
            Fact::Received { evidence, .. }
            | Fact::Removed { evidence, .. }
            | Fact::Accessed { evidence, .. }
            | Fact::Derived { evidence, .. }
            | Fact::Scanned { evidence, .. }
            | Fact::Sm3 { evidence, .. }
            | Fact::CodeUsed { evidence, .. },
        ) => evidence,
        // A code that came to nothing is the enterprise's own affair.
        Ok(Fact::CodeIssued { capture, .. }) => {
            let of = |file: &Evidence| file.origin.taken.as_ref().is_some_and(|t| t.capture.to_string() == capture);
            return files.iter().any(of);
        }
        Ok(_) => return true,
        Err(_) => return false,
    };
    files.iter().any(|file| file.id.to_string() == about)
}

/// The bytes of a file, read by somebody who waits for them.
struct Original {
    portal: Portal,
    digest: Digest,
    opened: Option<BoxStream<'static, object_store::Result<Bytes>>>,
    here: Bytes,
}

impl Original {
    fn new(portal: &Portal, digest: Digest) -> Self {
        Self { portal: portal.clone(), digest, opened: None, here: Bytes::new() }
    }
}

impl Read for Original {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.here.is_empty() {
            let (portal, digest) = (&self.portal, self.digest);
            let stream = match &mut self.opened {
                Some(stream) => stream,
                none => {
                    let opened = Handle::current().block_on(portal.evidences().open(digest, None));
                    none.insert(opened.map_err(io::Error::other)?)
                }
            };
            match Handle::current().block_on(stream.next()) {
                Some(bytes) => self.here = bytes.map_err(io::Error::from)?,
                None => return Ok(0),
            }
        }
        let count = self.here.len().min(into.len());
        self.here.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}
