//! A client that says exactly what it is told to say.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What stands between the parts of a form with files.
pub(crate) const BOUNDARY: &str = "----wugan";

/// A form with a field for each of these: name of the field, name of the file (none: a text), content.
pub(crate) fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{file}\r\n\r\n").bytes());
        body.extend_from_slice(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

/// The type of such a form.
pub(crate) fn form_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every header of that name.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// A browser without scripts: it keeps cookies and follows nothing by itself.
pub(crate) struct Client {
    address: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) accept: &'static str,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, cookies: BTreeMap::new(), accept: "text/html,application/xhtml+xml" }
    }

    /// Opens a page.
    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// Sends a form as a page of ours does.
    pub(crate) fn post(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let referer = format!("http://{}{page}", self.address);
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", action, &[kind, ("sec-fetch-site", "same-origin"), ("referer", &referer)], body.as_bytes())
    }

    /// Sends a form with files as a page of ours does.
    pub(crate) fn send_form(&mut self, page: &str, action: &str, body: &[u8]) -> Answer {
        let (kind, referer) = (form_type(), format!("http://{}{page}", self.address));
        self.send(
            "POST",
            action,
            &[("content-type", &kind), ("sec-fetch-site", "same-origin"), ("referer", &referer)],
            body,
        )
    }

    /// Sends one file in a form, and wants no page for an answer.
    pub(crate) fn send_file(&mut self, action: &str, name: &str, bytes: &[u8]) -> Answer {
        let kind = form_type();
        let headers =
            [("accept", "application/json"), ("content-type", kind.as_str()), ("sec-fetch-site", "same-origin")];
        self.send("POST", action, &headers, &form(&[("files", Some(name), bytes)]))
    }

    /// Announces a file with these words about it, and sends it with that (tus, creation with upload).
    pub(crate) fn announce(&mut self, about: &[(&str, &str)], bytes: &[u8]) -> Answer {
        let pairs = about.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
        let (metadata, length) = (pairs.collect::<Vec<_>>().join(","), bytes.len().to_string());
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/offset+octet-stream"),
            ("upload-length", &length),
            ("upload-metadata", &metadata),
        ];
        self.send("POST", "/api/v1/uploads", &headers, bytes)
    }

    /// Sends anything.
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let mut lines = headers.to_vec();
        let length = body.len().to_string();
        if !headers.iter().any(|(name, _)| matches!(*name, "content-length" | "transfer-encoding")) {
            lines.push(("content-length", &length));
        }
        self.head(&mut stream, method, path, &lines);
        // A server that refuses early may close before it has read everything.
        let _ = stream.write_all(body);
        self.read(stream)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream
    }

    /// Says what comes, and no more.
    pub(crate) fn head(&self, stream: &mut TcpStream, method: &str, path: &str, headers: &[(&str, &str)]) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        if !headers.iter().any(|(name, _)| *name == "accept") {
            head += &format!("accept: {}\r\n", self.accept);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            head += &format!("cookie: {}\r\n", pairs.join("; "));
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    }

    pub(crate) fn read(&mut self, mut stream: TcpStream) -> Answer {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap_or((line, "")))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let mut answer = Answer { status, headers, body: bytes[end + 4..].to_vec() };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = unchunked(&answer.body);
        }
        answer
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    body
}
