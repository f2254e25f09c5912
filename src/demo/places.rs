//! Where the demo happens: some neighbourhoods of Buenos Aires with their centres, and some names.
//!
//! Names and centres of barrios: Buenos Aires Data, CC BY 2.5 AR.

/// Name, latitude and longitude of the centre.
pub const BARRIOS: &[(&str, f64, f64)] = &[
    ("Belgrano", -34.5614, -58.4563),
    ("Palermo", -34.5803, -58.4245),
    ("Núñez", -34.5484, -58.4626),
    ("Colegiales", -34.5741, -58.4494),
    ("Villa Crespo", -34.5986, -58.4424),
    ("Almagro", -34.6092, -58.4218),
    ("Caballito", -34.6175, -58.4431),
    ("Saavedra", -34.5547, -58.4860),
];

pub const STREETS: &[&str] = &[
    "Av. Cabildo",
    "Juramento",
    "Echeverría",
    "Ciudad de la Paz",
    "Amenábar",
    "Moldes",
    "Zapiola",
    "Av. del Libertador",
];

pub const CUSTOMERS: &[(&str, &str)] = &[
    ("Ana", "Díaz"),
    ("Bruno", "Sosa"),
    ("Carla", "Peralta"),
    ("Diego", "Rossi"),
    ("Elena", "Molina"),
    ("Facundo", "Vega"),
    ("Gabriela", "Ibáñez"),
    ("Hernán", "Quiroga"),
];

pub const DRIVERS: &[&str] = &["Lucía Ferro", "Martín Paz", "Nadia Ríos", "Oscar Luna", "Paula Sáez"];
