//! The old pair's `productos.json`, read entry by entry: what cannot be read is refused with its path, the rest goes on.

use belgrano_runtime::http::read_value;
use belgrano_wire::free_text::{self, InvalidText};
use belgrano_wire::limits;
use belgrano_wire::money::Money;
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::LocalDay;
use jiff::civil::Date;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::import::{ImportError, Refused};

/// One entry of the file, where it stands, and the name it stands under.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub(super) path: String,
    pub(super) slug: String,
    pub(super) value: T,
}

/// `negocios.<slug>`
#[derive(Debug, Deserialize)]
pub(super) struct Business {
    pub(super) id: i64,
    #[serde(rename = "nombre")]
    pub(super) name: String,
    #[serde(rename = "descripcion", default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) logo: String,
    #[serde(default)]
    pub(super) color: String,
    #[serde(rename = "activo", default = "yes")]
    pub(super) active: bool,
}

/// `sucursales.<business>.<slug>`
#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    pub(super) id: i64,
    /// The slug of its business, from the path.
    #[serde(skip)]
    pub(super) business: String,
    #[serde(rename = "nombre")]
    pub(super) name: String,
    #[serde(rename = "direccion", default)]
    pub(super) address: String,
    #[serde(rename = "telefono", default)]
    pub(super) phone: String,
    #[serde(rename = "horarios", default)]
    pub(super) hours: String,
    #[serde(rename = "activo", default = "yes")]
    pub(super) active: bool,
}

/// `categorias.<slug>`
#[derive(Debug, Deserialize)]
pub(super) struct Category {
    pub(super) id: i64,
    #[serde(rename = "nombre")]
    pub(super) name: String,
    #[serde(rename = "descripcion", default)]
    pub(super) description: String,
    #[serde(rename = "icono", default)]
    pub(super) icon: String,
}

/// `productos[n]`
#[derive(Debug, Deserialize)]
pub(super) struct Product {
    pub(super) id: i64,
    #[serde(rename = "nombre")]
    pub(super) name: String,
    #[serde(rename = "precio")]
    pub(super) price: Money,
    #[serde(rename = "precio_original")]
    pub(super) list_price: Option<Money>,
    #[serde(rename = "imagen", default)]
    pub(super) image: String,
    #[serde(rename = "negocio")]
    pub(super) business: String,
    #[serde(rename = "categoria")]
    pub(super) category: String,
    /// What one costs its business; absent: what the shop knows of it stays.
    #[serde(rename = "costo")]
    pub(super) cost: Option<Money>,
    /// From how many left on it is to be ordered again; absent as above.
    #[serde(rename = "punto_pedido")]
    pub(super) reorder_point: Option<i64>,
    /// Days from ordering it to having it; absent as above.
    #[serde(rename = "plazo_dias")]
    pub(super) lead_days: Option<i64>,
    /// Absent: it never runs out.
    pub(super) stock: Option<i64>,
    #[serde(rename = "destacado", default)]
    pub(super) featured: bool,
    #[serde(rename = "activo", default = "yes")]
    pub(super) active: bool,
    /// Absent (as for most of the deployed catalog): every branch of the business.
    #[serde(rename = "sucursales")]
    pub(super) branches: Option<Vec<String>>,
}

/// `ofertas.<business>[n]`
#[derive(Debug, Deserialize)]
pub(super) struct Offer {
    pub(super) id: String,
    /// The slug of its business, from the path.
    #[serde(skip)]
    pub(super) business: String,
    #[serde(rename = "titulo")]
    pub(super) title: String,
    #[serde(rename = "descripcion", default)]
    pub(super) description: String,
    #[serde(rename = "descuento")]
    pub(super) percent: i64,
    #[serde(rename = "fecha_inicio", deserialize_with = "day")]
    first_day: Date,
    #[serde(rename = "fecha_fin", deserialize_with = "day")]
    last_day: Date,
    #[serde(rename = "productos", default)]
    pub(super) products: Vec<i64>,
}

impl Offer {
    /// From midnight of the first day, local time, to midnight after the last one.
    pub(super) fn period(&self) -> Option<(UnixMillis, UnixMillis)> {
        let period = (LocalDay::of(self.first_day)?.begins, LocalDay::of(self.last_day)?.ends);
        (period.0 < period.1).then_some(period)
    }
}

/// The longest text that no order copies: a description, the path of a picture.
const MAX_CHARS: usize = 2000;

