//! Bodies that do not wait for ever, do not grow for ever, and do not break the connection
//! when nobody wants them any more.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http_body_util::{BodyStream, StreamBody};
use tokio::{
    runtime::Handle,
    time::{Instant, Sleep, sleep, timeout},
};

/// How much of a refused body is read and thrown away, so that the client hears the answer
/// instead of a broken connection. Many clients listen while they send, and stop; the others
/// send a photo of the largest size whole before they listen.
const DRAINED: u64 = 32 * 1024 * 1024;
/// And for how long.
const DRAIN_TIME: Duration = Duration::from_secs(20);
/// Whoever sends nothing for so long has stopped.
const DRAIN_SILENCE: Duration = Duration::from_secs(3);

/// So much has to come while a body is waited for, or it counts as standing still. A few bytes now and
/// then hold a place that others need; the slowest network that brings a photo brings more.
const LIVELY: usize = 1024;

/// Why a body ended before its end, where the connection is not to blame.
#[derive(Debug, thiserror::Error)]
enum BodyFault {
    /// Hardly a byte came for too long.
    #[error("hardly a byte came for too long")]
    StoodStill,
    /// More came than could be.
    #[error("more came than could be")]
    TooMuch,
}

/// A body that ends with an error when it stands still for `idle` ([`LIVELY`]) or grows beyond `most`.
/// What is left of it when nobody wants it any more is thrown away.
pub(in crate::http) fn patient(body: Body, idle: Duration, most: u64) -> Body {
    // Most requests have none.
    if body.is_end_stream() {
        return body;
    }
    Body::new(StreamBody::new(Patient::of(body, idle, most)))
}

/// See [`patient`].
struct Patient {
    /// `None` after its end.
    frames: Option<BodyStream<Body>>,
    idle: Duration,
    left: u64,
    /// How long it is still waited for, unless enough comes.
    patience: Duration,
    /// Bytes that came since it was `idle`.
    came: usize,
    alarm: Pin<Box<Sleep>>,
    /// Whether the alarm runs: only while we wait for the client, not while it
    /// waits for our disk.
    waiting: bool,
}

impl Patient {
    fn of(body: Body, idle: Duration, most: u64) -> Self {
        let frames = Some(BodyStream::new(body));
        let alarm = Box::pin(sleep(idle));
        Self { frames, idle, left: most, patience: idle, came: 0, alarm, waiting: false }
    }

    /// So many bytes have come.
    fn arrived(&mut self, bytes: usize) {
        if std::mem::take(&mut self.waiting) {
            self.patience = self.alarm.deadline().saturating_duration_since(Instant::now());
        }
        self.came += bytes;
        if self.came >= LIVELY {
            (self.came, self.patience) = (0, self.idle);
        }
    }
}

