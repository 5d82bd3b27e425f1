//! The object store: the only place that names a key.
//!
//! Originals lie under the digest of their bytes, so writing one twice is
//! harmless and nothing can be overwritten by something else. A folder is the
//! default; `s3://bucket` and memory go through the same code.

use std::{
    ops::Range,
    path::{Path as FsPath, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use domain::ids::{ByteCount, Digest};
use futures::{TryStreamExt, stream::BoxStream};
use object_store::{
    ClientConfigKey, CopyMode, CopyOptions, GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt,
    PutMode, PutOptions, PutPayload, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum, S3CopyIfNotExists},
    path::Path,
    signer::{SignedUrlOptions, Signer},
};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::evidence::spool;

/// How many bytes of a file are in memory at a time where it is written to a folder.
const STEP: usize = 256 * 1024;
/// The same for S3, which takes no parts below 5 MiB; some stores want all of one size.
const S3_PART: usize = 8 * 1024 * 1024;
/// How many received files the store is given at a time: each has a part of itself in memory.
pub const AT_ONCE: usize = 8;

/// How often S3 is asked again for what failed.
const TRIES: usize = 3;
/// After so long it is not asked again: whoever hands files over has another time to do it. One request may take the
/// half minute that its client allows.
const TRYING: Duration = Duration::from_secs(20);
/// How long reading a file from S3 may take in all, and be gone on with where it breaks off: as long as whoever
/// reads it takes for it.
const READING: Duration = Duration::from_hours(24);

/// How long whoever can do without an answer waits for one of the store.
pub const SOON: Duration = Duration::from_secs(5);
/// How long it may keep silent where it is read.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where originals are kept.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    /// The same store for whoever reads the bytes of a file.
    reader: Arc<dyn ObjectStore>,
    /// The size of a part: what is larger is never whole in memory.
    part: usize,
    /// Where the store is a folder.
    folder: Option<Arc<FsPath>>,
    /// Where the store gives out addresses that work without us, for a while.
    signer: Option<Arc<dyn Signer>>,
    /// The scheme and host of those addresses.
    origin: Option<Arc<str>>,
    shown: Arc<str>,
}

/// How an original is to be named to whoever opens it by a signed address.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// `Content-Type`.
    pub media: &'a str,
    /// `Content-Disposition`.
    pub disposition: &'a str,
    /// Whether it is a form that was made of an original.
    pub derived: bool,
}

impl Objects {
    /// A folder on this machine.
    ///
    /// # Errors
    /// [`object_store::Error`] when the folder cannot be made.
    pub fn folder(path: &FsPath) -> object_store::Result<Self> {
        let generic =
            |source: std::io::Error| object_store::Error::Generic { store: "folder", source: Box::new(source) };
        spool::make_folder(path).map_err(generic)?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
        let shown = path.display().to_string().into();
        Ok(Self { folder: Some(path.into()), shown, ..Self::of(Arc::new(store), STEP) })
    }

    /// Any store, for tests of what stores do wrong; `part` is the size of a part.
    pub fn of(store: Arc<dyn ObjectStore>, part: usize) -> Self {
        let (reader, shown) = (Arc::clone(&store), "a store of one's own".into());
        Self { store, reader, part, folder: None, signer: None, origin: None, shown }
    }

    /// A store in memory, for tests.
    pub fn memory() -> Self {
        Self { shown: "memory".into(), ..Self::of(Arc::new(object_store::memory::InMemory::new()), STEP) }
    }

    /// A bucket of an S3-compatible store, configured by the usual `AWS_*`
    /// variables (endpoint, region, key); `secret` stands for
    /// `AWS_SECRET_ACCESS_KEY`, where it is given.
    ///
    /// # Errors
    /// [`object_store::Error`] when the configuration is not complete.
    pub fn s3(bucket: &str, secret: Option<&str>) -> object_store::Result<Self> {
        let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
        Self::s3_by(match secret {
            Some(secret) => builder.with_secret_access_key(secret),
            None => builder,
        })
    }

