// ThumbHash (github.com/evanw/thumbhash): about 25 bytes → a blurred picture, drawn before the real one arrives.
// The hash holds a few cosine terms of luminance, yellow–blue, red–green and alpha; this adds them up again.

const DETAIL = 32; // pixels of the longer side; it is a blur, the browser smooths it when scaling

export function drawThumbHash(canvas, base64) {
  const hash = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const [across, down] = shapeOf(hash);
  canvas.width = Math.round((DETAIL * across) / Math.max(across, down));
  canvas.height = Math.round((DETAIL * down) / Math.max(across, down));
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  image.data.set(pixels(hash, canvas.width, canvas.height));
  context.putImageData(image, 0, 0);
}

// How many cosine terms run across and down: their ratio is roughly the picture's.
function shapeOf(hash) {
  const longer = hash[2] & 0x80 ? 5 : 7;
  const shorter = Math.max(1, hash[3] & 7);
  return hash[4] & 0x80 ? [longer, shorter] : [shorter, longer];
}

function pixels(hash, width, height) {
  const head = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const scales = hash[3] | (hash[4] << 8);
  const hasAlpha = head >> 23;
  const [across, down] = shapeOf(hash).map((terms) => Math.max(3, terms));

  let nibble = hasAlpha ? 12 : 10; // where the cosine terms begin, counted in half bytes
  const nextTerm = () => ((hash[nibble >> 1] >> ((nibble++ & 1) * 4)) & 15) / 7.5 - 1;
  const channel = (mean, nx, ny, scale) => {
    const terms = [];
    for (let y = 0; y < ny; y++) {
      for (let x = y ? 0 : 1; x * ny < nx * (ny - y); x++) terms.push([x, y, 2 * scale * nextTerm()]);
    }
    return (u, v) =>
      terms.reduce((sum, [x, y, a]) => sum + a * Math.cos(Math.PI * x * u) * Math.cos(Math.PI * y * v), mean);
  };
  const light = channel((head & 63) / 63, across, down, ((head >> 18) & 31) / 31);
  // 1.25: the format's own boost, which makes up for the chroma that quantising took.
  const yellowBlue = channel(((head >> 6) & 63) / 31.5 - 1, 3, 3, (((scales >> 3) & 63) / 63) * 1.25);
  const redGreen = channel(((head >> 12) & 63) / 31.5 - 1, 3, 3, (((scales >> 9) & 63) / 63) * 1.25);
  const alpha = hasAlpha ? channel((hash[5] & 15) / 15, 5, 5, (hash[5] >> 4) / 15) : () => 1;

  const data = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      const [l, p, q] = [light(u, v), yellowBlue(u, v), redGreen(u, v)];
      const blue = l - (2 / 3) * p;
      const red = (3 * l - blue + q) / 2;
      data.push(red * 255, (red - q) * 255, blue * 255, alpha(u, v) * 255);
    }
  }
  return Uint8ClampedArray.from(data);
}
