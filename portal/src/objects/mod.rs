//! The object store: the only place that names a key.
//!
//! Originals lie under the digest of their bytes, so writing one twice is
//! harmless and nothing can be overwritten by something else. A folder is the
//! default; `s3://bucket` and memory go through the same code.

use std::{
    ops::Range,
    path::{Path as FsPath, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use domain::ids::{ByteCount, Digest};
use futures::stream::BoxStream;
use object_store::{
    GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, path::Path,
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// How many bytes of a file are in memory at a time where it is written to a folder.
const STEP: usize = 256 * 1024;
/// The same for S3, which takes no smaller parts than these 5 MiB.
const S3_PART: usize = 5 * 1024 * 1024;

/// Where originals are kept.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    /// The size of a part: what is larger is never whole in memory.
    part: usize,
    /// Where the store is a folder.
    folder: Option<Arc<FsPath>>,
    shown: Arc<str>,
}

impl Objects {
    /// A folder on this machine.
    ///
    /// # Errors
    /// [`object_store::Error`] when the folder cannot be made.
    pub fn folder(path: &FsPath) -> object_store::Result<Self> {
        let generic =
            |source: std::io::Error| object_store::Error::Generic { store: "folder", source: Box::new(source) };
        std::fs::create_dir_all(path).map_err(generic)?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            part: STEP,
            folder: Some(path.into()),
            shown: path.display().to_string().into(),
        })
    }

    /// A store in memory, for tests.
    pub fn memory() -> Self {
        Self {
            store: Arc::new(object_store::memory::InMemory::new()),
            part: STEP,
            folder: None,
            shown: "memory".into(),
        }
    }

    /// A bucket of an S3-compatible store, configured by the usual `AWS_*`
    /// variables (endpoint, region, key); `secret` stands for
    /// `AWS_SECRET_ACCESS_KEY`, where it is given.
    ///
    /// # Errors
    /// [`object_store::Error`] when the configuration is not complete.
    pub fn s3(bucket: &str, secret: Option<&str>) -> object_store::Result<Self> {
        let mut builder = object_store::aws::AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_checksum_algorithm(object_store::aws::Checksum::SHA256);
        if let Some(secret) = secret {
            builder = builder.with_secret_access_key(secret);
        }
        let store = builder.build()?;
        Ok(Self { store: Arc::new(store), part: S3_PART, folder: None, shown: format!("s3://{bucket}").into() })
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

    /// Keeps a wholly received file under its digest. A file that is there
    /// already, with the same size, is kept as it is.
    ///
    /// # Errors
    /// [`object_store::Error`] when it could not be written whole.
    pub async fn keep(&self, file: &FsPath, digest: Digest, size: ByteCount) -> object_store::Result<()> {
        let generic =
            |source: std::io::Error| object_store::Error::Generic { store: "spool", source: Box::new(source) };
        let key = Self::original(digest);
        if self.size_of(&key).await? == Some(size.0) {
            return Ok(());
        }
        let mut source = tokio::fs::File::open(file).await.map_err(generic)?;
        if size.0 <= self.part as u64 {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).await.map_err(generic)?;
            let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            match self.store.put_opts(&key, PutPayload::from(bytes), create).await {
                Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => {}
                Err(other) => return Err(other),
            }
        } else {
            // Content-addressed: two writers of one key write the same bytes.
            let mut upload = self.store.put_multipart(&key).await?;
            if let Err(error) = write_parts(upload.as_mut(), &mut source, self.part).await {
                // What was written so far would stay for ever; why it failed is what counts.
                let _ = upload.abort().await;
                return Err(error);
            }
        }
        match self.size_of(&key).await? {
            Some(kept) if kept == size.0 => Ok(()),
            kept => Err(object_store::Error::Generic {
                store: "originals",
                source: format!("{key} has {kept:?} bytes after writing {}", size.0).into(),
            }),
        }
    }

    /// Takes a wholly received and synced file over, without copying it where the
    /// store is a folder on the same disk. The file itself stays where it is.
    ///
    /// # Errors
    /// As [`Objects::keep`].
    pub async fn adopt(&self, file: &FsPath, digest: Digest, size: ByteCount) -> object_store::Result<()> {
        if let Some(folder) = &self.folder {
            let (from, to) = (file.to_owned(), folder.join(Self::original(digest).as_ref()));
            let linked = tokio::task::spawn_blocking(move || link(&from, &to)).await;
            match linked {
                Ok(Ok(())) => {}
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
    /// [`object_store::Error`] when they cannot be read.
    pub async fn open(
        &self,
        digest: Digest,
        range: Option<Range<u64>>,
    ) -> object_store::Result<BoxStream<'static, object_store::Result<Bytes>>> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        Ok(self.store.get_opts(&Self::original(digest), options).await?.into_stream())
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

/// Gives a file a second name, and makes that name outlive a power cut. A name that
/// is there already stays as it is.
fn link(from: &FsPath, to: &FsPath) -> std::io::Result<()> {
    let Some(folder) = to.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    match std::fs::hard_link(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // What is evidence now is not written by mistake.
    let mut rights = from.metadata()?.permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(from, rights)?;
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
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
    use futures::TryStreamExt;
    use sha2::{Digest as _, Sha256};

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
