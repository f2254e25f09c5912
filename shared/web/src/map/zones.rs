//! The zones of a map: polygons with a name, from a file that somebody else made.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use belgrano_wire::free_text::{self, NotText};
use belgrano_wire::search::fold;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::shape::Shape;

/// What the largest city's districts take; a survey of every plot is not what a phone should load.
const MAX_BYTES: u64 = 2 * 1024 * 1024;
const MAX_ZONES: usize = 2000;
/// Names that a zone's name goes by, the first found wins.
const NAMES: [&str; 9] = ["nombre", "NOMBRE", "barrio", "BARRIO", "name", "NAME", "Nombre", "Barrio", "Name"];
const BUILT_IN: &str = include_str!("../../data/barrios.geojson");

/// Zones as they are served: GeoJSON (RFC 7946) with `nombre` as the only property of each, and who to thank.
#[derive(Clone, Debug)]
pub struct Zones {
    json: Arc<str>,
    names: Arc<[String]>,
    shapes: Arc<[Shape]>,
}

/// Why a file has no zones.
#[derive(Debug, thiserror::Error)]
pub enum InvalidZones {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is larger than a page should load.
    #[error("has more than 2 MiB: simplify its shapes")]
    TooLarge,
    /// It is no text.
    #[error(transparent)]
    NotText(#[from] NotText),
    /// It is no collection of zones.
    #[error("has to be a GeoJSON FeatureCollection of polygons, and is none at line {line}, column {column}")]
    NotGeoJson {
        /// Where it stops being one, counted from one; zero when there is nothing at all.
        line: usize,
        /// In characters of that line.
        column: usize,
    },
    /// It has none, or too many.
    #[error("has to have between 1 and {MAX_ZONES} zones, not {0}")]
    Count(usize),
    /// A zone nobody could name.
    #[error("zone {0} has no name (`nombre`, `barrio` or `name`)")]
    Nameless(usize),
    /// A ring that is none, or coordinates that are not longitude and latitude.
    #[error("zone {0} is not a polygon in degrees of WGS 84, longitude first")]
    Shape(usize),
}

#[derive(Deserialize)]
struct Collection {
    #[serde(rename = "type")]
    _kind: Kind,
    features: Vec<Feature>,
    attribution: Option<String>,
}

#[derive(Deserialize)]
enum Kind {
    FeatureCollection,
}

#[derive(Deserialize)]
struct Feature {
    geometry: Geometry,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Polygon),
    MultiPolygon(Vec<Polygon>),
}

/// Rings of positions: longitude, latitude and perhaps a height.
type Polygon = Vec<Vec<Vec<f64>>>;

impl Default for Zones {
    fn default() -> Self {
        Self::served(BUILT_IN)
    }
}

