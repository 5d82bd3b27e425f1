//! The object store: the only place that names a key.
//!
//! Originals lie under the digest of their bytes, so writing one twice is
//! harmless and nothing can be overwritten by something else. A folder is the
//! default; `s3://bucket` and memory go through the same code.

use std::{ops::Range, path::Path as FsPath, sync::Arc};

use bytes::Bytes;
use domain::ids::{ByteCount, Digest};
use futures::stream::BoxStream;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, WriteMultipart, path::Path,
};
use tokio::io::AsyncReadExt;

/// Files up to this size are written with one request.
const SINGLE_PUT: u64 = 8 * 1024 * 1024;
/// The size of a part of a larger file: at least 5 MiB for S3, and all alike.
const PART: usize = 8 * 1024 * 1024;

/// Where originals are kept.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
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
        Ok(Self { store: Arc::new(store), shown: path.display().to_string().into() })
    }

    /// A store in memory, for tests.
    pub fn memory() -> Self {
        Self { store: Arc::new(object_store::memory::InMemory::new()), shown: "memory".into() }
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
        Ok(Self { store: Arc::new(store), shown: format!("s3://{bucket}").into() })
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
        if size.0 <= SINGLE_PUT {
            let bytes = tokio::fs::read(file).await.map_err(generic)?;
            let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            match self.store.put_opts(&key, PutPayload::from(bytes), create).await {
                Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => {}
                Err(other) => return Err(other),
            }
        } else {
            // Content-addressed: two writers of one key write the same bytes.
            let mut source = tokio::fs::File::open(file).await.map_err(generic)?;
            let upload = self.store.put_multipart(&key).await?;
            let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
            let mut buffer = vec![0; 256 * 1024];
            loop {
                let read = source.read(&mut buffer).await.map_err(generic)?;
                if read == 0 {
                    break;
                }
                writer.wait_for_capacity(2).await?;
                writer.write(&buffer[..read]);
            }
            writer.finish().await?;
        }
        match self.size_of(&key).await? {
            Some(kept) if kept == size.0 => Ok(()),
            kept => Err(object_store::Error::Generic {
                store: "originals",
                source: format!("{key} has {kept:?} bytes after writing {}", size.0).into(),
            }),
        }
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
