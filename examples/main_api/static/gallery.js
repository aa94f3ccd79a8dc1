// Draws /gallery.json on the wall and keeps it current. A card is built once, with room for all that it will ever
// say, and filled again when its picture changes: so nothing on the page moves while pictures arrive.

import { typeExpected, typeReceived } from "./delivery.js";
import { drawThumbHash } from "./thumbhash.js";

const WATCHING = 1500; // milliseconds between looks while a picture is pending
const RESTING = 20000; // and while none is
const BADGES = { pending: "Pending", complete: "Complete", failed: "Failed" };
const KINDS = { profile: "Profile", header: "Header", logo: "Logo", site: "Site", product: "Product", event: "Event" };
const SIZES = ["thumbnail", "small", "grid", "detail", "header", "zoom"];
const ALWAYS = ["avif", "webp", "jpeg"];
const FORMATS = { avif: "AVIF", webp: "WebP", jpeg: "JPEG", png: "PNG" };

const wall = document.getElementById("wall");
const summary = document.getElementById("summary");
const cards = new Map(); // id → { element, json, picture, type }

async function look() {
  const answer = await fetch("/gallery.json");
  if (!answer.ok) throw new Error(`gallery.json: ${answer.status}`);
  const { pictures } = await answer.json();
  await Promise.all(pictures.toReversed().map(hang));
  summarise();
  return pictures.some((picture) => picture.status === "pending");
}

async function watch() {
  const isPending = document.hidden ? false : await look().catch(() => false);
  setTimeout(watch, isPending ? WATCHING : RESTING);
}

async function hang(picture) {
  const json = JSON.stringify(picture);
  let card = cards.get(picture.id);
  if (card?.json === json) return;
  if (!card) {
    card = { element: document.getElementById("work").content.firstElementChild.cloneNode(true) };
    cards.set(picture.id, card);
    wall.prepend(card.element);
  }
  Object.assign(card, { json, picture });
  label(card);
  frame(card);
  await tell(card);
}

function label({ element, picture }) {
  const put = (selector, text) => (element.querySelector(selector).textContent = text);
  element.dataset.status = picture.status;
  element.querySelector(".trouble").hidden = picture.status !== "failed";
  put(".trouble", picture.failure ?? "This picture could not be used.");
  put(".badge", BADGES[picture.status]);
  put("h2", picture.original_name.replace(/\.[a-z0-9]+$/i, "").replace(/[_-]+/g, " "));
  put(".kind", [KINDS[picture.type], picture.style, picture.medium].filter(Boolean).join(" · "));
  element.querySelector(".swatches").replaceChildren(...(picture.dominant_colors ?? []).slice(0, 6).map(swatch));
  about(element, picture);
}

function frame(card) {
  const { element, picture } = card;
  const [box, canvas, image] = [".picture", "canvas", "img"].map((selector) => element.querySelector(selector));
  if (picture.average_color) element.style.setProperty("--tint", picture.average_color);
  if (picture.width && picture.height) {
    box.style.setProperty("--ratio", picture.width / picture.height);
    box.style.setProperty("--natural", `${picture.width}px`);
    [image.width, image.height] = [picture.width, picture.height];
  }
  if (picture.thumbhash) drawThumbHash(canvas, picture.thumbhash);
  image.alt = picture.alt_text ?? picture.caption ?? picture.original_name;
  const source = picture.status === "complete" ? `${picture.serve_url}?size=grid` : picture.temp_url;
  if (!source) image.removeAttribute("src");
  else if (image.src !== new URL(source, location).href) load(card, image, source);
}

function load(card, image, source) {
  image.classList.remove("arrived");
  image.onload = () => {
    image.classList.add("arrived");
    tell(card).then(summarise);
  };
  image.onerror = () => image.hasAttribute("crossorigin") && retryWithoutCors(image, source);
  image.crossOrigin = "anonymous"; // so that the browser tells us which type it was given
  image.src = source;
}

// Where MEDIA_VM_CORS_ORIGINS leaves this page out, pictures still show; only the format received is not recorded.
function retryWithoutCors(image, source) {
  image.removeAttribute("crossorigin");
  image.src = source;
}

