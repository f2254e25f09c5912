//! The one way an order comes to be: price it, check it, take the stock, write order, lines and message.
//!
//! [`Checkout`] is the customer's command; the scheduler of packages calls [`place_order`] inside its own. Everything is
//! decided on what the unit of work has read before anything is written, so a refusal leaves nothing behind.

use belgrano_runtime::execute;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_web::address::has_door;
use belgrano_wire::money::Money;
use belgrano_wire::texts::Message;
use belgrano_wire::{self as wire, OrderMessage, OrderNumber, Position, Priority, TicketState};

use super::delivery::Delivery;
use crate::arrival::{Arrival, Placed};
use crate::basket::Basket;
use crate::orders::OrderView;
use crate::unit::{Cause, Customer, MessageKind, Order, OrderLine, OutboxMessage, ShopUnit, ShopWants};

/// Place an order.
#[derive(Debug)]
pub struct Checkout {
    /// Who buys.
    pub account_id: i64,
    /// What.
    pub source: Source,
    /// Where to and how.
    pub delivery: Delivery,
    /// The total that was shown, where one was: at another nothing is ordered.
    pub seen: Option<Money>,
    /// Where the customer came from.
    pub arrival: Arrival,
    /// `traceparent` of the request.
    pub trace: String,
}

/// Where the basket comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// These items; the cart stays as it is.
    Items(Basket),
    /// These items, which were shown as the cart and are in it still; they leave it. What was put beside them stays.
    Shown(Basket),
    /// The account's cart as it is when the order is placed, and not when it was asked for: the same key may have emptied
    /// it by then.
    Cart,
}

/// Why an order is not placed.
#[derive(Debug)]
pub enum CheckoutRefusal {
    /// The account is gone or closed.
    NoAccount,
    /// Neither the order nor the account says where to.
    NoAddress,
    /// The address says no door, and there is no pin.
    NoDoor,
    /// The cart is empty, or holds what is no basket.
    Basket(Vec<FieldError>),
    /// What was shown is not in the cart any more: bought from another window, or changed.
    CartChanged,
    /// Lines that cannot be sold: by position in the basket, and why.
    Unsellable(Vec<FieldError>),
    /// The sum is beyond what money can be.
    TooMuch,
    /// The account has as many orders under way as it may have.
    TooManyOpen(i64),
    /// A new account may not have more than this under way.
    NewAccount(Money),
    /// It costs another sum than the one that was shown.
    TotalChanged(Money),
}

impl From<CheckoutRefusal> for Problem {
    fn from(refusal: CheckoutRefusal) -> Self {
        match refusal {
            CheckoutRefusal::NoAccount => Self::unauthenticated(Message::new("refusal-account-closed")),
            CheckoutRefusal::NoAddress => Self::invalid_field("direccion", Message::new("error-no-address")),
            CheckoutRefusal::NoDoor => Self::invalid_field("direccion", Message::new("error-no-door")),
            CheckoutRefusal::Basket(errors) | CheckoutRefusal::Unsellable(errors) => Self::invalid(errors),
            CheckoutRefusal::CartChanged => Self::conflict("carrito-cambiado", Message::new("refusal-cart-changed")),
            CheckoutRefusal::TooMuch => Self::invalid_field("items", Message::new("error-total")),
            CheckoutRefusal::TooManyOpen(most) => {
                Self::conflict("pedidos-abiertos", Message::new("refusal-open-orders").with("most", most))
            }
            CheckoutRefusal::NewAccount(most) => {
                Self::invalid_field("items", Message::new("error-new-account").with("most", most))
            }
            CheckoutRefusal::TotalChanged(now) => {
                Self::conflict("total-cambiado", Message::new("refusal-total-changed").with("total", now))
            }
        }
    }
}

