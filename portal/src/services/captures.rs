//! Codes for live capture: given out, claimed by a file, and used up with it.
//!
//! The rules are in [`domain::capture`]. What goes wrong with a code keeps no file away:
//! it is noted with the file, which counts as one that was chosen.

use domain::{
    actor::Actor,
    capture::{
        Arrival, Binding, Capture, CaptureState, Claimant, Code, CodeFault, LoginKey, Origin, TakenAt, Task, Way,
    },
    evidence::{EvidenceFault, FileName},
    ids::{CaptureId, CaseId, Digest, EnterpriseId, EvidenceId, ItemId, UploadId},
    item::EvidenceKind,
    time::Timestamp,
    upload::{Offer, Place},
};
use proof::{Hash, entry::Fact};
use rand::Rng as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::evidences::Admission;
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, LogEntry, Tx},
};

/// The service.
pub struct Captures<'a>(pub(crate) &'a Portal);

/// The code that a file brings, and what is known of its way here.
#[derive(Clone, Debug)]
pub(super) struct Brought {
    /// The code.
    pub(super) offer: Offer,
    /// How the file was taken, as its sender says.
    pub(super) way: Way,
    /// The login it comes in, where it comes in one.
    pub(super) login: Option<LoginKey>,
    /// When it began to come.
    pub(super) began_at: Timestamp,
    /// The upload that claimed the code, where one did.
    pub(super) upload: Option<UploadId>,
    /// When the upload's first byte was here.
    pub(super) first_byte_at: Option<Timestamp>,
}

/// A file that is about to be recorded.
pub(super) struct Recorded {
    pub(super) case: CaseId,
    pub(super) enterprise: EnterpriseId,
    pub(super) evidence: EvidenceId,
    pub(super) digest: Digest,
    pub(super) kind: EvidenceKind,
}

/// A login, as codes are bound to it. `session` is the key of its row.
fn login_key(session: &str) -> LoginKey {
    LoginKey(Digest(Sha256::digest(session).into()))
}

