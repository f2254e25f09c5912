//! A person who was erased in the shop is gone: from answers at once, from the lake when the retention time is over.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use serde_json::{Value, json};

use super::feed::{account, order, ticket};
use super::figures::check;
use super::world::{Around, World};
use crate::lake::upkeep::Upkeep;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Files of the lake in which `text` can be read, once its compression is undone.
async fn files_with(around: &Around, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let files: Vec<_> = around.files.list(None).try_collect().await.expect("a list");
    for file in files {
        let bytes = around.files.get(&file.location).await.expect("a file").bytes().await.expect("its bytes");
        let parquet = file.location.as_ref().ends_with(".parquet");
        let plain = if parquet { parquet_text(bytes) } else { String::from_utf8_lossy(&bytes).into_owned() };
        if plain.contains(text) {
            found.push(file.location.to_string());
        }
    }
    found
}

fn parquet_text(bytes: bytes::Bytes) -> String {
    use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    // Its statistics stand in it uncompressed.
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    let batches = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("Parquet").build().expect("Parquet");
    for batch in batches {
        let rows = datafusion::arrow::util::pretty::pretty_format_batches(&[batch.expect("rows")]).expect("a table");
        text.push_str(&rows.to_string());
    }
    text
}

#[tokio::test]
async fn who_is_erased_is_gone_and_the_figures_stay() {
    let around = Around::new(21).await;
    around.shop.change(|told| {
        told.set("cuenta", "7", account("Inolvidable"));
        told.set("cuenta", "8", account("Otra"));
        told.set("pedido", "BA-1", order("entregado", 1, 2, true));
    });
    let mut world = World::open_alone(&around).await;
    world.catch_up().await.expect("a feed");
    world.store.flush().await.expect("a flush");
    let figures = "SELECT customer_id, CAST(sum(net) * 100 AS BIGINT) AS cents FROM gold_sales GROUP BY 1";
    let before = world.ask(figures).await;
    assert!(!files_with(&around, "Inolvidable").await.is_empty(), "the test can find a name");

    around.shop.change(|told| told.set("cuenta", "7", Value::Null));
    world.catch_up().await.expect("a feed");
    for table in ["persons", "silver_persons"] {
        let names = world.ask(&format!("SELECT first_name FROM {table} WHERE first_name IS NOT NULL")).await;
        assert_eq!(json!(names), json!([{ "first_name": "Otra" }]), "{table}, before anything is written");
    }
    world.store.flush().await.expect("a flush");
    check(&world, &around, "after the erasure").await;

    let upkeep = Upkeep::new(Duration::from_hours(7 * 24), around.ambient.clone());
    upkeep.tend(&world.store, world.answers.warehouse()).await.expect("upkeep");
    assert!(!files_with(&around, "Inolvidable").await.is_empty(), "a reader may still be at it");
    // The files' own times are the machine's.
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a clock").as_millis()).expect("a time");
    around.clock.set_by_ms(now - around.ambient.now().0 + 8 * DAY_MS);
    upkeep.tend(&world.store, world.answers.warehouse()).await.expect("upkeep");
    assert_eq!(files_with(&around, "Inolvidable").await, Vec::<String>::new());
    world.store.look().await.expect("a look");
    check(&world, &around, "after the vacuum").await;
    assert_eq!(world.ask(figures).await, before);
    check(&World::open(&around).await, &around, "after the vacuum, anew").await;
}

/// A board's ticket and one step of it, with a reason or without.
fn failed(reason: &Value) -> (Value, Value) {
    let step = json!({ "id": 5, "numero": "BA-1", "tipo": "ticket.status", "accion": "fallido", "estado": "fallido",
        "actor": "Beto", "ocurrido": "2026-11-21T12:10:00Z", "registrado": "2026-11-21T12:10:00Z", "version": 4,
        "motivo": reason });
    let mut ticket = ticket("BA-1", "fallido");
    ticket["motivo"] = reason.clone();
    (ticket, step)
}

#[tokio::test]
async fn whose_orders_were_forgotten_left_neither_place_nor_words() {
    let around = Around::new(22).await;
    let placed = |lat: Value| {
        let mut placed = order("entregado", 1, 2, true);
        (placed["lat"], placed["lng"]) = (lat, json!(-58.4));
        placed
    };
    let review = |words: &str| {
        json!({ "id": 3, "pedido": "BA-1", "cuenta_id": 7, "producto_id": 3, "estrellas": 5, "texto": words,
            "en": "2026-11-22T12:00:00Z", "oculta": false, "motivo_oculta": null })
    };
    around.shop.change(|told| {
        told.set("cuenta", "7", account("Inolvidable"));
        told.set("pedido", "BA-1", placed(json!(-34.567_891)));
        told.set("resena", "3", review("Inolvidable-azul"));
    });
    let (with, without) = (failed(&json!("Inolvidable-puerta")), failed(&Value::Null));
    around.board.change(|told| {
        told.set("ticket", "BA-1", with.0);
        told.set("paso", "5", with.1);
    });
    let mut world = World::open_alone(&around).await;
    world.catch_up().await.expect("a feed");
    world.store.flush().await.expect("a flush");
    let figures = "SELECT customer_id, CAST(sum(net) * 100 AS BIGINT) AS cents FROM gold_sales GROUP BY 1";
    let before = world.ask(figures).await;
    for text in ["-34.567891", "Inolvidable-azul", "Inolvidable-puerta"] {
        assert!(!files_with(&around, text).await.is_empty(), "the test can find {text}");
    }

    around.board.change(|told| {
        told.set("ticket", "BA-1", without.0);
        told.set("paso", "5", without.1);
        let forgotten = json!({ "id": 6, "numero": "BA-1", "tipo": "ticket.updated", "accion": "olvidado", "estado": "fallido",
            "actor": "tienda", "ocurrido": "2026-11-23T12:10:00Z", "registrado": "2026-11-23T12:10:00Z", "version": 5,
            "motivo": null });
        told.set("paso", "6", forgotten);
    });
    around.shop.change(|told| {
        let mut gone = placed(Value::Null);
        gone["lng"] = Value::Null;
        told.set("pedido", "BA-1", gone);
        told.set("resena", "3", review(""));
        told.set("cuenta", "7", Value::Null);
    });
    world.catch_up().await.expect("a feed");
    world.store.flush().await.expect("a flush");
    check(&world, &around, "after the erasure").await;
    for table in ["bronze_orders", "bronze_reviews", "bronze_tickets", "bronze_steps"] {
        let count = world.ask(&format!("SELECT count(*) AS n FROM {table}")).await;
        assert_ne!(json!(count), json!([{ "n": 0 }]), "{table}: the rows without the person are there");
    }
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a clock").as_millis()).expect("a time");
    around.clock.set_by_ms(now - around.ambient.now().0);
    let upkeep = Upkeep::new(Duration::from_hours(7 * 24), around.ambient.clone());
    upkeep.tend(&world.store, world.answers.warehouse()).await.expect("upkeep");
    // Once more when a week is over: until then it is kept for whoever reads.
    around.clock.advance_ms(8 * DAY_MS);
    upkeep.tend(&world.store, world.answers.warehouse()).await.expect("upkeep");
    for text in ["-34.567891", "Inolvidable-azul", "Inolvidable-puerta"] {
        assert_eq!(files_with(&around, text).await, Vec::<String>::new(), "{text}");
    }
    assert_eq!(world.ask(figures).await, before);
}
