//! Small pieces of markup that many pages have: write them into a template as they are.

use askama::Template;
use askama::filters::HtmlSafe;
use belgrano_wire::search::fold;
use belgrano_wire::texts::Text;

use super::assets;

/// A drawing of the icon sprite, beside a text that says the same.
#[derive(Clone, Debug, Template)]
#[template(
    source = r##"<svg class="icon" aria-hidden="true"><use href="{{ sprite }}#{{ name }}"/></svg>"##,
    ext = "html"
)]
pub struct Icon {
    sprite: String,
    name: String,
}

impl Icon {
    pub(super) fn new(name: &str) -> Self {
        Self { sprite: assets::url("vendor/icons.svg"), name: name.to_owned() }
    }
}

impl HtmlSafe for Icon {}

/// What stands for a product without a photo.
#[derive(Clone, Debug, Template)]
#[template(
    source = r##"<svg class="drawing" aria-hidden="true"><use href="{{ sprite }}#{{ name }}"/></svg>"##,
    ext = "html"
)]
pub struct Drawing {
    sprite: String,
    name: &'static str,
}

impl Drawing {
    /// By the first word of a product's name, which in Spanish is the thing itself; else by its category.
    pub(super) fn of_product(name: &str, category: &str) -> Self {
        const DRAWINGS: [(&str, &[&str]); 23] = [
            ("aceite", &["aceite", "vinagre"]),
            ("arroz", &["arroz", "lenteja", "garbanzo", "poroto", "quinoa"]),
            ("azucar", &["azucar", "edulcorante", "stevia"]),
            ("harina", &["harina", "polenta", "premezcla"]),
            ("fideos", &["fideo", "tallarin", "noqui", "raviol"]),
            ("lata", &["pure", "arvejas", "choclo", "atun", "conserva"]),
            ("cafe", &["cafe"]),
            ("leche", &["leche"]),
            ("manteca", &["manteca", "margarina"]),
            ("queso", &["queso"]),
            ("yogur", &["yogur"]),
            ("frasco", &["dulce", "mermelada", "miel", "jalea"]),
            ("agua", &["agua", "soda"]),
            ("gaseosa", &["gaseosa", "cola"]),
            ("jugo", &["jugo"]),
            ("huevos", &["huevo"]),
            ("papa", &["papa", "batata", "camote"]),
            ("banana", &["banana"]),
            ("tomate", &["tomate"]),
            ("fiambre", &["jamon", "salame", "mortadela", "fiambre"]),
            ("detergente", &["detergente", "suavizante", "jabon"]),
            ("lavandina", &["lavandina", "cloro"]),
            ("papel", &["papel", "rollo"]),
        ];
        // A plural is as good; a longer word that begins alike (papaya) is not.
        let is = |word: &str, known: &str| word.strip_prefix(known).is_some_and(|rest| ["", "s", "es"].contains(&rest));
        let name = fold(name);
        let word = name.split_whitespace().next().unwrap_or_default();
        match DRAWINGS.iter().find(|(_, words)| words.iter().any(|known| is(word, known))) {
            Some((name, _)) => Self { sprite: assets::url("drawings.svg"), name },
            None => Self::of(category),
        }
    }

    /// By words that a category's slug is likely to hold; a bag for all else.
    pub(super) fn of(category: &str) -> Self {
        const DRAWINGS: [(&str, &[&str]); 10] = [
            ("congelados", &["congel", "helad"]),
            ("almacen", &["almac", "despensa", "grano", "cereal", "condiment", "yerba", "mate", "infusion"]),
            ("lacteos", &["lact", "queso", "fiambr"]),
            ("bebidas", &["bebid", "gaseos", "vino", "cervez", "jugo"]),
            ("frescos", &["fresc", "verdu", "fruta", "huerta", "huevo"]),
            ("limpieza", &["limp", "hogar"]),
            ("panaderia", &["pan", "factur", "paste", "galle"]),
            ("carniceria", &["carn", "pollo", "pesc"]),
            ("higiene", &["higien", "perfum", "farma", "belleza"]),
            ("mascotas", &["masc", "perro", "gato"]),
        ];
        let category = category.to_lowercase();
        let found = DRAWINGS.iter().find(|(_, words)| words.iter().any(|word| category.contains(word)));
        Self { sprite: assets::url("drawings.svg"), name: found.map_or("otros", |(name, _)| name) }
    }
}

impl HtmlSafe for Drawing {}

/// A word of the wire with its colour.
#[derive(Clone, Debug, Template)]
#[template(source = r#"<span class="badge {{ class }}">{{ text }}</span>"#, ext = "html")]
pub struct Badge {
    class: String,
    text: Text,
}

impl Badge {
    pub(super) fn new(class: String, text: Text) -> Self {
        Self { class, text }
    }
}

impl HtmlSafe for Badge {}

#[cfg(test)]
mod tests {
    use super::{Drawing, Icon};

    #[test]
    fn every_drawing_exists() {
        let drawings = include_str!("../../static/drawings.svg");
        let slugs = [
            "almacen",
            "lacteos",
            "bebidas",
            "verduleria",
            "limpieza",
            "panaderia",
            "carniceria",
            "perfumeria",
            "mascotas",
            "congelados",
            "ferreteria",
        ];
        for slug in slugs {
            let name = Drawing::of(slug).name;
            assert!(drawings.contains(&format!("<symbol id=\"{name}\"")), "{slug}: {name}");
        }
        assert_eq!(Drawing::of("ferreteria").name, "otros");
    }

    #[test]
    fn a_product_is_drawn_as_what_it_is() {
        let drawings = include_str!("../../static/drawings.svg");
        for (product, category, drawn) in [
            ("Café molido 500 g", "almacen", "cafe"),
            ("Dulce de leche 400 g", "lacteos", "frasco"),
            ("Puré de tomate 520 g", "almacen", "lata"),
            ("Ñoquis 500g", "frutas_verduras", "fideos"),
            ("Papaya 1kg", "frutas_verduras", "frescos"),
            ("Galletas con chocolate", "galletas", "panaderia"),
            ("", "", "otros"),
        ] {
            assert_eq!(Drawing::of_product(product, category).name, drawn, "{product}");
            assert!(drawings.contains(&format!("<symbol id=\"{drawn}\"")), "{drawn}");
        }
        for symbol in drawings.split("<symbol id=\"").skip(1) {
            let id = symbol.split('"').next().unwrap_or_default();
            let used = [Drawing::of_product(id, ""), Drawing::of(id)].iter().any(|drawing| drawing.name == id);
            assert!(used || id == "fiambre" || id == "frasco" || id == "lata", "nothing is drawn as {id}");
        }
    }

    #[test]
    fn a_name_cannot_leave_its_attribute() {
        assert!(!Icon::new("\"><script>").to_string().contains("<script>"));
    }
}
