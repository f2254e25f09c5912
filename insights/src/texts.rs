//! What insights says and no other service does, in both languages.

use belgrano_shared::texts::{Language, add_texts};

/// Makes the texts known: before anything is said.
pub fn make_known() {
    add_texts(|language| match language {
        Language::Spanish => {
            concat!(include_str!("../texts/es-AR/insights.ftl"), include_str!("../texts/es-AR/alerts.ftl"))
        }
        Language::English => concat!(include_str!("../texts/en/insights.ftl"), include_str!("../texts/en/alerts.ftl")),
    });
}
