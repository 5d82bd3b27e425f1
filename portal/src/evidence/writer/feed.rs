//! What comes from a request, on its way to the disk.

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::services::uploads::Checksum;

/// What goes from a request to its writer.
#[derive(Debug)]
pub enum Feed {
    /// Bytes.
    Chunk(Bytes),
    /// The checksum that was announced to come after them.
    Checksum(Checksum),
    /// The body ended as it should. Without it the connection broke.
    End,
}

/// Chunks that may wait for the disk; then the network waits.
const WAITING: usize = 4;
/// Bytes that are gathered before they are written together.
const GATHERED: usize = 256 * 1024;

/// A channel from a request to its writer.
pub fn channel() -> (mpsc::Sender<Feed>, mpsc::Receiver<Feed>) {
    mpsc::channel(WAITING)
}

/// How a feed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// More may come.
    More,
    /// The body ended as it should.
    Whole,
    /// The connection broke, or somebody else took over.
    CutOff,
}

/// What waited in the channel.
#[derive(Debug)]
pub struct Gathered {
    /// The bytes.
    pub chunks: Vec<Bytes>,
    /// A checksum that came after them.
    pub checksum: Option<Checksum>,
    /// Whether more may come.
    pub fed: Fed,
}

/// Takes what waits in the channel, at least one item and at most some hundred
/// kilobytes: small pieces go to the disk together, and slow ones at once.
pub async fn gather(feed: &mut mpsc::Receiver<Feed>) -> Gathered {
    let mut gathered = Gathered { chunks: Vec::new(), checksum: None, fed: Fed::More };
    let mut size = 0;
    let mut next = feed.recv().await;
    loop {
        match next {
            None => gathered.fed = Fed::CutOff,
            Some(Feed::End) => gathered.fed = Fed::Whole,
            Some(Feed::Checksum(checksum)) => gathered.checksum = Some(checksum),
            Some(Feed::Chunk(chunk)) => {
                size += chunk.len();
                gathered.chunks.push(chunk);
            }
        }
        if gathered.fed != Fed::More || size >= GATHERED {
            return gathered;
        }
        next = match feed.try_recv() {
            Ok(item) => Some(item),
            Err(mpsc::error::TryRecvError::Empty) => return gathered,
            Err(mpsc::error::TryRecvError::Disconnected) => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(size: usize) -> Feed {
        Feed::Chunk(Bytes::from(vec![7; size]))
    }

    #[tokio::test]
    async fn what_waits_is_taken_together_and_the_end_is_told_from_a_break() {
        let (tx, mut rx) = channel();
        for size in [1, 2, 3] {
            tx.send(chunk(size)).await.unwrap();
        }
        let first = gather(&mut rx).await;
        assert_eq!((first.chunks.len(), first.fed), (3, Fed::More));
        tx.send(chunk(4)).await.unwrap();
        tx.send(Feed::End).await.unwrap();
        let last = gather(&mut rx).await;
        assert_eq!((last.chunks.len(), last.fed), (1, Fed::Whole));
        tx.send(chunk(5)).await.unwrap();
        drop(tx);
        let broken = gather(&mut rx).await;
        assert_eq!((broken.chunks.len(), broken.fed), (1, Fed::CutOff));
    }
}
