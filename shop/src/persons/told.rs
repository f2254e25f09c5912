//! The parts of what is known of a person, as the document tells them.

use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Serialize, Serializer};
use sqlx::FromRow;
use url::Url;
use utoipa::ToSchema;

/// The account, and the business of a merchant.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonAccount)]
pub(super) struct Account {
    id: i64,
    #[serde(rename = "rol")]
    role: String,
    #[serde(rename = "nombre")]
    first_name: String,
    #[serde(rename = "apellido")]
    last_name: String,
    email: String,
    #[serde(rename = "telefono")]
    phone: String,
    #[serde(rename = "direccion")]
    address: String,
    #[serde(rename = "anio_nacimiento")]
    birth_year: Option<i64>,
    #[serde(rename = "activa")]
    active: bool,
    #[serde(rename = "creada")]
    created_at: UnixMillis,
    #[serde(rename = "nombre_negocio")]
    business_name: Option<String>,
    cuit: Option<String>,
    #[serde(rename = "tipo_negocio")]
    business_kind: Option<String>,
    #[serde(rename = "direccion_comercial")]
    business_address: Option<String>,
    #[serde(rename = "telefono_comercial")]
    business_phone: Option<String>,
    plan: Option<String>,
}

/// That there is a second factor, without what makes its codes.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonSecondFactor)]
pub(super) struct SecondFactor {
    #[serde(rename = "desde")]
    since: UnixMillis,
    /// Recovery codes that were not used.
    #[serde(rename = "codigos_sin_usar")]
    codes_left: i64,
}

/// An order as it was placed, and what the board told of its ticket.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonOrder)]
pub(super) struct Order {
    #[serde(skip)]
    pub(super) id: i64,
    #[serde(rename = "numero")]
    number: String,
    #[serde(rename = "estado")]
    state: String,
    total: Money,
    #[serde(rename = "metodo_pago")]
    payment_method: String,
    #[serde(rename = "cliente_nombre")]
    customer_name: String,
    #[serde(rename = "direccion")]
    address: String,
    #[serde(rename = "telefono")]
    phone: String,
    email: String,
    barrio: Option<String>,
    lat: Option<f64>,
    lng: Option<f64>,
    #[serde(rename = "notas")]
    notes: String,
    #[serde(rename = "prioridad")]
    priority: String,
    #[serde(rename = "tipo_cliente")]
    customer_kind: String,
    #[serde(rename = "creado")]
    created_at: UnixMillis,
    #[serde(rename = "actualizado")]
    updated_at: UnixMillis,
    #[serde(rename = "motivo")]
    reason: Option<String>,
    #[serde(rename = "cancelacion_pedida")]
    cancel_requested_at: Option<UnixMillis>,
    /// What kind of device it was placed from.
    #[serde(rename = "dispositivo")]
    device: Option<String>,
    /// What kind of site or link led to it.
    #[serde(rename = "origen")]
    origin: Option<String>,
    #[serde(rename = "prometido_desde")]
    promised_from: Option<UnixMillis>,
    #[serde(rename = "prometido_hasta")]
    promised_to: Option<UnixMillis>,
    /// The number of its ticket on the board.
    ticket_id: Option<i64>,
    ticket_version: i64,
    /// Who brought it.
    #[serde(rename = "repartidor_nombre")]
    driver_name: Option<String>,
    /// When a link to follow it was made, if one holds.
    #[serde(rename = "compartido")]
    shared_at: Option<UnixMillis>,
    #[serde(rename = "compartido_hasta")]
    shared_until: Option<UnixMillis>,
    #[serde(rename = "lineas")]
    #[sqlx(skip)]
    pub(super) lines: Vec<Line>,
    #[serde(rename = "pasos")]
    #[sqlx(skip)]
    pub(super) steps: Vec<OrderStep>,
}

/// A line of an order as it was sold.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonLine)]
pub(super) struct Line {
    #[serde(skip)]
    pub(super) order_id: i64,
    #[serde(skip)]
    pub(super) position: i64,
    #[serde(rename = "producto_id")]
    product_id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "precio")]
    price: Money,
    #[serde(rename = "cantidad")]
    quantity: i64,
    subtotal: Money,
    #[serde(rename = "sucursal")]
    branch: String,
    #[serde(rename = "negocio")]
    business: String,
    #[serde(rename = "categoria")]
    category: String,
}

