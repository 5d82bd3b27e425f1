//! Room for uploads: how large one may be, what its sender may have on the way, and what everybody
//! has still to send.

use domain::{
    actor::Actor,
    enrolment::EnrolmentError,
    ids::ByteCount,
    time::Timestamp,
    upload::{self, Upload, UploadFault},
};

use super::{NewUpload, Uploads, blocking};
use crate::{
    account::Account,
    error::{Error, Result},
    services::load,
    store::{self, Tx},
};

/// Minutes for which an upload is taken for one that is being sent after it was announced or bytes of it came. The room
/// of others is not kept free: anybody could announce, and send nothing.
const LATELY: i64 = 60;

impl Uploads<'_> {
    /// How large a new upload may be; whether its sender may send it there at all.
    pub(super) async fn limit(&self, actor: &Actor, new: &NewUpload) -> Result<ByteCount> {
        let limit = if let Some(place) = new.place {
            self.0.evidences().admit(actor, place.into(), new.length).await?.limit()
        } else {
            self.known_to_an_agency(actor).await?;
            self.largest()
        };
        match new.length {
            Some(length) if length > limit => Err(UploadFault::TooLong { length, limit }.into()),
            _ => Ok(limit),
        }
    }

    /// What has no place yet takes room from everybody, so only those may send it whose registration an agency has
    /// confirmed: anybody can register.
    async fn known_to_an_agency(&self, actor: &Actor) -> Result<()> {
        let id = actor.enterprise().ok_or(Error::NotFound)?;
        let enterprise = store::enterprise::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        if enterprise.registration.is_confirmed() { Ok(()) } else { Err(EnrolmentError::Unconfirmed.into()) }
    }

    /// Sees to it that its sender may have this one on the way, too. What one person announces at the same moment is
    /// counted one after the other: the account is locked until the commit. It is the last row to be locked, so that
    /// whoever holds it waits for no other.
    pub(super) async fn set_aside_for(&self, tx: &Tx, upload: &Upload) -> Result<()> {
        load::<Account>(tx, upload.owner.0).await?;
        let before = store::upload::on_the_way(tx.db(), upload.owner).await?;
        let limits = self.0.settings().evidence;
        upload::one_more(before.files, limits.files_on_the_way)?;
        upload::quota(before.bytes, upload.reserved(), limits.bytes_on_the_way)?;
        Ok(())
    }

    /// How much room is set aside for files that are being sent.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn set_aside(&self) -> Result<ByteCount> {
        let sent = store::upload::set_aside(self.0.store().read(), self.lately()).await?;
        Ok(ByteCount(sent.iter().map(|(_, bytes)| bytes.0).fold(0, u64::saturating_add)))
    }

    /// How much of that is not taken yet: the row of a file that flows does not say what has come,
    /// so it is read off the spool.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn to_come(&self) -> Result<ByteCount> {
        let sent = store::upload::set_aside(self.0.store().read(), self.lately()).await?;
        let spool = self.0.parts.uploads.clone();
        blocking(move || {
            let left = sent.into_iter().map(|(id, bytes)| {
                // Where the disk does not say, all of it may still come.
                bytes.0.saturating_sub(spool.size_of(id).unwrap_or_default().0)
            });
            Ok(ByteCount(left.fold(0, u64::saturating_add)))
        })
        .await
    }

    /// Whoever has sent something lately has at least so much time left.
    fn lately(&self) -> Timestamp {
        self.expiry().plus_minutes(-LATELY)
    }
}