    /// A bucket of an S3-compatible store, configured by hand.
    ///
    /// # Errors
    /// [`object_store::Error`] when the configuration is not complete.
    pub fn s3_by(builder: AmazonS3Builder) -> object_store::Result<Self> {
        // Complete is create-only as well: `Objects::write` copies what was written in parts.
        let builder =
            builder.with_checksum_algorithm(Checksum::SHA256).with_copy_if_not_exists(S3CopyIfNotExists::Multipart);
        let bucket = builder.get_config_value(&AmazonS3ConfigKey::Bucket).unwrap_or_default();
        let origin = origin(&builder, &bucket);
        // The time limit of a request is over all of its body: a slow reader of a large file would not come to its
        // end. `open_at` says how long the store may keep silent.
        let whole = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
        let reader = builder
            .clone()
            .with_config(whole, format!("{}s", READING.as_secs()))
            .with_retry(RetryConfig { retry_timeout: READING, ..RetryConfig::default() })
            .build()?;
        let few = RetryConfig { max_retries: TRIES, retry_timeout: TRYING, ..RetryConfig::default() };
        let store = Arc::new(builder.with_retry(few).build()?);
        Ok(Self {
            reader: Arc::new(reader),
            signer: Some(store.clone()),
            origin: Some(origin.into()),
            shown: format!("s3://{bucket}").into(),
            ..Self::of(store, S3_PART)
        })
    }

    /// An address at the store itself that reads an original without asking us, for so
    /// long; `None` where the store has none, or does not have the original yet.
    /// Whoever gives it out has noted before that the original is opened.
    ///
    /// # Errors
    /// [`object_store::Error`] when the store does not answer.
    pub async fn signed(
        &self,
        digest: Digest,
        how_long: Duration,
        shown: Shown<'_>,
    ) -> object_store::Result<Option<String>> {
        let Some(signer) = &self.signer else { return Ok(None) };
        let key = if shown.derived { Self::derived(digest) } else { Self::original(digest) };
        if answered(SOON, self.size_of(&key)).await?.is_none() {
            return Ok(None);
        }
        let told = [("response-content-type", shown.media), ("response-content-disposition", shown.disposition)];
        let options = SignedUrlOptions::new().with_query(told);
        let address = signer.signed_url_opts(reqwest::Method::GET, &key, how_long, &options).await?;
        Ok(Some(address.to_string()))
    }

    /// The scheme and host of signed addresses, where the store gives them out: pages
    /// that show pictures have to allow it.
    pub fn signed_origin(&self) -> Option<&str> {
        self.signer.as_ref().and(self.origin.as_deref())
    }

