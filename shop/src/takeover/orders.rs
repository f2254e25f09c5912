//! `pedidos`, `pedido_items`, and `pedidos_pendientes`: what the old shop had not been able to tell its board.

use std::collections::{HashMap, HashSet};

use belgrano_runtime::takeover::{OldRow, Report};
use belgrano_runtime::writer::Failure;
use belgrano_wire::money::Money;
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderMessage, OrderNumber, PaymentMethod, Priority, TicketState, limits};

use crate::unit::{MessageKind, Order, OrderLine, OutboxMessage, Promised, ShopUnit};

const ORDERS: &str = "orders";
const MESSAGES: &str = "orders to be sent to the board";

/// An order, without what its account says.
#[derive(Clone, Debug)]
pub(super) struct OldOrder {
    pub(super) number: OrderNumber,
    old_account: i64,
    state: TicketState,
    total: Money,
    payment_method: String,
    address: String,
    notes: String,
    created_at: Option<UnixMillis>,
    lines: Vec<OrderLine>,
}

/// The orders that can be taken.
pub(super) fn read(rows: &[OldRow], items: &[OldRow], products: &[OldRow], refused: &mut Report) -> Vec<OldOrder> {
    let products: HashMap<i64, &OldRow> = products.iter().filter_map(|row| Some((row.whole("id")?, row))).collect();
    let mut items_of: HashMap<i64, Vec<&OldRow>> = HashMap::new();
    for item in items {
        items_of.entry(item.whole("pedido_id").unwrap_or_default()).or_default().push(item);
    }
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        let old_id = row.whole("id").unwrap_or_default();
        let items = items_of.get(&old_id).map(Vec::as_slice).unwrap_or_default();
        match order(row, items, &products) {
            Ok(order) => orders.push(order),
            Err(why) => refused.refuse(format!("order {}", row.words("numero_pedido", 64)), why),
        }
    }
    orders
}

fn order(row: &OldRow, items: &[&OldRow], products: &HashMap<i64, &OldRow>) -> Result<OldOrder, &'static str> {
    let number = row.text("numero_pedido").and_then(|text| OrderNumber::parse(&text).ok());
    let state = row.text("estado").map_or(Some(TicketState::Pending), |text| TicketState::parse(&text));
    let payment_method = row.text("metodo_pago").and_then(|text| PaymentMethod::parse(&text).ok());
    let mut lines = Vec::with_capacity(items.len());
    for (position, item) in (0..).zip(items) {
        lines.push(line(position, item, products).ok_or("one of its lines cannot be read")?);
    }
    Ok(OldOrder {
        number: number.ok_or("its number cannot be used")?,
        old_account: row.whole("usuario_id").ok_or("does not say whose it is")?,
        state: state.ok_or("its state is unknown")?,
        total: row.money("total").ok_or("its total is not an amount")?,
        payment_method: payment_method.map_or(PaymentMethod::CASH.to_owned(), |method| method.as_str().to_owned()),
        address: row.words("direccion_entrega", limits::ADDRESS),
        notes: row.words("notas", limits::INSTRUCTIONS),
        created_at: row.time("fecha"),
        lines,
    })
}

fn line(position: i64, item: &OldRow, products: &HashMap<i64, &OldRow>) -> Option<OrderLine> {
    let product_id = item.whole("producto_id")?;
    let product = products.get(&product_id);
    let words = |column, max| product.map(|row| row.words(column, max)).unwrap_or_default();
    let name = words("nombre", limits::LINE_NAME);
    Some(OrderLine {
        order_id: 0,
        position,
        product_id,
        name: if name.is_empty() { format!("Producto {product_id}") } else { name },
        price: item.money("precio_unitario")?,
        cost: None,
        quantity: item.whole("cantidad").filter(|quantity| *quantity > 0)?,
        subtotal: item.money("subtotal")?,
        branch: String::new(),
        business: words("store", limits::LINE_PLACE),
        category: words("categoria", limits::LINE_PLACE),
    })
}

