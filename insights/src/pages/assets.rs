//! What the pages of insights have that no other service's do: served among the shared assets, so that modules are neighbours.

use belgrano_web::assets_of;
use belgrano_web::pages::assets::{self, CSS, SCRIPT};

/// Makes them known: before any page is made.
pub(crate) fn make_known() {
    assets::add(|| {
        assets_of! {
            "insights.css": CSS,
            "chart.js": SCRIPT,
            "chart-colours.js": SCRIPT,
            "chart-options.js": SCRIPT,
            "chart-table.js": SCRIPT,
            "console.js": SCRIPT,
            "console-words.js": SCRIPT,
            "export.js": SCRIPT,
            "fresh.js": SCRIPT,
            "vendor/echarts.mjs": SCRIPT,
        }
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::Value;
    use sha2::{Digest, Sha256};

    #[test]
    fn what_others_wrote_is_what_the_manifest_says() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/vendor");
        let manifest = std::fs::read(folder.join("manifest.json")).expect("the manifest");
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        let mut named = BTreeSet::from(["manifest.json".to_owned()]);
        for package in manifest["packages"].as_array().expect("packages") {
            for file in package["files"].as_array().expect("files") {
                let name = file["to"].as_str().expect("a name");
                let content = std::fs::read(folder.join(name)).expect("the file");
                let sum = belgrano_wire::hex::hex(&Sha256::digest(content));
                assert_eq!(file["sha256"], sum.as_str(), "{name} is not what scripts/vendor fetched");
                named.insert(name.to_owned());
                named.extend(file["bundle"].as_str().map(str::to_owned));
            }
        }
        let there = std::fs::read_dir(folder).expect("the folder");
        let there = there.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        assert_eq!(there.collect::<BTreeSet<_>>(), named);
    }
}
