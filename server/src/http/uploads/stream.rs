//! Bodies that do not wait for ever and do not grow for ever.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::{
    runtime::Handle,
    time::{Instant, Sleep, sleep, timeout},
};

/// How much of a refused body is read and thrown away, so that the client hears
/// the answer instead of a broken connection.
const DRAINED: u64 = 1024 * 1024 * 1024;
/// And for how long.
const DRAIN_TIME: Duration = Duration::from_mins(2);

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyFault {
    /// No byte came for too long.
    #[error("no byte came for too long")]
    StoodStill,
    /// More came than could be.
    #[error("more came than could be")]
    TooMuch,
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] axum::Error),
}

/// A body that ends with an error when it stands still or grows beyond `most`.
/// What is left of it when nobody wants it any more is thrown away.
pub(super) fn patient(body: Body, idle: Duration, most: u64) -> Patient {
    Patient { bytes: Some(body.into_data_stream()), idle, left: most, alarm: Box::pin(sleep(idle)), waiting: false }
}

/// See [`patient`].
pub(super) struct Patient {
    /// `None` after its end.
    bytes: Option<BodyDataStream>,
    idle: Duration,
    left: u64,
    alarm: Pin<Box<Sleep>>,
    /// Whether the alarm runs: only while we wait for the client, not while it
    /// waits for our disk.
    waiting: bool,
}

impl Stream for Patient {
    type Item = Result<Bytes, BodyFault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(bytes) = &mut this.bytes else { return Poll::Ready(None) };
        match bytes.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                this.waiting = false;
                match this.left.checked_sub(chunk.len() as u64) {
                    Some(left) => {
                        this.left = left;
                        Poll::Ready(Some(Ok(chunk)))
                    }
                    None => Poll::Ready(Some(Err(BodyFault::TooMuch))),
                }
            }
            Poll::Ready(Some(Err(error))) => {
                this.bytes = None;
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(None) => {
                this.bytes = None;
                Poll::Ready(None)
            }
            Poll::Pending => {
                if !this.waiting {
                    this.waiting = true;
                    this.alarm.as_mut().reset(Instant::now() + this.idle);
                }
                match this.alarm.as_mut().poll(cx) {
                    Poll::Ready(()) => {
                        this.bytes = None;
                        Poll::Ready(Some(Err(BodyFault::StoodStill)))
                    }
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        if let Some(bytes) = self.bytes.take() {
            pour(bytes);
        }
    }
}

/// Reads a refused body in the background and throws it away.
pub(in crate::http) fn drain(body: Body) {
    pour(body.into_data_stream());
}

fn pour(mut bytes: BodyDataStream) {
    let poured = async move {
        let mut left = DRAINED;
        while let Some(Ok(chunk)) = bytes.next().await {
            match left.checked_sub(chunk.len() as u64) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // Without a runtime the connection is gone as well.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(timeout(DRAIN_TIME, poured));
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    #[tokio::test]
    async fn only_the_wait_for_the_client_counts() {
        let idle = Duration::from_millis(600);
        let slow = stream::unfold(0, |number| async move {
            sleep(Duration::from_millis(50)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), number + 1))
        });
        let mut body = patient(Body::from_stream(slow.take(3).boxed()), idle, 100);
        for _ in 0..3 {
            assert!(matches!(body.next().await, Some(Ok(_))));
            // Our disk takes its time.
            sleep(Duration::from_millis(800)).await;
        }
        assert!(body.next().await.is_none());

        let mut silent = patient(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()), idle, 100);
        assert!(matches!(silent.next().await, Some(Err(BodyFault::StoodStill))));
        assert!(silent.next().await.is_none());
    }

    #[tokio::test]
    async fn a_body_does_not_grow_for_ever() {
        let mut body = patient(Body::from(vec![0; 11]), Duration::from_secs(1), 10);
        assert!(matches!(body.next().await, Some(Err(BodyFault::TooMuch))));
    }
}
