//! What the eleven segments of customers are called, and what to do about each.

use belgrano_wire::texts::Language;

/// The keys of its name and of what to do about it; `None` for a word that is none of the eleven.
pub(crate) fn words(segment: &str) -> Option<(&'static str, &'static str)> {
    Some(match segment {
        "Champions" => ("insights-champions", "insights-champions-do"),
        "Loyal" => ("insights-loyal", "insights-loyal-do"),
        "Potential Loyalists" => ("insights-potential", "insights-potential-do"),
        "New Customers" => ("insights-new", "insights-new-do"),
        "Promising" => ("insights-promising", "insights-promising-do"),
        "Need Attention" => ("insights-attention-needed", "insights-attention-needed-do"),
        "About To Sleep" => ("insights-sleepy", "insights-sleepy-do"),
        "Cannot Lose Them" => ("insights-cannot-lose", "insights-cannot-lose-do"),
        "At Risk" => ("insights-at-risk", "insights-at-risk-do"),
        "Hibernating" => ("insights-hibernating", "insights-hibernating-do"),
        "Lost" => ("insights-lost", "insights-lost-do"),
        _ => return None,
    })
}

/// Its name in a language; as it is where it is none of the eleven.
pub(crate) fn name(segment: &str, language: Language) -> String {
    words(segment).map_or_else(|| segment.to_owned(), |(name, _)| language.t(name).to_string())
}
