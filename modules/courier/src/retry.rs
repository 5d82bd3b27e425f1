//! What an answer means for a file, and how long to wait before the next attempt.

use crate::message::Why;

/// The longest wait between two attempts, in milliseconds.
const LONGEST_MS: f64 = 60_000.0;

/// How long to wait after the `times`-th failure in a row, in milliseconds: longer every
/// time, and not all phones of a street at the same moment. `chance` is between 0 and 1.
pub fn wait(times: u32, chance: f64) -> f64 {
    let whole = f64::from(1_u32 << times.clamp(1, 6)) * 1000.0;
    whole.min(LONGEST_MS) * (0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// What becomes of a file that did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Why.
    pub why: Why,
    /// Whether trying again can help.
    pub again: bool,
    /// Whether what the portal has of it is of no use, so that it begins anew.
    pub anew: bool,
}

impl Verdict {
    /// Whether somebody who gives a file up was heard. That there is nothing to give up any more, as after the second
    /// time, is an answer too.
    pub const fn is_heard(&self) -> bool {
        self.anew || !self.again
    }
}

/// Judges an answer by its status (0: none came), whether the portal gave it, whether it says
/// that the login has ended, and what it says. Only what the portal decided stays so; everything
/// else may be tried again. What stands between, such as the login page of a train, decides nothing.
pub fn judge(status: u16, ours: bool, login_ended: bool, message: Option<String>) -> Verdict {
    if status != 0 && !ours {
        return Verdict { why: Why::Failed, again: true, anew: false };
    }
    let login = login_ended || status == 401;
    let anew = matches!(status, 404 | 410 | 460);
    let again = login || anew || status == 0 || status >= 500 || matches!(status, 408 | 409 | 423 | 429);
    let why = match message {
        _ if login => Why::LoginEnded,
        _ if status == 0 => Why::CutOff,
        Some(message) => Why::Refused { message },
        None => Why::Failed,
    };
    Verdict { why, again, anew: anew || !again }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_scatter_and_end() {
        for times in 0..40 {
            let (least, most) = (wait(times, 0.0), wait(times, 1.0));
            assert!((1000.0..=LONGEST_MS / 2.0).contains(&least), "{times}: {least}");
            assert!((most - 2.0 * least).abs() < 1.0, "{times}: {most}");
            assert!(least <= wait(times + 1, 0.0));
        }
    }

    #[test]
    fn only_what_the_portal_decided_is_final() {
        for status in [0, 401, 404, 408, 409, 410, 423, 429, 460, 500, 502, 503, 507] {
            assert!(judge(status, true, false, None).again, "{status}");
        }
        for status in [400, 403, 412, 413, 415, 422] {
            let verdict = judge(status, true, false, Some("太大".into()));
            assert_eq!(verdict, Verdict { why: Why::Refused { message: "太大".into() }, again: false, anew: true });
        }
        assert_eq!(judge(422, true, true, Some("x".into())).why, Why::LoginEnded);
        assert_eq!(judge(0, false, false, None).why, Why::CutOff);
        assert!(judge(410, true, false, None).anew && !judge(409, true, false, None).anew);
    }

    #[test]
    fn whoever_gives_up_a_file_that_is_gone_was_heard() {
        for status in [204, 403, 404, 410, 422] {
            assert!(judge(status, true, false, None).is_heard(), "{status}");
        }
        for status in [0, 401, 408, 409, 423, 429, 500, 502, 503] {
            assert!(!judge(status, true, false, None).is_heard(), "{status}");
        }
        // What stands between has not told the portal, whatever it says.
        for status in [200, 204, 404, 410] {
            assert!(!judge(status, false, false, None).is_heard(), "{status}");
        }
    }

    #[test]
    fn what_stands_between_decides_nothing() {
        let later = Verdict { why: Why::Failed, again: true, anew: false };
        for status in [200, 201, 204, 302, 400, 401, 403, 404, 410, 413, 422, 460, 502] {
            assert_eq!(judge(status, false, true, Some("Not here".into())), later, "{status}");
        }
    }
}
