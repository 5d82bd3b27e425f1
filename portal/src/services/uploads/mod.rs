//! Uploads that can be resumed: created, written piece by piece, put together, and
//! turned into evidence. HTTP is a thin door before it.
//!
//! What an answer promises: bytes that are counted have reached the disk and are in
//! the hash. A row is written after every piece, and only by the writer whose number
//! it has; so any server that sees the spool can go on where another stopped.

mod append;
mod finish;

use std::time::Duration;

use bytes::Bytes;
use domain::{
    actor::Actor,
    evidence::{Evidence, FileName, largest},
    ids::{ByteCount, Digest, UploadId},
    policy::Action,
    upload::{self, Place, Shape, Upload, UploadFault, UploadState},
};
use futures::stream::BoxStream;
use proof::{Hash, entry::Fact};
use rand::RngCore as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub use append::{Algorithm, Appended, Checksum, Part, Piece};

use super::evidences::Slot;
use crate::{
    Portal,
    error::{Error, Result},
    evidence::writer::Pen,
    store::{self, LogEntry, Stored},
};

/// The service.
pub struct Uploads<'a>(pub(crate) &'a Portal);

/// How long a newer request waits for the disk of an older one.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who asks for an upload: somebody who is logged in, or whoever knows the secret
/// part of its address.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Who is logged in.
    pub actor: Option<&'a Actor>,
    /// The secret part of the address.
    pub capability: Option<&'a str>,
}

impl Claim<'_> {
    /// Whether the upload is theirs. Somebody else who is logged in has no claim, even
    /// with the secret: it stands in logs and histories of shared phones.
    fn covers(self, upload: &Upload) -> bool {
        let knows = self.capability.is_some_and(|secret| hashed(secret) == upload.capability);
        self.actor.map_or(knows, |actor| actor.account == upload.owner)
    }
}

/// What a new upload is to be.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Where it is to go.
    pub place: Option<Place>,
    /// What it is to others.
    pub shape: Shape,
    /// What its sender calls it.
    pub name: String,
    /// What its sender wrote about it, to be shown back.
    pub metadata: Option<String>,
    /// SHA-256, where the sender knows it already.
    pub declared: Option<Digest>,
    /// How large it will be; left open when it is not known.
    pub length: Option<ByteCount>,
}

/// A new upload with the secret part of its address, which is told once.
#[derive(Clone, Debug)]
pub struct Created {
    /// The upload.
    pub upload: Upload,
    /// The secret.
    pub capability: String,
}

impl From<Place> for Slot {
    fn from(place: Place) -> Self {
        match place {
            Place::Line { case, line } => Self::Line(case, line),
            Place::Finding { finding, moment } => Self::Finding(finding, moment),
        }
    }
}

fn hashed(secret: &str) -> Digest {
    Digest(Sha256::digest(secret).into())
}

/// 256 random bits as text.
pub(super) fn secret() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

