// The main API's side of media VM in one file of Node (18 or newer), with nothing installed.
//
//     MAIN_API_KEY=… DATA_DIR=data PORT=3000 node receiver.mjs
//
// Every `{userId}-{type}-{timestamp}….{ext}` under DATA_DIR/temp_images is pending when it starts. What matters is
// `once`: a call's effect and its answer are written together, so that a repeat gets the first answer and does
// nothing. Here "together" is one file, replaced in one rename; with MySQL it is one transaction. `media-vm
// contract-test` holds this file to the contract.
import { createHash, timingSafeEqual } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const KEY = process.env.MAIN_API_KEY ?? "";
const DATA = process.env.DATA_DIR ?? "data";
const PORT = Number(process.env.PORT ?? 3000);
const LONGEST_BODY = 1_000_000; // bytes; a callback has a few thousand
const TYPES = { jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", gif: "image/gif", avif: "image/avif" };
const STATE = join(DATA, "receiver.json");

// images: by id; calls: the answer of each Idempotency-Key, and what was asked with it.
let state = existsSync(STATE) ? JSON.parse(readFileSync(STATE, "utf8")) : { next: 1, images: {}, calls: {} };

/** Remember the media id. An item that is processed stays so, `update: true` or not: later news are kept too. */
function complete(draft, id, body) {
  const told = jsonIn(body);
  // A string of digits, and it stays one: as a Number an id beyond 2^53 would become another.
  if (typeof told?.media_id !== "string" || !/^[0-9]{1,19}$/.test(told.media_id)) {
    return [400, { success: false, message: "media_id should be a string of digits" }];
  }
  const image = draft.images[id];
  if (!image) return [404, { success: false, message: "no such pending image" }];
  if (image.status !== "complete") image.status = "processed"; // `complete`: its URL stands in the page already
  Object.assign(image, { permanent_url: told.media_id, callback: told });
  return [200, { success: true, imageId: Number(id), media_id: told.media_id, status: image.status }];
}

/** The bytes are no picture: failed, and the temp file deleted. A picture that is processed stays. */
function cleanup(draft, id) {
  const image = draft.images[id];
  if (!image) return [404, { success: false, message: "no such pending image" }];
  if (["processed", "complete"].includes(image.status)) {
    return [409, { success: false, message: "this picture is processed already and stays" }];
  }
  rmSync(join(DATA, image.image_path), { force: true }); // before it is written down: if it cannot, media VM asks again
  image.status = "failed";
  return [200, { success: true, message: "marked as failed, temp file deleted" }];
}

/** Act, or repeat the answer that this key got. call: what was asked, body and all, which a key belongs to. */
function once(key, call, act) {
  const before = Object.hasOwn(state.calls, key) ? state.calls[key] : null;
  if (before) {
    return before.call === call
      ? before.answer
      : [422, { success: false, message: "this Idempotency-Key belongs to another call" }];
  }
  const draft = structuredClone(state);
  const answer = act(draft);
  draft.calls[key] = { call, answer };
  keep(draft); // nothing is said that is not kept
  state = draft;
  return answer;
}

/** Temporary name, fsync, rename: after a crash there is the old state or the new one. */
function keep(draft) {
  const file = openSync(`${STATE}.tmp`, "w");
  writeSync(file, JSON.stringify(draft));
  fsyncSync(file);
  closeSync(file);
  renameSync(`${STATE}.tmp`, STATE);
}

/** A row for each temp file that has none; your upload page does this. */
function takeIn() {
  const known = new Set(Object.values(state.images).map((image) => image.image_path));
  const root = join(DATA, "temp_images");
  for (const folder of existsSync(root) ? readdirSync(root).sort() : []) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const named = /^(\d+)-[a-z]+-\d+.*\.([a-z]{3,4})$/.exec(name);
      const image_path = `/temp_images/${folder}/${name}`;
      if (!named || known.has(image_path)) continue;
      const id = state.next++;
      const created_at = statSync(join(root, folder, name)).mtime.toISOString();
      const mime_type = TYPES[named[2]] ?? "image/jpeg";
      state.images[id] = { id, user_id: Number(named[1]), image_path, original_name: name, mime_type, status: "pending", created_at };
    }
  }
  keep(state);
}

/** Everything that waits, not paged. */
function pending() {
  const images = Object.values(state.images)
    .filter((image) => image.status === "pending")
    .map(({ callback, permanent_url, ...listed }) => listed);
  return { images, total: images.length };
}

function jsonIn(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

const sha256 = (content) => createHash("sha256").update(content).digest();

/** In constant time: hashes are of one length. */
const isMediaVM = (request) => timingSafeEqual(sha256(request.headers.authorization ?? ""), sha256(`Bearer ${KEY}`));

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LONGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response, status, type, body) {
  response.writeHead(status, { "Content-Type": type, "Content-Length": body.length, "X-Content-Type-Options": "nosniff" });
  response.end(body);
}

const say = (response, status, body) => send(response, status, "application/json", Buffer.from(JSON.stringify(body)));

/** What a row names, and nothing else that a path could lead to. */
function tempFile(request, response) {
  const image = Object.values(state.images).find((one) => one.image_path === request.url);
  const file = image && join(DATA, image.image_path);
  if (!image || !existsSync(file)) return say(response, 404, { message: "no such temp image" });
  return send(response, 200, image.mime_type, readFileSync(file));
}

async function called(request, response) {
  const body = await bodyOf(request);
  if (body === null) return say(response, 413, { success: false, message: `at most ${LONGEST_BODY} bytes` });
  const asked = /^\/api\/media\/(complete|cleanup)\/([1-9][0-9]{0,14})$/.exec(request.url);
  const act = { "POST complete": complete, "DELETE cleanup": cleanup }[`${request.method} ${asked?.[1]}`];
  const key = request.headers["idempotency-key"] ?? "";
  if (!act) return say(response, 404, { success: false, message: "no such call" });
  if (!key || key.length > 255) return say(response, 400, { success: false, message: "an Idempotency-Key is needed" });
  const call = `${request.method} ${request.url} ${sha256(body).toString("hex")}`;
  return say(response, ...once(key, call, (draft) => act(draft, asked[2], body.toString())));
}

async function routed(request, response) {
  if (request.method === "GET" && request.url.startsWith("/temp_images/")) return tempFile(request, response);
  if (!isMediaVM(request)) return say(response, 401, { success: false, message: "a valid Bearer key is required" });
  if (request.method === "GET" && request.url === "/api/media/pending/all") return say(response, 200, pending());
  return called(request, response);
}

if (!KEY) {
  console.error("MAIN_API_KEY is not set: choose the key of media VM");
  process.exit(2);
}
takeIn();
createServer((request, response) => {
  routed(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) say(response, 500, { success: false, message: "see the log" });
  });
}).listen(PORT, "127.0.0.1", () => console.log(`receiver: http://127.0.0.1:${PORT}`));