    /// Where it is, without secrets.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    fn original(digest: Digest) -> Path {
        // Two levels, so that no folder grows beyond what a person can list.
        let hex = digest.to_string();
        Path::from(format!("ev/{}/{hex}", &hex[..2]))
    }

    fn derived(digest: Digest) -> Path {
        let hex = digest.to_string();
        Path::from(format!("dv/{}/{hex}", &hex[..2]))
    }

    /// Where a large original lies while it is written: parts can only be put together
    /// over what may be there, and under its digest nothing is overwritten. A file that
    /// was not written to its end is written again to the same place.
    fn on_the_way(digest: Digest) -> Path {
        Path::from(format!("in/{digest}"))
    }

    /// Keeps a wholly received file under its digest, and reads it back: only then may
    /// its sender's copy be let go. A file that is there already stays as it is.
    ///
    /// # Errors
    /// [`object_store::Error`] when it could not be written whole, or is other bytes
    /// when it is read back.
    pub async fn keep(&self, file: &FsPath, digest: Digest, size: ByteCount) -> object_store::Result<()> {
        self.keep_at(Self::original(digest), file, digest, size).await
    }

    /// Keeps a form that was made of an original, under the digest of its own bytes.
    ///
    /// # Errors
    /// As [`Objects::keep`].
    pub async fn keep_derived(&self, file: &FsPath, digest: Digest, size: ByteCount) -> object_store::Result<()> {
        self.keep_at(Self::derived(digest), file, digest, size).await
    }

    async fn keep_at(&self, key: Path, file: &FsPath, digest: Digest, size: ByteCount) -> object_store::Result<()> {
        let create = match self.check(&key, digest, size).await? {
            Kept::Same => return Ok(()),
            Kept::Nothing => true,
            // Bytes that are not what their name says are nobody's evidence.
            Kept::Other => {
                tracing::error!(%key, "an original is not what its digest says; it is written again");
                false
            }
        };
        match self.write(&key, file, digest, size, create).await {
            // It may be our own: an answer that was lost on its way is asked for again.
            Ok(()) | Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(other) => return Err(other),
        }
        match self.check(&key, digest, size).await? {
            Kept::Same => Ok(()),
            _ => Err(object_store::Error::Generic {
                store: "originals",
                source: format!("{key} is not what was written when it is read back").into(),
            }),
        }
    }

    async fn write(
        &self,
        key: &Path,
        file: &FsPath,
        digest: Digest,
        size: ByteCount,
        create: bool,
    ) -> object_store::Result<()> {
        let generic =
            |source: std::io::Error| object_store::Error::Generic { store: "spool", source: Box::new(source) };
        let mut source = tokio::fs::File::open(file).await.map_err(generic)?;
        if size.0 <= self.part as u64 {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).await.map_err(generic)?;
            let mode = if create { PutMode::Create } else { PutMode::Overwrite };
            let options = PutOptions { mode, ..PutOptions::default() };
            self.store.put_opts(key, PutPayload::from(bytes), options).await?;
            return Ok(());
        }
        let staged = Self::on_the_way(digest);
        let mut upload = self.store.put_multipart(&staged).await?;
        if let Err(error) = write_parts(upload.as_mut(), &mut source, self.part).await {
            // What was written so far would stay for ever; why it failed is what counts.
            let _ = upload.abort().await;
            return Err(error);
        }
        let mode = if create { CopyMode::Create } else { CopyMode::Overwrite };
        let copied = self.store.copy_opts(&staged, key, CopyOptions { mode, ..CopyOptions::default() }).await;
        if let Err(error) = self.store.delete(&staged).await {
            tracing::warn!(key = %staged, %error, "a copy of an original stays where it was written");
        }
        copied
    }

    /// Reads what lies under a key and compares it with what should.
    async fn check(&self, key: &Path, digest: Digest, size: ByteCount) -> object_store::Result<Kept> {
        match self.size_of(key).await? {
            None => return Ok(Kept::Nothing),
            Some(found) if found != size.0 => return Ok(Kept::Other),
            Some(_) => {}
        }
        let (mut hash, mut read) = (Sha256::new(), 0);
        let mut bytes = self.open_at(key, None).await?;
        while let Some(piece) = bytes.try_next().await? {
            hash.update(&piece);
            read += piece.len() as u64;
        }
        let same = read == size.0 && Digest(hash.finalize().into()) == digest;
        Ok(if same { Kept::Same } else { Kept::Other })
    }

    /// Takes a wholly received and synced file over, without copying it where the
    /// store is a folder on the same disk. The file itself stays where it is. A second
    /// name for the very file whose bytes were hashed as they came is not read back:
    /// [`crate::services::scrubs`] does that in its time.
    ///
    /// # Errors
    /// As [`Objects::keep`].
    pub async fn adopt(&self, file: &FsPath, digest: Digest, size: ByteCount) -> object_store::Result<()> {
        if let Some(folder) = &self.folder {
            let (from, to) = (file.to_owned(), folder.join(Self::original(digest).as_ref()));
            let linked = tokio::task::spawn_blocking(move || link(&from, &to, size)).await;
            match linked {
                Ok(Ok(true)) => return Ok(()),
                // Other bytes have the name, or the same ones in another file.
                Ok(Ok(false)) => {}
                // Another disk, or a file system without links: it is copied.
                Ok(Err(error)) => tracing::debug!(%error, "a file is copied, not linked"),
                Err(error) => tracing::warn!(%error, "linking a file failed"),
            }
        }
        self.keep(file, digest, size).await
    }

    async fn size_of(&self, key: &Path) -> object_store::Result<Option<u64>> {
        match self.store.head(key).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The bytes of an original, whole or a part of it.
    ///
    /// # Errors
    /// [`object_store::Error`] when they cannot be read, or the store keeps silent for too long.
    pub async fn open(
        &self,
        digest: Digest,
        range: Option<Range<u64>>,
    ) -> object_store::Result<BoxStream<'static, object_store::Result<Bytes>>> {
        self.open_at(&Self::original(digest), range).await
    }

    /// The same of a form that was made of one, by the digest of its own bytes.
    ///
    /// # Errors
    /// [`object_store::Error`] when they cannot be read.
    pub async fn open_derived(
        &self,
        digest: Digest,
        range: Option<Range<u64>>,
    ) -> object_store::Result<BoxStream<'static, object_store::Result<Bytes>>> {
        self.open_at(&Self::derived(digest), range).await
    }

    async fn open_at(
        &self,
        key: &Path,
        range: Option<Range<u64>>,
    ) -> object_store::Result<BoxStream<'static, object_store::Result<Bytes>>> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let bytes = answered(PATIENCE, self.reader.get_opts(key, options)).await?.into_stream();
        let pieces = futures::stream::try_unfold(bytes, |mut bytes| async move {
            let piece = answered(PATIENCE, bytes.try_next()).await;
            piece.map(|piece| piece.map(|piece| (piece, bytes)))
        });
        Ok(Box::pin(pieces))
    }

    /// The file of an original, where the store is a folder and has it.
    pub fn file_of(&self, digest: Digest) -> Option<PathBuf> {
        let file = self.folder.as_ref()?.join(Self::original(digest).as_ref());
        file.is_file().then_some(file)
    }

    /// Whether the store answers: writes and reads a small object.
    ///
    /// # Errors
    /// [`object_store::Error`] when it does not.
    pub async fn probe(&self) -> object_store::Result<()> {
        let key = Path::from("probe");
        self.store.put(&key, PutPayload::from_static(b"probe")).await?;
        self.store.get(&key).await?.bytes().await?;
        Ok(())
    }
}

