//! The floors below the services: each knows those below it and none above, so that what crosses the wire is understood
//! without a page, and a page without a notice. A dependency that goes up is a mistake, in tests too.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What each floor may know of this workspace. Whatever is not named here stands on all of them.
const FLOORS: [(&str, &[&str]); 5] = [
    ("wire", &[]),
    ("runtime", &["belgrano-wire"]),
    ("web", &["belgrano-wire", "belgrano-runtime"]),
    ("notices", &["belgrano-wire", "belgrano-runtime", "belgrano-web"]),
    ("testing", &["belgrano-wire", "belgrano-runtime", "belgrano-web", "belgrano-notices"]),
];
const SERVICES: [&str; 3] = ["shop", "tickets", "insights"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The packages of this workspace that the one in `folder` depends on, in the sections of its manifest that `section` admits.
fn known_by(folder: &Path, section: fn(&str) -> bool) -> BTreeSet<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines() {
        if let Some(title) = line.strip_prefix('[') {
            inside = section(title.trim_end_matches(']'));
        } else if inside && let Some(name) = line.split(['.', ' ', '=']).next().filter(|name| !name.is_empty()) {
            names.insert(name.to_owned());
        }
    }
    names.retain(|name| name.starts_with("belgrano") || SERVICES.contains(&name.as_str()));
    names
}

fn every_kind(section: &str) -> bool {
    section.ends_with("dependencies")
}

#[test]
fn no_floor_knows_one_above_it() {
    let shared = root().join("shared");
    for (floor, below) in FLOORS {
        let known = known_by(&shared.join(floor), every_kind);
        let allowed = below.iter().map(|&name| name.to_owned()).collect();
        let above: Vec<_> = known.difference(&allowed).collect();
        assert!(above.is_empty(), "shared/{floor} depends on {above:?}");
        assert_eq!(known.is_empty(), below.is_empty(), "the manifest of shared/{floor} is read");
    }
    let folders = fs::read_dir(shared).expect("the floors").map(|entry| entry.expect("an entry").path());
    let crates = folders.filter(|folder| folder.join("Cargo.toml").exists());
    let there: BTreeSet<_> = crates.filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned())).collect();
    let named = BTreeSet::from(FLOORS.map(|(floor, _)| floor.to_owned()));
    assert_eq!(there, named, "each floor has its place in the order");
}

#[test]
fn services_know_no_other_service_and_tests_stay_out_of_programs() {
    for service in SERVICES {
        let known = known_by(&root().join(service), every_kind);
        assert!(!SERVICES.iter().any(|other| known.contains(*other)), "{service} depends on {known:?}");
        assert!(known.contains("belgrano-wire"), "the manifest of {service} is read");
    }
    let programs = SERVICES.iter().map(|service| root().join(service)).chain([root().to_owned()]);
    for folder in programs {
        let known = known_by(&folder, |section| section == "dependencies");
        assert!(!known.contains("belgrano-testing"), "{} is built with what is for tests", folder.display());
    }
}