/// When an order came to a state.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonOrderStep)]
pub(super) struct OrderStep {
    #[serde(skip)]
    pub(super) order_id: i64,
    #[serde(rename = "estado")]
    state: String,
    #[serde(rename = "en")]
    pub(super) at: UnixMillis,
}

/// What was said of a product, or of the delivery where there is none.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonReview)]
pub(super) struct Review {
    #[serde(rename = "pedido")]
    order_number: String,
    #[serde(rename = "producto_id")]
    product_id: Option<i64>,
    #[serde(rename = "estrellas")]
    stars: i64,
    #[serde(rename = "texto")]
    words: String,
    #[serde(rename = "creada")]
    created_at: UnixMillis,
    #[serde(rename = "actualizada")]
    updated_at: UnixMillis,
    #[serde(rename = "oculta")]
    hidden_at: Option<UnixMillis>,
    #[serde(rename = "motivo_oculta")]
    hidden_reason: Option<String>,
}

/// What is ordered by itself.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonPackage)]
pub(super) struct Package {
    pub(super) id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "frecuencia")]
    frequency: String,
    #[serde(rename = "direccion")]
    address: String,
    barrio: Option<String>,
    #[serde(rename = "metodo_pago")]
    payment_method: String,
    #[serde(rename = "notas")]
    notes: String,
    #[serde(rename = "proxima")]
    next_on: String,
    #[serde(rename = "activo")]
    active: bool,
    #[serde(rename = "creado")]
    created_at: UnixMillis,
    #[sqlx(skip)]
    pub(super) items: Vec<PackageItem>,
    #[serde(rename = "corridas")]
    #[sqlx(skip)]
    pub(super) runs: Vec<PackageRun>,
}

/// A product of a package.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonPackageItem)]
pub(super) struct PackageItem {
    #[serde(skip)]
    pub(super) package_id: i64,
    #[serde(rename = "producto_id")]
    pub(super) product_id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "cantidad")]
    quantity: i64,
}

/// What became of a date of a package.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonPackageRun)]
pub(super) struct PackageRun {
    #[serde(skip)]
    pub(super) id: i64,
    #[serde(skip)]
    pub(super) package_id: i64,
    #[serde(rename = "fecha")]
    due_on: Option<String>,
    #[serde(rename = "resultado")]
    outcome: String,
    #[serde(rename = "pedido")]
    order_number: Option<String>,
    #[serde(rename = "motivo")]
    failure: Option<String>,
    #[serde(rename = "en")]
    ran_at: UnixMillis,
}

/// A product in the cart.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonCartLine)]
pub(super) struct CartLine {
    #[serde(rename = "producto_id")]
    product_id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "cantidad")]
    quantity: i64,
    #[serde(rename = "actualizado")]
    updated_at: UnixMillis,
}

/// Notices by mail: in which language and since when.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonMail)]
pub(super) struct Mail {
    #[serde(rename = "idioma")]
    language: String,
    #[serde(rename = "desde")]
    since: UnixMillis,
}

/// A browser that gets notices.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonDevice)]
pub(super) struct Device {
    /// Who carries notices there; whoever had the whole address could send some.
    #[serde(rename = "servicio", serialize_with = "host")]
    #[schema(value_type = Option<String>)]
    endpoint: String,
    #[serde(rename = "idioma")]
    language: String,
    #[serde(rename = "actualizado")]
    updated_at: UnixMillis,
}

fn host<S: Serializer>(endpoint: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let url = Url::parse(endpoint).ok();
    url.as_ref().and_then(Url::host_str).serialize(serializer)
}

/// A notice that was sent, or is to be.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonNotice)]
pub(super) struct Notice {
    #[serde(rename = "novedad")]
    news: String,
    #[serde(rename = "canal")]
    channel: String,
    #[serde(rename = "sobre")]
    order_number: String,
    #[serde(rename = "lugar")]
    place: Option<String>,
    #[serde(rename = "estado")]
    state: String,
    #[serde(rename = "creado")]
    created_at: UnixMillis,
    #[serde(rename = "resuelto")]
    settled_at: Option<UnixMillis>,
}

/// An open session of the account: since when and until when.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow, ToSchema)]
#[schema(as = PersonOpened)]
pub(super) struct Opened {
    #[serde(rename = "abierta")]
    created_at: UnixMillis,
    #[serde(rename = "usada")]
    seen_at: Option<UnixMillis>,
    #[serde(rename = "vence")]
    expires_at: UnixMillis,
    /// The program and the system that it was opened with.
    #[serde(rename = "dispositivo")]
    device: Option<String>,
}
