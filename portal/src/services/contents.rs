//! What published versions of items say, kept in memory: a published version never changes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    case::Case,
    ids::ItemId,
    item::{ItemContent, VersionState},
};

use crate::{
    Portal,
    error::{Error, Result},
    store,
};

/// So many are kept; then all are read anew.
const MOST: usize = 256;

type Version = (ItemId, u32);

/// What this process has read of published versions.
#[derive(Default)]
pub(crate) struct Contents(Mutex<HashMap<Version, Arc<ItemContent>>>);

impl Contents {
    fn get(&self, version: Version) -> Option<Arc<ItemContent>> {
        self.lock().get(&version).cloned()
    }

    fn keep(&self, version: Version, content: Arc<ItemContent>) {
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(version, content);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Version, Arc<ItemContent>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Portal {
    /// What the items of a case say, in the versions that it began with.
    ///
    /// # Errors
    /// [`Error::Impossible`] where a version is not there, [`Error::Store`].
    pub(crate) async fn contents(&self, case: &Case) -> Result<Vec<Arc<ItemContent>>> {
        let wanted: Vec<Version> = case.items.iter().map(|item| (item.item, item.version)).collect();
        let known = &self.parts.contents;
        if let Some(all) = wanted.iter().map(|version| known.get(*version)).collect() {
            return Ok(all);
        }
        let ids: Vec<ItemId> = wanted.iter().map(|(item, _)| *item).collect();
        let items = store::item::several(self.store().read(), ids).await?;
        wanted
            .into_iter()
            .map(|(id, number)| {
                let version = items.iter().find(|item| item.id == id).and_then(|item| item.version(number));
                let version = version.ok_or_else(|| Error::Impossible(format!("item {id} has no version {number}")))?;
                let content = Arc::new(version.content.clone());
                if version.state != VersionState::Draft {
                    known.keep((id, number), content.clone());
                }
                Ok(content)
            })
            .collect()
    }
}
