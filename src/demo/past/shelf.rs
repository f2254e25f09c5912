//! The shelves over the year: what runs low is ordered and comes some days later, a supplier does not deliver, everything is
//! counted once a month.

use shop::basket::Basket;
use shop::unit::{Cause, ShopUnit};

use super::super::dice::Dice;
use super::Done;
use super::goods::{GOODS, full, reorder_point};
use super::story::{Day, Event, SHORTAGE, SPIKE};

/// Of a hundred products that are counted, those of which some pieces are missing.
const MISSING: usize = 40;

/// What was ordered of each product, and how many days before today it comes.
#[derive(Debug, Default)]
pub struct Shelf {
    coming: [Option<i64>; GOODS.len()],
}

impl Shelf {
    /// What has come is put on the shelf, what runs low is ordered.
    pub async fn morning(&mut self, unit: &mut ShopUnit, admin: i64, day: &Day, dice: &Dice) -> Done<()> {
        for (good, coming) in GOODS.iter().zip(&mut self.coming) {
            let mut stock = stock(unit, good.id).await?;
            if coming.is_some_and(|back| day.back <= back) {
                let cause = Cause::received(admin, "Pedido al proveedor");
                stock = unit.move_stock(good.id, (full(good) - stock).max(1), cause).unwrap_or_default();
                *coming = None;
            }
            if day.event == Some(Event::Spike) {
                let cause = Cause::received(admin, "Para el pedido grande de Eventos del Bajo");
                stock = unit.move_stock(good.id, 3 * SPIKE.pieces.1, cause).unwrap_or_default();
            }
            if day.local.date.day() == 1 && stock > 5 && dice.pick(100) < MISSING {
                stock -= 1 + i64::try_from(dice.pick(3)).unwrap_or_default();
                unit.count_stock(good.id, stock, Cause::counted(Some(admin), "Inventario del mes"));
            }
            if coming.is_none() && stock <= reorder_point(good) {
                let back = day.back - good.lead_days;
                let missed = good.id == SHORTAGE.product && (SHORTAGE.to..=SHORTAGE.from).contains(&back);
                *coming = Some(if missed { SHORTAGE.to } else { back });
            }
        }
        Ok(())
    }
}

async fn stock(unit: &mut ShopUnit, product: i64) -> Done<i64> {
    Ok(unit.product(product).await?.and_then(|product| product.stock).unwrap_or_default())
}

/// As much of a basket as there is; `None` when that is nothing.
pub async fn what_there_is(unit: &mut ShopUnit, basket: &[(i64, i64)]) -> Done<Option<Basket>> {
    let mut there: Vec<(i64, i64)> = Vec::with_capacity(basket.len());
    for (product, wanted) in basket {
        let pieces = stock(unit, *product).await?.min(*wanted);
        if pieces > 0 {
            there.push((*product, pieces));
        }
    }
    Ok(Basket::parse(there).ok())
}