/// An entry's texts, each by its field and with the most characters it may have.
trait Texts {
    /// The name, which has to be there.
    fn name(&self) -> (&'static str, &str, usize);
    /// The others.
    fn others(&self) -> Vec<(&'static str, &str)>;

    /// The first field that is wrong, and why.
    fn check(&self) -> Result<(), (&'static str, InvalidText)> {
        let (field, name, max_chars) = self.name();
        free_text::required(name, max_chars).map_err(|wrong| (field, wrong))?;
        self.others().into_iter().try_for_each(|(field, text)| match free_text::check(text, MAX_CHARS) {
            Ok(_) => Ok(()),
            Err(wrong) => Err((field, wrong)),
        })
    }
}

impl Texts for Business {
    fn name(&self) -> (&'static str, &str, usize) {
        ("nombre", &self.name, limits::LINE_PLACE)
    }

    fn others(&self) -> Vec<(&'static str, &str)> {
        vec![("descripcion", &self.description), ("logo", &self.logo), ("color", &self.color)]
    }
}

impl Texts for Branch {
    fn name(&self) -> (&'static str, &str, usize) {
        ("nombre", &self.name, limits::LINE_PLACE)
    }

    fn others(&self) -> Vec<(&'static str, &str)> {
        vec![("direccion", &self.address), ("telefono", &self.phone), ("horarios", &self.hours)]
    }
}

impl Texts for Category {
    fn name(&self) -> (&'static str, &str, usize) {
        ("nombre", &self.name, limits::LINE_PLACE)
    }

    fn others(&self) -> Vec<(&'static str, &str)> {
        vec![("descripcion", &self.description), ("icono", &self.icon)]
    }
}

impl Texts for Product {
    fn name(&self) -> (&'static str, &str, usize) {
        ("nombre", &self.name, limits::LINE_NAME)
    }

    fn others(&self) -> Vec<(&'static str, &str)> {
        vec![("imagen", &self.image)]
    }
}

impl Texts for Offer {
    fn name(&self) -> (&'static str, &str, usize) {
        ("id", &self.id, MAX_CHARS)
    }

    fn others(&self) -> Vec<(&'static str, &str)> {
        vec![("titulo", &self.title), ("descripcion", &self.description)]
    }
}

/// `2025-12-31`
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom(Message::new("error-date")))
}

fn yes() -> bool {
    true
}

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) businesses: Vec<Entry<Business>>,
    pub(super) branches: Vec<Entry<Branch>>,
    pub(super) categories: Vec<Entry<Category>>,
    pub(super) products: Vec<Entry<Product>>,
    pub(super) offers: Vec<Entry<Offer>>,
    /// What could not be read.
    pub(super) refused: Vec<Refused>,
}

impl File {
    /// Reads the file, however it was saved; an error only when it is no catalog at all.
    pub(super) fn parse(file: &[u8]) -> Result<Self, ImportError> {
        let json = free_text::decode_file(file)?;
        let root: Value = serde_json::from_slice(&free_text::clean_json(json.as_bytes()))
            .map_err(|error| ImportError::NotJson { line: error.line(), column: error.column() })?;
        let Value::Object(mut root) = root else { return Err(ImportError::NoProducts) };
        if !root.contains_key("productos") {
            return Err(ImportError::NoProducts);
        }
        let mut file = Self::default();
        file.businesses = file.entries("negocios", root.remove("negocios"));
        file.categories = file.entries("categorias", root.remove("categorias"));
        for (business, branches) in file.members("sucursales", root.remove("sucursales")) {
            let mut own: Vec<Entry<Branch>> = file.entries(&format!("sucursales.{business}"), Some(branches));
            for entry in &mut own {
                entry.value.business.clone_from(&business);
            }
            file.branches.extend(own);
        }
        file.products = file.entries("productos", root.remove("productos"));
        for (business, offers) in file.members("ofertas", root.remove("ofertas")) {
            let mut own: Vec<Entry<Offer>> = file.entries(&format!("ofertas.{business}"), Some(offers));
            for entry in &mut own {
                entry.value.business.clone_from(&business);
            }
            file.offers.extend(own);
        }
        Ok(file)
    }

    fn refuse(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.refused.push(Refused { path: path.into(), reason: reason.into() });
    }

    /// The members of an object; an absent one has none.
    fn members(&mut self, path: &str, value: Option<Value>) -> Vec<(String, Value)> {
        match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(members)) => members.into_iter().collect(),
            Some(_) => {
                self.refuse(path, "has to be an object");
                Vec::new()
            }
        }
    }

    /// The entries of an object (by name) or of a list (by place) that can be read.
    fn entries<T: DeserializeOwned + Texts>(&mut self, path: &str, value: Option<Value>) -> Vec<Entry<T>> {
        let named: Vec<(String, String, Value)> = match value {
            Some(Value::Array(values)) => {
                let places = values.into_iter().enumerate();
                places.map(|(place, value)| (format!("{path}[{place}]"), String::new(), value)).collect()
            }
            other => {
                let members = self.members(path, other).into_iter();
                members.map(|(slug, value)| (format!("{path}.{slug}"), slug, value)).collect()
            }
        };
        let mut entries = Vec::with_capacity(named.len());
        for (path, slug, value) in named {
            if free_text::has_control(&slug) {
                self.refuse(
                    path.replace(char::is_control, "·"),
                    Message::from(InvalidText::Control).to(Language::English),
                );
                continue;
            }
            match read_value::<T>(value) {
                Ok(value) => match value.check() {
                    Ok(()) => entries.push(Entry { path, slug, value }),
                    Err((field, wrong)) => {
                        self.refuse(format!("{path}.{field}"), Message::from(wrong).to(Language::English));
                    }
                },
                Err(wrong) => {
                    let path = if wrong.field == "(pedido)" { path } else { format!("{path}.{}", wrong.field) };
                    self.refuse(path, format!("cannot be read: {}", wrong.to(Language::English)));
                }
            }
        }
        entries
    }
}
