//! What the templates of a service have to hold.

use std::path::Path;

/// Fields of a form that say what its visitor saw.
const SAYS_WHAT_WAS_SEEN: [&str; 5] =
    ["{{ SEEN_FIELD }}", "{{ KEY_FIELD }}", "name=\"visto\"", "name=\"version\"", "\"precio_visto\""];
/// What makes a form one that is filled in with what there is.
const FIELDS: [&str; 6] = ["form.text(", "form.input(", "form.select(", "form.area(", "<select", "type=\"number\""];

/// Fails for each form below `folder` that changes a thing named in its address, with fields to fill in, and does not say what
/// was seen of that thing: it would overwrite unseen what somebody else changed. Those in `known` need not, by their addresses.
#[track_caller]
pub fn assert_forms_say_what_they_saw(folder: &str, known: &[&str]) {
    let files = std::fs::read_dir(Path::new(folder)).expect("the templates");
    let mut forms = 0;
    for file in files {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("a template");
        for form in text.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next()) {
            let address = form.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            let changes = form.contains("method=\"post\"") && address.contains("{{");
            if !changes || !FIELDS.iter().any(|field| form.contains(field)) {
                continue;
            }
            forms += 1;
            let says = SAYS_WHAT_WAS_SEEN.iter().any(|field| form.contains(field));
            let exempt = known.iter().any(|known| address.contains(known));
            assert!(says || exempt, "the form of {address} does not say what was seen: {form}");
        }
    }
    assert!(forms > 1, "{forms} forms in {folder}");
}
