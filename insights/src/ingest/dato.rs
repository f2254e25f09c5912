//! What a change of the feed carries, by kind: the JSON of `GET /api/cambios` as types.
//!
//! A member that a source leaves out is none: an older shop or board knows less. What is not listed is not read.

use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use serde::Deserialize;

macro_rules! datos {
    ($($(#[$doc:meta])* $name:ident { $($field:ident $(= $wire:literal)? : $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        pub(super) struct $name {
            $($(#[serde(rename = $wire)])? pub(super) $field: $kind,)*
        }
    )*};
}

datos! {
    /// A business of the marketplace.
    Business { id: Id, name = "nombre": Option<String>, active = "activo": Option<bool> }
    /// A branch of one.
    Branch { id: Id, business_id = "negocio_id": Option<Id>, name = "nombre": Option<String>, active = "activa": Option<bool> }
    /// A category of products.
    Category { id: Id, name = "nombre": Option<String> }
    /// A product.
    Product {
        id: Id, name = "nombre": Option<String>, business_id = "negocio_id": Option<Id>, category_id = "categoria_id": Option<Id>,
        price = "precio": Option<Money>, list_price = "precio_lista": Option<Money>, cost = "costo": Option<Money>,
        stock: Option<i64>, reorder_point = "punto_pedido": Option<i64>, lead_days = "plazo_dias": Option<i64>,
        active = "activo": Option<bool>, featured = "destacado": Option<bool>,
    }
    /// An offer.
    Offer {
        id: Id, business_id = "negocio_id": Option<Id>, title = "titulo": Option<String>, percent = "porcentaje": Option<i64>,
        starts = "desde": Option<UnixMillis>, ends = "hasta": Option<UnixMillis>, products = "productos": Vec<Id>,
    }
    /// An account.
    Account {
        id: Id, role = "rol": Option<String>, plan: Option<String>, created = "creada": Option<UnixMillis>, active = "activa": Option<bool>,
        first_name = "nombre": Option<String>, last_name = "apellido": Option<String>, email: Option<String>,
        phone = "telefono": Option<String>, address = "direccion": Option<String>, barrio: Option<String>,
        birth_year = "anio_nacimiento": Option<i64>, firm = "nombre_negocio": Option<String>,
    }
    /// An order.
    Order {
        number = "numero": String, account_id = "cuenta_id": Option<Id>, state = "estado": Option<String>, total: Option<Money>,
        payment_method = "metodo_pago": Option<String>, barrio: Option<String>, lat: Option<f64>, lng: Option<f64>,
        priority = "prioridad": Option<String>, customer_kind = "tipo_cliente": Option<String>, created = "creado": Option<UnixMillis>,
        updated = "actualizado": Option<UnixMillis>, device = "dispositivo": Option<String>, origin = "origen": Option<String>,
        promised = "prometido": Option<UnixMillis>, lines = "lineas": Vec<Line>,
    }
    /// A line of one.
    Line {
        position = "posicion": i64, product_id = "producto_id": Option<Id>, name = "nombre": Option<String>, quantity = "cantidad": i64,
        price = "precio": Option<Money>, cost = "costo": Option<Money>, branch = "sucursal": Option<String>,
        business = "negocio": Option<String>, category = "categoria": Option<String>,
    }
    /// A change of stock.
    Movement {
        id: Id, product_id = "producto_id": Option<Id>, kind = "tipo": Option<String>, quantity = "cantidad": Option<i64>, stock: Option<i64>,
        reason = "motivo": Option<String>, actor: Option<String>, order = "pedido": Option<String>, at = "en": Option<UnixMillis>,
    }
    /// A change of price.
    Price {
        id: Id, product_id = "producto_id": Option<Id>, price = "precio": Option<Money>, list_price = "precio_lista": Option<Money>,
        cost = "costo": Option<Money>, at = "en": Option<UnixMillis>,
    }
    /// What a customer says of a product or of a delivery.
    Review {
        id: Id, order = "pedido": Option<String>, account_id = "cuenta_id": Option<Id>, product_id = "producto_id": Option<Id>,
        stars = "estrellas": Option<i64>, words = "texto": Option<String>, at = "en": Option<UnixMillis>, hidden = "oculta": Option<bool>,
    }
    /// The counters of an hour, by device and origin.
    Funnel {
        hour = "hora": Option<UnixMillis>, device = "dispositivo": Option<String>, origin = "origen": Option<String>,
        home = "inicio": i64, product = "producto": i64, cart = "carrito": i64, checkout: i64, orders = "pedidos": i64, visits = "visitas": i64,
    }
    /// A ticket of the board.
    Ticket {
        id: Id, number = "numero": String, state = "estado": Option<String>, priority = "prioridad": Option<String>,
        customer_kind = "tipo_cliente": Option<String>, total: Option<Money>, payment_method = "metodo_pago": Option<String>,
        barrio: Option<String>, driver_id = "repartidor_id": Option<Id>, driver_name = "repartidor_nombre": Option<String>,
        reason = "motivo": Option<String>, created = "creado": Option<UnixMillis>, recorded = "registrado": Option<UnixMillis>,
        assigned = "asignado": Option<UnixMillis>, accepted = "aceptado": Option<UnixMillis>, departed = "en_camino": Option<UnixMillis>,
        delivered = "entregado": Option<UnixMillis>, failed = "fallido": Option<UnixMillis>, cancelled = "cancelado": Option<UnixMillis>,
        promised = "prometido": Option<UnixMillis>, attempts = "intentos": Option<i64>, version: Option<i64>,
    }
    /// A step of one.
    Step {
        id: Id, number = "numero": Option<String>, kind = "tipo": Option<String>, action = "accion": Option<String>,
        state = "estado": Option<String>, actor: Option<String>, driver_id = "repartidor_id": Option<Id>,
        occurred = "ocurrido": Option<UnixMillis>, recorded = "registrado": Option<UnixMillis>, reason = "motivo": Option<String>,
    }
    /// A driver.
    Driver {
        id: Id, name = "nombre": Option<String>, active = "activo": Option<bool>, capacity = "capacidad": Option<i64>,
        barrio: Option<String>, on_shift = "en_turno": Option<bool>,
    }
}

/// An identifier: a number or a text at the source, a text here.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(i64),
            Text(String),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Number(number) => number.to_string(),
            Either::Text(text) => text,
        }))
    }
}
