//! A shop whose place in the log is gone still learns how its orders ended, however long ago.

use crate::harness::{Admin, Customer, Plan, Service, eventually, on_both_engines};

on_both_engines! {
    async fn a_shop_learns_what_became_of_its_open_orders(engine) {
        // A snapshot does not go back to what ended before it.
        let mut pair = Plan::new(engine).env("LIVE_SNAPSHOT_ENDED", "0.001").start().await;
        let customer = Customer::join(&pair.shop, "ana").await;
        let admin = Admin::log_in(&pair.tickets).await;
        let losses = [
            "UPDATE counters SET epoch = 'otra' WHERE id = 1 RETURNING id",
            "DELETE FROM events RETURNING ticket_id",
        ];
        for (n, loss) in losses.into_iter().enumerate() {
            let [ended, open] = [customer.order(&format!("{n}-a"), &[(1, 1)]).await, customer.order(&format!("{n}-b"), &[(1, 1)]).await];
            eventually("the shop knows both tickets", async || {
                let unknown = "SELECT COUNT(*) FROM orders WHERE ticket_version = 0";
                match pair.database.number(Service::Shop, unknown).await {
                    0 => Ok(()),
                    unknown => Err(unknown),
                }
            })
            .await;
            pair.shop.stop().await;
            admin.step(&ended, "cancelado").await.expect(200);
            pair.tickets.stop().await;
            assert!(!pair.database.rows::<(i64,)>(Service::Tickets, loss).await.is_empty());
            pair.tickets.start().await;
            pair.shop.start().await;
            customer.await_state(&ended, "cancelado").await;
            assert_eq!(customer.show(&open).await["estado"], "pendiente");
            admin.step(&open, "cancelado").await.expect(200);
            customer.await_state(&open, "cancelado").await;
        }
        pair.finish().await;
    }
}
