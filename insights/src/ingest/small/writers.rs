//! Several processes over one lake.

use std::io::Write as _;

use super::feed::{Told, order};
use super::figures::check;
use super::world::{Around, World};
use crate::imports::{self, Form};
use crate::ingest::Flushed;

#[tokio::test]
async fn one_writes_and_the_others_drop_what_it_stored() {
    let around = Around::new(11).await;
    around.shop.change(|told| told.set("pedido", "BA-1", order("pendiente", 1, 2, true)));
    let (mut one, mut two) = (World::open(&around).await, World::open(&around).await);
    one.catch_up().await.expect("a feed");
    two.catch_up().await.expect("a feed");
    assert_eq!(one.store.flush().await.expect("a flush"), Flushed::Stored);
    assert!(two.answers.warehouse().waiting() > 0, "it has not looked yet");
    assert_eq!(two.store.flush().await.expect("a look"), Flushed::NotOurs);
    assert_eq!(two.answers.warehouse().waiting(), 0, "what another has stored leaves memory");
    check(&two, &around, "the other").await;

    // The writer dies; another takes its place when its lease has run out, and not before.
    around.shop.change(|told| told.set("pedido", "BA-2", order("pendiente", 1, 1, false)));
    two.catch_up().await.expect("a feed");
    drop(one);
    assert_eq!(two.store.flush().await.expect("a look"), Flushed::NotOurs);
    around.wait();
    assert_eq!(two.store.flush().await.expect("a flush"), Flushed::Stored);
    check(&two, &around, "the successor").await;

    // One that stops gives its place back at once.
    let mut three = World::open(&around).await;
    around.shop.change(|told| told.set("pedido", "BA-3", order("pendiente", 1, 1, false)));
    three.catch_up().await.expect("a feed");
    assert_eq!(three.store.flush().await.expect("a look"), Flushed::NotOurs);
    two.store.lease().give_back().await.expect("a lease");
    assert_eq!(three.store.flush().await.expect("a flush"), Flushed::Stored);
    check(&three, &around, "the next").await;
}

#[tokio::test]
async fn who_slept_through_a_restore_disturbs_for_a_moment_alone() {
    let around = Around::new(14).await;
    around.shop.change(|told| told.set("pedido", "BA-1", order("pendiente", 1, 2, true)));
    let (mut one, mut two) = (World::open(&around).await, World::open(&around).await);
    two.catch_up().await.expect("a feed");
    let epoch = around.ambient.uuid().to_string();
    around.shop.change(|told| *told = Told { epoch, ..Told::default() });
    around.shop.change(|told| told.set("pedido", "BA-2", order("pendiente", 1, 1, false)));
    one.catch_up().await.expect("a feed");
    one.store.write().await.expect("a flush");
    // It was asleep, and takes the life that it knows for the newest.
    two.store.write().await.expect("a flush");
    one.store.look().await.expect("a look");
    for world in [&mut one, &mut two] {
        world.catch_up().await.expect("a feed");
    }
    one.store.write().await.expect("a flush");
    check(&one, &around, "who was overtaken").await;
    two.store.look().await.expect("a look");
    two.catch_up().await.expect("a feed");
    check(&two, &around, "who slept").await;
    check(&World::open(&around).await, &around, "the lake").await;
}

#[tokio::test]
async fn an_import_beside_the_service_disturbs_neither() {
    let around = Around::new(12).await;
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    writeln!(file, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country")
        .expect("a line");
    writeln!(file, "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom").expect("a line");
    writeln!(file, "536366,71053,LANTERN,6,2010-12-01 08:28:00,3.39,17850,United Kingdom").expect("a line");
    let (mut service, other) = (World::open(&around).await, World::open(&around).await);
    around.shop.change(|told| told.set("pedido", "BA-1", order("pendiente", 1, 2, true)));
    service.catch_up().await.expect("a feed");
    let warehouse = other.answers.warehouse();
    let import = imports::import(warehouse, &other.runner, &around.ambient, Form::OnlineRetail, "retail", file.path());
    let (stored, imported) = tokio::join!(service.store.flush(), import);
    assert_eq!(stored.expect("a flush"), Flushed::Stored);
    assert_eq!(imported.expect("an import").taken, 2);
    service.store.look().await.expect("a look");
    let sales = "SELECT source, CAST(sum(net) * 100 AS BIGINT) AS cents FROM gold_sales GROUP BY 1 ORDER BY 1";
    let both = serde_json::json!([{ "source": "belgrano", "cents": 11050 }, { "source": "retail", "cents": 3564 }]);
    assert_eq!(serde_json::json!(service.ask(sales).await), both);
    assert_eq!(serde_json::json!(World::open(&around).await.ask(sales).await), both);
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on() {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    writeln!(file, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country")
        .expect("a line");
    writeln!(file, "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom").expect("a line");
    writeln!(file, "536366,71053,LANTERN,x,2010-12-01 08:28:00,3.39,17850,United Kingdom").expect("a line");
    for writes in [1, 6, 15] {
        let around = Around::new(13).await;
        let bring = async || {
            let world = World::open(&around).await;
            let warehouse = world.answers.warehouse();
            imports::import(warehouse, &world.runner, &around.ambient, Form::OnlineRetail, "retail", file.path()).await
        };
        around.files.die_after(writes, writes % 2 == 0);
        let killed = bring().await;
        around.files.come_back();
        // In between the service writes.
        around.shop.change(|told| told.set("pedido", "BA-1", order("pendiente", 1, 2, true)));
        let mut service = World::open_alone(&around).await;
        service.catch_up().await.expect("a feed");
        service.store.flush().await.expect("a flush");
        assert!(killed.is_err(), "{writes}");
        bring().await.expect("an import");
        assert!(bring().await.expect("the same again").known);
        let world = World::open(&around).await;
        let sql = "SELECT (SELECT count(*) FROM bronze_orders WHERE source = 'retail') AS orders, (SELECT count(*) FROM quarantine) AS \
             refused, (SELECT CAST(sum(net) * 100 AS BIGINT) FROM gold_sales WHERE source = 'retail') AS cents";
        let expected = serde_json::json!([{ "orders": 1, "refused": 1, "cents": 1530 }]);
        assert_eq!(serde_json::json!(world.ask(sql).await), expected, "{writes}");
    }
}
