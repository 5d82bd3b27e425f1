//! The browser's own store, where files wait that have not arrived.
//!
//! What is known of a file and its bytes lie apart, so that noting how far one is does
//! not copy it. The bytes are a copy: the gallery, a cloud folder or a memory card may
//! take the original away at any time.
//!
//! It is `IndexedDB` and not the origin private file system, which keeps nothing longer (browsers clear both together)
//! and has no `createWritable` in Safari before 26 and the web views of iPhones, WeChat's among them: a `Blob` that was
//! put here is a copy there too, except in private windows, which end with what they hold.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Blob, IdbDatabase, IdbFactory, IdbObjectStore, IdbObjectStoreParameters, IdbTransaction, IdbTransactionMode,
};

use super::wait::{ended, scope, stored};

const NAME: &str = "wugan-courier";
const ABOUT: &str = "about";
const BYTES: &str = "bytes";

/// What is known of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct About {
    /// Its number: chosen at random, the same in every page.
    pub(super) id: u32,
    /// Whose it is.
    pub(super) account: String,
    /// What it is for, as JSON of the page's pairs.
    pub(super) place: String,
    /// What else the portal is to be told of it, as JSON of pairs; nothing for most.
    pub(super) more: String,
    pub(super) name: String,
    /// Its media type, as far as the phone knows.
    pub(super) mime: String,
    /// When it was chosen, by the phone's clock.
    pub(super) at: f64,
    /// Its SHA-256, in hexadecimal digits.
    pub(super) digest: Option<String>,
    /// Where the portal waits for it.
    pub(super) address: Option<String>,
    /// Why the portal will not have it.
    pub(super) refused: Option<String>,
    /// Somebody took it out, and the portal has not heard of that.
    pub(super) removed: bool,
}

impl About {
    fn write(&self) -> Object {
        let row = Object::new();
        // Fails only for frozen objects.
        let set = |name: &str, value: JsValue| drop(Reflect::set(&row, &name.into(), &value));
        set("id", self.id.into());
        set("account", self.account.as_str().into());
        set("place", self.place.as_str().into());
        set("more", self.more.as_str().into());
        set("name", self.name.as_str().into());
        set("mime", self.mime.as_str().into());
        set("at", self.at.into());
        set("digest", self.digest.as_deref().into());
        set("address", self.address.as_deref().into());
        set("refused", self.refused.as_deref().into());
        set("removed", self.removed.into());
        row
    }

    fn read(row: &JsValue) -> Option<Self> {
        let get = |name: &str| Reflect::get(row, &name.into()).ok();
        let text = |name: &str| get(name)?.as_string();
        let number = |name: &str| get(name)?.as_f64();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "written as a u32")]
        let id = number("id")? as u32;
        Some(Self {
            id,
            account: text("account")?,
            place: text("place")?,
            // Rows from before there was more to tell have none.
            more: text("more").unwrap_or_default(),
            name: text("name")?,
            mime: text("mime")?,
            at: number("at")?,
            digest: text("digest"),
            address: text("address"),
            refused: text("refused"),
            removed: get("removed").is_some_and(|removed| removed.is_truthy()),
        })
    }
}

/// The store.
#[derive(Clone, Debug)]
pub(super) struct Shelf(IdbDatabase);

impl Shelf {
    /// Opens it, and makes it where there is none.
    pub(super) async fn open() -> Result<Self, JsValue> {
        let factory = Reflect::get(&scope(), &"indexedDB".into())?.dyn_into::<IdbFactory>()?;
        let request = factory.open_with_u32(NAME, 1)?;
        let opening = request.clone();
        let make = Closure::once_into_js(move || {
            let Ok(db) = opening.result().and_then(JsCast::dyn_into::<IdbDatabase>) else { return };
            for (name, key) in [(ABOUT, Some("id")), (BYTES, None)] {
                let parameters = IdbObjectStoreParameters::new();
                if let Some(key) = key {
                    parameters.set_key_path(&key.into());
                }
                // What cannot be made is missed at the first use, which is told.
                let _ = db.create_object_store_with_optional_parameters(name, &parameters);
            }
        });
        request.set_onupgradeneeded(Some(make.unchecked_ref()));
        Ok(Self(stored(&request).await?.dyn_into()?))
    }

    fn store(&self, name: &str, mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
        self.0.transaction_with_str_and_mode(name, mode)?.object_store(name)
    }

    /// What changes both stores does so at once, and after everything that was asked for before.
    fn both(&self) -> Result<IdbTransaction, JsValue> {
        let names = Array::of2(&ABOUT.into(), &BYTES.into());
        self.0.transaction_with_str_sequence_and_mode(&names, IdbTransactionMode::Readwrite)
    }

    /// Takes a file in. Answers the copy of its bytes.
    pub(super) async fn put(&self, about: &About, bytes: &Blob) -> Result<Blob, JsValue> {
        // By itself: what is known of others can be read and written while the bytes are copied.
        let transaction = self.0.transaction_with_str_and_mode(BYTES, IdbTransactionMode::Readwrite)?;
        transaction.object_store(BYTES)?.put_with_key(bytes, &about.id.into())?;
        ended(&transaction).await?;
        self.note(about).await?;
        self.bytes(about.id).await
    }

    /// Notes what is known of a file.
    pub(super) async fn note(&self, about: &About) -> Result<(), JsValue> {
        let store = self.store(ABOUT, IdbTransactionMode::Readwrite)?;
        stored(&store.put(&about.write())?).await?;
        Ok(())
    }

    /// What is known of one file; `None` where it is not there.
    pub(super) async fn about(&self, id: u32) -> Result<Option<About>, JsValue> {
        let store = self.store(ABOUT, IdbTransactionMode::Readonly)?;
        let row = stored(&store.get(&id.into())?).await?;
        // What cannot be read is there all the same.
        if row.is_undefined() { Ok(None) } else { About::read(&row).map(Some).ok_or(row) }
    }

    /// A file's bytes.
    pub(super) async fn bytes(&self, id: u32) -> Result<Blob, JsValue> {
        let store = self.store(BYTES, IdbTransactionMode::Readonly)?;
        stored(&store.get(&id.into())?).await?.dyn_into()
    }

    /// Everything that waits, oldest first.
    pub(super) async fn all(&self) -> Result<Vec<About>, JsValue> {
        let store = self.store(ABOUT, IdbTransactionMode::Readonly)?;
        let rows: Array = stored(&store.get_all()?).await?.unchecked_into();
        let mut files: Vec<About> = rows.iter().filter_map(|row| About::read(&row)).collect();
        files.sort_by(|a, b| a.at.total_cmp(&b.at));
        Ok(files)
    }

    /// Notes what is known of a file that nobody wants any more, and lets go of its bytes.
    pub(super) async fn set_aside(&self, about: &About) -> Result<(), JsValue> {
        let transaction = self.both()?;
        transaction.object_store(ABOUT)?.put(&about.write())?;
        transaction.object_store(BYTES)?.delete(&about.id.into())?;
        ended(&transaction).await
    }

    /// Forgets a file.
    pub(super) async fn remove(&self, id: u32) -> Result<(), JsValue> {
        let transaction = self.both()?;
        for name in [ABOUT, BYTES] {
            transaction.object_store(name)?.delete(&id.into())?;
        }
        ended(&transaction).await
    }
}
