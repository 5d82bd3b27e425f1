//! One thread at the disk for the bytes of a piece, for as long as they keep coming.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake},
    thread::{self, Thread},
    time::Duration,
};

use domain::ids::ByteCount;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::{sync::mpsc, time::Instant};

use super::append::{Algorithm, COUNTED, Checksum, Piece};
use crate::evidence::writer::{self, Fed, Feed, Gathered, Pen};

/// How long a writer at the disk waits for more before it leaves the thread to others.
const LINGERS: Duration = Duration::from_millis(3);

/// The running checksums of a piece: the one that was announced, or both where it comes later
/// and does not say yet how it is computed.
pub(super) struct Sums {
    sha1: Option<Sha1>,
    sha256: Option<Sha256>,
}

impl Sums {
    pub(super) fn of(piece: &Piece) -> Self {
        let wants = |algorithm| {
            piece.checked_after || piece.checksum.as_ref().is_some_and(|checksum| checksum.algorithm == algorithm)
        };
        Self { sha1: wants(Algorithm::Sha1).then(Sha1::new), sha256: wants(Algorithm::Sha256).then(Sha256::new) }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.sha1.iter_mut().for_each(|sum| sum.update(bytes));
        self.sha256.iter_mut().for_each(|sum| sum.update(bytes));
    }

    pub(super) fn are(self, expected: &Checksum) -> bool {
        match expected.algorithm {
            Algorithm::Sha1 => self.sha1.is_some_and(|sum| sum.finalize()[..] == expected.digest),
            Algorithm::Sha256 => self.sha256.is_some_and(|sum| sum.finalize()[..] == expected.digest),
        }
    }
}

/// A stay at the disk: one thread writes what has come and what comes meanwhile, instead of being
/// woken for every few packets.
pub(super) struct Stay {
    pub(super) pen: Pen,
    pub(super) feed: mpsc::Receiver<Feed>,
    pub(super) sums: Sums,
    /// Bytes of the piece so far.
    pub(super) written: u64,
    /// How many there may be.
    pub(super) room: ByteCount,
    pub(super) held: bool,
    /// When it is over at the latest: what has come is to be counted then.
    pub(super) until: Instant,
}

/// Waits on this thread, so long at most. A timer of the runtime would wake another thread each time it is set.
fn within<T>(patience: Duration, future: impl Future<Output = T>) -> Option<T> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut future = pin!(future);
    let until = std::time::Instant::now() + patience;
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        let left = until.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}

/// How a stay ended.
pub(super) struct Ended {
    pub(super) fed: Fed,
    /// A checksum that came after the bytes.
    pub(super) checksum: Option<Checksum>,
    pub(super) wrote: std::io::Result<()>,
}

impl Stay {
    /// Writes until there is enough to be counted, the feed has ended, nothing follows at once, or its time is
    /// over. More than there is room for is not written. Blocks.
    pub(super) fn work(&mut self, mut gathered: Gathered) -> Ended {
        let mut checksum = None;
        loop {
            checksum = gathered.checksum.or(checksum);
            let fed = gathered.fed;
            for chunk in &gathered.chunks {
                self.written += chunk.len() as u64;
                self.sums.update(chunk);
            }
            if self.written > self.room.0 {
                return Ended { fed, checksum, wrote: Ok(()) };
            }
            if let Err(error) = self.pen.write(&gathered.chunks) {
                return Ended { fed, checksum, wrote: Err(error) };
            }
            // Their memory is not needed while the disk works.
            drop(gathered.chunks);
            let enough = !self.held && self.pen.pending().0 >= COUNTED;
            if fed != Fed::More || enough || Instant::now() >= self.until {
                if !self.held {
                    // What went wrong is told where the bytes are counted: the pen remembers it.
                    let _ = self.pen.sync();
                }
                return Ended { fed, checksum, wrote: Ok(()) };
            }
            match within(LINGERS, writer::gather(&mut self.feed)) {
                Some(more) => gathered = more,
                None => return Ended { fed, checksum, wrote: Ok(()) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_what_comes_or_with_its_time() {
        let (tx, rx) = tokio::sync::oneshot::channel();
        let sender = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            tx.send(7)
        });
        assert_eq!(within(Duration::from_mins(1), rx), Some(Ok(7)));
        sender.join().unwrap().unwrap();
        let began = std::time::Instant::now();
        assert_eq!(within(Duration::from_millis(20), std::future::pending::<()>()), None);
        assert!(began.elapsed() >= Duration::from_millis(20));
    }
}
