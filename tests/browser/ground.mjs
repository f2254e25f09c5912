// An operator's map, for tests: a valid archive of tiles (PMTiles 3, github.com/protomaps/PMTiles) and a site that serves it.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const MAGENTA = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z/AfAAQAAf8c9+lcAAAAAElFTkSuQmCC", "base64");
const HEADER_BYTES = 127;
const [PLAIN, GZIP] = [1, 2];
const [MVT, PNG] = [1, 2];
const DEEPEST = 14;

/** An unsigned number, seven bits a byte (protobuf, and a directory of tiles). */
function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}

/** A field of a protobuf message that has a length: `[number, content]`. */
const field = (number, content) => Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
const number = (place, value) => Buffer.concat([varint(place * 8), varint(value)]);

/** A vector tile that is one layer of one square, all over it (Mapbox Vector Tile 2.1). */
function everywhere(layer) {
  const [moveTo, lineTo, close] = [1 | (1 << 3), 2 | (3 << 3), 7 | (1 << 3)];
  const [edge, back] = [4096 * 2, 4096 * 2 - 1];
  const square = Buffer.concat([moveTo, 0, 0, lineTo, edge, 0, 0, edge, back, 0, close].map(varint));
  const feature = Buffer.concat([number(3, 3), field(4, square)]);
  return field(3, Buffer.concat([number(15, 2), field(1, Buffer.from(layer)), field(2, feature), number(5, 4096)]));
}

/** The tiles of every zoom, all of them the same: one entry of the directory, repeated. */
function archive({ tile, type, compression, metadata }) {
  const all = (4 ** (DEEPEST + 1) - 1) / 3;
  // One entry: its id, how many tiles it is, its length, and where it is (one more than that).
  const root = gzipSync(Buffer.concat([1, 0, all, tile.length, 1].map(varint)));
  const about = gzipSync(JSON.stringify(metadata));
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("PMTiles");
  header.writeUInt8(3, 7);
  const aboutAt = HEADER_BYTES + root.length;
  const tilesAt = aboutAt + about.length;
  const places = [HEADER_BYTES, root.length, aboutAt, about.length, tilesAt, 0, tilesAt, tile.length, all, 1, 1];
  places.forEach((value, place) => header.writeBigUInt64LE(BigInt(value), 8 + place * 8));
  [1, GZIP, compression, type, 0, DEEPEST].forEach((value, place) => header.writeUInt8(value, 96 + place));
  [-59, -35, -58, -34].forEach((degrees, place) => header.writeInt32LE(degrees * 1e7, 102 + place * 4));
  header.writeUInt8(10, 118);
  header.writeInt32LE(-58.45e7, 119);
  header.writeInt32LE(-34.6e7, 123);
  return Buffer.concat([header, root, about, tile]);
}

/** Pictures, all of them magenta. */
export const PICTURES = archive({ tile: MAGENTA, type: PNG, compression: PLAIN, metadata: { attribution: "Quien los hizo" } });
/** Water everywhere, as vectors; a layer that nobody paints lies in it as well. */
export const WATER = archive({ tile: gzipSync(everywhere("water")), type: MVT, compression: GZIP, metadata: { vector_layers: [{ id: "water" }, { id: "otra-cosa" }] } });
/** It begins like an archive, and its tiles are none. */
export const BROKEN_TILES = archive({ tile: Buffer.from("no es una imagen"), type: PNG, compression: PLAIN, metadata: {} });

/**
 * A site with one file, whatever is asked for. It notes what was asked in `asked`: `GET 206 0-16383`.
 * `cors: false` lets no other page read it, `ranges: false` always sends all of it, `status` is the answer instead.
 */
export async function aSite(content, { cors = true, ranges = true, status = 200 } = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    if (cors) response.setHeader("access-control-allow-origin", "*");
    const [, from, to] = ranges && status === 200 ? (/^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? []) : [];
    const part = from === undefined ? content : content.subarray(Number(from), Number(to) + 1);
    response.statusCode = from === undefined ? status : 206;
    if (from !== undefined) response.setHeader("content-range", `bytes ${from}-${Number(from) + part.length - 1}/${content.length}`);
    response.setHeader("content-length", part.length);
    asked.push(`${request.method} ${response.statusCode}${from === undefined ? "" : ` ${from}-${to}`}`);
    response.end(part);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => (server.closeAllConnections(), server.close());
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, close };
}
