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
use tokio::time::{Sleep, sleep};

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
pub(super) fn patient(body: Body, idle: Duration, most: u64) -> Patient {
    Patient { bytes: body.into_data_stream(), idle, left: most, alarm: Box::pin(sleep(idle)) }
}

/// See [`patient`].
pub(super) struct Patient {
    bytes: BodyDataStream,
    idle: Duration,
    left: u64,
    alarm: Pin<Box<Sleep>>,
}

impl Patient {
    /// Throws the rest away.
    pub(super) fn drain(self) {
        pour(self.bytes);
    }
}

impl Stream for Patient {
    type Item = Result<Bytes, BodyFault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.bytes.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                let Some(left) = self.left.checked_sub(chunk.len() as u64) else {
                    return Poll::Ready(Some(Err(BodyFault::TooMuch)));
                };
                self.left = left;
                let next = tokio::time::Instant::now() + self.idle;
                self.alarm.as_mut().reset(next);
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.alarm.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(BodyFault::StoodStill))),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

/// Reads a refused body in the background and throws it away.
pub(super) fn drain(body: Body) {
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
    tokio::spawn(tokio::time::timeout(DRAIN_TIME, poured));
}
