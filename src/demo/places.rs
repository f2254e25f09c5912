//! Where the demo happens: some neighbourhoods of Buenos Aires with their centres, and some names.
//!
//! Names and centres of barrios: Buenos Aires Data, CC BY 2.5 AR.

/// A neighbourhood: name, latitude and longitude of the centre, and some of its streets.
pub type Barrio = (&'static str, f64, f64, [&'static str; 4]);

pub const BARRIOS: &[Barrio] = &[
    ("Belgrano", -34.5614, -58.4563, ["Av. Cabildo", "Juramento", "Echeverría", "Amenábar"]),
    ("Palermo", -34.5803, -58.4245, ["Av. Santa Fe", "Honduras", "Gorriti", "Thames"]),
    ("Núñez", -34.5484, -58.4626, ["Manuela Pedraza", "Jaramillo", "Cuba", "Av. del Libertador"]),
    ("Colegiales", -34.5741, -58.4494, ["Av. Federico Lacroze", "Conde", "Zapiola", "Céspedes"]),
    ("Villa Crespo", -34.5986, -58.4424, ["Av. Corrientes", "Gurruchaga", "Camargo", "Aguirre"]),
    ("Almagro", -34.6092, -58.4218, ["Av. Rivadavia", "Medrano", "Yatay", "Sarmiento"]),
    ("Caballito", -34.6175, -58.4431, ["Av. Pedro Goyena", "Rosario", "Av. José María Moreno", "Doblas"]),
    ("Saavedra", -34.5547, -58.4860, ["García del Río", "Av. Balbín", "Tronador", "Plaza"]),
];

/// What customers tell whoever brings it.
pub const NOTES: &[&str] = &[
    "Timbre 2B",
    "Dejalo con el encargado",
    "Portón verde, el perro no muerde",
    "Llamá al llegar, no anda el timbre",
    "Es el local de la esquina",
];

/// Why nothing was delivered, the most frequent first.
pub const FAILURES: &[&str] = &[
    "No había nadie",
    "La dirección está mal",
    "No lo quisieron recibir",
    "No pudieron pagar",
    "Se dañó en el camino",
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

pub const DRIVERS: &[&str] = &[
    "Lucía Ferro",
    "Martín Paz",
    "Nadia Ríos",
    "Oscar Luna",
    "Paula Sáez",
    "Ramiro Acosta",
    "Sofía Brizuela",
    "Tomás Gauna",
    "Valeria Ojeda",
    "Walter Núñez",
    "Ximena Prado",
    "Yamil Torres",
];
