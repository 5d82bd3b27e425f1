//! Timestamps of a real authority: one made on the spot with `openssl ts`.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use proof::{
    Hash,
    stamp::{self, StampFault},
};

const CONFIG: &str = "
[tsa]
default_tsa = own
[own]
serial = serial
signer_cert = tsa.crt
signer_key = tsa.key
certs = ca.crt
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_alg = sha256
[extensions]
extendedKeyUsage = critical,timeStamping
";

fn openssl(folder: &Path, arguments: &str) -> Output {
    let output = Command::new("openssl").current_dir(folder).args(arguments.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn an_authority_answers_and_its_answer_is_about_our_bytes() {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: there is no openssl");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("tsa.cnf"), CONFIG).unwrap();
    fs::write(at.join("serial"), "01\n").unwrap();
    let subject = "-newkey rsa:2048 -nodes -sha256";
    openssl(at, &format!("req -x509 {subject} -keyout ca.key -out ca.crt -days 2 -subj /CN=root"));
    openssl(at, &format!("req -new {subject} -keyout tsa.key -out tsa.csr -subj /CN=tsa"));
    let signed = "-CAcreateserial -days 1 -extfile tsa.cnf -extensions extensions -out tsa.crt";
    openssl(at, &format!("x509 -req -in tsa.csr -CA ca.crt -CAkey ca.key {signed}"));

    let bytes = "example.org/wugan\n3\n";
    let (digest, nonce) = (Hash::of(bytes), 0x8123_4567_89ab_cdef);
    fs::write(at.join("request.tsq"), stamp::request(digest, nonce).unwrap()).unwrap();
    openssl(at, "ts -reply -config tsa.cnf -queryfile request.tsq -out answer.tsr");
    let answer = fs::read(at.join("answer.tsr")).unwrap();

    let stamp = stamp::read(&answer, digest, Some(nonce)).unwrap();
    assert_eq!((stamp.policy.as_str(), stamp.serial.as_str()), ("1.2.3.4.1", "02"));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(u64::try_from(stamp.at).unwrap()) < 60, "{stamp:?}");
    assert_eq!(stamp::read(&answer, digest, None), Ok(stamp.clone()));
    assert_eq!(stamp::read(&answer, digest, Some(1)), Err(StampFault::Nonce));
    assert_eq!(stamp::read(&answer, Hash::of("else"), Some(nonce)), Err(StampFault::Imprint));
    // What the report leaves to others: the authority's own signature.
    fs::write(at.join("checkpoint.txt"), bytes).unwrap();
    openssl(at, "ts -verify -data checkpoint.txt -in answer.tsr -CAfile ca.crt");

    for place in (0..answer.len()).step_by(7) {
        let mut changed = answer.clone();
        changed[place] ^= 1;
        // Most of the bytes are certificates and the signature, which are not looked at here.
        let _ = stamp::read(&changed, digest, Some(nonce));
        assert!(stamp::read(&answer[..place], digest, Some(nonce)).is_err());
    }
    // A question it does not take.
    fs::write(at.join("bad.tsq"), stamp::request(digest, 7).unwrap()).unwrap();
    fs::write(at.join("strict.cnf"), CONFIG.replace("digests = sha256", "digests = sha512")).unwrap();
    openssl(at, "ts -reply -config strict.cnf -queryfile bad.tsq -out refused.tsr");
    assert_eq!(stamp::read(&fs::read(at.join("refused.tsr")).unwrap(), digest, Some(7)), Err(StampFault::Rejected(2)));
}
