//! Whole parts that are put together (tus concatenation).

use domain::{
    actor::Actor,
    ids::{ByteCount, UploadId},
    policy::Action,
    upload::{Segment, Upload, UploadFault},
};

use super::{Created, NewUpload, Uploads, blocking};
use crate::{
    error::{Error, Result},
    services::load,
    store::{self, Stored},
};

/// Minutes after which parts that have not been put together will not be: whoever was at it has ended.
pub(super) const MINUTES: i64 = 60;

impl Uploads<'_> {
    /// How large parts are together. That one is not there is said where they are put together.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn together(&self, parts: &[UploadId]) -> Result<ByteCount> {
        let mut bytes = 0_u64;
        for id in parts {
            let part = store::upload::get(self.0.store().read(), *id).await?;
            bytes = bytes.saturating_add(part.map_or(0, |part| part.offset().0));
        }
        Ok(ByteCount(bytes))
    }

    /// Puts whole parts together, in their order. Their bytes are copied, so that the
    /// parts may end on their own; room for the copy is set aside before it is made. Where it
    /// cannot be made nothing stays.
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
        new.length = Some(Upload::joined(&found, portal.now())?);
        let limit = self.limit(actor, &new).await?;
        let (portal, actor) = (portal.clone(), actor.clone());
        // Whoever asked may be gone before the copy is made: it is made all the same, or nothing stays.
        let joining = tokio::spawn(async move { portal.uploads().put_together(&actor, new, limit, &found).await });
        joining.await.map_err(|error| Error::Impossible(error.to_string()))?
    }

    async fn put_together(&self, actor: &Actor, new: NewUpload, limit: ByteCount, found: &[Upload]) -> Result<Created> {
        let Created { upload, capability } = self.enter(actor, new, limit, found).await?;
        let id = upload.id;
        let copied = match self.copied(upload, found).await {
            Ok(copied) => copied,
            Err(error) => {
                if let Err(why) = self.end_unjoined(id).await {
                    tracing::warn!(upload = %id, error = %why, "parts that were not put together are given up later");
                    self.clear(id).await;
                }
                return Err(error);
            }
        };
        let upload = self.go_on(copied).await?;
        Ok(Created { upload, capability })
    }

    /// A new upload with the bytes of its parts. Its row says nothing of them before they are all there.
    async fn copied(&self, upload: Upload, parts: &[Upload]) -> Result<Stored<Upload>> {
        let (portal, id) = (self.0, upload.id);
        let bytes: Vec<Segment> = parts.iter().flat_map(|part| part.segments.iter().copied()).collect();
        let mut stored = Stored::inserted(upload);
        if !bytes.is_empty() {
            let spool = portal.parts.uploads.clone();
            let joined = blocking(move || spool.join(id, &bytes)).await?;
            stored.value.segments.push(joined);
        }
        stored.value.expires_at = self.expiry();
        Ok(portal.store().save_one(stored).await?)
    }

    /// Ends an upload whose parts were not put together.
    async fn end_unjoined(&self, id: UploadId) -> Result<()> {
        let tx = self.0.store().begin().await?;
        let upload = load::<Upload>(&tx, id.0).await?;
        self.stop(tx, upload).await
    }
}
