//! Databases of earlier versions, filled, come up to this one and read as they did.

use belgrano_runtime::storage::Migrations;
use belgrano_runtime::{fetch, on_both_engines};
use belgrano_wire::{OrderNumber, TicketState};
use sqlx::migrate::Migrator;

use super::{Apply, OrderView, Report, history};
use crate::schema::migrations;
use crate::testing::TestShop;

const FILL: [&str; 2] = [
    "INSERT INTO accounts (id, role, first_name, last_name, email, password_hash, phone, address, created_at) \
     VALUES (4, 'cliente', 'Ana', 'Díaz', 'ana@example.com', '', '', '', 0)",
    "INSERT INTO orders (id, number, account_id, state, total, payment_method, customer_name, address, phone, email, notes, priority, \
     customer_kind, created_at, updated_at, reason, stock_returned) VALUES \
     (1, 'BA-1', 4, 'cancelado', 1, 'efectivo', '', '', '', '', '', 'normal', 'cliente', 0, 0, 'No pudimos tomar tu pedido.', TRUE), \
     (2, 'BA-2', 4, 'cancelado', 1, 'efectivo', '', '', '', '', '', 'normal', 'cliente', 0, 0, 'no hay', TRUE), \
     (3, 'BA-3', 4, 'fallido', 1, 'efectivo', '', '', '', '', '', 'normal', 'cliente', 0, 0, 'No pudimos tomar tu pedido.', FALSE)",
];
const STORED: &str = "SELECT cause, reason FROM orders ORDER BY id";

on_both_engines! {
    async fn an_order_that_was_given_up_stays_so_and_says_so(database) {
        let cut = |all: Migrator| Migrator::with_migrations(all.iter().filter(|one| one.version < 21).cloned().collect());
        let Migrations { sqlite, postgres } = migrations();
        let old = database.open(&Migrations { sqlite: cut(sqlite), postgres: cut(postgres) }).await;
        for fill in FILL {
            database.execute(&old, fill).await;
        }
        old.close().await;

        let shop = TestShop::new(database).await;
        let mut session = shop.app.db.read().await.expect("a connection");
        let stored = fetch!(all, session, (Option<String>, Option<String>), STORED).expect("orders");
        drop(session);
        let (given_up, sentence) = (Some("given_up".to_owned()), Some("No pudimos tomar tu pedido.".to_owned()));
        assert_eq!(stored, [(given_up, None), (None, Some("no hay".to_owned())), (None, sentence.clone())], "the board's words stay");
        let seen = async |number: &str| {
            let number = OrderNumber::parse(number).expect("a number");
            let (order, lines) = history::find(&shop.app.db, 4, &number).await.expect("a read").expect("an order");
            let view = OrderView::new(&order, &lines);
            (view.state, view.reason)
        };
        assert_eq!(seen("BA-1").await, (TicketState::Cancelled, sentence.clone()));
        assert_eq!(seen("BA-2").await, (TicketState::Cancelled, Some("no hay".to_owned())));

        // The board has a ticket of each after all.
        for (ticket, number) in [(8, "BA-1"), (9, "BA-2")] {
            let report = Report {
                number: OrderNumber::parse(number).expect("a number"),
                state: Some(TicketState::Pending),
                ticket_id: Some(ticket),
                version: Some(1),
                driver: None,
                reason: None,
                changed_at: None,
            };
            let apply = Apply { reports: vec![report], cursor: None, another_life: false };
            assert_eq!(shop.app.writer.submit(apply).await.expect("applied"), 1);
        }
        assert_eq!(seen("BA-1").await, (TicketState::Cancelled, sentence));
        assert_eq!(seen("BA-2").await, (TicketState::Pending, None));
    }
}
