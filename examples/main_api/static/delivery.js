// Which format of a picture this browser is given.

const MODERN = ["image/avif", "image/webp"]; // the newest first, as media VM prefers them
// One-pixel pictures: who can decode them names the format when asking for <img>.
const PROBES = {
  "image/avif": "data:image/avif;base64,AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAIQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAAQAAAAEAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAKW1kYXQSAAoIGAAGiAhoNCAyExxHh4Xd0000wsAAAJA1jjx+h5A=",
  "image/webp": "data:image/webp;base64,UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEABABoJaQAA3AA/vJeAAA=",
};

performance.setResourceTimingBufferSize(2000);

// The Content-Type of a loaded <img crossorigin>, as the browser recorded it; nothing before it is loaded, or where
// the browser keeps no such record.
export function typeReceived(image) {
  const entries = performance.getEntriesByName(image.currentSrc);
  return entries.findLast((entry) => entry.initiatorType === "img" && entry.contentType)?.contentType;
}

// Which of the kept Content-Types this browser will be given: the newest that it can decode, else what all can show.
export async function typeExpected(kept) {
  const types = await decodable;
  return MODERN.find((type) => kept.includes(type) && types.includes(type)) ?? kept.find((type) => !MODERN.includes(type));
}

const decodable = Promise.all(MODERN.map(canDecode)).then((types) => types.filter(Boolean));

async function canDecode(type) {
  const image = Object.assign(new Image(), { src: PROBES[type] });
  return image.decode().then(() => type, () => null);
}