/// What the store answers, unless it keeps silent for so long.
async fn answered<T>(
    patience: Duration,
    answer: impl Future<Output = object_store::Result<T>> + Send,
) -> object_store::Result<T> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(object_store::Error::Generic {
            store: "originals",
            source: format!("no answer within {} s", patience.as_secs()).into(),
        }),
    }
}

/// The scheme and host under which a bucket is asked: those of the endpoint, or Amazon's.
fn origin(builder: &AmazonS3Builder, bucket: &str) -> String {
    if let Some(endpoint) = builder.get_config_value(&AmazonS3ConfigKey::Endpoint) {
        let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", &endpoint));
        return format!("{scheme}://{}", rest.split('/').next().unwrap_or(rest));
    }
    let region = builder.get_config_value(&AmazonS3ConfigKey::Region).unwrap_or_else(|| "us-east-1".to_owned());
    let by_host = builder.get_config_value(&AmazonS3ConfigKey::VirtualHostedStyleRequest);
    let bucket = if by_host.as_deref() == Some("true") { format!("{bucket}.") } else { String::new() };
    format!("https://{bucket}s3.{region}.amazonaws.com")
}

/// What lies under a key.
enum Kept {
    Nothing,
    Same,
    Other,
}

/// Gives a file a second name, and makes that name outlive a power cut. Whether both are
/// one file of this size now; a name that is there already stays as it is.
fn link(from: &FsPath, to: &FsPath, size: ByteCount) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let Some(folder) = to.parent() else { return Ok(false) };
    spool::make_folder(folder)?;
    match std::fs::hard_link(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let (own, named) = (from.metadata()?, to.metadata()?);
    if (own.dev(), own.ino()) != (named.dev(), named.ino()) || named.len() != size.0 {
        return Ok(false);
    }
    // What is evidence now is not written by mistake.
    let mut rights = own.permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(from, rights)?;
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        spool::sync_folder(folder)?;
    }
    Ok(true)
}

