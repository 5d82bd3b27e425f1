//! Newer requests for an upload whose sender is silent: they end the older one, of which nothing
//! counts from then on.
//!
//! The server here would wait for a silent socket longer than any test lasts, and longer than a
//! newer request waits for an older one. So whatever is answered while such a socket is open was
//! answered because its sender was overtaken; how fast that is, the benchmark measures
//! (`xtask bench`).

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use server::config::Config;

use super::{OURS, TUS, create, head, is_silent, kept, metadata, offset, patch, photo, stall};
use crate::{
    client::Client,
    process::{id_of, until_spooled},
    world::{World, world},
};

/// The same person at such a server.
fn at_a_patient_server(world: &World, known: &Client) -> Client {
    let config = Config { upload_idle_seconds: 3600, ..world.config.clone() };
    let mut client = Client::new(world.beside(config));
    client.cookies.clone_from(&known.cookies);
    client
}

/// A sender in the middle of its piece: what it has sent lies in the spool, and it says nothing more.
struct Silent {
    stream: TcpStream,
    /// Bytes that were announced and have not come.
    left: usize,
}

impl Silent {
    /// Sends so much of a piece that goes on to the end of the file.
    fn amid(world: &World, client: &Client, upload: &str, at: usize, bytes: &[u8], size: usize) -> Self {
        let announced = bytes.len() - at;
        let stream = stall(client, upload, at, announced, &bytes[at..at + size]);
        until_spooled(&world.town.spool(), upload, at + size);
        assert!(is_silent(&stream), "it is waited for");
        Self { stream, left: announced - size }
    }

    /// It goes on as if nothing had happened, with bytes that are not those of the file; the server has taken or
    /// refused all of them after that. That it has written nothing is what it was told.
    fn goes_on_in_vain(mut self) {
        // A server that has answered may close before it has read everything.
        let _ = self.stream.write_all(&vec![b'?'; self.left]);
        let mut said = Vec::new();
        // A reset is an end too.
        let _ = self.stream.read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said);
        assert!(said.starts_with("HTTP/1.1 423"), "{said}");
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "it is answered once: {said}");
    }
}

#[test]
fn a_question_ends_whoever_is_silent_and_what_comes_after_it_does_not_count() {
    let world = world();
    let (owner, case, known) = world.with_case();
    let mut client = at_a_patient_server(world, &known);
    let bytes = photo(50_000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    let mut at = 0;
    for _ in 0..3 {
        let silent = Silent::amid(world, &client, &upload, at, &bytes, 10_000);
        let standing = head(&mut client, &upload);
        at += 10_000;
        assert_eq!((standing.status, offset(&standing)), (200, at), "what came before the question counts");
        silent.goes_on_in_vain();
        assert_eq!(offset(&head(&mut client, &upload)), at, "and what came after it does not");
    }
    assert_eq!(patch(&mut client, &upload, at, &[], &bytes[at..]).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn a_piece_is_taken_while_those_before_it_are_open_and_silent() {
    let world = world();
    let (owner, case, known) = world.with_case();
    let mut client = at_a_patient_server(world, &known);
    let bytes = photo(50_000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    // The second takes over from the first, and is silent itself.
    let [first, second] = [0, 10_000].map(|at| Silent::amid(world, &client, &upload, at, &bytes, 10_000));
    let third = patch(&mut client, &upload, 20_000, &[], &bytes[20_000..40_000]);
    assert_eq!((third.status, offset(&third)), (204, 40_000), "{}", third.text());
    // They come in the other order to what they had to say.
    for silent in [second, first] {
        silent.goes_on_in_vain();
        assert_eq!(offset(&head(&mut client, &upload)), 40_000);
    }
    assert_eq!(patch(&mut client, &upload, 40_000, &[], &bytes[40_000..]).status, 204);
    assert_eq!(kept(world, &owner, case, &mut client), bytes);
}

#[test]
fn an_upload_that_is_ended_in_the_middle_of_a_piece_takes_nothing_more() {
    let world = world();
    let (owner, case, known) = world.with_case();
    let mut client = at_a_patient_server(world, &known);
    let bytes = photo(50_000);
    let upload = create(&mut client, bytes.len(), &metadata(world, case, &[]));
    let silent = Silent::amid(world, &client, &upload, 0, &bytes, 10_000);
    assert_eq!(client.send("DELETE", &upload, &[TUS, OURS], b"").status, 204);
    silent.goes_on_in_vain();
    assert!(!world.town.spool().join("uploads").join(id_of(&upload)).exists(), "its bytes are gone");
    assert_eq!(head(&mut client, &upload).status, 410);
    assert_eq!(patch(&mut client, &upload, 10_000, &[], &bytes[10_000..]).status, 410);
    assert_eq!(client.send("DELETE", &upload, &[TUS, OURS], b"").status, 410);
    assert_eq!(world.files(&owner, case), 0);
}
