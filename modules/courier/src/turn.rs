//! Whose turn it is: what may begin beside what is going on, and what waits until another has ended.

/// How many go out at once: weak networks gain nothing from more.
const AT_ONCE: u32 = 3;

/// What is going on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Going {
    /// The login has ended.
    pub logged_out: bool,
    /// A file is being announced.
    pub announcing: bool,
    /// A file is still to be announced, and perhaps to be copied before.
    pub unannounced: bool,
    /// How many go out.
    pub sending: u32,
}

impl Going {
    /// Whether another file may be announced. That takes a login; what was announced takes none.
    pub const fn announces(self) -> bool {
        !self.announcing && !self.logged_out
    }

    /// Whether another file may go out. Until all are announced one does so alone: the bytes of some leave room for the
    /// digests of the others, which tell the portal that they are there. Where nothing can be announced, nothing is
    /// waited for.
    pub const fn sends(self) -> bool {
        let at_once = if self.unannounced && !self.logged_out { 1 } else { AT_ONCE };
        self.sending < at_once
    }
}

/// Does one work after the other, as `next` gives them. When one says that it has not ended in time, those that are
/// left do not wait for each other: they go to `apart`.
pub async fn in_turn<F: Future<Output = bool>>(mut next: impl FnMut() -> Option<F>, mut apart: impl FnMut(F)) {
    let mut in_time = true;
    while let Some(work) = next() {
        if in_time {
            in_time = work.await;
        } else {
            apart(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        future::{poll_fn, ready},
        pin::{Pin, pin},
        task::{Context, Poll, Waker},
    };

    use super::*;

    const IDLE: Going = Going { logged_out: false, announcing: false, unannounced: false, sending: 0 };

    /// How many more may begin to go out.
    fn more(mut going: Going) -> u32 {
        let before = going.sending;
        while going.sends() {
            going.sending += 1;
        }
        going.sending - before
    }

    #[test]
    fn three_go_out_at_once_when_all_are_announced() {
        assert_eq!(more(IDLE), 3);
        assert_eq!(more(Going { sending: 2, ..IDLE }), 1);
        assert_eq!(more(Going { sending: 3, ..IDLE }), 0);
    }

    #[test]
    fn one_goes_out_while_others_are_not_announced() {
        let begun = Going { unannounced: true, announcing: true, ..IDLE };
        assert_eq!(more(begun), 1);
        assert_eq!(more(Going { sending: 1, ..begun }), 0);
        // Those that were going out already when others came go on.
        assert_eq!(more(Going { sending: 3, ..begun }), 0);
    }

    #[test]
    fn one_is_announced_after_the_other() {
        assert!(IDLE.announces());
        assert!(!Going { announcing: true, ..IDLE }.announces());
        assert!(Going { sending: 3, ..IDLE }.announces());
    }

    #[test]
    fn the_end_of_the_login_stops_announcements_alone() {
        let logged_out = Going { logged_out: true, unannounced: true, ..IDLE };
        assert!(!logged_out.announces());
        assert_eq!(more(logged_out), 3);
    }

    /// Looks once how far a work is; nothing here wakes anybody.
    fn look(work: Pin<&mut impl Future<Output = ()>>) -> Poll<()> {
        work.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_next_begins_when_the_one_before_has_ended() {
        let (begun, ended) = (&RefCell::new(Vec::new()), &Cell::new(0_usize));
        let mut files = 0..3_usize;
        let next = move || {
            let file = files.next()?;
            Some(poll_fn(move |_| {
                if !begun.borrow().contains(&file) {
                    begun.borrow_mut().push(file);
                }
                if ended.get() > file { Poll::Ready(true) } else { Poll::Pending }
            }))
        };
        let mut work = pin!(in_turn(next, |_| panic!("nothing is left to itself")));
        for count in 1..=3_usize {
            assert!(look(work.as_mut()).is_pending());
            assert_eq!(begun.borrow().len(), count);
            ended.set(count);
        }
        assert!(look(work.as_mut()).is_ready());
    }

    #[test]
    fn one_that_takes_too_long_does_not_hold_up_the_others() {
        let mut files = 0..3_u32;
        let mut apart = 0;
        let next = || files.next().map(|file| ready(file != 0));
        {
            let mut work = pin!(in_turn(next, |_| apart += 1));
            assert!(look(work.as_mut()).is_ready());
        }
        assert_eq!(apart, 2);
    }
}
