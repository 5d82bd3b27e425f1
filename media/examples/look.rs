//! Says what files are: `cargo run -p media --example look -- FILE…`

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let seen = media::inspect::inspect(&mut std::fs::File::open(&path)?)?;
        println!("{path}\n  {seen:?}");
    }
    Ok(())
}
