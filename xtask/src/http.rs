//! Just enough HTTP/1.1 to ask our own server for a page and to send it a form: one request a connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::error::{Explain, Result};

/// An answer whose body is still in the encoding it was sent in.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The cookies it sets, as `name=value`.
    pub(crate) cookies: Vec<String>,
    /// The bytes that crossed the wire, without chunk marks.
    pub(crate) body: Vec<u8>,
}

/// Asks for a path; `encoding` becomes `Accept-Encoding`.
pub(crate) fn get(port: u16, path: &str, encoding: &str) -> Result<Answer> {
    ask(port, "GET", path, &[("Accept-Encoding", encoding)], "")
}

/// Asks for a path as somebody who has these cookies.
pub(crate) fn get_as(port: u16, path: &str, cookies: &[String]) -> Result<Answer> {
    ask(port, "GET", path, &[("Cookie", &cookies.join("; "))], "")
}

/// Sends a form, already encoded.
pub(crate) fn post(port: u16, path: &str, form: &str) -> Result<Answer> {
    let origin = format!("http://127.0.0.1:{port}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", origin.as_str())];
    ask(port, "POST", path, &headers, form)
}

/// The same with nothing in it, which is no form either.
pub(crate) fn post_nothing(port: u16, path: &str) -> Result<Answer> {
    ask(port, "POST", path, &[], "")
}

fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let limit = Duration::from_secs(30);
    let doing = || format!("cannot {method} {path} at {address}");
    let mut stream = TcpStream::connect_timeout(&address, limit).explain(doing)?;
    stream.set_read_timeout(Some(limit)).explain(doing)?;
    stream.set_write_timeout(Some(limit)).explain(doing)?;
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html,*/*\r\nConnection: close\r\n\
         Content-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).explain(doing)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).explain(doing)?;
    parse(&bytes).explain(doing)
}

/// A port of the loopback address that nobody listens on right now.
pub(crate) fn free_port() -> Result<u16> {
    let doing = || "cannot find a free port".to_owned();
    Ok(TcpListener::bind(("127.0.0.1", 0)).explain(doing)?.local_addr().explain(doing)?.port())
}

fn parse(bytes: &[u8]) -> Result<Answer> {
    let end = position(bytes, b"\r\n\r\n").explain(|| "the answer has no end of headers".to_owned())?;
    let head = String::from_utf8_lossy(&bytes[..end]);
    let cookies = head
        .lines()
        .filter_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")))
        .map(|(_, cookie)| cookie.split(';').next().unwrap_or_default().trim().to_owned())
        .collect();
    let head = head.to_ascii_lowercase();
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .explain(|| "the answer has no status".to_owned())?;
    let body = &bytes[end + 4..];
    let chunked = head.lines().any(|line| line.starts_with("transfer-encoding:") && line.contains("chunked"));
    Ok(Answer { status, cookies, body: if chunked { unchunk(body)? } else { body.to_vec() } })
}

fn unchunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = position(rest, b"\r\n").explain(|| "a chunk has no size line".to_owned())?;
        let size = String::from_utf8_lossy(&rest[..line]);
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).explain(|| format!("a chunk's size is {size:?}"))?;
        let chunk = rest.get(line + 2..line + 2 + size).explain(|| "a chunk was cut short".to_owned())?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(chunk);
        rest = rest.get(line + 2 + size + 2..).explain(|| "a chunk was cut short".to_owned())?;
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_read_with_and_without_chunks() -> Result {
        let plain = parse(b"HTTP/1.1 200 OK\r\nSet-Cookie: Id=aB; Path=/\r\nContent-Length: 2\r\n\r\nhi")?;
        assert_eq!((plain.status, plain.body.as_slice()), (200, b"hi".as_slice()));
        assert_eq!(plain.cookies, ["Id=aB"]);
        let chunked = b"HTTP/1.1 503 Wait\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n";
        let chunked = parse(chunked)?;
        assert_eq!((chunked.status, chunked.body.as_slice()), (503, b"hello".as_slice()));
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort").is_err());
        Ok(())
    }
}
