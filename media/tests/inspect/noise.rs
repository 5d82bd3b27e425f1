//! Files of every kind with bytes by chance.

use domain::evidence::MediaType;
use proptest::prelude::*;

use super::files::{look, recognised, whole};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn flipped_bits_never_panic(
        which in 0..MediaType::ALL.len(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 0..4),
        length in any::<prop::sample::Index>(),
    ) {
        let (_, mut bytes) = whole()[which].clone();
        for (at, bit) in &flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        prop_assert_eq!(recognised(&bytes), look(&bytes).map(|seen| seen.media));
        // What is only cut is never taken for whole.
        bytes.truncate(length.index(bytes.len()));
        let judged = look(&bytes);
        prop_assert!(!flips.is_empty() || judged.is_err());
    }

    #[test]
    fn noise_behind_any_beginning_is_judged(
        which in 0..MediaType::ALL.len(), noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let (_, bytes) = &whole()[which];
        let _judged = look(&[&bytes[..16.min(bytes.len())], &noise].concat());
    }
}
