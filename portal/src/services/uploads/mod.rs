//! Uploads that can be resumed: created, written piece by piece, put together, and
//! turned into evidence. HTTP is a thin door before it.
//!
//! What an answer promises: bytes that are counted have reached the disk and are in
//! the hash. The row says who writes, the spool how much there is: a writer looks at
//! the row after the disk has the bytes, and answers only where it is still the one; who
//! takes over writes the row first and then reads off the spool how far the other has
//! come. So any server that sees the spool can go on where another stopped.

mod append;
mod care;
mod finish;
mod join;
mod leave;
mod room;
mod stay;

use std::time::Duration;

use bytes::Bytes;
use domain::{
    actor::Actor,
    capture::{Claimant, TakenAt},
    evidence::{Evidence, FileName, largest},
    ids::{ByteCount, CaptureId, Digest, UploadId},
    policy::Action,
    upload::{self, Offer, Place, Shape, Upload, UploadState},
};
use futures::TryStreamExt as _;
use proof::{Hash, entry::Fact};
use rand::RngCore as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedMutexGuard;

pub use append::{Algorithm, Appended, Checksum, Part, Piece};

use super::{captures, evidences::Slot};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::{
        intake::of_the_disk,
        writer::{Hand, Pen, Whose},
    },
    objects::SOON,
    store::{self, LogEntry, Stored, Tx},
};

/// The service.
pub struct Uploads<'a>(pub(crate) &'a Portal);

/// How long a newer request waits for the disk of an older one.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a question tries to end a writer at another server, who may write the row at the same moment.
const TRIES: u32 = 3;

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
    fn covers(self, whose: Whose) -> bool {
        let knows = self.capability.is_some_and(|secret| hashed(secret) == whose.capability);
        self.actor.map_or(knows, |actor| actor.account == whose.owner)
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
    /// The code that it brings, where it was taken live.
    pub live: Option<Live>,
}

/// A new upload with the secret part of its address, which is told once.
#[derive(Clone, Debug)]
pub struct Created {
    /// The upload.
    pub upload: Upload,
    /// The secret.
    pub capability: String,
}

/// The code that a new upload brings, as its sender says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The capture it belongs to.
    pub capture: CaptureId,
    /// The key of the session it is announced in; programs with a token have none.
    pub session: Option<String>,
    /// Where the device says the picture was taken.
    pub taken_at: Option<TakenAt>,
}

