//! From the last byte to evidence: the digest, the place, the object store.
//!
//! Each step is a transaction of its own that finds out under the row's lock whether
//! it is still to be done. Where one fails, because the object store is down or the
//! process ends, the sweep goes on from there ([`Uploads::settle`], [`Uploads::keep`]).

use std::{sync::PoisonError, time::Duration};

use domain::{
    actor::Actor,
    capture::Way,
    evidence::EvidenceFault,
    ids::UploadId,
    upload::{Place, Shape, Upload, UploadFault, UploadState},
};
use futures::{StreamExt as _, stream};
use proof::{Hash, entry::Fact};
use sha2::Sha256;

use super::{Claim, Uploads, blocking, is_left};
use crate::{
    error::{Error, Result},
    evidence::spool,
    objects::AT_ONCE,
    services::captures::Brought,
    store::{self, LogEntry, StoreError, Stored},
};

/// How long a file waits for others that are handed over with it.
const TOGETHER: Duration = Duration::from_millis(50);

impl Uploads<'_> {
    /// Every byte is there: says what they are, and brings them to their place, in one
    /// transaction where nothing is in the way. `hash` is theirs, where the writer has it.
    ///
    /// # Errors
    /// [`Error::Changed`] when another server was here.
    pub(super) async fn finish(&self, mut stored: Stored<Upload>, hash: Option<Sha256>) -> Result<Upload> {
        let portal = self.0;
        let id = stored.id;
        let digest = if let Some(hash) = hash {
            spool::digest(hash)
        } else {
            let (spool, segments) = (portal.parts.uploads.clone(), stored.segments.clone());
            spool::digest(blocking(move || spool.hash(&segments)).await?)
        };
        stored.value.complete(digest, portal.now())?;
        if let (UploadState::Whole { .. }, Some(place)) = (&stored.state, stored.place)
            && stored.shape != Shape::Partial
            && let Some(actor) = portal.accounts().actor(stored.owner).await?
        {
            match self.bring(&actor, stored.clone(), place).await {
                Ok(upload) => return Ok(upload),
                // It is written down that it is whole; the steps after that are taken one by one.
                Err(error) => tracing::debug!(upload = %id, %error, "a whole upload does not become evidence at once"),
            }
        }
        let mut tx = portal.store().begin().await?;
        tx.save(&stored).await?;
        match stored.state {
            UploadState::Rejected { .. } => tx.audit(portal.own_event("upload.reject", "upload", id)),
            UploadState::Whole { .. } if stored.shape != Shape::Partial => {
                let fact = Fact::Arrived {
                    upload: id.to_string(),
                    sha256: Hash(digest.0),
                    size: stored.offset().0,
                    account: stored.owner.to_string(),
                };
                tx.log(LogEntry::of_upload(portal.now(), id, fact));
            }
            _ => {}
        }
        tx.commit().await?;
        if let UploadState::Rejected { .. } = stored.state {
            // Its bytes are of no use to anybody; its row says why.
            self.clear(id).await;
        }
        self.settle_or_wait(id).await
    }

    /// Goes on with an upload of which every byte is there where that was left. Any other stays
    /// as it is.
    pub(super) async fn go_on(&self, stored: Stored<Upload>) -> Result<Upload> {
        let id = stored.id;
        if is_left(&stored) {
            return match self.finish(stored, None).await {
                // Another server was faster, and may have taken the file away.
                Err(error @ (Error::Changed | Error::Disk(_))) => {
                    let upload = self.as_it_is(id).await?;
                    if upload.state == UploadState::Receiving { Err(error) } else { Ok(upload) }
                }
                finished => finished,
            };
        }
        if stored.waits_for_its_place() { self.settle_or_wait(id).await } else { Ok(stored.value) }
    }

    /// The same as [`Uploads::settle`]; where something else than its place is in the way, it is
    /// whole and on the disk, and the sweep tries again.
    async fn settle_or_wait(&self, id: UploadId) -> Result<Upload> {
        match self.settle(id).await {
            // Another server was faster.
            Err(Error::Changed) => {}
            Err(error @ (Error::Store(_) | Error::Objects(_) | Error::Disk(_) | Error::Full)) => {
                tracing::error!(upload = %id, %error, "a whole upload waits to become evidence");
            }
            settled => return settled,
        }
        self.as_it_is(id).await
    }

    async fn as_it_is(&self, id: UploadId) -> Result<Upload> {
        store::upload::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)
    }

    /// Makes evidence of a whole upload that has a place. One that the place does not
    /// take is rejected, and says why.
    pub(crate) async fn settle(&self, id: UploadId) -> Result<Upload> {
        let portal = self.0;
        let mut upload: Stored<Upload> = portal.store().one(id.0).await?.ok_or(Error::NotFound)?;
        let (UploadState::Whole { .. }, Some(place)) = (&upload.state, upload.place) else { return Ok(upload.value) };
        if upload.shape == Shape::Partial {
            return Ok(upload.value);
        }
        let fault = match portal.accounts().actor(upload.owner).await? {
            None => EvidenceFault::Closed,
            Some(actor) => match self.bring(&actor, upload.clone(), place).await {
                Ok(upload) => return Ok(upload),
                Err(Error::Evidence(fault)) => fault,
                // What was open when it was announced is open no more.
                Err(Error::Case(_) | Error::Denied(_) | Error::NotFound) => EvidenceFault::Closed,
                Err(other) => return Err(other),
            },
        };
        let mut tx = portal.store().begin().await?;
        upload.reject(fault, portal.now())?;
        tx.save(&upload).await?;
        tx.audit(portal.own_event("upload.reject", "upload", id));
        tx.commit().await?;
        self.clear(id).await;
        Ok(upload.value)
    }

    /// Gives a whole upload that has no place yet one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is somebody else's, [`UploadFault::NotWhole`],
    /// [`UploadFault::Sealed`], and what keeps a file from that place; it stays whole
    /// then.
    pub async fn attach(&self, actor: &Actor, id: UploadId, place: Place) -> Result<Upload> {
        self.own(Claim { actor: Some(actor), capability: None }, id).await?;
        let upload: Stored<Upload> = self.0.store().one(id.0).await?.ok_or(Error::NotFound)?;
        upload.is_alive(self.0.now())?;
        match upload.state {
            UploadState::Whole { .. } if upload.shape != Shape::Partial => self.bring(actor, upload, place).await,
            UploadState::Attached { .. } => Err(UploadFault::Sealed.into()),
            _ => Err(UploadFault::NotWhole.into()),
        }
    }

    /// Makes evidence of what is whole, and saves its row with that.
    async fn bring(&self, actor: &Actor, mut upload: Stored<Upload>, place: Place) -> Result<Upload> {
        let portal = self.0;
        let digest = upload.digest().ok_or(UploadFault::NotWhole)?;
        let (id, size) = (upload.id, upload.offset());
        let mut admission = portal.evidences().admit_later(actor, place.into()).await?;
        if let Some(offer) = upload.capture {
            admission = admission.bringing(Brought {
                offer,
                way: Way::InPage,
                // The claim was made in it.
                login: None,
                began_at: upload.created_at,
                upload: Some(id),
                first_byte_at: upload.first_byte_at,
            });
        }
        let (spool, segments, last) = (portal.parts.uploads.clone(), upload.segments.clone(), upload.writer);
        let file = blocking(move || spool.one_file(id, &segments, last)).await?;
        let mut arrived = portal.evidences().recognise(&admission, &file, size, digest, upload.name.as_str()).await?;
        arrived.upload = Some(id);
        let mut tx = portal.store().begin().await?;
        let receipt = portal.evidences().record(&mut tx, actor, &admission, &arrived).await?;
        upload.value.place = Some(place);
        upload.attach(receipt.evidence.id, portal.now())?;
        tx.save(&upload).await?;
        tx.commit().await?;
        portal.parts.desks.forget(id);
        portal.parts.bell.notify_one();
        self.keep_soon(id);
        Ok(upload.value)
    }

    /// Has a file handed to the object store soon, with those that come meanwhile. Nobody waits
    /// for it: until the store has the file, the spool serves it.
    fn keep_soon(&self, id: UploadId) {
        let portal = self.0.clone();
        let waiting = {
            let mut leaving = portal.parts.leaving.lock().unwrap_or_else(PoisonError::into_inner);
            leaving.push(id);
            leaving.len()
        };
        // Whoever came first takes the others along.
        if waiting > 1 {
            return;
        }
        tokio::spawn(async move {
            tokio::time::sleep(TOGETHER).await;
            // Where the object store has enough to do, one task waits, and what comes meanwhile joins its list.
            drop(portal.parts.handing.acquire().await);
            let ids = std::mem::take(&mut *portal.parts.leaving.lock().unwrap_or_else(PoisonError::into_inner));
            if let Err(error) = portal.uploads().keep(ids).await {
                tracing::error!(%error, "the object store did not take a file; the next sweep tries again");
            }
        });
    }

    /// Hands what became evidence to the object store, and only then lets go of it here.
    /// Whether there was anything to do.
    ///
    /// # Errors
    /// That of one that stays here; the others have gone all the same.
    pub(crate) async fn keep(&self, mut ids: Vec<UploadId>) -> Result<bool> {
        let portal = self.0;
        // In one order everywhere: two servers that write the same rows do not wait for each other.
        ids.sort_unstable();
        let handed: Vec<_> = stream::iter(ids).map(|id| self.hand_over(id)).buffered(AT_ONCE).collect().await;
        let (mut ready, mut result) = (Vec::new(), Ok(()));
        for one in handed {
            match one {
                Ok(upload) => ready.extend(upload),
                Err(error) => result = Err(error),
            }
        }
        if ready.is_empty() {
            return result.map(|()| false);
        }
        let mut gone = Vec::new();
        let tx = portal.store().begin().await?;
        for upload in ready {
            match tx.save(&upload).await {
                Ok(()) => gone.push(upload.id),
                // Another server has done the same, and lets go of it.
                Err(StoreError::Changed { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        tx.commit().await?;
        let (spool, any) = (portal.parts.uploads.clone(), !gone.is_empty());
        let left = blocking(move || {
            // Each is tried, whatever came of the others.
            let left: Vec<_> = gone.into_iter().filter_map(|id| spool.remove(id).err()).collect();
            Ok(left.into_iter().next())
        })
        .await?;
        left.map_or(result, |error| Err(error.into())).map(|()| any)
    }

    /// Hands one file over; its row as it is to be after that, unless that was done before.
    async fn hand_over(&self, id: UploadId) -> Result<Option<Stored<Upload>>> {
        let portal = self.0;
        // The row is read after the wait: somebody else may have done it meanwhile.
        let _turn = portal.parts.handing.acquire().await.map_err(|error| Error::Impossible(error.to_string()))?;
        let mut upload: Stored<Upload> = portal.store().one(id.0).await?.ok_or(Error::NotFound)?;
        let UploadState::Attached { digest, kept: false, .. } = upload.state else { return Ok(None) };
        let (spool, segments, last) = (portal.parts.uploads.clone(), upload.segments.clone(), upload.writer);
        let file = blocking(move || spool.one_file(id, &segments, last)).await?;
        portal.objects().adopt(&file, digest, upload.offset()).await?;
        Ok(upload.keep().then_some(upload))
    }
}
