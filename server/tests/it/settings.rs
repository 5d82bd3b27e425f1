//! Settings: where they come from, and what is said when one is wrong.

use std::io::Write;

use domain::settings::Settings;
use server::config::{Config, table};

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let file = file(text);
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(Some(file.path()), variables).map_err(|error| error.to_string())
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let text = "listen = \"0.0.0.0:80\"\nlog = \"debug\"\n[rules.clocks]\nreview = 7\nrecheck = 8\n";
    let config =
        read(text, &[("WUGAN_LISTEN", "[::1]:81"), ("WUGAN_RULES__CLOCKS__REVIEW", "9"), ("PATH", "/bin")]).unwrap();
    assert_eq!(config.listen, "[::1]:81".parse().unwrap());
    assert_eq!(config.log, "debug");
    assert_eq!((config.rules.clocks.review, config.rules.clocks.recheck), (9, 8));
    assert_eq!(config.rules.clocks.registration, Settings::default().clocks.registration);
    assert_eq!(read("", &[]).unwrap(), Config::default());
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    let error = read("lisen = \"0.0.0.0:80\"", &[]).unwrap_err();
    assert!(error.contains("`lisen`") && error.contains("did you mean `listen`"), "{error}");
    let error = read("[rules.clocks]\nreveiw = 7", &[]).unwrap_err();
    assert!(error.contains("did you mean `rules.clocks.review`"), "{error}");
    let error = read("", &[("WUGAN_DATABSE_URL", "x")]).unwrap_err();
    assert!(error.contains("did you mean `WUGAN_DATABASE_URL`"), "{error}");
    let error = read("idle_minutes = 3", &[]).unwrap_err();
    assert!(error.contains("did you mean `rules.login.idle_minutes`"), "{error}");
    // What the build and the tests set is not meant for us.
    assert!(read("", &[("WUGAN_BIN", "x"), ("WUGAN_TEST_POSTGRES", "x"), ("WUGAN_SITE_DIR", "x")]).is_ok());
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_by_name() {
    for (text, named) in [
        ("listen = \"everywhere\"", "listen"),
        ("hashers = \"many\"", "hashers"),
        ("public_url = \"wugan.example.gov.cn\"", "public_url"),
        ("public_url = \"https://wugan.example.gov.cn/path\"", "public_url"),
        ("objects_url = \"ftp://x\"", "objects_url"),
        ("database_url = \"mysql://x\"", "database_url"),
        ("client_address_header = \"not a header\"", "client_address_header"),
        ("sweep_seconds = 0", "sweep_seconds"),
    ] {
        let error = read(text, &[]).unwrap_err();
        assert!(error.contains(named), "{text}: {error}");
    }
    let missing = Config::read(Some("no/such.toml".as_ref()), std::iter::empty()).unwrap_err().to_string();
    assert!(missing.contains("no/such.toml"));
}

#[test]
fn a_secret_comes_from_a_file_and_is_never_shown() {
    let secret = file("postgres://wugan:hunter2@db/wugan\n");
    let path = secret.path().to_str().unwrap();
    let config = read("", &[("WUGAN_DATABASE_URL_FILE", path)]).unwrap();
    assert_eq!(config.database(), "postgres://wugan:hunter2@db/wugan");
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(!table::in_use(&config).contains("hunter2"));
    let twice = read("", &[("WUGAN_DATABASE_URL_FILE", path), ("WUGAN_DATABASE_URL", "sqlite:x")]).unwrap_err();
    assert!(twice.contains("WUGAN_DATABASE_URL"), "{twice}");
    assert!(read("", &[("WUGAN_DATABASE_URL_FILE", "/no/such")]).unwrap_err().contains("/no/such"));
}

#[test]
fn a_text_that_looks_like_a_number_stays_a_text() {
    let config = read("", &[("WUGAN_LOG", "1"), ("WUGAN_DATA_DIR", "2026"), ("WUGAN_HASHERS", "3")]).unwrap();
    assert_eq!((config.log.as_str(), config.data_dir.to_str(), config.hashers), ("1", Some("2026"), 3));
}

#[test]
fn the_example_is_a_settings_file_with_the_defaults() {
    let example = table::example();
    assert_eq!(read(&example, &[]).unwrap(), Config::default());
    // Every line can be used as it stands.
    let used: String = example
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting)
                if setting
                    .split_once(" = ")
                    .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')) =>
            {
                setting
            }
            _ => line,
        })
        .fold(String::new(), |all, line| all + line + "\n");
    assert!(used.contains("\nreview = 5\n"), "{used}");
    assert_eq!(read(&used, &[]).unwrap(), Config::default());
}

#[test]
fn signed_addresses_are_short_and_need_a_store_that_gives_them_out() {
    assert!(read("objects_signed_seconds = 60\nobjects_url = \"s3://b\"", &[]).is_ok());
    for bad in ["objects_signed_seconds = 61\nobjects_url = \"s3://b\"", "objects_signed_seconds = 5"] {
        assert!(read(bad, &[]).unwrap_err().contains("objects_signed_seconds"));
    }
}
