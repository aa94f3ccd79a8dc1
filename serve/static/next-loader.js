// `src` is a picture's address, …/serve/789 or …/api/images/789, with or without parameters; the format is negotiated.
const WIDTHS = { grid: 500, small: 640, detail: 1200, zoom: 2400 };

export default function mediaVMLoader({ src, width }) {
  const [path, ...queries] = src.split("?");
  const parameters = new URLSearchParams(queries.join("&"));
  parameters.set("size", Object.keys(WIDTHS).find((size) => WIDTHS[size] >= width) ?? "zoom");
  return `${path}?${parameters}`;
}
