//! A cart at the prices of this moment.

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::money::Money;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::change::Owner;
use crate::catalog::{Named, ProductView, products_by_id};

/// A cart at the prices of this moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct CartView {
    /// What is in it, by product.
    pub items: Vec<CartItemView>,
    /// The sum of what can be bought, in pesos.
    pub total: Money,
    /// Whether checking out now would work.
    #[serde(rename = "listo")]
    pub ready: bool,
    /// What was asked for and was not there: only in the answer to the change that asked.
    #[serde(rename = "ajuste", skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjusted>,
}

/// Fewer pieces than asked for went into a cart, because there are no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Adjusted {
    /// The product.
    #[serde(rename = "producto_id")]
    pub product_id: i64,
    /// How many were asked for.
    #[serde(rename = "pedido")]
    pub asked: i64,
    /// How many are in the cart.
    #[serde(rename = "puesto")]
    pub put: i64,
}

/// One product of a cart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CartItemView {
    /// The product.
    #[serde(rename = "producto_id")]
    pub product_id: i64,
    /// Its name.
    #[serde(rename = "nombre")]
    pub name: String,
    /// Who sells it.
    #[serde(rename = "negocio")]
    pub business: String,
    /// What kind of thing it is.
    #[serde(rename = "categoria")]
    pub category: Named,
    /// The path of its picture.
    #[serde(rename = "imagen")]
    pub image: String,
    /// The same, when it is a photo that the shop has.
    #[serde(skip)]
    pub photo: Option<String>,
    /// The price of one now, in pesos.
    #[serde(rename = "precio")]
    pub price: Money,
    /// What one costs without discounts, in pesos.
    #[serde(rename = "precio_original")]
    pub list_price: Money,
    /// How many.
    #[serde(rename = "cantidad")]
    pub quantity: i64,
    /// `precio` times `cantidad`, in pesos.
    pub subtotal: Money,
    /// What is left; null never runs out.
    pub stock: Option<i64>,
    /// Why it cannot be bought like this, for people.
    #[serde(rename = "aviso", serialize_with = "in_spanish")]
    #[schema(value_type = Option<String>)]
    pub warning: Option<Message>,
}

#[expect(clippy::ref_option, reason = "serde hands the field over as it is")]
fn in_spanish<S: Serializer>(message: &Option<Message>, serializer: S) -> Result<S::Ok, S::Error> {
    message.as_ref().map(Message::to_string).serialize(serializer)
}

/// What is in the cart of `owner`, priced at `now`.
pub(super) async fn read_cart(session: &mut Session, owner: Owner, now: UnixMillis) -> sqlx::Result<CartView> {
    const ITEMS: &str = "SELECT product_id, quantity FROM cart_items WHERE cart_id = $1 ORDER BY product_id";
    let Some(cart) = owner.find(session).await? else { return Ok(CartView::default()) };
    let lines = fetch!(all, *session, (i64, i64), ITEMS, cart)?;
    priced(session, &lines, now).await
}

/// What `(product, quantity)` lines would cost at `now`, and which of them cannot be bought.
pub(crate) async fn priced(session: &mut Session, lines: &[(i64, i64)], now: UnixMillis) -> sqlx::Result<CartView> {
    let ids: Vec<i64> = lines.iter().map(|(product, _)| *product).collect();
    let products = products_by_id(session, &ids, now).await?;
    let items = lines.iter().filter_map(|(product, quantity)| Some(item(products.get(product)?, *quantity)));
    Ok(total(items.collect()))
}

/// What can be bought at `now` of what was `asked` for: of each product what there is, and nothing that cannot be bought.
pub(crate) async fn what_there_is(session: &mut Session, asked: &CartView, now: UnixMillis) -> sqlx::Result<CartView> {
    let there = |item: &CartItemView| item.stock.map_or(item.quantity, |stock| stock.min(item.quantity));
    let lines: Vec<(i64, i64)> =
        asked.items.iter().map(|item| (item.product_id, there(item))).filter(|(_, quantity)| *quantity > 0).collect();
    let mut basket = priced(session, &lines, now).await?;
    basket.items.retain(|item| item.warning.is_none());
    Ok(basket)
}

fn item(product: &ProductView, quantity: i64) -> CartItemView {
    let warning = match product.stock {
        _ if !product.available => Some(Message::new("refusal-cart-gone")),
        Some(stock) if stock < quantity => Some(Message::new("refusal-cart-left").with("stock", stock)),
        _ => None,
    };
    CartItemView {
        product_id: product.id,
        name: product.name.clone(),
        business: product.business.name.clone(),
        category: product.category.clone(),
        image: product.image.clone(),
        photo: product.photo.clone(),
        price: product.price,
        list_price: product.list_price,
        quantity,
        subtotal: product.price.checked_mul(quantity).unwrap_or_default(),
        stock: product.stock,
        warning,
    }
}

/// The sum is of what can be bought as it stands; a line with a warning does not count.
fn total(items: Vec<CartItemView>) -> CartView {
    let sellable = items.iter().filter(|item| item.warning.is_none());
    let sum = sellable.map(|item| item.subtotal).try_fold(Money::ZERO, Money::checked_add);
    let ready = !items.is_empty() && sum.is_some() && items.iter().all(|item| item.warning.is_none());
    CartView { total: sum.unwrap_or_default(), ready, items, adjusted: None }
}
