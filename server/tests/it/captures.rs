//! Live capture over HTTP: what the page says and may ask for, and what the two ways of
//! sending a picture are told.

use domain::{capture::CaptureGrade, evidence::Evidence, ids::CaseId};
use sha2::{Digest as _, Sha256};

use crate::{
    client::{Answer, Client, form},
    town::jpeg,
    world::{Owner, World, world},
};

fn camera(world: &World, case: CaseId) -> String {
    format!("/cases/{case}/lines/{}/camera", world.town.lines[0])
}

/// Asks for a code by the page's form; the capture's id.
fn code(world: &World, case: CaseId, client: &mut Client) -> String {
    let (page, line) = (camera(world, case), world.town.lines[0].to_string());
    let answer = client.post(&page, "/api/capture/line", &[("case", &case.to_string()), ("line", &line)]);
    assert_eq!((answer.status, answer.header("location")), (303, Some(page.as_str())), "{}", answer.text());
    let text = client.get(&page).text();
    let (_, rest) = text.split_once("name=\"capture\" value=\"").expect("a code on the page");
    rest.split('"').next().unwrap().to_owned()
}

/// Announces a photo with a code, and sends it.
fn send_live(world: &World, case: CaseId, client: &mut Client, capture: &str, bytes: &[u8]) -> Answer {
    let digest = hex::encode(Sha256::digest(bytes));
    let (id, line) = (case.to_string(), world.town.lines[0].to_string());
    let about = [
        ("filename", "现场拍摄.jpg"),
        ("sha256", &digest),
        ("case", &id),
        ("line", &line),
        ("capture", capture),
        ("place", "43.881000,125.321000,15,1772413200000"),
    ];
    client.announce(&about, bytes)
}

fn files(world: &World, owner: &Owner, case: CaseId) -> Vec<Evidence> {
    world.run(async { world.town.portal.cases().get(&owner.actor, case).await.unwrap().evidence })
}

/// Names and grades in their order: the town's clock stands still, so files have no other.
fn grades(world: &World, owner: &Owner, case: CaseId) -> Vec<(String, CaptureGrade)> {
    let mut grades: Vec<_> =
        files(world, owner, case).iter().map(|file| (file.name.to_string(), file.grade())).collect();
    grades.sort();
    grades
}

#[test]
fn only_the_page_of_the_camera_may_ask_for_camera_and_place() {
    let world = world();
    let (_, case, mut client) = world.with_case();
    let may = |answer: &Answer| answer.header("permissions-policy").unwrap().to_owned();
    let page = client.get(&camera(world, case));
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(may(&page).contains("camera=(self)") && may(&page).contains("geolocation=(self)"), "{}", may(&page));
    assert!(may(&page).contains("microphone=()"));
    // Opening it gives out nothing, and loads nothing.
    assert!(!page.text().contains("name=\"capture\"") && !page.text().contains("/pkg/camera.js"));
    let line = client.get(&format!("/cases/{case}/lines/{}", world.town.lines[0]));
    assert!(may(&line).contains("camera=()") && may(&line).contains("geolocation=()"), "{}", may(&line));
    code(world, case, &mut client);
    let page = client.get(&camera(world, case));
    assert!(page.text().contains("/pkg/camera.js"));
    // An officer has a desk of one's own.
    let mut officer = world.logged_in("lina");
    let answer = officer.get(&camera(world, case));
    assert_ne!(answer.status, 200);
}

#[test]
fn a_picture_with_its_code_is_of_grade_b_and_one_without_a_good_one_is_told_why() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let capture = code(world, case, &mut client);
    let good = send_live(world, case, &mut client, &capture, &jpeg());
    assert_eq!((good.status, good.body.len()), (201, 0), "{}", good.text());
    let spent = send_live(world, case, &mut client, &capture, &jpeg());
    assert_eq!(spent.status, 201, "{}", spent.text());
    let told = spent.json();
    assert!(told["message"].as_str().unwrap().contains("已用于另一张照片"), "{told}");
    // The same person at another browser has another login.
    let capture = code(world, case, &mut client);
    let mut elsewhere = world.logged_in(&owner.login);
    let other = send_live(world, case, &mut elsewhere, &capture, &jpeg());
    assert!(other.json()["message"].as_str().unwrap().contains("另一次登录"), "{}", other.text());
    let bad = send_live(world, case, &mut client, "no code at all", &jpeg());
    assert_eq!(bad.status, 400, "nothing was sent yet, and what sends it is broken");
    let (b, d) = (CaptureGrade::B, CaptureGrade::D);
    let found: Vec<CaptureGrade> = grades(world, &owner, case).into_iter().map(|(_, grade)| grade).collect();
    assert_eq!(found, [d, d, b]);
    let places = files(world, &owner, case).into_iter().map(|file| file.origin.place.unwrap().accuracy_m);
    assert_eq!(places.collect::<Vec<_>>(), [15; 3], "the place is told whether the code counts or not");
    // The page of the camera says what to do, and the page of the line what became of it.
    let told = client.get(&camera(world, case)).text();
    assert!(told.contains("data-file=\"现场拍摄.jpg\"") && told.contains("的编号无效"), "{told}");
    let line = client.get(&format!("/cases/{case}/lines/{}", world.town.lines[0])).text();
    assert!(line.contains("B 级") && line.contains("距登记地址约") && line.contains("已用于另一张照片"), "{line}");
}

#[test]
fn a_form_with_a_code_is_of_grade_c() {
    let world = world();
    let (owner, case, mut client) = world.with_case();
    let capture = code(world, case, &mut client);
    let body = form(&[
        ("capture", None, capture.as_bytes()),
        ("camera", Some("a.jpg"), &jpeg()),
        ("camera", Some("b.jpg"), &jpeg()),
    ]);
    let answer = client.send_form(&camera(world, case), &world.line(case), &body);
    assert_eq!((answer.status, answer.header("location")), (303, Some(camera(world, case).as_str())));
    let grades = grades(world, &owner, case);
    assert_eq!(
        grades,
        [("a.jpg".to_owned(), CaptureGrade::C), ("b.jpg".to_owned(), CaptureGrade::D)],
        "one file a code"
    );
    let shown = client.get(&camera(world, case)).text();
    assert!(shown.contains("C 级") && shown.contains("已用于另一张照片"), "{shown}");
}