/// Makes the orders that are not there.
pub(super) async fn store<R>(
    unit: &mut ShopUnit,
    orders: &[OldOrder],
    accounts: &HashMap<i64, i64>,
    report: &mut Report,
) -> Result<(), Failure<R>> {
    for old in orders {
        if unit.order(&old.number).await?.is_some() {
            report.take(ORDERS, false);
            continue;
        }
        let customer = match accounts.get(&old.old_account) {
            Some(id) => unit.customer(*id).await?.cloned(),
            None => None,
        };
        let Some(customer) = customer else {
            report.refuse(format!("order {}", old.number), "its account was not taken");
            continue;
        };
        let order = Order {
            id: unit.new_order_id(),
            number: old.number.clone(),
            account_id: customer.id,
            state: old.state,
            total: old.total,
            payment_method: old.payment_method.clone(),
            customer_name: customer.name(),
            address: if old.address.is_empty() { customer.address.clone() } else { old.address.clone() },
            priority: customer.kind().lift(Priority::Normal),
            customer_kind: customer.kind(),
            phone: customer.phone,
            email: customer.email,
            barrio: None,
            lat: None,
            lng: None,
            notes: old.notes.clone(),
            created_at: old.created_at.unwrap_or_else(|| unit.now()),
            updated_at: unit.now(),
            ticket_id: None,
            ticket_version: 0,
            driver_id: None,
            driver_name: None,
            reason: None,
            cancel_requested_at: None,
            // The old shop had no stock, so none was taken of this one's and none goes back.
            stock_returned: true,
            cause: None,
            device: None,
            origin: None,
            promised: Promised::default(),
        };
        let lines = old.lines.iter().map(|line| OrderLine { order_id: order.id, ..line.clone() }).collect();
        unit.put_order(order, lines);
        report.take(ORDERS, true);
    }
    Ok(())
}

/// Names the open orders that nothing will ever move: the board has no ticket of them, and nobody owes it one.
pub(super) async fn name_stranded<R>(
    unit: &mut ShopUnit,
    orders: &[OldOrder],
    owed: &[Owed],
    ticketed: &HashSet<OrderNumber>,
    report: &mut Report,
) -> Result<(), Failure<R>> {
    let owed: HashSet<&OrderNumber> = owed.iter().map(|owed| &owed.number).collect();
    for OldOrder { number, .. } in orders.iter().filter(|old| !ticketed.contains(&old.number)) {
        let stranded = |order: &Order| order.ticket_id.is_none() && !order.state.is_final();
        if !owed.contains(number) && unit.order(number).await?.is_some_and(stranded) {
            let why = "is open, and neither the board nor the queue knows it: settle it by hand";
            report.refuse(format!("order {number}"), why);
        }
    }
    Ok(())
}

/// An order the old shop still owed its board.
#[derive(Clone, Debug)]
pub(super) struct Owed {
    pub(super) number: OrderNumber,
    payload: String,
}

/// What was queued and can be sent.
pub(super) fn owed(queue: &[OldRow], refused: &mut Report) -> Vec<Owed> {
    let mut owed = Vec::with_capacity(queue.len());
    for row in queue {
        let payload = row.text("datos_ticket").unwrap_or_default();
        match OrderMessage::from_json(payload.as_bytes()) {
            Ok(message) => owed.push(Owed { number: message.number, payload }),
            Err(why) => {
                refused.refuse(format!("queued order {}", row.words("numero_pedido", 64)), why.to(Language::English));
            }
        }
    }
    owed
}

/// Puts what is owed into the outbox, unless it has a ticket or was put there before.
pub(super) async fn send<R>(
    unit: &mut ShopUnit,
    owed: &[Owed],
    ticketed: &HashSet<OrderNumber>,
    report: &mut Report,
) -> Result<(), Failure<R>> {
    const SENT: &str = "SELECT COUNT(*) FROM outbox WHERE order_number = $1";
    for Owed { number, payload } in owed.iter().filter(|owed| !ticketed.contains(&owed.number)) {
        let Some(order) = unit.order(number).await? else {
            report.refuse(format!("queued order {number}"), "the order is not there");
            continue;
        };
        // A message that was delivered and forgotten since has made the order follow its ticket.
        let settled = order.ticket_id.is_some();
        let sent = belgrano_runtime::fetch_scalar!(one, *unit.reader(), i64, SENT, number.as_str())? > 0;
        report.take(MESSAGES, !sent && !settled);
        if !sent && !settled {
            unit.send(OutboxMessage {
                order_number: number.clone(),
                kind: MessageKind::OrderCreated,
                payload: payload.clone(),
                trace: String::new(),
            });
        }
    }
    Ok(())
}
