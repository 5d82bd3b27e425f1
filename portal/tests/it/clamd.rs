//! A malware engine for tests.
#![allow(dead_code, reason = "each test uses its own part")]

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use domain::ids::ByteCount;
use portal::evidence::scan::{Engine, Scanner};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A clamd that says what it is told to say.
pub(crate) struct Clamd {
    address: String,
    mood: Arc<AtomicU8>,
}

pub(crate) const CLEAN: u8 = 0;
pub(crate) const FOUND: u8 = 1;
pub(crate) const LIMIT: u8 = 2;
pub(crate) const HANGS_UP: u8 = 3;
pub(crate) const DOWN: u8 = 4;
/// As a clamd with `AlertExceedsMax yes` answers for what it did not look through whole.
pub(crate) const EXCEEDS: u8 = 5;

impl Clamd {
    pub(crate) async fn start(mood: u8) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mood = Arc::new(AtomicU8::new(mood));
        let heard = mood.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, heard.load(Ordering::SeqCst)));
            }
        });
        Self { address, mood }
    }

    pub(crate) fn scanner(&self) -> Scanner {
        Scanner { engine: Engine::Tcp(self.address.clone()), limit: ByteCount::megabytes(1) }
    }

    pub(crate) fn is(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }
}

/// Speaks clamd's protocol: a command up to a zero byte, then for INSTREAM pieces with
/// their length before them.
async fn answer(mut stream: TcpStream, mood: u8) {
    if mood == DOWN {
        return;
    }
    let mut command = Vec::new();
    while let Ok(byte) = stream.read_u8().await {
        if byte == 0 {
            break;
        }
        command.push(byte);
    }
    let text: &[u8] = match command.as_slice() {
        b"zPING" => b"PONG\0",
        b"zVERSION" => b"ClamAV 1.0/1\0",
        _ => {
            if mood == HANGS_UP {
                return;
            }
            loop {
                let length = stream.read_u32().await.unwrap();
                if length == 0 {
                    break;
                }
                let mut piece = vec![0; length as usize];
                stream.read_exact(&mut piece).await.unwrap();
            }
            match mood {
                FOUND => b"stream: Eicar-Test-Signature FOUND\0",
                LIMIT => b"INSTREAM size limit exceeded. ERROR\0",
                EXCEEDS => b"stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND\0",
                _ => b"stream: OK\0",
            }
        }
    };
    stream.write_all(text).await.unwrap();
}
