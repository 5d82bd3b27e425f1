//! Small photos from many people: from the announcement to the receipt.

use std::collections::BTreeMap;
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::figures::{pairwise, spread, turns};
use super::{PEOPLE, Person, ROUNDS, Server};
use crate::bench::tus::{Connection, Door, Outcome};
use crate::error::Result;
use crate::process;

/// Photos of a round, sent by all people at once.
const PHOTOS: usize = 160;

/// Photos of 300 KiB, eight people at once: from the announcement to the receipt, or to the last byte where there is none.
pub(super) fn photos(servers: &[Server], people: &[Person], photo: &[u8]) -> Result {
    let mut rounds: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let mut numbers = 0..;
    for round in 0..ROUNDS {
        for index in turns(servers.len(), round) {
            let server = &servers[index];
            let album = |person| album(photo, numbers.by_ref().take(PHOTOS / PEOPLE), person, round);
            let albums: Vec<Vec<Shot>> = people.iter().map(album).collect();
            // Ours makes pictures of what came; the next one does not share the machine with that.
            process::rest()?;
            let began = Instant::now();
            let sent: Outcome = std::thread::scope(|scope| {
                let send = move |person: &Person, shots: &[Shot]| -> Outcome {
                    let authorization = server.door.authorization.as_ref().map(|_| format!("Bearer {}", person.token));
                    let mut connection = Connection::open(&Door { authorization, ..server.door.clone() })?;
                    for Shot { bytes, metadata } in shots {
                        let path = connection.create(bytes.len(), metadata)?;
                        connection.patch(&path, 0, bytes)?;
                    }
                    Ok(())
                };
                let all = people.iter().zip(&albums);
                let threads: Vec<_> = all.map(|(person, shots)| scope.spawn(move || send(person, shots))).collect();
                threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?)
            });
            sent?;
            #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
            rounds.entry(index).or_default().push(PHOTOS as f64 / began.elapsed().as_secs_f64());
        }
    }
    println!(
        "\n{PHOTOS} photos of {} KiB, {PEOPLE} people at once; a second, median (range) of {ROUNDS} rounds",
        photo.len() / 1024
    );
    for (index, rounds) in &rounds {
        println!("  {:<36} {:>22}", servers[*index].name, spread(rounds.clone()));
    }
    let last = servers.len() - 1;
    println!(
        "  ours (to the receipt) ÷ @tus/server (to the last byte) (target: at least 2): {}",
        pairwise(&rounds[&0], &rounds[&last], |a| *a)
    );
    println!("  the same where nobody waits for the disk: {}", pairwise(&rounds[&1], &rounds[&last], |a| *a));
    Ok(())
}

/// A photo with what is announced of it.
struct Shot {
    bytes: Vec<u8>,
    metadata: String,
}

/// The photos that somebody sends in a round, each with its digest, which phones tell first.
fn album(photo: &[u8], numbers: impl Iterator<Item = usize>, person: &Person, round: usize) -> Vec<Shot> {
    let shot = |(of, number)| {
        let line = &person.lines[(round * PHOTOS / PEOPLE + of) % person.lines.len()];
        let bytes = numbered(photo, number);
        let digest = hex::encode(Sha256::digest(&bytes));
        let [case, line, digest] = [&person.case, line, &digest].map(|text| base64(text));
        Shot { bytes, metadata: format!("filename YS5qcGc=,case {case},line {line},sha256 {digest}") }
    };
    numbers.enumerate().map(shot).collect()
}

/// The photo with a comment of its own (ITU-T T.81, B.2.4.5), so that no two are the same.
fn numbered(photo: &[u8], number: usize) -> Vec<u8> {
    let mut bytes = photo.get(..2).unwrap_or_default().to_vec();
    let comment = format!("{number:020}");
    bytes.extend_from_slice(&[0xff, 0xfe, 0, 22]);
    bytes.extend_from_slice(comment.as_bytes());
    bytes.extend_from_slice(photo.get(2..).unwrap_or_default());
    bytes
}

/// Base64 of a short text (RFC 4648, 4).
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_encoded_as_the_standard_has_them() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text), encoded);
        }
    }
}
