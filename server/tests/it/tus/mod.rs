//! Uploads that can be resumed, over real connections.

mod faults;
mod limits;
mod overtaken;
mod protocol;
mod refusals;
mod silence;

use std::{
    io::{ErrorKind, Write as _},
    net::{SocketAddr, TcpStream},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{ids::CaseId, settings::Settings};
use portal::store::Pools;

use crate::{
    client::{Answer, Client},
    town::{Db, Town, jpeg},
    world::{Owner, World, world},
};

const PLACE: &str = "/api/v1/uploads";
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

/// A JPEG of about this size, unlike any other.
fn photo(size: usize) -> Vec<u8> {
    let mut bytes = jpeg();
    let end = bytes.split_off(bytes.len() - 2);
    // Comment segments hold anything.
    while bytes.len() + 2 < size {
        let part = (size - bytes.len() - 2).clamp(4, 60_000);
        bytes.extend([0xff, 0xfe]);
        bytes.extend(u16::try_from(part - 2).unwrap().to_be_bytes());
        bytes.extend(std::iter::repeat_n(b'x', part - 4));
    }
    bytes.extend(end);
    bytes
}

fn metadata(world: &World, case: CaseId, more: &[(&str, &str)]) -> String {
    let (case, line) = (case.to_string(), world.town.lines[0].to_string());
    let pairs = [("filename", "照片.jpg"), ("case", &case), ("line", &line)].into_iter().chain(more.iter().copied());
    pairs.map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect::<Vec<_>>().join(",")
}

/// Announces a file; the path of its address.
fn create(client: &mut Client, length: usize, metadata: &str) -> String {
    let length = length.to_string();
    let headers = [TUS, OURS, ("upload-length", length.as_str()), ("upload-metadata", metadata)];
    let answer = client.send("POST", PLACE, &headers, b"");
    assert_eq!(answer.status, 201, "{}", answer.text());
    path(&answer)
}

fn path(answer: &Answer) -> String {
    let location = answer.header("location").unwrap();
    let (_, path) = location.split_once("://").expect("an absolute address").1.split_once('/').unwrap();
    format!("/{path}")
}

fn patch(client: &mut Client, upload: &str, at: usize, more: &[(&str, &str)], body: &[u8]) -> Answer {
    let at = at.to_string();
    let mut headers = vec![TUS, OURS, PIECE, ("upload-offset", at.as_str())];
    headers.extend(more);
    client.send("PATCH", upload, &headers, body)
}

fn head(client: &mut Client, upload: &str) -> Answer {
    client.send("HEAD", upload, &[TUS], b"")
}

/// A piece of which only the beginning comes, over a socket that then stays open.
fn stall(client: &Client, upload: &str, at: usize, announced: usize, sent: &[u8]) -> TcpStream {
    let mut stream = client.connect();
    let (at, announced) = (at.to_string(), announced.to_string());
    let headers = [TUS, OURS, PIECE, ("upload-offset", at.as_str()), ("content-length", announced.as_str())];
    client.head(&mut stream, "PATCH", upload, &headers);
    stream.write_all(sent).unwrap();
    stream
}

/// Whether a connection is open, and nothing was said on it.
fn is_silent(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let said = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    said.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

fn offset(answer: &Answer) -> usize {
    answer.header("upload-offset").unwrap_or_else(|| panic!("no offset with {}", answer.status)).parse().unwrap()
}

/// A town with rules and a clock of its own, and a server for it.
fn apart(rules: Settings) -> (Town, SocketAddr) {
    let world = world();
    let town = world.run(Town::with(Db::Sqlite, Pools::default(), rules));
    let address = world.serve(town.portal.clone(), world.config.clone());
    (town, address)
}

/// What the program of a new restaurant of a town says who it is with; `number` tells them apart.
fn program(town: &Town, number: u32) -> String {
    world().run(async {
        let owner = town.restaurant(number).await;
        let name = domain::text::Name::parse("收银机").unwrap();
        let scopes = portal::token::TokenScope::ALL.to_vec();
        let (_, text) = town.portal.tokens().create(&owner, name, scopes).await.unwrap();
        format!("Bearer {text}")
    })
}

/// The bytes of the only file of a case.
fn kept(world: &World, owner: &Owner, case: CaseId, client: &mut Client) -> Vec<u8> {
    let view = world.run(async { world.town.portal.cases().get(&owner.actor, case).await.unwrap() });
    assert_eq!(view.evidence.len(), 1);
    client.get(&format!("/evidence/{}", view.evidence[0].id)).body
}