impl Uploads<'_> {
    /// The largest upload there may be.
    pub fn largest(&self) -> ByteCount {
        largest(&self.0.settings().evidence)
    }

    /// Announces a file. Room is set aside for it, and its digest, where it is known
    /// already, is on record from now on.
    ///
    /// # Errors
    /// What keeps the file from being sent there ([`Error::Evidence`],
    /// [`Error::Denied`], [`Error::NotFound`]), [`UploadFault::TooLong`],
    /// [`UploadFault::QuotaFull`].
    pub async fn create(&self, actor: &Actor, new: NewUpload) -> Result<Created> {
        let portal = self.0;
        portal.permit_any(actor, Action::AnswerCase)?;
        let limit = match new.place {
            Some(place) => portal.evidences().admit(actor, place.into(), new.length).await?.limit(),
            None => self.largest(),
        };
        if let Some(length) = new.length.filter(|length| *length > limit) {
            return Err(UploadFault::TooLong { length, limit }.into());
        }
        self.insert(actor, new, limit, &[]).await
    }

    /// Puts whole parts together, in their order. Their bytes are copied, so that the
    /// parts may end on their own.
    ///
    /// # Errors
    /// As [`Uploads::create`], and [`UploadFault::NotAPart`].
    pub async fn join(&self, actor: &Actor, mut new: NewUpload, parts: &[UploadId]) -> Result<Created> {
        let portal = self.0;
        portal.permit_any(actor, Action::AnswerCase)?;
        let mut found = Vec::with_capacity(parts.len());
        for id in parts {
            let part = store::upload::get(portal.store().read(), *id).await?.ok_or(UploadFault::NotAPart)?;
            if part.owner != actor.account {
                return Err(UploadFault::NotAPart.into());
            }
            found.push(part);
        }
        let length = Upload::joined(&found, portal.now())?;
        new.length = Some(length);
        let limit = match new.place {
            Some(place) => portal.evidences().admit(actor, place.into(), new.length).await?.limit(),
            None => self.largest(),
        };
        if length > limit {
            return Err(UploadFault::TooLong { length, limit }.into());
        }
        let mut created = self.insert(actor, new, limit, &found).await?;
        created.upload = self.finish(created.upload.id, None).await?;
        Ok(created)
    }

    async fn insert(&self, actor: &Actor, new: NewUpload, limit: ByteCount, joined: &[Upload]) -> Result<Created> {
        let portal = self.0;
        let now = portal.now();
        let capability = secret();
        let held = self.held(actor, &new).await?;
        let id = UploadId(portal.new_id());
        let spool = portal.parts.uploads.clone();
        let parts = joined.iter().map(|part| part.id).collect();
        let bytes: Vec<upload::Segment> = joined.iter().flat_map(|part| part.segments.iter().copied()).collect();
        let segments = blocking(move || {
            spool.create(id)?;
            if bytes.is_empty() { Ok(Vec::new()) } else { Ok(vec![spool.join(id, &bytes)?]) }
        })
        .await?;
        let upload = Upload {
            id,
            owner: actor.account,
            place: new.place,
            shape: new.shape,
            name: FileName::from_sender(&new.name),
            metadata: new.metadata,
            parts,
            declared: new.declared,
            length: new.length,
            limit,
            segments,
            writer: 0,
            capability: hashed(&capability),
            created_at: now,
            expires_at: self.expiry(),
            state: UploadState::Receiving,
        };
        let mut tx = portal.store().begin().await?;
        let on_its_way = store::upload::reserved(tx.db(), actor.account).await?;
        let most = portal.settings().evidence.bytes_on_the_way;
        // Parts have set aside what their whole is made of.
        let more = if new.shape == Shape::Final { ByteCount(0) } else { upload.reserved() };
        upload::quota(on_its_way, more, most)?;
        let mut upload = upload;
        if let Some((known, place)) = held {
            let admission = portal.evidences().admit(actor, place.into(), Some(known.size)).await?;
            let receipt = portal.evidences().again(&mut tx, actor, &admission, &known, &upload.name).await?;
            upload.already_held(receipt.evidence.id, known.digest, now)?;
        }
        tx.insert(&upload).await?;
        if let Some(digest) = upload.declared {
            let fact = Fact::Committed {
                upload: id.to_string(),
                sha256: Hash(digest.0),
                size: upload.length.map(|length| length.0),
                account: actor.account.to_string(),
            };
            tx.log(LogEntry::of_nothing(now, fact));
        }
        tx.audit(portal.event(actor, "upload.create", "upload", id).with(json!({
            "name": upload.name, "length": upload.length, "sha256": upload.declared, "place": upload.place,
        })));
        tx.commit().await?;
        Ok(Created { upload, capability })
    }

    /// The file with these bytes that the sender's enterprise has here already: it is
    /// not sent again.
    async fn held(&self, actor: &Actor, new: &NewUpload) -> Result<Option<(Evidence, Place)>> {
        let (Some(digest), Some(place), Some(enterprise)) = (new.declared, new.place, actor.enterprise()) else {
            return Ok(None);
        };
        let known = store::evidence::held(self.0.store().read(), enterprise, digest).await?;
        let same = known.filter(|known| new.shape == Shape::Whole && new.length == Some(known.size));
        Ok(same.map(|known| (known, place)))
    }

    /// When an upload is given up unless more comes.
    fn expiry(&self) -> domain::time::Timestamp {
        self.0.now().plus_minutes(i64::from(self.0.settings().evidence.unfinished_hours) * 60)
    }

    /// An upload as it stands on the disk. Whoever writes it is ended first, so that
    /// the answer holds until more is sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody without a claim, [`UploadFault::Gone`],
    /// [`Error::Busy`].
    pub async fn look(&self, claim: Claim<'_>, id: UploadId) -> Result<Upload> {
        self.own(claim, id).await?;
        let seat = self.0.parts.desks.seat(id, PATIENCE).await.ok_or(Error::Busy)?;
        let stored = self.current(id, seat.pen.as_ref()).await?;
        stored.is_alive(self.0.now())?;
        Ok(stored.value)
    }

    /// Ends an upload and throws its bytes away.
    ///
    /// # Errors
    /// As [`Uploads::look`], and [`UploadFault::Sealed`] once it is evidence.
    pub async fn end(&self, claim: Claim<'_>, id: UploadId) -> Result<()> {
        self.own(claim, id).await?.is_alive(self.0.now())?;
        self.give_up(id).await?;
        Ok(())
    }

    /// Ends an upload without asking whose it is. Whether there was anything to end.
    pub(super) async fn give_up(&self, id: UploadId) -> Result<bool> {
        let portal = self.0;
        let _seat = portal.parts.desks.seat(id, PATIENCE).await.ok_or(Error::Busy)?;
        let mut tx = portal.store().begin().await?;
        let mut upload = super::load::<Upload>(&tx, id.0).await?;
        upload.end(portal.now())?;
        tx.save(&upload).await?;
        tx.audit(portal.own_event("upload.end", "upload", id));
        tx.commit().await?;
        portal.parts.desks.forget(id);
        let spool = portal.parts.uploads.clone();
        blocking(move || spool.remove(id)).await?;
        Ok(true)
    }

    /// The upload, for whoever has a claim to it; for everybody else there is none.
    async fn own(&self, claim: Claim<'_>, id: UploadId) -> Result<Upload> {
        let upload = store::upload::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        if claim.covers(&upload) { Ok(upload) } else { Err(Error::NotFound) }
    }

    /// The row as it is, for whoever has the turn. Where the last writer was not this
    /// process, only what the disk really has counts from now on.
    async fn current(&self, id: UploadId, pen: Option<&Pen>) -> Result<Stored<Upload>> {
        let portal = self.0;
        let mut stored: Stored<Upload> = portal.store().one(id.0).await?.ok_or(Error::NotFound)?;
        if pen.is_some_and(|pen| pen.writer == stored.writer) {
            return Ok(stored);
        }
        let spool = portal.parts.uploads.clone();
        let segments = stored.segments.clone();
        let found =
            blocking(move || Ok(segments.iter().map(|segment| spool.found(segment)).collect::<Vec<_>>())).await?;
        let on_disk: std::collections::HashMap<_, _> =
            stored.segments.iter().map(|segment| (segment.upload, segment.writer)).zip(found).collect();
        let lost = stored
            .value
            .keep_what_is_there(|segment| on_disk.get(&(segment.upload, segment.writer)).copied().unwrap_or_default());
        if lost {
            tracing::warn!(upload = %id, offset = stored.offset().0, "a part of an upload is not on this disk");
            stored = portal.store().save_one(stored).await?;
        }
        Ok(stored)
    }

    /// The bytes of what became evidence and still lies in the spool.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Disk`].
    pub(super) async fn spooled(
        &self,
        digest: Digest,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        let portal = self.0;
        let Some(upload) = store::upload::unkept(portal.store().read(), digest).await? else { return Ok(None) };
        let spool = portal.parts.uploads.clone();
        let file = blocking(move || spool.one_file(upload.id, &upload.segments)).await?;
        Ok(Some(crate::objects::stream_file(file, range).await?))
    }

    /// Counts for every unfinished upload of this spool only what the disk has: after
    /// a power cut that can be less than what was being written.
    ///
    /// # Errors
    /// [`Error::Disk`] when the spool cannot be read, [`Error::Store`].
    pub async fn reconcile(&self) -> Result<u32> {
        let spool = self.0.parts.uploads.clone();
        let ids = blocking(move || spool.uploads()).await?;
        let mut seen = 0;
        for id in ids {
            match self.current(id, None).await {
                Ok(stored) => {
                    seen += 1;
                    // The last byte had come, and nothing more.
                    if stored.state == UploadState::Receiving && stored.is_full() {
                        self.finish(id, None).await?;
                    }
                }
                // A folder without a row: its creation was never acknowledged.
                Err(Error::NotFound) => {
                    let spool = self.0.parts.uploads.clone();
                    blocking(move || spool.remove(id)).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(seen)
    }
}

/// Does something with the disk away from the async threads.
async fn blocking<T: Send + 'static>(act: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(act).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(std::io::Error::other(error.to_string()).into()),
    }
}
