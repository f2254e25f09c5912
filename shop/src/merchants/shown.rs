//! What a page shows of a package to be changed, and what of it a change writes over.

use std::fmt::Write;

use belgrano_web::seen::Fields;
use belgrano_wire::texts::Message;

use super::calendar::Frequency;
use super::package::{PackageDraft, PackageView};

/// The fields of a package as its form shows them; its products together are one, `items`.
pub(crate) fn fields(package: &PackageView) -> Fields {
    let now = |said| Message::new("error-changed-now").with("now", said);
    let frequency = Message::new(frequency_text(package.frequency));
    let names: Vec<String> = package.items.iter().map(|item| format!("{} × {}", item.name, item.quantity)).collect();
    let items = canonical(package.items.iter().map(|item| (item.product_id, item.quantity)).collect());
    Fields::default()
        .text("nombre", &package.name)
        .said("frecuencia", package.frequency.as_str().to_owned(), now(frequency))
        .said("items", items, Message::new("error-changed-now").with("now", names.join(", ")))
        .text("direccion", package.address.as_deref().unwrap_or_default())
        .text("barrio", package.barrio.as_deref().unwrap_or_default())
        .text("metodo_pago", &package.payment_method)
        .text("notas", &package.notes)
}

/// The fields that `draft` would write.
pub(super) fn wanted(draft: &PackageDraft) -> [(&'static str, Option<String>); 7] {
    let PackageDraft { name, frequency, basket, delivery, .. } = draft;
    let items = basket.items().iter().map(|item| (item.product_id, item.quantity)).collect();
    [
        ("nombre", Some(name.clone())),
        ("frecuencia", Some(frequency.as_str().to_owned())),
        ("items", Some(canonical(items))),
        ("direccion", Some(delivery.address.clone().unwrap_or_default())),
        ("barrio", Some(delivery.barrio.clone().unwrap_or_default())),
        ("metodo_pago", Some(delivery.payment_method.as_str().to_owned())),
        ("notas", Some(delivery.notes.clone())),
    ]
}

/// Products with how many of each, whatever their order: `3x2 17x1`.
pub(crate) fn canonical(mut items: Vec<(i64, i64)>) -> String {
    items.sort_unstable();
    let mut text = String::new();
    for (product, quantity) in items {
        // Writing into a string does not fail.
        let _ = write!(text, "{}{product}x{quantity}", if text.is_empty() { "" } else { " " });
    }
    text
}

/// The key of the text that says how often.
pub(crate) const fn frequency_text(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Weekly => "package-weekly",
        Frequency::Fortnightly => "package-fortnightly",
        Frequency::Monthly => "package-monthly",
    }
}