impl Command<ShopUnit> for Checkout {
    type Output = OrderView;
    type Refusal = CheckoutRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.accounts.push(self.account_id);
        match &self.source {
            Source::Items(basket) | Source::Shown(basket) => wants.products.extend(basket.product_ids()),
            Source::Cart => wants.carts.push(self.account_id),
        }
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<OrderView, Failure<CheckoutRefusal>> {
        let basket = match &self.source {
            Source::Items(basket) => basket.clone(),
            Source::Shown(basket) => {
                let cart = crate::cart::contents(unit.reader(), self.account_id).await?;
                if !basket.items().iter().all(|item| cart.contains(&(item.product_id, item.quantity))) {
                    return Err(Failure::Refused(CheckoutRefusal::CartChanged));
                }
                basket.clone()
            }
            Source::Cart => {
                let items = crate::cart::contents(unit.reader(), self.account_id).await?;
                Basket::parse(items).map_err(|errors| Failure::Refused(CheckoutRefusal::Basket(errors)))?
            }
        };
        let phoneless = unit.customer(self.account_id).await?.is_some_and(|customer| customer.phone.is_empty());
        let view =
            place_order(unit, self.account_id, &basket, &self.delivery, self.seen, &self.arrival, &self.trace).await?;
        if let Some(phone) = self.delivery.phone.as_ref().filter(|_| phoneless) {
            remember_phone(unit, self.account_id, phone).await?;
        }
        if !matches!(self.source, Source::Items(_)) {
            crate::cart::take_out(unit.session(), self.account_id, &basket).await?;
        }
        Ok(view)
    }
}

/// Whoever said where to call is not asked again.
async fn remember_phone(unit: &mut ShopUnit, account_id: i64, phone: &str) -> sqlx::Result<()> {
    const REMEMBER: &str = "UPDATE accounts SET phone = $2 WHERE id = $1 AND phone = ''";
    require_one(execute!(*unit.own_statements().await?, REMEMBER, account_id, phone)?)
}

/// Prices and checks the basket against what was `seen` of it, takes its stock, and writes order, lines and outbox message into the unit.
pub async fn place_order(
    unit: &mut ShopUnit,
    account_id: i64,
    basket: &Basket,
    delivery: &Delivery,
    seen: Option<Money>,
    arrival: &Arrival,
    trace: &str,
) -> Result<OrderView, Failure<CheckoutRefusal>> {
    let Some(customer) = unit.customer(account_id).await?.cloned() else {
        return Err(Failure::Refused(CheckoutRefusal::NoAccount));
    };
    let address = match &delivery.address {
        Some(address) => address.clone(),
        None if customer.address.is_empty() => return Err(Failure::Refused(CheckoutRefusal::NoAddress)),
        None => customer.address.clone(),
    };
    if delivery.position.is_none() && !has_door(&address) {
        return Err(Failure::Refused(CheckoutRefusal::NoDoor));
    }
    let (mut lines, total) = price(unit, basket).await?;
    if seen.is_some_and(|seen| seen != total) {
        return Err(Failure::Refused(CheckoutRefusal::TotalChanged(total)));
    }
    unit.order_limits().check(&customer, &lines, total, unit.now()).map_err(Failure::Refused)?;

    // Nothing can refuse from here on.
    let order = new_order(unit, &customer, (address, delivery), total, arrival);
    for line in &mut lines {
        line.order_id = order.id;
        unit.move_stock(line.product_id, -line.quantity, Cause::sold(&order.number, account_id));
    }
    let payload = message(&order, &lines, delivery).to_json();
    let payload = payload.map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    unit.send(OutboxMessage {
        order_number: order.number.clone(),
        kind: MessageKind::OrderCreated,
        payload,
        trace: trace.to_owned(),
    });
    let view = OrderView::new(&order, &lines);
    unit.put_order(order, lines);
    unit.count_open(account_id, total);
    unit.announce().placed.extend(Placed::by(arrival));
    Ok(view)
}

