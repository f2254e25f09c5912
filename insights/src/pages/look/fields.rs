//! The filters as a form and as chips: only those that the source knows something of.

use belgrano_web::pages::Layout;
use belgrano_wire::texts::{Language, Text};

use super::asked::Asked;
use crate::api::{Choices, Filters};

/// Filters with values to choose from: the name of the parameter, and the key of what it is called.
const CHOSEN: [(&str, &str); 11] = [
    ("country", "insights-filter-country"),
    ("region", "insights-filter-region"),
    ("city", "insights-filter-city"),
    ("barrio", "insights-filter-barrio"),
    ("category", "insights-filter-category"),
    ("negocio", "insights-filter-business"),
    ("sucursal", "insights-filter-branch"),
    ("segment", "insights-filter-segment"),
    ("payment_method", "insights-filter-payment"),
    ("device", "insights-filter-device"),
    ("source", "insights-filter-origin"),
];

/// A filter with its values.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: Text,
    /// What it is narrowed to: the one value, or how many.
    pub(crate) chosen: String,
    /// Value, what it is called, and whether it is among those that were chosen, which come first.
    pub(crate) options: Vec<(String, String, bool)>,
}

/// Something that the figures are narrowed to, and the address without it.
#[derive(Debug)]
pub(crate) struct Chip {
    pub(crate) label: Text,
    pub(crate) value: String,
    pub(crate) without: String,
}

/// The filters of a source that tell something apart, or that were chosen.
pub(super) fn fields(layout: &Layout, choices: &Choices, chosen: &[(&'static str, String)]) -> Vec<Field> {
    let field = |(name, label): (&'static str, &'static str)| {
        let chosen: Vec<&String> = chosen.iter().filter(|(own, _)| *own == name).map(|(_, value)| value).collect();
        let known = choices.filtros.get(name).map_or(&[][..], Vec::as_slice);
        let worth = known.len() > 1 || !chosen.is_empty();
        let others = known.iter().filter(|value| !chosen.contains(value)).map(|value| (value, false));
        let option = |(value, is_chosen): (&String, bool)| (value.clone(), said(layout, name, value), is_chosen);
        let options: Vec<_> = chosen.iter().map(|value| (*value, true)).chain(others).map(option).collect();
        let chosen = match chosen.as_slice() {
            [] => layout.t("insights-filter-all").to_string(),
            [value] => said(layout, name, value),
            several => layout.t("insights-filter-several").with("count", several.len()).to_string(),
        };
        worth.then(|| Field { name, label: layout.t(label), chosen, options })
    };
    CHOSEN.into_iter().filter_map(field).collect()
}

/// What the figures are narrowed to: one for each value, which takes away that value alone.
pub(super) fn chips(layout: &Layout, filters: &Filters, asked: &Asked) -> Vec<Chip> {
    let label = |name: &str| match name {
        "min_price" => "insights-filter-min-price",
        "max_price" => "insights-filter-max-price",
        "sales" => "insights-filter-sales",
        name => CHOSEN.iter().find(|(own, _)| *own == name).map_or("insights-filters", |(_, label)| label),
    };
    let chip = |(name, value): (&'static str, String)| Chip {
        label: layout.t(label(name)),
        without: format!("{}?{}", layout.here, asked.without(name, &value)),
        value: said(layout, name, &value),
    };
    filters.narrowing().into_iter().map(chip).collect()
}

/// A value in the words of the page.
pub(crate) fn said(layout: &Layout, name: &str, value: &str) -> String {
    let key = match (name, value) {
        ("payment_method", method) => return layout.payment(method),
        ("device", "movil") => "insights-device-mobile",
        ("device", "tablet") => "insights-device-tablet",
        ("device", "escritorio") => "insights-device-desktop",
        ("device", "otro") => "insights-device-other",
        ("source", "directo") => "insights-origin-direct",
        ("source", "buscador") => "insights-origin-search",
        ("source", "red-social") => "insights-origin-social",
        ("source", "otro-sitio") => "insights-origin-site",
        ("source", "paquete") => "insights-origin-package",
        ("segment", "VIP") => "insights-segment-vip",
        ("segment", "Loyal") => "insights-segment-loyal",
        ("segment", "New") => "insights-segment-new",
        ("segment", "At Risk") => "insights-segment-at-risk",
        ("segment", "Lost") => "insights-segment-lost",
        ("segment", "Regular") => "insights-segment-regular",
        ("sales", "gross") => "insights-sales-gross",
        ("sales", "net") => "insights-sales-net",
        ("min_price" | "max_price", price) if layout.language == Language::Spanish => return price.replace('.', ","),
        _ => return value.to_owned(),
    };
    layout.t(key).to_string()
}