impl Zones {
    /// The zones of a file.
    pub fn read(path: &Path) -> Result<Self, InvalidZones> {
        let mut saved = Vec::new();
        std::fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut saved)?;
        if saved.len() as u64 > MAX_BYTES {
            return Err(InvalidZones::TooLarge);
        }
        Self::parse(&free_text::decode_file(&saved)?)
    }

    fn parse(text: &str) -> Result<Self, InvalidZones> {
        let text = free_text::clean_json(text.as_bytes());
        let collection: Collection = serde_json::from_slice(&text)
            .map_err(|error| InvalidZones::NotGeoJson { line: error.line(), column: error.column() })?;
        if !(1..=MAX_ZONES).contains(&collection.features.len()) {
            return Err(InvalidZones::Count(collection.features.len()));
        }
        let features = collection.features.into_iter().enumerate();
        let features = features.map(|(place, feature)| feature.clean(place + 1)).collect::<Result<Vec<_>, _>>()?;
        let mut clean = json!({ "type": "FeatureCollection", "features": features });
        if let Some(attribution) = collection.attribution {
            clean["attribution"] = attribution.into();
        }
        Ok(Self::served(&clean.to_string()))
    }

    /// Zones that are clean already.
    fn served(json: &str) -> Self {
        let zones: Value = serde_json::from_str(json).unwrap_or_default();
        let names = zones["features"].as_array().into_iter().flatten();
        let names = names.filter_map(|zone| zone["properties"]["nombre"].as_str()).map(str::to_owned);
        let mut names: Vec<String> = names.collect();
        names.sort_by_key(|name| name.to_lowercase());
        names.dedup();
        let shapes = zones["features"].as_array().into_iter().flatten().filter_map(Shape::of).collect();
        Self { json: json.into(), names: names.into(), shapes }
    }

    /// The zone that a place is in, in degrees.
    #[must_use]
    pub fn at(&self, lat: f64, lng: f64) -> Option<&str> {
        self.shapes.iter().find(|shape| shape.holds(lat, lng)).map(|shape| shape.name.as_str())
    }

    /// Whether there is a zone of that name, whatever its case and accents, and the place is clearly outside it: a street's
    /// width from the edge is not.
    #[must_use]
    pub fn is_elsewhere(&self, name: &str, lat: f64, lng: f64) -> bool {
        let name = fold(name);
        let mut named = self.shapes.iter().filter(|shape| fold(&shape.name) == name).peekable();
        named.peek().is_some() && !named.any(|shape| shape.holds(lat, lng) || shape.is_near(lat, lng))
    }

    /// What they are called, for whoever says where something is; each once, in the order of the alphabet.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// As they are served.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }
}

impl Feature {
    /// The `place`th zone without what a map does not need.
    fn clean(self, place: usize) -> Result<Value, InvalidZones> {
        let properties = self.properties.unwrap_or_default();
        let name = NAMES.iter().find_map(|name| properties.get(*name)?.as_str()).map(str::trim);
        let name = name.filter(|name| !name.is_empty()).ok_or(InvalidZones::Nameless(place))?;
        let (kind, coordinates) = match &self.geometry {
            Geometry::Polygon(polygon) => ("Polygon", clean_polygon(polygon)),
            Geometry::MultiPolygon(polygons) if !polygons.is_empty() => {
                ("MultiPolygon", polygons.iter().map(clean_polygon).collect())
            }
            Geometry::MultiPolygon(_) => ("MultiPolygon", None),
        };
        let coordinates = coordinates.ok_or(InvalidZones::Shape(place))?;
        let geometry = json!({ "type": kind, "coordinates": coordinates });
        Ok(json!({ "type": "Feature", "properties": { "nombre": name }, "geometry": geometry }))
    }
}

fn clean_polygon(polygon: &Polygon) -> Option<Value> {
    let ring = |ring: &Vec<Vec<f64>>| {
        let closed = ring.len() >= 4 && ring.first() == ring.last();
        closed.then(|| ring.iter().map(|position| clean_position(position)).collect::<Option<Value>>())?
    };
    if polygon.is_empty() { None } else { polygon.iter().map(ring).collect() }
}