// What the picture weighs, loaded or still below the fold: the server knows every format's bytes.
async function tell(card) {
  const { element, picture } = card;
  const loaded = picture.weights && element.querySelector("img.arrived");
  const type = (loaded && typeReceived(loaded)) || (await typeExpected(Object.keys(picture.weights ?? {})));
  if (card.picture !== picture) return; // news came meanwhile, and is told on its own
  card.type = type;
  formatRows(card);
  const [before, after] = [picture.original_bytes, picture.weights?.[type]];
  const saving = element.querySelector(".saving");
  saving.textContent = before ? `${bytes(before)} uploaded${after ? `, ${bytes(after)} delivered ` : ""}` : "";
  if (after < before) saving.append(Object.assign(document.createElement("b"), { textContent: less(before, after) }));
}

function formatRows({ element, picture, type: received }) {
  const formats = picture.formats_available.length ? picture.formats_available : ALWAYS;
  const weights = picture.weights ?? {};
  const heaviest = Math.max(...Object.values(weights), 1);
  const missing = picture.weights ? "not kept" : "…";
  element.querySelector("tbody").replaceChildren(
    ...formats.map((format) => {
      const type = `image/${format}`;
      const row = document.createElement("tr");
      row.append(cell("th", FORMATS[format] ?? format), cell("td", weights[type] ? bytes(weights[type]) : missing));
      row.firstChild.scope = "row";
      row.style.setProperty("--share", (weights[type] ?? 0) / heaviest);
      if (type === received) row.append(cell("td", "this browser"));
      row.classList.toggle("received", type === received);
      return row;
    }),
  );
}

function about(element, picture) {
  const facts = {
    Description: picture.description,
    Caption: picture.caption,
    "Alt text": picture.alt_text,
    Mood: picture.mood_keywords?.join(", "),
    Tags: picture.tags?.join(", "),
    Original: picture.width && picture.height ? `${picture.width} × ${picture.height} pixels` : null,
  };
  const known = Object.entries(facts).filter(([, fact]) => fact);
  element.querySelector("dl").replaceChildren(...known.flatMap(([name, fact]) => [cell("dt", name), cell("dd", fact)]));
  element.querySelector(".sizes").replaceChildren(...(picture.status === "complete" ? SIZES.map(sizeLink, picture) : []));
  element.querySelector("details").hidden = picture.status !== "complete";
}

function sizeLink(size) {
  return Object.assign(document.createElement("a"), { href: `${this.serve_url}?size=${size}`, textContent: size });
}

function summarise() {
  const all = [...cards.values()];
  const count = (status) => all.filter((card) => card.picture.status === status).length;
  const weighed = all.filter(({ picture, type }) => picture.original_bytes && picture.weights?.[type]);
  const before = weighed.reduce((sum, { picture }) => sum + picture.original_bytes, 0);
  const after = weighed.reduce((sum, { picture, type }) => sum + picture.weights[type], 0);
  const sentences = [
    all.length === 1 ? "One picture." : all.length ? `${all.length} pictures.` : "Nothing hangs here yet.",
    count("pending") ? `${count("pending")} being prepared.` : "",
    count("failed") ? `${count("failed")} could not be used.` : "",
    after && after < before ? `${bytes(before)} came in, ${bytes(after)} go out to this browser: ${less(before, after)}.` : "",
  ];
  const text = sentences.filter(Boolean).join(" ");
  if (summary.textContent !== text) summary.textContent = text;
}

function swatch(colour) {
  const item = Object.assign(document.createElement("li"), { title: colour });
  item.style.setProperty("--colour", colour);
  item.append(Object.assign(document.createElement("span"), { className: "unseen", textContent: colour }));
  return item;
}

const cell = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

// Rounded down, so that nothing is ever said to weigh nothing.
function less(before, after) {
  const scale = before / after > 50 ? 1000 : 100;
  return `${(Math.floor(scale * (1 - after / before)) * 100) / scale} % less`;
}

function bytes(count) {
  const [unit, size] = count >= 1e6 ? ["MB", count / 1e6] : count >= 1e3 ? ["kB", count / 1e3] : ["bytes", count];
  return `${size.toFixed(unit !== "bytes" && size < 10 ? 1 : 0)}\u00a0${unit}`;
}

document.addEventListener("visibilitychange", () => document.hidden || look().catch(() => {}));
watch();