impl Stream for Patient {
    /// A frame: bytes, or what comes after them.
    type Item = <BodyStream<Body> as Stream>::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(next) = this.frames.as_mut().map(|frames| frames.poll_next_unpin(cx)) else {
            return Poll::Ready(None);
        };
        match next {
            Poll::Ready(Some(Ok(frame))) => {
                let size = frame.data_ref().map_or(0, Bytes::len);
                this.arrived(size);
                match this.left.checked_sub(size as u64) {
                    Some(left) => {
                        this.left = left;
                        Poll::Ready(Some(Ok(frame)))
                    }
                    None => Poll::Ready(Some(Err(axum::Error::new(BodyFault::TooMuch)))),
                }
            }
            Poll::Ready(ended) => {
                this.frames = None;
                Poll::Ready(ended)
            }
            Poll::Pending => {
                if !this.waiting {
                    this.waiting = true;
                    this.alarm.as_mut().reset(Instant::now() + this.patience);
                }
                match this.alarm.as_mut().poll(cx) {
                    Poll::Ready(()) => {
                        this.frames = None;
                        Poll::Ready(Some(Err(axum::Error::new(BodyFault::StoodStill))))
                    }
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        if let Some(frames) = self.frames.take() {
            pour(frames);
        }
    }
}

/// Reads a refused body in the background and throws it away.
pub(super) fn drain(body: Body) {
    pour(BodyStream::new(body));
}

fn pour(frames: BodyStream<Body>) {
    // Without a runtime the connection is gone as well.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(timeout(DRAIN_TIME, thrown_away(frames, DRAINED, DRAIN_SILENCE)));
    }
}

/// Reads what comes: so much at most, and no more after a silence.
async fn thrown_away(mut frames: BodyStream<Body>, most: u64, silence: Duration) {
    let mut left = most;
    while let Ok(Some(Ok(frame))) = timeout(silence, frames.next()).await {
        let size = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(size as u64) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures::stream;

    use super::*;

    fn is(item: Option<<Patient as Stream>::Item>, fault: &BodyFault) -> bool {
        item.is_some_and(|item| item.is_err_and(|error| error.to_string() == fault.to_string()))
    }

    #[tokio::test]
    async fn only_the_wait_for_the_client_counts() {
        let idle = Duration::from_millis(600);
        let (body, _) = counted(3, Duration::from_millis(50));
        let mut body = Patient::of(body, idle, 100);
        for _ in 0..3 {
            assert!(matches!(body.next().await, Some(Ok(_))));
            // Our disk takes its time.
            sleep(Duration::from_millis(800)).await;
        }
        assert!(body.next().await.is_none());

        let mut silent = Patient::of(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()), idle, 100);
        assert!(is(silent.next().await, &BodyFault::StoodStill));
        assert!(silent.next().await.is_none());
    }

    #[tokio::test]
    async fn a_few_bytes_now_and_then_are_a_standstill_and_a_slow_network_is_not() {
        let drips = async |size: usize| {
            let chunk = move |number| async move {
                sleep(Duration::from_millis(100)).await;
                (number < 12).then(|| (Ok::<_, std::io::Error>(Bytes::from(vec![0; size])), number + 1))
            };
            let mut body =
                Patient::of(Body::from_stream(stream::unfold(0, chunk)), Duration::from_millis(600), 100_000);
            let mut came = 0;
            while let Some(frame) = body.next().await {
                match frame {
                    Ok(frame) => came += frame.data_ref().map_or(0, Bytes::len),
                    failed => return (came, is(Some(failed), &BodyFault::StoodStill)),
                }
            }
            (came, false)
        };
        let (came, stood_still) = drips(1).await;
        assert!(stood_still && came < 12, "{came}");
        assert_eq!(drips(LIVELY).await, (12 * LIVELY, false));
    }

    #[tokio::test]
    async fn a_body_does_not_grow_for_ever() {
        let mut body = Patient::of(Body::from(vec![0; 11]), Duration::from_secs(1), 10);
        assert!(is(body.next().await, &BodyFault::TooMuch));
    }

    /// A body of so many chunks of ten bytes that waits before each, and how many of them
    /// have been read.
    fn counted(chunks: usize, wait: Duration) -> (Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let slow = stream::unfold((0, read.clone()), move |(number, read)| async move {
            if number == chunks {
                return None;
            }
            sleep(wait).await;
            read.fetch_add(1, Ordering::SeqCst);
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"0123456789")), (number + 1, read)))
        });
        (Body::from_stream(slow), read)
    }

    #[tokio::test]
    async fn what_nobody_wants_is_read_to_its_end_but_neither_for_ever_nor_after_a_silence() {
        let read = async |most, wait| {
            let (body, read) = counted(20, Duration::from_millis(wait));
            thrown_away(BodyStream::new(body), most, Duration::from_secs(1)).await;
            read.load(Ordering::SeqCst)
        };
        assert_eq!(read(1000, 1).await, 20);
        // The chunk that is too much is the last.
        assert_eq!(read(35, 1).await, 4);
        assert_eq!(read(1000, 3000).await, 0);
    }

    #[tokio::test]
    async fn what_is_dropped_before_its_end_is_read_and_what_stood_still_is_not_waited_for_again() {
        let wait = Duration::from_millis(200);
        let (body, read) = counted(3, wait);
        drop(patient(body, Duration::from_secs(10), u64::MAX));
        let (body, unread) = counted(3, wait);
        let mut silent = Patient::of(body, Duration::from_millis(50), u64::MAX);
        assert!(is(silent.next().await, &BodyFault::StoodStill));
        drop(silent);
        sleep(Duration::from_secs(2)).await;
        assert_eq!((read.load(Ordering::SeqCst), unread.load(Ordering::SeqCst)), (3, 0));
    }
}
