// Sizes are boxes, width × height: what is higher than wide is narrower than its box. Smallest first.
const BOXES = { grid: [500, 500], small: [640, 1280], detail: [1200, 1200], zoom: [2400, 2400] };
// …/serve/789 or …/api/images/789, its query, and as a fragment, which never leaves the page, its shape: #1600x4000.
const PICTURE = /^([^?#]*\/(?:serve|api\/images)\/[1-9]\d*)(\?[^#]*)?(?:#([1-9]\d*)x([1-9]\d*))?$/;
// Of a picture that does not say its shape: no more than twice as high as wide.
const NARROWEST = 1 / 2;

export default function mediaVMLoader({ src, width }) {
  const [, path, query = "", across, down] = PICTURE.exec(src) ?? [];
  if (!path || /[?&]size(=|\[)/.test(query)) return src;
  const shape = across ? across / down : NARROWEST;
  const size = Object.keys(BOXES).find((one) => Math.min(BOXES[one][0], BOXES[one][1] * shape) >= width) ?? "zoom";
  return `${path}${query}${query ? "&" : "?"}size=${size}`;
}
