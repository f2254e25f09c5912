//! Where the zones are: what is inside one, and what is a few steps from its edge.

use serde_json::Value;

/// The edges of zones are drawn to some metres, and people name either side of a street.
const NEAR_M: f64 = 250.0;
const METRES_A_DEGREE: f64 = 111_195.0;

/// The rings of a zone: longitude and latitude of their corners.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) name: String,
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

impl Shape {
    /// The shape of a clean GeoJSON feature.
    pub(super) fn of(feature: &Value) -> Option<Self> {
        let name = feature["properties"]["nombre"].as_str()?.to_owned();
        let coordinates = feature["geometry"]["coordinates"].clone();
        let polygons = if feature["geometry"]["type"] == "MultiPolygon" {
            serde_json::from_value(coordinates).ok()?
        } else {
            vec![serde_json::from_value(coordinates).ok()?]
        };
        Some(Self { name, polygons })
    }

    /// Whether a place is inside. A hole is a ring like any other: whoever is in it has crossed two.
    pub(super) fn holds(&self, lat: f64, lng: f64) -> bool {
        let crossed = |rings: &Vec<Vec<[f64; 2]>>| rings.iter().filter(|ring| is_within(ring, lat, lng)).count();
        self.polygons.iter().any(|rings| crossed(rings) % 2 == 1)
    }

    /// Whether a place is close to an edge.
    pub(super) fn is_near(&self, lat: f64, lng: f64) -> bool {
        let rings = self.polygons.iter().flatten();
        rings.flat_map(|ring| ring.windows(2)).any(|edge| distance_m(edge[0], edge[1], lat, lng) <= NEAR_M)
    }
}

/// Whether a ray to the east crosses the ring an odd number of times.
fn is_within(ring: &[[f64; 2]], lat: f64, lng: f64) -> bool {
    let crosses = |[a, b]: [[f64; 2]; 2]| {
        (a[1] > lat) != (b[1] > lat) && lng < a[0] + (b[0] - a[0]) * (lat - a[1]) / (b[1] - a[1])
    };
    ring.windows(2).filter(|edge| crosses([edge[0], edge[1]])).count() % 2 == 1
}

/// From a place to the nearest point of an edge, on a plane that touches the place.
fn distance_m(a: [f64; 2], b: [f64; 2], lat: f64, lng: f64) -> f64 {
    let narrower = lat.to_radians().cos();
    let plane = |[x, y]: [f64; 2]| ((x - lng) * narrower * METRES_A_DEGREE, (y - lat) * METRES_A_DEGREE);
    let ((ax, ay), (bx, by)) = (plane(a), plane(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (ax + along * dx).hypot(ay + along * dy)
}

#[cfg(test)]
mod tests {
    use crate::map::Zones;

    #[test]
    fn a_pin_is_in_a_barrio_or_clearly_elsewhere() {
        let zones = Zones::default();
        assert_eq!(zones.at(-34.5614, -58.4563), Some("Belgrano"));
        assert_eq!(zones.at(-34.9, -57.9), None, "La Plata");
        for (name, elsewhere) in [("belgrano", false), ("Caballito", true), ("Nuñez", true), ("Olivos", false)] {
            assert_eq!(zones.is_elsewhere(name, -34.5614, -58.4563), elsewhere, "{name}");
        }
        assert!(zones.is_elsewhere("Belgrano", -34.9, -57.9));
    }
}