/// The lines of `basket` at the prices of this moment, and their sum; `order_id` is still to be filled in.
async fn price(unit: &mut ShopUnit, basket: &Basket) -> Result<(Vec<OrderLine>, Money), Failure<CheckoutRefusal>> {
    unit.read_products(basket.product_ids()).await?;
    let mut lines = Vec::with_capacity(basket.items().len());
    let mut errors = Vec::new();
    let mut total = Some(Money::ZERO);
    for (position, item) in (0i64..).zip(basket.items()) {
        let product = match unit.product(item.product_id).await? {
            Some(product) if product.active => product,
            _ => {
                let field = format!("items[{position}].producto_id");
                errors.push(FieldError::new(field, Message::new("error-not-for-sale").with("id", item.product_id)));
                continue;
            }
        };
        if let Some(stock) = product.stock
            && stock < item.quantity
        {
            let message = Message::new("error-short-stock")
                .with("name", &product.name)
                .with("stock", stock)
                .with("wanted", item.quantity);
            errors.push(FieldError::new(format!("items[{position}].cantidad"), message));
            continue;
        }
        let subtotal = product.price.checked_mul(item.quantity);
        total = total.zip(subtotal).and_then(|(sum, subtotal)| sum.checked_add(subtotal));
        lines.push(OrderLine {
            order_id: 0,
            position,
            product_id: item.product_id,
            name: product.name.clone(),
            price: product.price,
            cost: product.cost,
            quantity: item.quantity,
            subtotal: subtotal.unwrap_or_default(),
            branch: product.branch.clone().unwrap_or_default(),
            business: product.business.clone(),
            category: product.category.clone(),
        });
    }
    if !errors.is_empty() {
        return Err(Failure::Refused(CheckoutRefusal::Unsellable(errors)));
    }
    let total = total.ok_or(Failure::Refused(CheckoutRefusal::TooMuch))?;
    Ok((lines, total))
}

fn new_order(
    unit: &mut ShopUnit,
    customer: &Customer,
    (address, delivery): (String, &Delivery),
    total: Money,
    arrival: &Arrival,
) -> Order {
    Order {
        id: unit.new_order_id(),
        // Of 2^40 a day. One that is taken breaks the batch; applied again, alone, the command draws another. A command that
        // was alone from the start fails and leaves nothing behind, and its caller asks again: looking first would cost
        // every checkout a round trip.
        number: OrderNumber::generate(unit.ambient()),
        account_id: customer.id,
        state: TicketState::Pending,
        total,
        payment_method: delivery.payment_method.as_str().to_owned(),
        customer_name: customer.name(),
        address,
        phone: delivery.phone.as_ref().unwrap_or(&customer.phone).clone(),
        email: customer.email.clone(),
        barrio: delivery.barrio.clone(),
        lat: delivery.position.map(Position::lat),
        lng: delivery.position.map(Position::lng),
        notes: delivery.notes.clone(),
        priority: customer.kind().lift(Priority::Normal),
        customer_kind: customer.kind(),
        created_at: unit.now(),
        updated_at: unit.now(),
        ticket_id: None,
        ticket_version: 0,
        driver_id: None,
        driver_name: None,
        reason: None,
        cause: None,
        cancel_requested_at: None,
        stock_returned: false,
        device: arrival.device.map(|device| device.as_str().to_owned()),
        origin: Some(arrival.origin.as_str().to_owned()),
        promised: unit.first_promise(),
    }
}

/// What the board gets of an order.
fn message(order: &Order, lines: &[OrderLine], delivery: &Delivery) -> OrderMessage {
    let present = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    OrderMessage {
        number: order.number.clone(),
        customer_name: order.customer_name.clone(),
        customer_address: present(&order.address),
        customer_phone: present(&order.phone),
        customer_email: present(&order.email),
        lines: lines
            .iter()
            .map(|line| wire::OrderLine {
                product_id: Some(line.product_id),
                name: line.name.clone(),
                price: Some(line.price),
                quantity: u32::try_from(line.quantity).unwrap_or(u32::MAX),
                subtotal: Some(line.subtotal),
                branch: present(&line.branch),
                business: present(&line.business),
                category: present(&line.category),
            })
            .collect(),
        total: order.total,
        payment_method: Some(delivery.payment_method.clone()),
        instructions: present(&order.notes),
        priority: order.priority,
        customer_kind: order.customer_kind,
        created_at: Some(order.created_at),
        origin: Some("belgrano_ahorro".to_owned()),
        neighbourhood: order.barrio.clone(),
        position: delivery.position,
        promised_at: order.promised.to,
    }
}