impl Captures<'_> {
    /// Gives out a code for a line or a finding. One that the same person has there and
    /// has not used does not count any more.
    ///
    /// # Errors
    /// What keeps a photo from being sent there ([`Error::Evidence`], [`Error::Denied`],
    /// [`Error::NotFound`]); [`Error::TooManyCodes`].
    pub async fn issue(&self, actor: &Actor, place: Place, session: &str) -> Result<Capture> {
        let portal = self.0;
        let admission = portal.evidences().admit(actor, place.into(), None).await?;
        if !admission.takes(EvidenceKind::Photo) {
            return Err(EvidenceFault::NotAskedFor { kind: EvidenceKind::Photo }.into());
        }
        let rules = portal.settings().capture;
        let now = portal.now();
        let mut tx = portal.store().begin().await?;
        let recent = store::capture::since(tx.db(), actor.account, now.plus_minutes(-60)).await?;
        if recent.len() >= usize::from(rules.codes_per_hour) {
            return Err(Error::TooManyCodes { limit: rules.codes_per_hour });
        }
        for one in recent.iter().filter(|one| one.binding.place == place && one.is_live(now)) {
            let Some(mut stored) = tx.load::<Capture>(one.id.0).await? else { continue };
            if stored.replace(now) {
                tx.save(&stored).await?;
            }
        }
        let (code, task) = drawn();
        let capture = Capture {
            id: CaptureId(portal.new_id()),
            case: admission.case(),
            binding: Binding { account: actor.account, login: login_key(session), place },
            code,
            task,
            issued_at: now,
            expires_at: now.plus_minutes(i64::from(rules.minutes)),
            state: CaptureState::Issued,
        };
        tx.insert(&capture).await?;
        let (line, finding) = match place {
            Place::Line { line, .. } => (Some(line.to_string()), None),
            Place::Finding { finding, .. } => (None, Some(finding.to_string())),
        };
        let fact = Fact::CodeIssued {
            capture: capture.id.to_string(),
            case: capture.case.to_string(),
            line,
            finding,
            account: actor.account.to_string(),
            code_sha256: hashed(&capture),
        };
        tx.log(LogEntry::of_case(now, capture.case, fact));
        tx.audit(portal.event(actor, "evidence.code", "case", capture.case).with(json!({ "capture": capture.id })));
        tx.commit().await?;
        Ok(capture)
    }

    /// The code that its person can use there in this login, if there is one.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn live(&self, actor: &Actor, place: Place, session: &str) -> Result<Option<Capture>> {
        let now = self.0.now();
        let from = now.plus_minutes(-i64::from(self.0.settings().capture.minutes));
        let recent = store::capture::since(self.0.store().read(), actor.account, from).await?;
        let login = login_key(session);
        let mut own = recent.into_iter().filter(|one| one.binding.place == place && one.binding.login == login);
        Ok(own.find(|one| one.is_live(now)))
    }

    /// What its person is sending there with a code that does not count, and why it does not: known as soon as
    /// a file is announced, when there is still time for another one.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn uncounted(&self, actor: &Actor, place: Place) -> Result<Vec<(FileName, CodeFault)>> {
        let Some(enterprise) = actor.enterprise() else { return Ok(Vec::new()) };
        let coming = store::upload::under_way(self.0.store().read(), enterprise).await?;
        let own = coming.into_iter().filter(|one| one.owner == actor.account && one.place == Some(place));
        Ok(own.filter_map(|one| Some((one.name, one.capture?.fault?))).collect())
    }

    /// Lets a file that comes as a form bring a code; the page called the phone's own
    /// camera then. It is judged when the file has arrived, as of now.
    pub fn brought_by_form(&self, admission: &Admission, capture: CaptureId, session: Option<&str>) -> Admission {
        admission.clone().bringing(Brought {
            offer: Offer { capture, fault: None, place: None },
            way: Way::PhoneCamera,
            login: session.map(login_key),
            began_at: self.0.now(),
            upload: None,
            first_byte_at: None,
        })
    }

    /// The same for an announced file that need not come, because it is here already.
    pub(super) fn brought_at_once(&self, offer: Offer, session: Option<&str>) -> Brought {
        let login = session.map(login_key);
        Brought { offer, way: Way::InPage, login, began_at: self.0.now(), upload: None, first_byte_at: None }
    }

    /// An upload that has just been announced claims its code. What comes of it is
    /// remembered with the upload.
    pub(super) async fn claim(&self, tx: &Tx, actor: &Actor, claim: Claim<'_>) -> Result<Offer> {
        let Claim { capture, place, session, claimant, taken_at } = claim;
        let fault = match tx.load::<Capture>(capture.0).await? {
            None => Some(CodeFault::Unknown),
            Some(mut stored) => {
                let mut claimed = bound(actor, place, session.map(login_key))
                    .and_then(|binding| stored.claim(&binding, claimant, self.0.now()));
                if claimed.is_ok() && lacks_place(tx, place, taken_at).await? {
                    claimed = Err(CodeFault::NoPlace);
                }
                if claimed.is_ok() {
                    tx.save(&stored).await?;
                }
                claimed.err()
            }
        };
        Ok(Offer { capture, fault, place: taken_at })
    }

    /// How a file came about, with the code that it brings: used up now, if it counts.
    pub(super) async fn origin(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        place: Place,
        brought: &Brought,
        file: &Recorded,
    ) -> Result<Origin> {
        let portal = self.0;
        // An upload was judged when it was announced, and the phone's own camera tells no place.
        let judged = brought.upload.is_some() || brought.way != Way::InPage;
        let placeless = !judged && lacks_place(tx, Some(place), brought.offer.place).await?;
        let taken = match brought.offer.fault {
            Some(fault) => Err(fault),
            None if file.kind != EvidenceKind::Photo => Err(CodeFault::NotAPhoto),
            None if placeless => Err(CodeFault::NoPlace),
            None => match tx.load::<Capture>(brought.offer.capture.0).await? {
                None => Err(CodeFault::Unknown),
                Some(mut stored) => {
                    let known = store::evidence::first_of(tx.db(), file.enterprise, file.digest).await?;
                    let arrival = Arrival {
                        digest: file.digest,
                        upload: brought.upload,
                        first_byte_at: brought.first_byte_at,
                        known_since: known.map(|known| known.received_at),
                        way: brought.way,
                    };
                    let claimed = match brought.upload {
                        Some(_) => Ok(()),
                        None => bound(actor, Some(place), brought.login).and_then(|binding| {
                            stored.claim(&binding, Claimant::Bytes { digest: file.digest }, brought.began_at)
                        }),
                    };
                    let taken = claimed.and_then(|()| stored.take(&arrival, file.evidence, portal.now()));
                    if taken.is_ok() {
                        tx.save(&stored).await?;
                        let fact = Fact::CodeUsed {
                            capture: stored.id.to_string(),
                            evidence: file.evidence.to_string(),
                            code_sha256: hashed(&stored),
                        };
                        tx.log(LogEntry::of_file(portal.now(), file.case, file.evidence, fact));
                    }
                    taken
                }
            },
        };
        let place = brought.offer.place;
        Ok(match taken {
            Ok(taken) => Origin { taken: Some(taken), unused: None, place },
            Err(fault) => Origin { taken: None, unused: Some(fault), place },
        })
    }
}

