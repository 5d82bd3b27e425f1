//! The published list of inspection items (检查事项清单).

use domain::{
    actor::Actor,
    agency::Agency,
    ids::{AgencyId, ItemId},
    item::{Item, ItemContent, Regime},
    policy::Action,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::load;
use crate::{
    Portal,
    error::{Error, Result},
    first_violation_list::FirstViolationEntry,
    store,
};

/// The service.
pub struct Catalogue<'a>(pub(crate) &'a Portal);

impl Catalogue<'_> {
    /// Published items; needs no account.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn published(
        &self,
        query: Option<&str>,
        agency: Option<AgencyId>,
        regime: Option<Regime>,
    ) -> Result<Vec<Item>> {
        Ok(store::item::published(self.0.store().read(), query, agency, regime).await?)
    }

    /// One item as the public may see it: without drafts; needs no account.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing of it was ever published.
    pub async fn public(&self, id: ItemId) -> Result<Item> {
        let mut item = store::item::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        item.versions.retain(|version| version.state != domain::item::VersionState::Draft);
        if item.versions.is_empty() { Err(Error::NotFound) } else { Ok(item) }
    }

    /// The agencies; needs no account.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn agencies(&self) -> Result<Vec<Agency>> {
        Ok(store::agency::all(self.0.store().read()).await?)
    }

    /// All items of one's own agency, drafts included.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn of_own_agency(&self, actor: &Actor) -> Result<Vec<Item>> {
        let agency = actor.agency().ok_or(domain::policy::Denied::NotYourRole)?;
        self.0.permit_agency(actor, Action::SeeCatalogueDrafts, agency).await?;
        Ok(store::item::of_agency(self.0.store().read(), agency).await?)
    }

    /// One item with its drafts.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: ItemId) -> Result<Item> {
        let item = store::item::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        self.0.permit_agency(actor, Action::SeeCatalogueDrafts, item.agency).await?;
        Ok(item)
    }

    /// Writes a draft: of a new item, or the next version of a known one.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn write_draft(&self, actor: &Actor, id: Option<ItemId>, content: ItemContent) -> Result<ItemId> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let id = if let Some(id) = id {
            let mut item = load::<Item>(&tx, id.0).await?;
            portal.permit_agency(actor, Action::EditCatalogue, item.agency).await?;
            item.write_draft(content);
            tx.save(&item).await?;
            id
        } else {
            let agency = actor.agency().ok_or(domain::policy::Denied::NotYourRole)?;
            portal.permit_agency(actor, Action::EditCatalogue, agency).await?;
            let item = Item::draft(ItemId(portal.new_id()), agency, content);
            tx.insert(&item).await?;
            item.id
        };
        tx.audit(portal.event(actor, "item.draft", "item", id));
        tx.commit().await?;
        Ok(id)
    }

    /// As [`Catalogue::write_draft`], unless somebody else changed the item since
    /// its [`mark`] was `seen`.
    ///
    /// # Errors
    /// [`Error::Changed`], [`Error::Denied`], [`Error::NotFound`].
    pub async fn rewrite_draft(&self, actor: &Actor, id: ItemId, content: ItemContent, seen: &str) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut item = load::<Item>(&tx, id.0).await?;
        portal.permit_agency(actor, Action::EditCatalogue, item.agency).await?;
        if mark(&item) != seen {
            return Err(Error::Changed);
        }
        item.write_draft(content);
        tx.save(&item).await?;
        tx.audit(portal.event(actor, "item.draft", "item", id));
        tx.commit().await?;
        Ok(())
    }

    /// Publishes the draft of an item.
    ///
    /// # Errors
    /// [`Error::Version`] with everything that is missing, [`Error::Denied`].
    pub async fn publish(&self, actor: &Actor, id: ItemId) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut item = load::<Item>(&tx, id.0).await?;
        portal.permit_agency(actor, Action::PublishItem, item.agency).await?;
        item.publish_draft(actor.account, portal.now())?;
        let number = item.current().map(|version| version.number);
        tx.save(&item).await?;
        tx.audit(portal.event(actor, "item.publish", "item", id).with(json!({ "version": number })));
        tx.commit().await?;
        Ok(())
    }

    /// Sets up an agency from the command line of the machine.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn add_agency_locally(&self, agency: &Agency) -> Result<()> {
        let mut tx = self.0.store().begin().await?;
        tx.insert(agency).await?;
        tx.audit(self.0.own_event("agency.create", "agency", agency.id));
        tx.commit().await?;
        Ok(())
    }

    /// Adds a line to the published list of first violations from the command
    /// line of the machine.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn add_first_violation_entry_locally(&self, entry: &FirstViolationEntry) -> Result<()> {
        let mut tx = self.0.store().begin().await?;
        tx.insert(entry).await?;
        tx.audit(self.0.own_event("first_violation_list.create", "first_violation_entry", entry.id));
        tx.commit().await?;
        Ok(())
    }
}

/// What the latest version of an item says, as a short mark: whoever edits it
/// brings the mark back, so that two people never overwrite each other unseen.
pub fn mark(item: &Item) -> String {
    let latest = item.versions.last();
    let text = latest.and_then(|latest| serde_json::to_vec(&(latest.number, &latest.content)).ok()).unwrap_or_default();
    hex::encode(&Sha256::digest(text)[..8])
}
