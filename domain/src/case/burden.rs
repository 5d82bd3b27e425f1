//! What filling in costs an enterprise.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The burden meter (C1): minutes really spent, as far as a server can see them.
///
/// Every act of filling in counts the time since the act before, but a gap of
/// more than [`Burden::LONGEST_PAUSE`] minutes is a pause and counts as one
/// minute of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burden {
    /// Milliseconds counted so far.
    pub spent_ms: u64,
    /// The last act.
    pub last: Option<Timestamp>,
}

impl Burden {
    /// Minutes after which a gap between two acts is a pause.
    pub const LONGEST_PAUSE: i64 = 10;

    /// Counts an act at `now`.
    pub fn meter(&mut self, now: Timestamp) {
        let minute = Timestamp(0).plus_minutes(1).0;
        let gap = self.last.map_or(minute, |last| (now.0 - last.0).max(0));
        let counted = if gap > Self::LONGEST_PAUSE * minute { minute } else { gap };
        self.spent_ms += u64::try_from(counted).unwrap_or(0);
        // A clock that was set back must not count the same minutes twice.
        self.last = self.last.max(Some(now));
    }

    /// Whole minutes, rounded up.
    pub fn minutes(self) -> u32 {
        u32::try_from(self.spent_ms.div_ceil(60_000)).unwrap_or(u32::MAX)
    }
}
