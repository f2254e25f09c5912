//! The catalog for speed runs: few products with more stock than any run can sell, since a measured
//! shop that is sold out measures refusals. In the old pair's `productos.json` format, which
//! `belgrano catalog import` reads.

use serde_json::{Value, json};

/// Products in it.
const PRODUCTS: i64 = 100;
/// Pieces of each.
const STOCK: i64 = 10_000_000;

/// The file's contents.
pub fn productos_json() -> Value {
    let products: Vec<Value> = (1..=PRODUCTS)
        .map(|id| {
            json!({
                "id": id, "nombre": format!("Producto {id}"), "precio": 450 + id * 50,
                "precio_original": 450 + id * 50, "imagen": "", "negocio": "medicion", "categoria": "almacen",
                "stock": STOCK, "destacado": false, "activo": true, "sucursales": ["sucursal_centro"],
            })
        })
        .collect();
    json!({
        "negocios": {"medicion": {
            "id": 1, "nombre": "Medición", "descripcion": "Catálogo para medir", "logo": "", "color": "#28a745", "activo": true,
        }},
        "sucursales": {"medicion": {"sucursal_centro": {
            "id": 1, "nombre": "Sucursal Centro", "direccion": "Av. Cabildo 2040", "telefono": "011-5555-0100",
            "horarios": "Lun-Dom 8:00-22:00", "activo": true,
        }}},
        "categorias": {"almacen": {"id": 1, "nombre": "Almacén", "descripcion": "De todo", "icono": "🧂"}},
        "ofertas": {},
        "productos": products,
    })
}
