//! From the last byte to evidence: the digest, the place, the object store.
//!
//! Each step is a transaction of its own that finds out under the row's lock whether
//! it is still to be done. Where one fails, because the object store is down or the
//! process ends, the sweep goes on from there ([`Uploads::settle`], [`Uploads::keep`]).

use domain::{
    actor::Actor,
    evidence::EvidenceFault,
    ids::UploadId,
    upload::{Place, Shape, Upload, UploadFault, UploadState},
};
use sha2::Sha256;

use super::{Claim, Uploads, blocking};
use crate::{
    error::{Error, Result},
    evidence::spool,
    services::load,
    store,
};

impl Uploads<'_> {
    /// Every byte is there: says what they are, and brings them to their place. `hash`
    /// is theirs, where the writer has it.
    pub(super) async fn finish(&self, id: UploadId, hash: Option<Sha256>) -> Result<Upload> {
        let portal = self.0;
        let digest = if let Some(hash) = hash {
            spool::digest(hash)
        } else {
            let upload = store::upload::get(portal.store().read(), id).await?.ok_or(Error::NotFound)?;
            let spool = portal.parts.uploads.clone();
            spool::digest(blocking(move || spool.hash(&upload.segments)).await?)
        };
        let mut tx = portal.store().begin().await?;
        let mut upload = load::<Upload>(&tx, id.0).await?;
        if upload.state == UploadState::Receiving {
            upload.complete(digest, portal.now())?;
            tx.save(&upload).await?;
            if let UploadState::Rejected { .. } = upload.state {
                tx.audit(portal.own_event("upload.reject", "upload", id));
            }
            tx.commit().await?;
        }
        match self.settle(id).await {
            // It is whole and on the disk; the sweep tries again.
            Err(error @ (Error::Store(_) | Error::Objects(_) | Error::Disk(_))) => {
                tracing::error!(upload = %id, %error, "a whole upload waits to become evidence");
                store::upload::get(portal.store().read(), id).await?.ok_or(Error::NotFound)
            }
            settled => settled,
        }
    }

    /// Makes evidence of a whole upload that has a place. One that the place does not
    /// take is rejected, and says why.
    pub(crate) async fn settle(&self, id: UploadId) -> Result<Upload> {
        let portal = self.0;
        let upload = store::upload::get(portal.store().read(), id).await?.ok_or(Error::NotFound)?;
        let (UploadState::Whole { .. }, Some(place)) = (&upload.state, upload.place) else { return Ok(upload) };
        if upload.shape == Shape::Partial {
            return Ok(upload);
        }
        let fault = match portal.accounts().actor(upload.owner).await? {
            None => EvidenceFault::Closed,
            Some(actor) => match self.bring(&actor, &upload, place).await {
                Ok(upload) => return Ok(upload),
                Err(Error::Evidence(fault)) => fault,
                // What was open when it was announced is open no more.
                Err(Error::Case(_) | Error::Denied(_) | Error::NotFound) => EvidenceFault::Closed,
                Err(other) => return Err(other),
            },
        };
        let mut tx = portal.store().begin().await?;
        let mut upload = load::<Upload>(&tx, id.0).await?;
        upload.reject(fault, portal.now())?;
        tx.save(&upload).await?;
        tx.audit(portal.own_event("upload.reject", "upload", id));
        tx.commit().await?;
        Ok(upload.value)
    }

    /// Gives a whole upload that has no place yet one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is somebody else's, [`UploadFault::NotWhole`],
    /// [`UploadFault::Sealed`], and what keeps a file from that place; it stays whole
    /// then.
    pub async fn attach(&self, actor: &Actor, id: UploadId, place: Place) -> Result<Upload> {
        let upload = self.own(Claim { actor: Some(actor), capability: None }, id).await?;
        upload.is_alive(self.0.now())?;
        match upload.state {
            UploadState::Whole { .. } if upload.shape != Shape::Partial => self.bring(actor, &upload, place).await,
            UploadState::Attached { .. } => Err(UploadFault::Sealed.into()),
            _ => Err(UploadFault::NotWhole.into()),
        }
    }

    async fn bring(&self, actor: &Actor, upload: &Upload, place: Place) -> Result<Upload> {
        let portal = self.0;
        let digest = upload.digest().ok_or(UploadFault::NotWhole)?;
        let (id, size) = (upload.id, upload.offset());
        let admission = portal.evidences().admit(actor, place.into(), Some(size)).await?;
        let (spool, segments) = (portal.parts.uploads.clone(), upload.segments.clone());
        let file = blocking(move || spool.one_file(id, &segments)).await?;
        let arrived = portal.evidences().recognise(&admission, &file, size, digest, upload.name.as_str()).await?;
        let mut tx = portal.store().begin().await?;
        let receipt = portal.evidences().record(&mut tx, actor, &admission, &arrived).await?;
        let mut upload = load::<Upload>(&tx, id.0).await?;
        upload.value.place = Some(place);
        upload.attach(receipt.evidence.id, portal.now())?;
        tx.save(&upload).await?;
        tx.commit().await?;
        portal.parts.desks.forget(id);
        // Nobody waits for the object store: until it has the file, the spool serves it.
        let portal = portal.clone();
        tokio::spawn(async move {
            if let Err(error) = portal.uploads().keep(id).await {
                tracing::error!(upload = %id, %error, "the object store did not take a file; the next sweep tries again");
            }
        });
        Ok(upload.value)
    }

    /// Hands what became evidence to the object store, and only then lets go of it
    /// here. Whether there was anything to do.
    pub(crate) async fn keep(&self, id: UploadId) -> Result<bool> {
        let portal = self.0;
        let upload = store::upload::get(portal.store().read(), id).await?.ok_or(Error::NotFound)?;
        let UploadState::Attached { digest, kept: false, .. } = upload.state else { return Ok(false) };
        let (spool, segments) = (portal.parts.uploads.clone(), upload.segments.clone());
        let file = blocking(move || spool.one_file(id, &segments)).await?;
        portal.objects().adopt(&file, digest, upload.offset()).await?;
        let tx = portal.store().begin().await?;
        let mut upload = load::<Upload>(&tx, id.0).await?;
        let news = upload.keep();
        if news {
            tx.save(&upload).await?;
            tx.commit().await?;
        }
        let spool = portal.parts.uploads.clone();
        blocking(move || spool.remove(id)).await?;
        Ok(news)
    }
}
