// What a picture weighs in each format, and which format this browser was really given.

// */* gets what every browser can show; a modern format only counts when it is named (contract §8).
const ACCEPTS = ["image/avif", "image/webp", "*/*"];
// One-pixel pictures: who can decode them names the format when asking for <img>.
const PROBES = {
  "image/avif": "data:image/avif;base64,AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAIQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAAQAAAAEAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAKW1kYXQSAAoIGAAGiAhoNCAyExxHh4Xd0000wsAAAJA1jjx+h5A=",
  "image/webp": "data:image/webp;base64,UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEABABoJaQAA3AA/vJeAAA=",
};

performance.setResourceTimingBufferSize(2000);

// {"image/avif": bytes, …}: only formats that were kept; a format not kept is answered with the next one.
export async function weigh(url) {
  const answers = await Promise.all(
    ACCEPTS.map((accept) => fetch(url, { method: "HEAD", headers: { Accept: accept }, cache: "no-store" })),
  );
  const known = answers.filter((answer) => answer.ok && answer.headers.has("Content-Length"));
  return Object.fromEntries(
    known.map((answer) => [answer.headers.get("Content-Type"), Number(answer.headers.get("Content-Length"))]),
  );
}

// The Content-Type of a loaded <img crossorigin>, as the browser recorded it. Where it does not record that:
// fetch says */* whatever <img> says, so ask with the formats that this browser can decode.
export async function typeReceived(image) {
  const entries = performance.getEntriesByName(image.currentSrc);
  const entry = entries.findLast((entry) => entry.initiatorType === "img" && entry.contentType);
  if (entry) return entry.contentType;
  const answer = await fetch(image.currentSrc, { headers: { Accept: await accepted }, cache: "no-store" });
  answer.body?.cancel();
  return answer.headers.get("Content-Type");
}

const accepted = Promise.all(Object.entries(PROBES).map(([type, source]) => canDecode(source, type))).then((types) =>
  [...types.filter(Boolean), "*/*"].join(","),
);

async function canDecode(source, type) {
  const image = Object.assign(new Image(), { src: source });
  return image.decode().then(() => type, () => null);
}
