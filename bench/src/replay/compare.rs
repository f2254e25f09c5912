//! Whether an order and its ticket say the same, field by field, and both what was asked for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::course::Placed;

/// What differs between `order` (the shop's), `ticket` and what was asked for.
pub fn differences(placed: &Placed, order: &Value, ticket: &Value) -> Vec<String> {
    let number = &placed.number;
    let mut found = Vec::new();
    let mut differ = |what: &str, one: String, other: String| {
        if one != other {
            found.push(format!("{number}: {what}: {one} / {other}"));
        }
    };
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();

    differ("number, order / ticket", text(order, "numero"), text(ticket, "numero"));
    differ("state, order / ticket", text(order, "estado"), text(ticket, "estado"));
    differ("state, expected / ticket", placed.expected_state().to_owned(), text(ticket, "estado"));
    differ("total, order / ticket", cents(&order["total"]), cents(&ticket["total"]));
    differ("payment, order / ticket", text(order, "metodo_pago"), text(ticket, "metodo_pago"));
    differ("e-mail, account / ticket", placed.email.clone(), text(ticket, "cliente_email"));
    differ("notes, sent / ticket", placed.notes.clone(), text(ticket, "indicaciones"));
    differ("barrio, sent / ticket", placed.address.barrio.to_lowercase(), text(ticket, "barrio").to_lowercase());
    let street = &placed.address.street;
    let written = text(ticket, "cliente_direccion");
    differ("address, sent / ticket", "true".into(), written.contains(street.as_str()).to_string());

    let wanted = format!("{:?}", placed.placement.items);
    let ordered = format!("{:?}", quantities(&order["items"], "producto_id"));
    let carried = format!("{:?}", quantities(&ticket["productos"], "id"));
    differ("items, sent / order", wanted.clone(), ordered);
    differ("items, sent / ticket", wanted, carried);
    let lines = ticket["productos"].as_array().map(Vec::as_slice).unwrap_or_default();
    let sum: f64 = lines.iter().filter_map(|line| line["subtotal"].as_f64()).sum();
    differ("total, sum of lines / ticket", cents(&Value::from(sum)), cents(&ticket["total"]));
    found
}

fn quantities(lines: &Value, id: &str) -> BTreeMap<i64, i64> {
    let lines = lines.as_array().map(Vec::as_slice).unwrap_or_default();
    lines.iter().filter_map(|line| Some((line[id].as_i64()?, line["cantidad"].as_i64()?))).collect()
}

fn cents(amount: &Value) -> String {
    amount.as_f64().map_or_else(|| "none".to_owned(), |x| format!("{x:.2}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::data::Address;
    use super::super::plan::Placement;
    use super::*;

    fn placed() -> Placed {
        Placed {
            number: "BA-1".into(),
            email: "c@x".into(),
            notes: "n".into(),
            address: Address { street: "Roca 5".into(), barrio: "FLORES".into() },
            placement: Placement {
                invoice: "1".into(),
                at_s: 0,
                customer: 0,
                items: BTreeMap::from([(7, 2)]),
                cancel: false,
                absurd: false,
            },
            cancelled: false,
        }
    }

    fn pair() -> (Value, Value) {
        let order = json!({
            "numero": "BA-1", "estado": "entregado", "total": 10.5, "metodo_pago": "efectivo",
            "items": [{"producto_id": 7, "cantidad": 2}],
        });
        let ticket = json!({
            "numero": "BA-1", "estado": "entregado", "total": 10.50, "metodo_pago": "efectivo",
            "cliente_email": "c@x", "indicaciones": "n", "cliente_direccion": "Roca 5, Flores", "barrio": "Flores",
            "productos": [{"id": 7, "cantidad": 2, "subtotal": 10.5}],
        });
        (order, ticket)
    }

    #[test]
    fn equal_is_equal() {
        let (order, ticket) = pair();
        assert_eq!(differences(&placed(), &order, &ticket), [""; 0]);
    }

    #[test]
    fn every_difference_is_named() {
        for (field, value) in [
            ("estado", json!("en-camino")),
            ("total", json!(10.49)),
            ("cliente_email", json!("d@x")),
            ("indicaciones", json!(null)),
            ("cliente_direccion", json!("Roca 6")),
            ("barrio", json!("BOCA")),
            ("productos", json!([{"id": 7, "cantidad": 1, "subtotal": 10.5}])),
        ] {
            let (order, mut ticket) = pair();
            ticket[field] = value;
            assert!(!differences(&placed(), &order, &ticket).is_empty(), "{field}");
        }
    }
}
