//! What the spool has of uploads: what counts after a break, what is served from there, what is
//! over, and whether it is the spool at all.

use std::ops::Range;

use bytes::Bytes;
use domain::{
    ids::{Digest, UploadId},
    upload::{self, Shape, Upload, UploadState},
};
use futures::stream::BoxStream;

use super::{Uploads, blocking, is_left};
use crate::{
    error::{Error, Result},
    evidence::writer::Hand,
    store::{self, Stored},
};

impl Uploads<'_> {
    /// Sees to it that the spool has its mark, or that it is said why it has none.
    pub(super) async fn claim_spool(&self) -> Result<()> {
        let spool = self.0.parts.uploads.clone();
        if spool.is_known() {
            return Ok(());
        }
        // Asked before the mark is looked for: whoever was faster had one before the first row.
        let under_way = store::upload::any_under_way(self.0.store().read()).await?;
        let mark = spool.mark();
        if !blocking(move || spool.claim(under_way)).await? {
            tracing::error!(
                mark = %mark.display(),
                "uploads are under way, and where their files should be is nothing and no mark: is the disk of the \
                 spool there? Nothing of them is given up until it is. If their files are lost for good, make the mark"
            );
        }
        Ok(())
    }

    /// Whether the spool is the one that uploads were written to: its disk is there, or nothing
    /// is on its way that could lie there.
    ///
    /// # Errors
    /// [`Error::Disk`], [`Error::Store`].
    pub async fn has_spool(&self) -> Result<bool> {
        let spool = self.0.parts.uploads.clone();
        Ok(blocking(move || spool.is_marked()).await? || !store::upload::any_under_way(self.0.store().read()).await?)
    }

    /// Lets go of what the spool has of an upload. What stays is removed when a server starts.
    pub(super) async fn clear(&self, id: UploadId) {
        let spool = self.0.parts.uploads.clone();
        if let Err(error) = blocking(move || spool.remove(id)).await {
            tracing::warn!(upload = %id, %error, "an upload that is over stays in the spool");
        }
    }

    /// The row as it is, for whoever has the turn. Where the last writer was not this
    /// process, what the disk really has counts from now on.
    pub(super) async fn current(&self, id: UploadId, hand: Option<&Hand>) -> Result<Stored<Upload>> {
        let portal = self.0;
        let mut stored: Stored<Upload> = portal.store().one(id.0).await?.ok_or(Error::NotFound)?;
        if let Some(hand) = hand.filter(|hand| hand.stored.is_same(&stored)) {
            return Ok(hand.stored.clone());
        }
        if self.recount(&mut stored.value).await? {
            tracing::warn!(upload = %id, offset = stored.offset().0, "a part of an upload is not on this disk");
            stored = portal.store().save_one(stored).await?;
        }
        Ok(stored)
    }

    /// The same, and whoever writes it at another server counts nothing more from now on.
    pub(super) async fn alone_at(&self, id: UploadId, hand: Option<&Hand>) -> Result<Stored<Upload>> {
        let mut stored = self.current(id, hand).await?;
        let own = hand.is_some_and(|hand| hand.stored.is_same(&stored));
        // To what is put together from parts nobody adds, nor to what is over.
        let over = stored.state != UploadState::Receiving || stored.has_run_out(self.0.now());
        if own || over || stored.shape == Shape::Final || is_left(&stored) {
            return Ok(stored);
        }
        stored.value.take_over();
        // First nobody else can count any more, then it is seen how far they have come. Of one that stands still the row
        // says that; somebody may be at it all the same, who has counted nothing yet.
        let mut stored = self.0.store().save_one(stored).await?;
        if stored.flowing {
            self.recount(&mut stored.value).await?;
            stored.value.stand_still();
            stored = self.0.store().save_one(stored).await?;
        }
        Ok(stored)
    }

    /// Counts what the disk has of an upload. Whether less is there than counted before. Where the disk does
    /// not say, or is not there, nothing is counted anew.
    pub(super) async fn recount(&self, upload: &mut Upload) -> Result<bool> {
        if upload.state != UploadState::Receiving {
            return Ok(false);
        }
        let spool = self.0.parts.uploads.clone();
        let (segments, flowing) = (upload.segments.clone(), upload.flowing);
        let on_disk: std::collections::HashMap<_, _> = blocking(move || {
            let last = segments.len().saturating_sub(1);
            let found = segments.iter().enumerate().map(|(index, segment)| {
                let flows = flowing && index == last;
                let size = if flows { spool.settled(segment) } else { spool.found(segment) };
                Ok(((segment.upload, segment.writer), size?))
            });
            found.collect()
        })
        .await?;
        let size = |segment: &upload::Segment| on_disk.get(&(segment.upload, segment.writer)).copied();
        Ok(upload.keep_what_is_there(|segment| size(segment).unwrap_or_default()))
    }

    /// The bytes of what became evidence and still lies in the spool.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Disk`].
    pub(in crate::services) async fn spooled(
        &self,
        digest: Digest,
        range: Option<Range<u64>>,
    ) -> Result<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        let portal = self.0;
        let Some(upload) = store::upload::unkept(portal.store().read(), digest).await? else { return Ok(None) };
        let spool = portal.parts.uploads.clone();
        let opened = match blocking(move || spool.one_file(upload.id, &upload.segments, upload.writer)).await {
            Ok(file) => crate::objects::stream_file(file, range).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        match opened {
            Ok(bytes) => Ok(Some(bytes)),
            // It was handed over a moment ago.
            Err(Error::Disk(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Counts for every unfinished upload of this spool only what the disk has: after
    /// a power cut that can be less than what was being written. What is over is removed. One
    /// that cannot be looked after is told of in the log, and keeps no other from it. How many
    /// are not over.
    ///
    /// # Errors
    /// [`Error::Disk`] when the spool cannot be read, [`Error::Store`].
    pub async fn reconcile(&self) -> Result<u32> {
        self.claim_spool().await?;
        let spool = self.0.parts.uploads.clone();
        let ids = blocking(move || spool.uploads()).await?;
        let mut seen = 0;
        for id in ids {
            match self.look_after(id).await {
                Ok(unfinished) => seen += u32::from(unfinished),
                Err(error) => tracing::error!(upload = %id, %error, "an upload is left as it is"),
            }
        }
        Ok(seen)
    }

    /// Does for an upload that lies in the spool what an earlier run did not come to. Whether
    /// there is still something to be done for it.
    async fn look_after(&self, id: UploadId) -> Result<bool> {
        let stored = match self.current(id, None).await {
            Ok(stored) => stored,
            // Another server writes it.
            Err(Error::Changed) => return Ok(true),
            // A folder without a row: its creation was never acknowledged, or it is long over.
            Err(Error::NotFound) => {
                let spool = self.0.parts.uploads.clone();
                blocking(move || spool.remove(id)).await?;
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        if is_left(&stored) {
            self.go_on(stored).await?;
            return Ok(true);
        }
        match stored.state {
            UploadState::Receiving | UploadState::Whole { .. } | UploadState::Attached { kept: false, .. } => Ok(true),
            UploadState::Attached { kept: true, .. } | UploadState::Rejected { .. } | UploadState::Ended { .. } => {
                let spool = self.0.parts.uploads.clone();
                blocking(move || spool.remove(id)).await?;
                Ok(false)
            }
        }
    }
}