/// To a metre: more digits are weight.
fn clean_position(position: &[f64]) -> Option<Value> {
    let &[lng, lat, ..] = position else { return None };
    let there = (-180.0..=180.0).contains(&lng) && (-90.0..=90.0).contains(&lat);
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    there.then(|| json!([round(lng), round(lat)]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{InvalidZones, MAX_BYTES, Zones};

    fn square(properties: &Value) -> Value {
        let ring = json!([[-58.400_000_1, -34.6], [-58.3, -34.6, 12.0], [-58.3, -34.5], [-58.400_000_1, -34.6]]);
        json!({ "type": "Feature", "id": 7, "properties": properties, "geometry": { "type": "Polygon", "coordinates": [ring] } })
    }

    fn parse(features: &Value) -> Result<Value, InvalidZones> {
        let zones = Zones::parse(&json!({ "type": "FeatureCollection", "features": features }).to_string())?;
        Ok(serde_json::from_str(zones.json()).expect("JSON"))
    }

    #[test]
    fn the_built_in_ones_are_what_is_asked_of_a_file() {
        let zones = Zones::parse(super::BUILT_IN).expect("zones");
        let zones: Value = serde_json::from_str(zones.json()).expect("JSON");
        assert_eq!(zones["features"].as_array().map(Vec::len), Some(48));
        assert!(zones["attribution"].as_str().is_some_and(|text| text.contains("CC BY 2.5 AR")));
        assert!(super::BUILT_IN.len() <= 40 * 1024);
    }

    #[test]
    fn only_the_name_and_the_shape_are_served() {
        let served = parse(&json!([square(&json!({ "BARRIO": " Boedo ", "duenio": "privado" }))])).expect("zones");
        assert_eq!(served["features"][0]["properties"], json!({ "nombre": "Boedo" }));
        let two = [json!({ "name": "oeste" }), json!({ "name": "Norte" }), json!({ "name": "Norte" })];
        let two = json!({ "type": "FeatureCollection", "features": two.each_ref().map(square) });
        assert_eq!(Zones::parse(&two.to_string()).expect("zones").names(), ["Norte", "oeste"]);
        assert!(Zones::default().names().contains(&"Núñez".to_owned()));
        let ring = &served["features"][0]["geometry"]["coordinates"][0];
        assert_eq!(ring, &json!([[-58.4, -34.6], [-58.3, -34.6], [-58.3, -34.5], [-58.4, -34.6]]));
    }

    #[test]
    fn what_is_no_zone_is_refused_by_its_place() {
        let refused = |features: Value| parse(&features).expect_err("refused").to_string();
        assert!(refused(json!([])).contains("not 0"));
        assert!(
            refused(json!([square(&json!({ "nombre": "A" })), square(&json!({ "codigo": 3 }))]))
                .contains("zone 2 has no")
        );
        assert!(refused(json!([square(&Value::Null)])).contains("zone 1 has no"));
        let metres =
            json!({ "type": "Polygon", "coordinates": [[[100_000, 90_000], [1, 1], [2, 2], [100_000, 90_000]]] });
        let open = json!({ "type": "Polygon", "coordinates": [[[1, 1], [2, 2], [3, 3], [4, 4]]] });
        let nothing = json!({ "type": "MultiPolygon", "coordinates": [] });
        for geometry in [metres, open, nothing] {
            let zone = json!({ "type": "Feature", "properties": { "name": "A" }, "geometry": geometry });
            assert!(refused(json!([zone])).contains("zone 1 is not"), "{zone}");
        }
        let point = json!({ "type": "Feature", "properties": { "name": "A" }, "geometry": { "type": "Point", "coordinates": [1, 2] } });
        assert!(refused(json!([point])).contains("FeatureCollection"));
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("zonas.geojson");
        let text =
            json!({ "type": "FeatureCollection", "features": [square(&json!({ "name": "Boedo" }))] }).to_string();
        std::fs::write(&path, format!("\u{feff}{text}")).expect("written");
        assert!(Zones::read(&path).expect("zones").json().contains("Boedo"));
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(&path, [b"\xff\xfe", &utf16[..]].concat()).expect("written");
        assert!(Zones::read(&path).expect("zones").json().contains("Boedo"));
        std::fs::write(&path, text.replace("Boedo", "N\u{303}un\u{303}ez\u{200b}")).expect("written");
        assert_eq!(Zones::read(&path).expect("zones").names(), ["Ñuñez"]);
        std::fs::write(&path, b"{\"type\": \"N\xfa\xf1ez\"}").expect("written");
        assert!(matches!(Zones::read(&path), Err(InvalidZones::NotText(_))));
        std::fs::write(&path, "é".repeat(usize::try_from(MAX_BYTES).expect("small"))).expect("written");
        assert!(matches!(Zones::read(&path), Err(InvalidZones::TooLarge)));
        std::fs::write(&path, "x").expect("written");
        assert!(matches!(Zones::read(&path), Err(InvalidZones::NotGeoJson { line: 1, .. })));
    }
}
