//! What of a change may leave the house: without persons, the members that are listed here and no others.
//!
//! A list of what goes out, not of what stays: a member that a newer shop adds stays in until somebody has looked at it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

/// Whether events hold what names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persons {
    /// Everything as the feeds tell it.
    With,
    /// No names, mail addresses, telephones, addresses, places on the map or words that somebody wrote.
    Without,
}

impl Persons {
    /// What of `data`, the content of an `entity`, may go out.
    #[must_use]
    pub fn of(self, entity: &str, data: &RawValue) -> Box<RawValue> {
        match self {
            Self::With => data.to_owned(),
            Self::Without => without(entity, data),
        }
    }
}

fn without(entity: &str, data: &RawValue) -> Box<RawValue> {
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(data.get()).unwrap_or_default();
    let listed = members_of(entity);
    let kept: BTreeMap<&str, &RawValue> = members
        .iter()
        .filter(|(name, _)| listed.contains(&name.as_ref()))
        .map(|(name, value)| (name.as_ref(), *value))
        .collect();
    // Texts and documents that were read from one: there is no other way this could end.
    to_raw_value(&kept).unwrap_or_default()
}

/// The members of an entity that say nothing of a person. What is not known here has none.
fn members_of(entity: &str) -> &'static [&'static str] {
    match entity {
        "negocio" => &["id", "slug", "nombre", "activo"],
        "sucursal" => &["id", "negocio_id", "nombre", "direccion", "activa"],
        "categoria" => &["id", "slug", "nombre"],
        "producto" => &[
            "id",
            "nombre",
            "negocio_id",
            "categoria_id",
            "precio",
            "precio_lista",
            "costo",
            "stock",
            "punto_pedido",
            "plazo_dias",
            "activo",
            "destacado",
            "sucursales",
        ],
        "oferta" => &["id", "negocio_id", "titulo", "porcentaje", "desde", "hasta", "productos"],
        "precio" => &["id", "producto_id", "precio", "precio_lista", "costo", "en"],
        "embudo" => {
            &["hora", "dispositivo", "origen", "inicio", "producto", "carrito", "checkout", "pedidos", "visitas"]
        }
        "cuenta" => &["id", "rol", "plan", "creada", "activa", "barrio", "anio_nacimiento"],
        "pedido" => &[
            "numero",
            "cuenta_id",
            "estado",
            "total",
            "metodo_pago",
            "barrio",
            "prioridad",
            "tipo_cliente",
            "creado",
            "actualizado",
            "dispositivo",
            "origen",
            "prometido",
            "lineas",
        ],
        "movimiento" => &["id", "producto_id", "tipo", "cantidad", "stock", "actor", "cuenta_id", "pedido", "en"],
        "resena" => &["id", "pedido", "cuenta_id", "producto_id", "estrellas", "en", "oculta"],
        other => of_the_board(other),
    }
}

fn of_the_board(entity: &str) -> &'static [&'static str] {
    match entity {
        "ticket" => &[
            "id",
            "numero",
            "estado",
            "prioridad",
            "tipo_cliente",
            "total",
            "metodo_pago",
            "barrio",
            "repartidor_id",
            "creado",
            "registrado",
            "asignado",
            "aceptado",
            "en_camino",
            "entregado",
            "fallido",
            "cancelado",
            "actualizado",
            "intentos",
            "prometido",
            "version",
        ],
        "paso" => &[
            "id",
            "numero",
            "tipo",
            "accion",
            "estado",
            "actor",
            "actor_id",
            "repartidor_id",
            "ocurrido",
            "registrado",
            "version",
        ],
        "repartidor" => &["id", "activo", "capacidad", "barrio", "en_turno"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::Persons;

    fn kept(persons: Persons, entity: &str, data: &str) -> String {
        let data = RawValue::from_string(data.to_owned()).expect("a document");
        persons.of(entity, &data).get().to_owned()
    }

    #[test]
    fn without_persons_only_what_is_listed_goes_out_and_as_it_was_written() {
        let account = r#"{"id":7,"rol":"cliente","nombre":"Ana","email":"ana@example.com","telefono":"11","direccion":"Calle 1"}"#;
        assert_eq!(kept(Persons::Without, "cuenta", account), r#"{"id":7,"rol":"cliente"}"#);
        assert_eq!(kept(Persons::With, "cuenta", account), account);
        let order = r#"{"numero":"BA-1","total":110.50,"direccion":"Calle 1","lat":-34.5,"lng":-58.4,"lineas":[{"posicion":1}]}"#;
        assert_eq!(
            kept(Persons::Without, "pedido", order),
            r#"{"lineas":[{"posicion":1}],"numero":"BA-1","total":110.50}"#
        );
        assert_eq!(kept(Persons::Without, "cuenta", r#"{"documento":"30123456"}"#), "{}", "nobody looked at this yet");
        assert_eq!(kept(Persons::Without, "novedad", r#"{"id":1}"#), "{}");
    }
}
