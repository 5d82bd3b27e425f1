//! A worker by itself, for the tests of this crate; the portal's program is its own.

fn main() -> std::io::Result<()> {
    media::derive::worker::main()
}
