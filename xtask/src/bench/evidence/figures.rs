//! What measurements have in common: the order of rounds, what is sent, how a result is told.

/// The order of a round: forwards, and backwards in the next.
pub(super) fn turns(count: usize, round: usize) -> Vec<usize> {
    if round.is_multiple_of(2) { (0..count).collect() } else { (0..count).rev().collect() }
}

/// Bytes that do not shrink, the same in every run (xorshift64*).
pub(super) fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size);
    while bytes.len() < size {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// The middle, with the least and the most.
pub(super) fn spread(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    match (values.get(values.len() / 2), values.first(), values.last()) {
        (Some(middle), Some(least), Some(most)) => format!("{middle:.2} ({least:.2}–{most:.2})"),
        _ => "-".to_owned(),
    }
}

/// The one in the middle.
pub(super) fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// How many times as much, round by round.
pub(super) fn pairwise<T>(ours: &[T], theirs: &[T], of: impl Fn(&T) -> f64) -> String {
    spread(ours.iter().zip(theirs).map(|(ours, theirs)| of(ours) / of(theirs)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_has_the_middle_and_both_ends() {
        assert_eq!(spread(vec![3.0, 1.0, 2.0]), "2.00 (1.00–3.00)");
        assert_eq!((middle(vec![3.0, 1.0, 2.0]), middle(Vec::new())), (Some(2.0), None));
        assert_eq!(pairwise(&[2.0, 3.0], &[1.0, 1.0], |a| *a), "3.00 (2.00–3.00)");
        assert_eq!(turns(3, 1), [2, 1, 0]);
    }
}
