//! Tokens from the command line: what the program prints lets another one in.

use std::{
    path::Path,
    process::{Command, Output},
};

use server::{config::Config, wiring};

use crate::process::{Process, confirmed, create};

fn token(data: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wugan"))
        .args(["token", "create"])
        .args(words)
        .current_dir(data)
        .env_remove("WUGAN_DATABASE_URL")
        .env("WUGAN_DATA_DIR", data)
        .output()
        .unwrap()
}

/// A folder with the data of a portal where one owner is registered.
fn registered() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let portal = wiring::open(&config).await.unwrap();
        confirmed(&portal).await;
    });
    folder
}

#[test]
fn a_token_is_printed_once_and_a_program_sends_with_it() {
    let folder = registered();
    let output = token(folder.path(), &["--user", "owner1", "--scope", "uploads", "--name", "收银机"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let text = said.strip_suffix('\n').unwrap();
    assert!(text.starts_with("wugan_") && text.lines().count() == 1, "nothing but the token: {said}");
    for file in std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
        let kept = file.is_file() && String::from_utf8_lossy(&std::fs::read(&file).unwrap()).contains(text);
        assert!(!kept, "{} tells the token", file.display());
    }
    let process = Process::start(folder.path());
    let upload = create(&mut process.client(), &format!("Bearer {text}"), 10);
    assert!(upload.starts_with("/api/v1/uploads/"), "{upload}");
}

#[test]
fn there_is_no_token_for_nobody_or_for_something_else() {
    let folder = registered();
    for (words, why) in [
        (["--user", "nobody", "--scope", "uploads"], "nobody"),
        (["--user", "owner1", "--scope", "everything"], "everything"),
    ] {
        let output = token(folder.path(), &words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{words:?}: {said}");
        assert!(output.stdout.is_empty(), "{words:?}");
    }
}