/// The bytes of a local file, whole or a part of it, some hundred kilobytes at a time.
///
/// # Errors
/// [`std::io::Error`] when it cannot be opened.
pub async fn stream_file(
    path: PathBuf,
    range: Option<Range<u64>>,
) -> std::io::Result<BoxStream<'static, object_store::Result<Bytes>>> {
    let mut file = tokio::fs::File::open(&path).await?;
    let range = range.unwrap_or(0..u64::MAX);
    file.seek(std::io::SeekFrom::Start(range.start)).await?;
    let generic = |source: std::io::Error| object_store::Error::Generic { store: "spool", source: Box::new(source) };
    let read = futures::stream::try_unfold(file.take(range.end - range.start), move |mut file| async move {
        let mut bytes = Vec::with_capacity(STEP);
        (&mut file).take(STEP as u64).read_to_end(&mut bytes).await.map_err(generic)?;
        Ok((!bytes.is_empty()).then(|| (Bytes::from(bytes), file)))
    });
    Ok(Box::pin(read))
}

/// Writes a file part by part: memory holds one.
async fn write_parts(
    upload: &mut dyn MultipartUpload,
    source: &mut tokio::fs::File,
    part: usize,
) -> object_store::Result<()> {
    let generic = |source: std::io::Error| object_store::Error::Generic { store: "spool", source: Box::new(source) };
    loop {
        let mut bytes = Vec::with_capacity(part);
        (&mut *source).take(part as u64).read_to_end(&mut bytes).await.map_err(generic)?;
        if bytes.is_empty() {
            break;
        }
        upload.put_part(PutPayload::from(bytes)).await?;
    }
    upload.complete().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_of_every_size_come_back_and_leave_nothing_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("objects");
        let objects = Objects::folder(&kept).unwrap();
        let sizes = [1, STEP - 1, STEP, STEP + 1, 3 * STEP, 3 * STEP + 7];
        for size in sizes {
            let bytes: Vec<u8> = (0..size).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect();
            let file = folder.path().join("spooled");
            std::fs::write(&file, &bytes).unwrap();
            let digest = Digest(Sha256::digest(&bytes).into());
            for _ in 0..2 {
                objects.keep(&file, digest, ByteCount(size as u64)).await.unwrap();
            }
            let chunks: Vec<Bytes> = objects.open(digest, None).await.unwrap().try_collect().await.unwrap();
            assert_eq!(chunks.concat(), bytes, "{size}");
        }
        let two: Vec<_> = std::fs::read_dir(kept.join("ev")).unwrap().map(|entry| entry.unwrap().path()).collect();
        let files = two.iter().map(|folder| std::fs::read_dir(folder).unwrap().count()).sum::<usize>();
        assert_eq!(files, sizes.len());
        let left = std::fs::read_dir(kept.join("in")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "nothing stays on the way");
    }

    #[tokio::test]
    async fn a_name_that_other_bytes_have_is_given_to_the_right_ones() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("objects");
        let objects = Objects::folder(&kept).unwrap();
        for size in [10, 3 * STEP] {
            let (bytes, file) = (vec![3; size], folder.path().join("spooled"));
            std::fs::write(&file, &bytes).unwrap();
            let digest = Digest(Sha256::digest(&bytes).into());
            let path = kept.join(Objects::original(digest).as_ref());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            for wrong in [vec![4; size], vec![3; size - 1]] {
                std::fs::write(&path, wrong).unwrap();
                objects.adopt(&file, digest, ByteCount(size as u64)).await.unwrap();
                assert_eq!(std::fs::read(&path).unwrap(), bytes);
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_is_shorter_than_it_was_is_not_kept_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::folder(&folder.path().join("objects")).unwrap();
        let file = folder.path().join("spooled");
        std::fs::write(&file, vec![7; 2 * STEP]).unwrap();
        let digest = Digest([7; 32]);
        assert!(objects.keep(&file, digest, ByteCount(3 * STEP as u64)).await.is_err());
    }
}
