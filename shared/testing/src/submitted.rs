//! Which handlers know who asks and change something in nobody's name.

use std::path::Path;

/// What a handler takes to know who asks.
const WHO: [&str; 6] = [": Admin", ": Session", ": Driver", ": Merchant", ": &Admin", "&Principal"];

/// The files below `source` whose handlers know who asks and hand a command in without saying so (`submit`, not `submit_for`),
/// in the order of their names.
#[must_use]
pub fn submitted_in_nobodys_name(source: &Path) -> Vec<String> {
    let mut found = Vec::new();
    look(source, source, &mut found);
    found.sort();
    found
}

fn look(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of source") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        if name.contains("test") {
            continue;
        }
        if path.is_dir() {
            look(root, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("source");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            if text.contains(".submit(") && WHO.iter().any(|who| text.contains(who)) {
                found.push(name);
            }
        }
    }
}
