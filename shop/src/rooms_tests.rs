//! Which rooms may know which: those below know nothing of those that stand on them.

use std::path::{Path, PathBuf};

/// A room (a folder or a file) and all that it may name of this crate.
const MAY_KNOW: [(&str, &[&str]); 5] = [
    ("price.rs", &[]),
    ("basket.rs", &[]),
    ("arrival", &[]),
    ("unit", &["arrival", "price", "unit"]),
    ("cart", &["accounts", "app", "basket", "catalog", "kept", "unit"]),
];

fn sources(room: &Path) -> Vec<PathBuf> {
    if room.is_file() {
        return vec![room.to_owned()];
    }
    let entries = std::fs::read_dir(room).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| sources(&path)).collect()
}

#[test]
fn no_room_knows_what_stands_on_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (room, may_know) in MAY_KNOW {
        let mut seen = 0;
        for path in sources(&root.join(room)) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // Whoever tests a room may stand on it.
            if name.ends_with("tests.rs") {
                continue;
            }
            seen += 1;
            let text = std::fs::read_to_string(&path).expect("text");
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                for named in line.split("crate::").skip(1) {
                    let named: String = named.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    assert!(may_know.contains(&named.as_str()), "{} knows `{named}`: {line}", path.display());
                }
            }
        }
        assert!(seen > 0, "{room}");
    }
}