impl From<Slot> for Place {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::Line(case, line) => Self::Line { case, line },
            Slot::Finding(finding, moment) => Self::Finding { finding, moment },
        }
    }
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
    /// [`Error::Denied`], [`Error::NotFound`], [`domain::enrolment::EnrolmentError::Unconfirmed`]), [`upload::UploadFault::TooLong`],
    /// [`upload::UploadFault::QuotaFull`], [`upload::UploadFault::TooMany`].
    pub async fn create(&self, actor: &Actor, new: NewUpload) -> Result<Created> {
        let portal = self.0;
        portal.permit_any(actor, Action::AnswerCase)?;
        let limit = self.limit(actor, &new).await?;
        self.enter(actor, new, limit, &[]).await
    }

    /// Writes the row of a new upload, and what goes with it.
    async fn enter(&self, actor: &Actor, new: NewUpload, limit: ByteCount, joined: &[Upload]) -> Result<Created> {
        self.claim_spool().await?;
        let portal = self.0;
        let now = portal.now();
        let (id, capability) = (UploadId(portal.new_id()), secret());
        let held = self.held(actor, &new).await?;
        let mut unheard = self.unheard(actor, &new).await?;
        let parts = joined.iter().map(|part| part.id).collect();
        let mut upload = Upload {
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
            segments: Vec::new(),
            flowing: false,
            writer: 0,
            capability: hashed(&capability),
            capture: None,
            // What is put together from parts is all here at once.
            first_byte_at: (!joined.is_empty()).then_some(now),
            created_at: now,
            expires_at: self.expiry(),
            state: UploadState::Receiving,
        };
        if new.shape == Shape::Final {
            upload.expires_at = now.plus_minutes(join::MINUTES);
        } else {
            // This process is the first writer: its first piece costs no row.
            upload.take_over();
            upload.flow();
        }
        let mut tx = portal.store().begin().await?;
        let ended = self.end_unheard(&mut tx, id, &mut unheard).await?;
        if let Some((known, place)) = held {
            let mut admission = portal.evidences().admit(actor, place.into(), Some(known.size)).await?;
            if let Some(live) = &new.live {
                let offer = Offer { capture: live.capture, fault: None, place: live.taken_at };
                admission = admission.bringing(portal.captures().brought_at_once(offer, live.session.as_deref()));
            }
            let receipt = portal.evidences().again(&mut tx, actor, &admission, &known, &upload).await?;
            upload.already_held(receipt.evidence.id, known.digest, now)?;
        } else if let Some(live) = &new.live {
            let claimant = new.declared.map_or(Claimant::Upload { upload: id }, |digest| Claimant::Bytes { digest });
            let claim = captures::Claim {
                capture: live.capture,
                place: new.place,
                session: live.session.as_deref(),
                claimant,
                taken_at: live.taken_at,
            };
            upload.capture = Some(portal.captures().claim(&tx, actor, claim).await?);
        }
        // What is here already takes no room.
        if upload.state == UploadState::Receiving {
            self.set_aside_for(&tx, &upload).await?;
        }
        tx.insert(&upload).await?;
        if let Some(digest) = upload.declared {
            let fact = Fact::Committed {
                upload: id.to_string(),
                sha256: Hash(digest.0),
                size: upload.length.map(|length| length.0),
                account: actor.account.to_string(),
            };
            tx.log(LogEntry::of_upload(now, id, fact));
        }
        tx.audit(portal.event(actor, "upload.create", "upload", id).with(json!({
            "name": upload.name, "length": upload.length, "sha256": upload.declared, "place": upload.place,
        })));
        tx.commit().await?;
        if upload.flowing {
            let own = upload::Segment { upload: id, writer: upload.writer, size: ByteCount(0) };
            let pen = Pen::new(&portal.parts.uploads, own);
            portal.parts.desks.begin(Hand { stored: Stored::inserted(upload.clone()), pen });
        }
        for id in ended {
            portal.parts.desks.forget(id);
            self.clear(id).await;
        }
        Ok(Created { upload, capability })
    }

    /// Earlier announcements of the very same file for the same place of which no byte has come: their answers
    /// were lost on the way, and nobody knows their addresses. What has no place may be meant for several. Each
    /// comes with its turn, so that nobody begins to send it meanwhile.
    async fn unheard(&self, actor: &Actor, new: &NewUpload) -> Result<Vec<(UploadId, Turn)>> {
        let portal = self.0;
        let (Some(_), Some(_), Some(length)) = (new.declared, new.place, new.length) else { return Ok(Vec::new()) };
        let mut unheard = Vec::new();
        for one in store::upload::receiving(portal.store().read(), actor.account, length).await? {
            let same = (one.declared, one.place, one.shape) == (new.declared, new.place, new.shape);
            if !same || !one.is_only_announced() {
                continue;
            }
            let Some(turn) = portal.parts.desks.idle(one.id) else { continue };
            let (id, spool) = (one.id, portal.parts.uploads.clone());
            match blocking(move || spool.found_in_all(&one.segments)).await {
                Ok(ByteCount(0)) => unheard.push((id, turn)),
                Ok(_) => {}
                Err(error) => tracing::warn!(upload = %id, %error, "nobody knows whether bytes of an upload have come"),
            }
        }
        Ok(unheard)
    }

    /// Ends them, as far as they still are no more than announced; which these were.
    async fn end_unheard(
        &self,
        tx: &mut Tx,
        newer: UploadId,
        unheard: &mut [(UploadId, Turn)],
    ) -> Result<Vec<UploadId>> {
        let portal = self.0;
        let mut ended = Vec::new();
        for (id, turn) in unheard {
            let Some(mut upload) = tx.load::<Upload>(id.0).await? else { continue };
            if !upload.is_only_announced() {
                continue;
            }
            **turn = None;
            upload.end(portal.now())?;
            tx.save(&upload).await?;
            tx.audit(portal.own_event("upload.end", "upload", *id).with(json!({ "announced_again": newer })));
            ended.push(*id);
        }
        Ok(ended)
    }

    /// The file with these bytes that the sender's enterprise has here already: it is
    /// not sent again.
    async fn held(&self, actor: &Actor, new: &NewUpload) -> Result<Option<(Evidence, Place)>> {
        let (Some(digest), Some(place), Some(enterprise)) = (new.declared, new.place, actor.enterprise()) else {
            return Ok(None);
        };
        let known = store::evidence::held(self.0.store().read(), enterprise, digest).await?;
        let same = known.filter(|known| new.shape == Shape::Whole && new.length == Some(known.size));
        let Some(known) = same else { return Ok(None) };
        Ok(self.is_here(&known).await.then_some((known, place)))
    }

    /// Whether a file can be read to its end, as far as its last byte says. Where it cannot, the sender's copy
    /// may be the only good one.
    async fn is_here(&self, known: &Evidence) -> bool {
        let Some(last) = known.size.0.checked_sub(1) else { return false };
        let read = async {
            let bytes = self.0.evidences().open(known.digest, Some(last..known.size.0)).await?;
            Ok::<_, Error>(bytes.try_collect::<Vec<Bytes>>().await?)
        };
        // Whoever announces a file can send it as well.
        let read = tokio::time::timeout(SOON, read).await.unwrap_or_else(|_| Err(Error::Busy));
        match read {
            Ok(bytes) => bytes.iter().map(Bytes::len).sum::<usize>() == 1,
            Err(error) => {
                tracing::error!(evidence = %known.id, %error, "a file cannot be read; it is asked for once more");
                false
            }
        }
    }

    /// When an upload is given up unless more comes.
    fn expiry(&self) -> domain::time::Timestamp {
        self.0.now().plus_minutes(i64::from(self.0.settings().evidence.unfinished_hours) * 60)
    }

    /// An upload as it stands on the disk. Whoever writes it is ended first, so that
    /// the answer holds until more is sent. Where every byte is there it is finished: to its
    /// sender that is what the answer says.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody without a claim, [`upload::UploadFault::Gone`],
    /// [`Error::Busy`]; what keeps it from being finished.
    pub async fn look(&self, claim: Claim<'_>, id: UploadId) -> Result<Upload> {
        self.own(claim, id).await?;
        let mut seat = self.0.parts.desks.seat(id, PATIENCE).await.ok_or(Error::Busy)?;
        let mut tries = 0;
        let stored = loop {
            tries += 1;
            match self.alone_at(id, seat.hand.as_ref()).await {
                // Another server wrote the row meanwhile, and may be at it still.
                Err(Error::Changed) if tries < TRIES => {}
                // Where the row cannot be written, what is there is told all the same.
                Err(Error::Changed | Error::Full) => break self.current(id, None).await?,
                stored => break stored?,
            }
        };
        // A hand that another server has overtaken would count nothing.
        if is_left(&stored) || seat.hand.as_ref().is_some_and(|hand| !hand.stored.is_same(&stored)) {
            *seat.hand = None;
        }
        let upload = self.go_on(stored).await?;
        upload.is_alive(self.0.now())?;
        Ok(upload)
    }

    /// Ends an upload and throws its bytes away.
    ///
    /// # Errors
    /// As [`Uploads::look`], and [`upload::UploadFault::Sealed`] once it is evidence.
    pub async fn end(&self, claim: Claim<'_>, id: UploadId) -> Result<()> {
        let portal = self.0;
        self.own(claim, id).await?.is_alive(portal.now())?;
        let mut seat = portal.parts.desks.seat(id, PATIENCE).await.ok_or(Error::Busy)?;
        *seat.hand = None;
        let tx = portal.store().begin().await?;
        let upload = super::load::<Upload>(&tx, id.0).await?;
        self.stop(tx, upload).await
    }

    /// Ends an upload to which nothing was added for too long, without asking whose it is. One
    /// of which every byte is there is finished instead. Whether there was anything to do.
    pub(super) async fn give_up(&self, id: UploadId) -> Result<bool> {
        let portal = self.0;
        // Whoever is at it goes on with it.
        let Some(mut turn) = portal.parts.desks.idle(id) else { return Ok(false) };
        let stored = self.current(id, turn.as_ref()).await?;
        if is_left(&stored) {
            *turn = None;
            self.go_on(stored).await?;
            return Ok(true);
        }
        let tx = portal.store().begin().await?;
        let upload = super::load::<Upload>(&tx, id.0).await?;
        if !upload.has_run_out(portal.now()) {
            return Ok(false);
        }
        *turn = None;
        self.stop(tx, upload).await?;
        Ok(true)
    }

    /// Ends an upload whose turn the caller has, and throws its bytes away.
    async fn stop(&self, mut tx: Tx, mut upload: Stored<Upload>) -> Result<()> {
        let (portal, id) = (self.0, upload.id);
        upload.end(portal.now())?;
        tx.save(&upload).await?;
        tx.audit(portal.own_event("upload.end", "upload", id));
        tx.commit().await?;
        portal.parts.desks.forget(id);
        let spool = portal.parts.uploads.clone();
        blocking(move || spool.remove(id)).await
    }

    /// Finishes an upload of which every byte is there, and that nobody is at: whoever had
    /// written the last one could not, or has ended. Whether it was one.
    pub(super) async fn finish_left(&self, id: UploadId) -> Result<bool> {
        let portal = self.0;
        let Some(upload) = store::upload::get(portal.store().read(), id).await? else { return Ok(false) };
        let (UploadState::Receiving, Some(length)) = (&upload.state, upload.length) else { return Ok(false) };
        // Few are whole, and what their files hold is quickly said.
        let (spool, segments) = (portal.parts.uploads.clone(), upload.segments);
        if blocking(move || spool.found_in_all(&segments)).await? < length {
            return Ok(false);
        }
        let Some(mut turn) = portal.parts.desks.idle(id) else { return Ok(false) };
        let stored = self.current(id, turn.as_ref()).await?;
        if !is_left(&stored) {
            return Ok(false);
        }
        *turn = None;
        self.go_on(stored).await?;
        Ok(true)
    }

    /// The upload, for whoever has a claim to it; for everybody else there is none.
    async fn own(&self, claim: Claim<'_>, id: UploadId) -> Result<Upload> {
        let upload = store::upload::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        if claim.covers(Whose::from(&upload)) { Ok(upload) } else { Err(Error::NotFound) }
    }

    /// Whose upload it is, for whoever has a claim to it.
    async fn claimed(&self, claim: Claim<'_>, id: UploadId) -> Result<domain::ids::AccountId> {
        let whose = if let Some(whose) = self.0.parts.desks.whose(id) {
            whose
        } else {
            let upload = store::upload::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
            let whose = Whose::from(&upload);
            self.0.parts.desks.remember(id, whose);
            whose
        };
        if claim.covers(whose) { Ok(whose.owner) } else { Err(Error::NotFound) }
    }
}

/// The turn of an upload, with what its last writer left.
type Turn = OwnedMutexGuard<Option<Hand>>;

/// Whether every byte of an upload is there, and nobody has finished it.
fn is_left(upload: &Upload) -> bool {
    upload.state == UploadState::Receiving && upload.is_full()
}

/// Does something with the disk away from the async threads. A disk that is full is said so.
pub(crate) async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(act).await {
        Ok(done) => done.map_err(of_the_disk),
        Err(error) => Err(std::io::Error::other(error.to_string()).into()),
    }
}
