//! What stays of a ticket, wherever its JSON is kept, once its customer was erased. Pure.

use belgrano_wire::texts::Language;
use serde_json::Value;

/// What names or places a customer in the JSON of a ticket, beside the name itself, which is text in any case.
const PERSONAL: [&str; 6] = ["cliente_direccion", "cliente_telefono", "cliente_email", "indicaciones", "lat", "lng"];

/// Whether a reason may stay: it is one that the program itself offers. What somebody typed may name the customer.
pub(crate) fn reason_left(reason: &str) -> bool {
    Language::English.own_reasons().any(|(stored, _)| stored == reason.trim())
}

/// Takes the customer out of every ticket of the order `number` within a document. Says whether there was one.
pub(crate) fn forget_in(document: &mut Value, number: &str) -> bool {
    match document {
        Value::Array(items) => items.iter_mut().map(|item| forget_in(item, number)).fold(false, std::ops::BitOr::bitor),
        Value::Object(members) => {
            let is_it = members.get("numero").and_then(Value::as_str) == Some(number);
            if is_it {
                if let Some(name) = members.get_mut("cliente_nombre") {
                    *name = Value::String(String::new());
                }
                for name in PERSONAL {
                    if let Some(member) = members.get_mut(name) {
                        *member = Value::Null;
                    }
                }
                if let Some(reason) = members.get_mut("motivo")
                    && reason.as_str().is_none_or(|reason| !reason_left(reason))
                {
                    *reason = Value::Null;
                }
            }
            members.values_mut().map(|member| forget_in(member, number)).fold(is_it, std::ops::BitOr::bitor)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::forget_in;

    #[test]
    fn the_customer_of_one_order_goes_and_everything_else_stays() {
        let ticket = |number: &str, reason: &str| {
            json!({ "numero": number, "cliente_nombre": "Ana", "cliente_direccion": "Cabildo 2040", "cliente_telefono": "11",
                "cliente_email": "ana@example.com", "indicaciones": "Timbre 2B", "lat": -34.5, "lng": -58.4, "motivo": reason,
                "barrio": "Belgrano", "total": 6901.0, "productos": [{ "nombre": "Yerba" }] })
        };
        let own = belgrano_wire::texts::Language::Spanish.t("driver-fail-nobody").to_string();
        let left = |number: &str, reason: serde_json::Value| {
            json!({ "numero": number, "cliente_nombre": "", "cliente_direccion": null, "cliente_telefono": null,
                "cliente_email": null, "indicaciones": null, "lat": null, "lng": null, "motivo": reason, "barrio": "Belgrano",
                "total": 6901.0, "productos": [{ "nombre": "Yerba" }] })
        };
        let mut bulk = json!({ "resultados": [{ "numero": "BA-1", "ticket": ticket("BA-1", "Ana no abrió") },
            { "numero": "BA-2", "ticket": ticket("BA-2", "Ana no abrió") }] });
        assert!(forget_in(&mut bulk, "BA-1"));
        let expected = json!({ "resultados": [{ "numero": "BA-1", "ticket": left("BA-1", json!(null)) },
            { "numero": "BA-2", "ticket": ticket("BA-2", "Ana no abrió") }] });
        assert_eq!(bulk, expected);
        let mut frame = json!({ "type": "event", "ticket": ticket("BA-3", &own) });
        assert!(forget_in(&mut frame, "BA-3"));
        assert_eq!(frame["ticket"], left("BA-3", json!(own)));
        assert!(!forget_in(&mut frame, "BA-4"));
    }
}
