import assert from "node:assert/strict";
import { test } from "node:test";

import { suggest } from "./console-words.js";

const TABLES = new Map([["gold_sales", ["source", "order_id", "net", "net_orders"]], ["gold_stock", ["source", "stock"]], ["productos", ["id", "nombre"]]]);
/** What is offered where the query has a bar. */
const at = (marked) => {
  const caret = marked.indexOf("|");
  return suggest(marked.replace("|", ""), caret, TABLES).found.map(({ word }) => word);
};

test("after FROM and JOIN tables are offered", () => {
  assert.deepEqual(at("SELECT 1 FROM g|"), ["gold_sales", "gold_stock"]);
  assert.deepEqual(at("SELECT 1 FROM gold_sales s LEFT JOIN pro|"), ["productos"]);
  assert.deepEqual(at("SELECT 1 FROM productos|"), [], "what is whole needs no end");
});

test("columns are those of the tables that the query names, by their names there", () => {
  assert.deepEqual(at("SELECT ne| FROM gold_sales"), ["net", "net_orders"]);
  assert.deepEqual(at("SELECT s.| FROM gold_sales AS s"), ["source", "order_id", "net", "net_orders"]);
  assert.deepEqual(at("SELECT k.s| FROM gold_sales s JOIN gold_stock k ON true"), ["source", "stock"]);
  assert.deepEqual(at("SELECT x.s| FROM gold_sales s"), []);
  assert.deepEqual(at("SELECT gold_stock.st| FROM gold_stock WHERE 1 = 1"), ["stock"]);
});

test("words of SQL are offered, and nothing within a text or a remark", () => {
  assert.deepEqual(at("sel|"), ["SELECT"]);
  assert.deepEqual(at("SELECT 1 FROM gold_sales WHERE net IS N|").slice(0, 2), ["net", "net_orders"]);
  assert.deepEqual(at("SELECT 'it''s se|"), []);
  assert.deepEqual(at("SELECT 'it''s', se|"), ["SELECT"]);
  assert.deepEqual(at("-- se|"), []);
  assert.deepEqual(at("-- a remark\nse|"), ["SELECT"]);
  assert.deepEqual(at("SELECT |"), []);
});

test("the word that is being written is known by where it begins", () => {
  assert.equal(suggest("SELECT ne", 9, TABLES).from, 7);
  assert.equal(suggest("SELECT s.ne FROM gold_sales s", 11, TABLES).from, 9);
});
