//! What holds by how something is written and not by what it does: read from the sources. Nothing is started.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// Files of every folder of ours called `folder` whose names end with `ending`, wherever their crate is.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    look_into(&root("."), false, &mut |path, within| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if within == folder && name.ends_with(ending) {
            found.push((name, read(path)));
        }
    });
    assert!(found.len() > 50, "{folder}: {}", found.len());
    found
}

/// Shows every file to `see`, with the name of the folder it is in; passes by what others made.
fn look_into(folder: &Path, below: bool, see: &mut impl FnMut(&Path, &str)) {
    const PASSED_BY: [&str; 5] = ["target", "node_modules", "vendor", "data", "fuzz"];
    let within = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if below && (within.starts_with('.') || PASSED_BY.contains(&within.as_str())) {
        return;
    }
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            look_into(&path, true, see);
        } else if path.is_file() {
            see(&path, &within);
        }
    }
}

#[test]
fn no_crate_may_be_unsafe() {
    let workspace = read(&root("Cargo.toml"));
    assert!(workspace.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
    let members = workspace.lines().find_map(|line| line.strip_prefix("members = [")).expect("members");
    let members: Vec<&str> = members.split('"').skip(1).step_by(2).collect();
    assert!(members.contains(&"shop") && members.contains(&"tickets"), "{members:?}");
    for member in members.into_iter().chain(["."]) {
        let manifest = read(&root(member).join("Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "{member} has lints of its own");
    }
}

#[test]
fn no_script_of_ours_makes_code_of_text() {
    const MAKES_CODE: [&str; 9] = [
        "eval(",
        "new Function",
        "innerHTML",
        "outerHTML =",
        "insertAdjacentHTML",
        "document.write",
        "setTimeout(\"",
        "setInterval(\"",
        "javascript:",
    ];
    for (name, text) in files("static", ".js").iter().filter(|(name, _)| !name.ends_with(".test.js")) {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let found = MAKES_CODE.iter().find(|word| line.contains(**word));
            assert!(found.is_none(), "{name}: {line}");
        }
    }
}

#[test]
fn what_a_page_writes_is_escaped() {
    for (name, text) in files("templates", ".html") {
        for part in text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
            assert!(!part.contains("|safe") && !part.contains("| safe"), "{name}: {part}");
        }
        assert!(!text.contains("escape none") && !text.contains("autoescape"), "{name}");
    }
}

#[test]
fn passwords_may_be_pasted_and_kept_by_a_browser() {
    let mut fields = 0;
    for (name, text) in files("templates", ".html") {
        // The page of all pieces is shown to developers only.
        for field in text.split("form.password(").skip(1).filter(|_| name != "style.html") {
            let field = field.split("}}").next().unwrap_or_default();
            let kind = [".autocomplete(\"current-password\")", ".autocomplete(\"new-password\")"];
            assert!(kind.iter().any(|kind| field.contains(kind)), "{name}: {field}");
            fields += 1;
        }
    }
    assert!(fields > 10, "{fields}");
    for (name, text) in files("static", ".js") {
        assert!(!text.contains("\"paste\"") && !text.contains("onpaste"), "{name} looks at what is pasted");
    }
}

#[test]
fn what_is_sent_unseen_is_little_and_known() {
    /// What was shown, where to go on, what is repeated by one press, and what a module fills in.
    const KNOWN: [&str; 23] = [
        "activo",
        "direccion",
        "estado",
        "firma",
        "foto",
        "fuente",
        "id",
        "indicaciones_vistas",
        "item",
        "lat",
        "lng",
        "pin_direccion",
        "prioridad_vista",
        "producto",
        "propuesta",
        "rol",
        "version",
        "vista",
        "visto",
        "volver",
        "{{ KEY_FIELD }}",
        "{{ SEEN }}",
        "{{ SEEN_FIELD }}",
    ];
    let mut seen = BTreeSet::new();
    for (name, text) in files("templates", ".html") {
        for tag in text.split("<input").skip(1).filter(|tag| tag.contains("type=\"hidden\"")) {
            let tag = tag.split('>').next().unwrap_or_default();
            let Some((_, rest)) = tag.split_once(" name=\"") else { continue };
            let field = rest.split('"').next().unwrap_or_default();
            // What insights' pages were asked goes along with what is asked next.
            assert!(KNOWN.contains(&field) || field == "{{ name }}", "{name}: {field}");
            seen.insert(field.to_owned());
        }
    }
    let unused: Vec<_> = KNOWN.iter().filter(|field| !seen.contains(**field)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn a_unit_of_systemd_may_do_little() {
    for unit in ["belgrano.service", "belgrano-insights.service"] {
        let text = read(&root("deploy/systemd").join(unit));
        for line in [
            "DynamicUser=yes",
            "UMask=0077",
            "StateDirectoryMode=0700",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
            "ProtectKernelTunables=yes",
            "ProtectControlGroups=yes",
            "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
            "LockPersonality=yes",
        ] {
            assert!(text.lines().any(|found| found == line), "{unit}: {line}");
        }
    }
}
