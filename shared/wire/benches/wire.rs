//! How long an order takes on the wire: reading, telling it apart, writing, signing and verifying, frame by frame.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use belgrano_wire::signature::{DEFAULT_TOLERANCE, SignatureHeaders, SigningSecrets};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{ClientFrame, EventKind, OrderMessage, live};
use criterion::{Criterion, criterion_group, criterion_main};

/// Three lines, as the shop sends them.
const ORDER: &[u8] = r#"{ "numero": "BA-20261121-7F3K9QTX", "cliente_nombre": "Ana Díaz",
  "cliente_direccion": "Av. Cabildo 2040, Belgrano", "cliente_telefono": "+54 11 5555 0101",
  "cliente_email": "ana@example.com",
  "productos": [
    {"id": 7, "nombre": "Yerba 1 kg", "precio": 3450.5, "cantidad": 2, "subtotal": 6901.0,
     "sucursal": "Centro", "negocio": "Belgrano Ahorro", "categoria": "Almacén"},
    {"id": 8, "nombre": "Pan lactal", "precio": 2100.0, "cantidad": 1, "subtotal": 2100.0,
     "sucursal": "Centro", "negocio": "Belgrano Ahorro", "categoria": "Panadería"},
    {"id": 9, "nombre": "Leche entera 1 l", "precio": 1500.0, "cantidad": 6, "subtotal": 9000.0,
     "sucursal": "Centro", "negocio": "Belgrano Ahorro", "categoria": "Lácteos"}],
  "total": 18001.0, "metodo_pago": "efectivo", "indicaciones": "Timbre 2B", "estado": "pendiente",
  "prioridad": "normal", "tipo_cliente": "cliente",
  "fecha_creacion": "2026-11-21T15:04:05-03:00", "origen": "belgrano_ahorro",
  "barrio": "Belgrano", "lat": -34.5614, "lng": -58.4563 }"#
    .as_bytes();

/// Three lines, as the old shop sends them.
const OLD_ORDER: &[u8] = r#"{"numero":"PED-20261121150405-A1B2C3","cliente_nombre":"Ana Díaz",
  "cliente_direccion":"Av. Belgrano 4000, Capital Federal","cliente_telefono":"11-5555-0001",
  "cliente_email":"cliente1@ejemplo.com","productos":["Producto 1 x2","Producto 7 x1","Producto 42 x3"],
  "total":1234.5,"metodo_pago":"efectivo","indicaciones":"Tocar timbre 2B","estado":"pendiente",
  "prioridad":"normal","tipo_cliente":"cliente"}"#
    .as_bytes();

fn orders(c: &mut Criterion) {
    let order = OrderMessage::from_json(ORDER).unwrap();
    c.bench_function("order/parse", |b| b.iter(|| OrderMessage::from_json(black_box(ORDER))));
    c.bench_function("order/parse_old", |b| b.iter(|| OrderMessage::from_json(black_box(OLD_ORDER))));
    c.bench_function("order/fingerprint", |b| b.iter(|| black_box(&order).fingerprint()));
    c.bench_function("order/serialise", |b| b.iter(|| black_box(&order).to_json()));
}

fn signatures(c: &mut Criterion) {
    let secrets = SigningSecrets::parse("whsec_plJ3nmyCDGBKInavdOK15jsl").unwrap();
    let now = UnixMillis(1_795_284_245_000);
    let signed = secrets.sign("msg", now, ORDER);
    let headers = SignatureHeaders { id: "msg", timestamp: &signed.timestamp, signature: &signed.signature };
    c.bench_function("signature/sign", |b| b.iter(|| secrets.sign("msg", now, black_box(ORDER))));
    c.bench_function("signature/verify", |b| {
        b.iter(|| secrets.verify(headers, black_box(ORDER), now, DEFAULT_TOLERANCE).unwrap());
    });
}

fn frames(c: &mut Criterion) {
    let ticket = OrderMessage::from_json(ORDER).unwrap().to_json().unwrap();
    let now = UnixMillis(1_795_284_245_000);
    c.bench_function("live/event_frame", |b| {
        b.iter(|| live::event_frame(813, EventKind::Status, now, black_box(&ticket)));
    });
    let text = r#"{"type":"position","lat":-34.5614,"lng":-58.4563}"#;
    c.bench_function("live/parse_position", |b| b.iter(|| ClientFrame::parse(black_box(text)).unwrap()));
}

criterion_group!(benches, orders, signatures, frames);
criterion_main!(benches);
