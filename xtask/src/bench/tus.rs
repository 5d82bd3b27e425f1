//! A light tus client: one connection that is kept, blocking, no more work for a byte than handing it to the kernel. It
//! shares the machine with the server that is measured.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// What can go wrong, in words: it crosses threads.
pub(super) type Outcome<T = ()> = std::result::Result<T, String>;

/// The bytes of one `PATCH`.
pub(super) const PIECE: usize = 1024 * 1024;

/// The end of a body in chunks.
const LAST: &[u8] = b"0\r\n\r\n";

/// Where uploads are announced, and as whom.
#[derive(Clone)]
pub(super) struct Door {
    /// The port on the loopback address.
    pub(super) port: u16,
    /// The path that takes announcements.
    pub(super) path: &'static str,
    /// `Authorization` of every request, as programs send it.
    pub(super) authorization: Option<String>,
}

/// One kept connection.
pub(super) struct Connection {
    stream: TcpStream,
    door: Door,
    answer: Vec<u8>,
}

/// An answer without its body.
pub(super) struct Reply {
    /// The status code.
    pub(super) status: u16,
    head: String,
}

impl Reply {
    /// A header, by its name in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn expect(self, status: u16, what: &str) -> Outcome<Self> {
        if self.status == status {
            Ok(self)
        } else {
            Err(format!("{what} was answered {}: {}", self.status, self.head))
        }
    }
}

impl Connection {
    /// Connects.
    pub(super) fn open(door: &Door) -> Outcome<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], door.port));
        let opened = TcpStream::connect(address).and_then(|stream| {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_mins(1)))?;
            Ok(stream)
        });
        let stream = opened.map_err(|error| format!("cannot connect to {address}: {error}"))?;
        Ok(Self { stream, door: door.clone(), answer: Vec::new() })
    }

    /// Announces a file; the path of its address.
    pub(super) fn create(&mut self, length: usize, metadata: &str) -> Outcome<String> {
        let length = length.to_string();
        let headers = [("Upload-Length", length.as_str()), ("Upload-Metadata", metadata)];
        let reply = self.send("POST", self.door.path, &headers, b"")?.expect(201, "POST")?;
        let location = reply.header("location").ok_or("an upload without an address")?;
        let path = location.split_once("://").map_or(location, |(_, rest)| &rest[rest.find('/').unwrap_or(0)..]);
        Ok(path.to_owned())
    }

    /// Sends one piece; how long it took.
    pub(super) fn patch(&mut self, path: &str, at: usize, bytes: &[u8]) -> Outcome<Duration> {
        let began = Instant::now();
        self.announce(path, at, bytes.len())?;
        self.push(bytes)?;
        self.reply()?.expect(204, "PATCH")?;
        Ok(began.elapsed())
    }

    /// Only the head of a `PATCH`.
    pub(super) fn announce(&mut self, path: &str, at: usize, size: usize) -> Outcome {
        let at = at.to_string();
        let headers = [("Upload-Offset", at.as_str()), ("Content-Type", "application/offset+octet-stream")];
        self.head("PATCH", path, &headers, size)
    }

    /// Bytes of a body.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Outcome {
        self.stream.write_all(bytes).map_err(|error| format!("cannot send: {error}"))
    }

    /// Asks where an upload stands.
    pub(super) fn look(&mut self, path: &str) -> Outcome<Reply> {
        self.head("HEAD", path, &[], 0)?;
        self.read(false)?.expect(200, "HEAD")
    }

    /// Ends an upload.
    pub(super) fn end(&mut self, path: &str) -> Outcome {
        self.send("DELETE", path, &[], b"")?.expect(204, "DELETE").map(|_| ())
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Outcome<Reply> {
        self.head(method, path, headers, body.len())?;
        self.push(body)?;
        self.reply()
    }

    fn head(&mut self, method: &str, path: &str, headers: &[(&str, &str)], size: usize) -> Outcome {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nTus-Resumable: 1.0.0\r\nContent-Length: {size}\r\n",
            self.door.port
        );
        if let Some(authorization) = &self.door.authorization {
            head.push_str(&format!("Authorization: {authorization}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.push(head.as_bytes())
    }

    fn reply(&mut self) -> Outcome<Reply> {
        self.read(true)
    }

    /// Reads an answer; `body` is whether one of the length that is told follows.
    fn read(&mut self, body: bool) -> Outcome<Reply> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(end) = self.answer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.answer[..end]).into_owned();
                self.answer.drain(..end + 4);
                let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
                let reply = Reply { status: status.ok_or("an answer without a status")?, head };
                if body && reply.header("transfer-encoding") == Some("chunked") {
                    // What a server says in so many words is of no interest, only where it ends.
                    while !self.answer.starts_with(LAST)
                        && !self.answer.windows(7).any(|window| window == b"\r\n0\r\n\r\n")
                    {
                        self.fill(&mut buffer)?;
                    }
                    self.answer.clear();
                    return Ok(reply);
                }
                let length = reply.header("content-length").and_then(|length| length.parse::<usize>().ok());
                let length = if body { length.unwrap_or(0) } else { 0 };
                while self.answer.len() < length {
                    self.fill(&mut buffer)?;
                }
                self.answer.drain(..length);
                return Ok(reply);
            }
            self.fill(&mut buffer)?;
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Outcome {
        match self.stream.read(buffer) {
            Ok(0) => Err("the server closed the connection".to_owned()),
            Ok(count) => {
                self.answer.extend_from_slice(&buffer[..count]);
                Ok(())
            }
            Err(error) => Err(format!("no answer: {error}")),
        }
    }
}
