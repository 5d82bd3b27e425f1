//! How many files come at the same moment.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::ids::AccountId;

/// How many files are sent right now: by each person, and by all together.
#[derive(Debug, Default)]
pub struct Senders(Arc<Mutex<HashMap<AccountId, u16>>>);

/// One of them; it counts until it is dropped.
#[derive(Debug)]
pub struct Sending(Arc<Mutex<HashMap<AccountId, u16>>>, AccountId);

/// Why somebody cannot send one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// The person sends as many as one may.
    OfOne,
    /// All people together do.
    OfAll,
}

impl Senders {
    /// One more of a person.
    ///
    /// # Errors
    /// [`Crowd`] where there are as many already as there may be.
    pub fn enter(&self, person: AccountId, each: u16, all: u16) -> Result<Sending, Crowd> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.get(&person).is_some_and(|count| *count >= each) {
            return Err(Crowd::OfOne);
        }
        if counts.values().map(|count| u32::from(*count)).sum::<u32>() >= u32::from(all) {
            return Err(Crowd::OfAll);
        }
        *counts.entry(person).or_default() += 1;
        Ok(Sending(self.0.clone(), person))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_a_limit_and_all_together_have_one() {
        let senders = Senders::default();
        let [one, two, three] = [1, 2, 3].map(|id| AccountId(uuid::Uuid::from_u128(id)));
        let first = [senders.enter(one, 2, 3).unwrap(), senders.enter(one, 2, 3).unwrap()];
        assert_eq!(senders.enter(one, 2, 3).unwrap_err(), Crowd::OfOne);
        let second = senders.enter(two, 2, 3).unwrap();
        assert_eq!(senders.enter(three, 2, 3).unwrap_err(), Crowd::OfAll);
        drop(second);
        assert!(senders.enter(three, 2, 3).is_ok());
        drop(first);
        assert!(senders.0.lock().unwrap().is_empty());
    }
}
