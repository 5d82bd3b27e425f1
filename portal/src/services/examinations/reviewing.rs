//! What a reviewer should know of a file beside what it shows.

use std::collections::HashMap;

use domain::{
    actor::Actor,
    dossier::Dossier,
    evidence::Evidence,
    examination::{Derivative, DerivedForm, Likeness},
    ids::Digest,
    text::Name,
};

use super::Examinations;
use crate::{
    error::{Error, Result},
    store,
};

/// Earlier files that are looked for.
const EARLIER: u64 = 6;

/// A picture of another case that looks like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookalike {
    /// The file and the name of the enterprise whose it is, where the reader may see it.
    pub shown: Option<(Evidence, Name)>,
    /// Whether it is another enterprise's.
    pub of_another: bool,
    /// How alike they are.
    pub likeness: Likeness,
}

/// What a reviewer should know of a file beside what it shows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What its bytes say; none for a moment after it came.
    pub dossier: Option<Dossier>,
    /// Pictures of other cases that look like it.
    pub lookalikes: Vec<Lookalike>,
    /// What the same enterprise sent for the same line before.
    pub earlier: Vec<Evidence>,
    /// By which form each of them is shown; those that have none are only named.
    pub faces: HashMap<Digest, DerivedForm>,
}

impl Examinations<'_> {
    /// What is known of these files, by their digests. For whoever got the files from
    /// another service: a dossier is about bytes and has no owner.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn of<'f>(&self, files: impl IntoIterator<Item = &'f Evidence>) -> Result<HashMap<Digest, Dossier>> {
        let digests: Vec<Digest> = files.into_iter().map(|file| file.digest).collect();
        Ok(store::dossier::of_several(self.0.store().read(), digests).await?)
    }

    /// Everything that a reviewer should know of a file, for whoever got it from another
    /// service.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn known(&self, actor: &Actor, file: &Evidence) -> Result<Known> {
        let db = self.0.store().read();
        let (lookalikes, earlier) = (self.lookalikes(actor, file).await?, self.earlier(actor, file).await?);
        let others = lookalikes.iter().filter_map(|other| other.shown.as_ref()).map(|(file, _)| file.digest);
        let digests: Vec<Digest> = others.chain(earlier.iter().map(|file| file.digest)).collect();
        let known = store::dossier::of_several(db, digests).await?;
        let faces = known.into_values().filter_map(|other| Some((other.digest, other.face()?))).collect();
        Ok(Known { dossier: store::dossier::of(db, file.digest).await?, lookalikes, earlier, faces })
    }

    /// The pictures of other cases that are the same as this one or look like it, the nearest
    /// of those that were sent: a hint for officers, never a reason by itself. What the reader
    /// may not see is named without its file. Nothing for enterprises.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn lookalikes(&self, actor: &Actor, file: &Evidence) -> Result<Vec<Lookalike>> {
        let portal = self.0;
        if actor.enterprise().is_some() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for near in store::alike(portal.store().read(), file).await? {
            let shown = match portal.evidences().get(actor, near.file).await {
                Ok(evidence) => {
                    let names = portal.enterprise_names([evidence.enterprise]).await?;
                    names.get(&evidence.enterprise).cloned().map(|name| (evidence, name))
                }
                Err(Error::NotFound | Error::Denied(_)) => None,
                Err(error) => return Err(error),
            };
            let of_another = near.enterprise != file.enterprise;
            found.push(Lookalike { shown, of_another, likeness: near.likeness });
        }
        Ok(found)
    }

    /// What the same enterprise sent for the same line in earlier rounds and cases, the
    /// latest first, as far as the reader may see it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn earlier(&self, actor: &Actor, file: &Evidence) -> Result<Vec<Evidence>> {
        let db = self.0.store().read();
        let mut found = Vec::new();
        for other in store::evidence::earlier(db, file, EARLIER).await? {
            match self.0.evidences().get(actor, other.id).await {
                Ok(evidence) => found.push(evidence),
                Err(Error::NotFound | Error::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The bytes of a form that was made of a file, whole or a part, for whoever got the
    /// file's record from [`Evidences::get`](crate::services::evidences::Evidences::get).
    ///
    /// # Errors
    /// [`Error::Objects`].
    pub async fn open(
        &self,
        derivative: &Derivative,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<futures::stream::BoxStream<'static, object_store::Result<bytes::Bytes>>> {
        Ok(self.0.objects().open_derived(derivative.digest, range).await?)
    }
}
