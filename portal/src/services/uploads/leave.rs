//! What is still on its way when a round or the proof of a finding is sent: what is here already is
//! brought to its place, and the rest is ended where its sender says not to wait for it.

use domain::{ids::UploadId, upload::Upload};
use serde_json::json;
use uuid::Uuid;

use super::{PATIENCE, Turn, Uploads};
use crate::{
    error::{Error, Result},
    store::Tx,
};

impl Uploads<'_> {
    /// Brings those to their place that wait for nobody but the portal. Where something is in the way
    /// they stay as they are.
    pub(in crate::services) async fn bring_what_is_here(&self, uploads: &[Upload]) {
        for upload in uploads {
            let id = upload.id;
            let brought = if upload.waits_for_its_place() {
                self.settle(id).await.map(|_| ())
            } else {
                self.finish_left(id).await.map(|_| ())
            };
            if let Err(error) = brought {
                tracing::warn!(upload = %id, %error, "a whole upload does not come to its place in time");
            }
        }
    }

    /// Ends whoever writes these and takes their turns: what a writer had received counts before that.
    pub(in crate::services) async fn turns(&self, uploads: &[Upload]) -> Result<Vec<(UploadId, Turn)>> {
        let mut turns = Vec::with_capacity(uploads.len());
        for upload in uploads {
            let seat = self.0.parts.desks.seat(upload.id, PATIENCE).await.ok_or(Error::Busy)?;
            turns.push((upload.id, seat.hand));
        }
        Ok(turns)
    }

    /// Ends these, whose turns the caller has, with the round of a case or the proof of a finding that
    /// does not wait for them; `by` is its id. After the commit the caller has [`Uploads::let_go`] of
    /// their bytes.
    ///
    /// # Errors
    /// [`Error::Changed`] where one began after the turns were taken, since nobody has said to leave
    /// that one, or where one has come to its place.
    pub(in crate::services) async fn leave(
        &self,
        tx: &mut Tx,
        by: Uuid,
        uploads: &[UploadId],
        turns: &mut [(UploadId, Turn)],
    ) -> Result<()> {
        let portal = self.0;
        for id in uploads {
            let (_, turn) = turns.iter_mut().find(|(of, _)| of == id).ok_or(Error::Changed)?;
            let mut upload = crate::services::load::<Upload>(tx, id.0).await?;
            **turn = None;
            // Another server may have brought it to its place since it was looked for.
            upload.end(portal.now()).map_err(|_| Error::Changed)?;
            tx.save(&upload).await?;
            tx.audit(portal.own_event("upload.end", "upload", *id).with(json!({ "left_by": by })));
        }
        Ok(())
    }

    /// Lets go of the bytes of uploads that ended.
    pub(in crate::services) async fn let_go(&self, ended: &[UploadId]) {
        for id in ended {
            self.0.parts.desks.forget(*id);
            self.clear(*id).await;
        }
    }
}