/// What an upload says when it claims a code.
pub(super) struct Claim<'a> {
    pub(super) capture: CaptureId,
    pub(super) place: Option<Place>,
    pub(super) session: Option<&'a str>,
    pub(super) claimant: Claimant,
    pub(super) taken_at: Option<TakenAt>,
}

/// Whether a line asks for the place of a picture that comes without one. A written reason stands for it, as it does
/// when the round is sent.
async fn lacks_place(tx: &Tx, place: Option<Place>, taken_at: Option<TakenAt>) -> Result<bool> {
    let (Some(Place::Line { case, line }), None) = (place, taken_at) else { return Ok(false) };
    let Some(case) = store::case::get(tx.db(), case).await? else { return Ok(false) };
    if case.line(line).is_some_and(|said| said.capture_excuse.is_some()) {
        return Ok(false);
    }
    let ids: Vec<ItemId> = case.items.iter().map(|of| of.item).collect();
    let items = store::item::several(tx.db(), ids).await?;
    Ok(case.items.iter().any(|of| {
        let version = items.iter().find(|item| item.id == of.item).and_then(|item| item.version(of.version));
        version.and_then(|version| version.content.line(line)).is_some_and(|spec| spec.needs_place)
    }))
}

/// Programs with a token act in no login, and what has no place yet is for no line.
fn bound(actor: &Actor, place: Option<Place>, login: Option<LoginKey>) -> std::result::Result<Binding, CodeFault> {
    let place = place.ok_or(CodeFault::OtherPlace)?;
    let login = login.ok_or(CodeFault::OtherLogin)?;
    Ok(Binding { account: actor.account, login, place })
}

fn drawn() -> (Code, Task) {
    // The thread's generator is a cryptographic one.
    let mut random = rand::rng();
    let characters = [random.random_range(0..Code::CHARACTERS), random.random_range(0..Code::CHARACTERS)];
    let code = Code::drawn(random.random_range(0..Code::NUMBERS), characters);
    (code, Task::drawn(random.random_range(0..Task::ALL.len())))
}

/// What the log has of a code. It is not the code itself: the log is for ever and is
/// handed to others, and a code that is still alive could be read off it and staged.
/// With the capture's id in it, equal codes look different; whoever has the file and its
/// record can compute it again. It hides nothing for ever: there are few codes.
fn hashed(capture: &Capture) -> Hash {
    Hash::of(format!("{} {}", capture.id, capture.code))
}
