// Of a manifest come checked numbers, colours, text and paths: never markup.
export const defaults = {
  base: import.meta.url.replace(/static\/[^/]*$/, ""),
  analysisSrc: "",
  words: { about: "About", style: "Style", colors: "Colours", quality: "Quality", mood: "Mood" },
};

// width, width ÷ height, crop
const BOXES = {
  thumbnail: [300, 1, 1],
  small: [640, 1],
  grid: [500, 1],
  detail: [1200, 1],
  header: [1920, 3, 2],
  zoom: [2400, 1],
};

const texts = (value) => [value].flat().filter((one) => typeof one == "string" && one.trim());
const colors = (value) => texts(value).filter((one) => /^#[\da-f]{6}$/i.test(one));
const isLength = (value) => Number.isInteger(value) && value > 0;

async function ask(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(9000) });
  return Object(await answer.json());
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// github.com/evanw/thumbhash
function blur(canvas, base64) {
  let bits = [...atob(base64.slice(0, 36))].reduceRight((all, one) => (all << 8n) | BigInt(one.charCodeAt()), 0n);
  const read = (count) => {
    const value = Number(BigInt.asUintN(count, bits));
    bits >>= BigInt(count);
    return value;
  };
  const [l, p, q, lScale, hasAlpha, side, pScale, qScale, isWide] = [6, 6, 6, 5, 1, 3, 6, 6, 1].map(read);
  const sides = [Math.max(3, side), hasAlpha ? 5 : 7];
  const channels = [
    [l / 63, lScale / 31, ...(isWide ? sides.reverse() : sides)],
    [p / 31.5 - 1, pScale / 50.4, 3, 3],
    [q / 31.5 - 1, qScale / 50.4, 3, 3],
    hasAlpha ? [read(4) / 15, read(4) / 15, 5, 5] : [1, 0, 0, 0],
  ];
  const waves = [];
  channels.forEach(([, scale, columns, rows], channel) => {
    for (let y = 0; y < rows; y++) {
      for (let x = y ? 0 : 1; x * rows < columns * (rows - y); x++) {
        waves.push([channel, x, y, (read(4) / 3.75 - 2) * scale]);
      }
    }
  });
  canvas.width = canvas.height = 32;
  const wave = (at, count) => Math.cos((Math.PI / 32) * (at + 0.5) * count);
  const image = new ImageData(32, 32);
  for (let pixel = 0; pixel < 1024; pixel++) {
    const sums = channels.map(([mean]) => mean);
    for (const [channel, x, y, term] of waves) sums[channel] += term * wave(pixel % 32, x) * wave(pixel >> 5, y);
    const [l, p, q, alpha] = sums;
    const green = l + p / 3 - q / 2;
    image.data.set([green + q, green, l - p / 1.5, alpha].map((value) => value * 255), 4 * pixel);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function sound(manifest, id) {
  const below = RegExp(`/serve/${id}([/?]([\\w-][.?=&/]?)+)$`);
  return [manifest.variants].flat().flatMap((one) => {
    const path = below.exec(one?.url)?.[1];
    return path && BOXES[one.size]?.[0] && [one.width, one.height].every(isLength) ? { ...one, path } : [];
  });
}

class Media extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes =
    `media-id base signed analysis-src size alt background preferred-formats width height
      show-ai-data show-style show-colors show-quality show-mood`.split(/\s+/);

  attribute(name) {
    return (this.owner ?? this).getAttribute(name);
  }

  connectedCallback() {
    // A strict Content-Security-Policy forbids <style>.
    if (!this.sheet) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [(this.sheet = new CSSStyleSheet())];
    this.attributeChangedCallback();
  }

  // Changes are drawn together, before a paint.
  attributeChangedCallback() {
    this.soon ??= Promise.resolve().then(() => {
      this.soon = null;
      if (!this.isConnected) return;
      this.draw();
      const look = (entries, observer) => {
        if (entries.at(-1).isIntersecting) observer.disconnect(), this.show();
      };
      new IntersectionObserver(look, { rootMargin: "800px" }).observe(this);
    });
  }

  async show() {
    const base = this.attribute("base") ?? defaults.base;
    const { href } = new URL(base.replace(/\/*$/, "/serve/" + this.attribute("media-id")), document.baseURI);
    const id = /^https?:.*\/(\d+)$/.exec(href)?.[1];
    const turn = (this.turn = {});
    if (!id) return;
    const signed = this.attribute("signed") ?? "";
    const answer = await this.ask(`${href}/manifest.json${signed && "?" + signed}`, id).catch(() => ({}));
    if (turn != this.turn) return;
    try {
      this.fill(answer, href, id, signed);
    } catch {
      this.fill({}, href, id, signed);
    }
  }
}

class SmartImage extends Media {
  ask = ask;

  // Its room never changes later.
  draw() {
    const width = +this.attribute("width");
    const height = +this.attribute("height");
    const size = this.attribute("size");
    this.named = { medium: "detail", large: "zoom" }[size] ?? (BOXES[size]?.[0] ? size : "detail");
    this.box = [width, height].every(isLength) ? [width, width / height] : BOXES[this.named];
    const [most, shape] = this.box;
    this.sheet.replaceSync(`:host(:not([hidden])){display:grid;place-items:center;container-type:size;
width:100%;max-width:${most}px;aspect-ratio:${shape}}
div{position:relative}
canvas,img{position:absolute;width:100%;height:100%}
details{position:absolute;bottom:0;padding:.3em .6em;background:Canvas;color:CanvasText}`);
  }

  fill(manifest, start, id, signed) {
    const all = sound(manifest, id);
    // The srcset shows the face that its owner chose.
    const srcset = JSON.stringify([manifest.srcset]);
    const background = this.attribute("background");
    const owners = all.find(({ path }) => srcset.includes(path)) ?? all[0];
    const { bg: face } = all.find(({ bg }) => bg == background) ?? owners ?? {};
    const variants = all.filter(({ bg }) => bg == face);
    const known = variants.find(({ size }) => size == this.named);
    const [width, ratio] = known ? [known.width, known.width / known.height] : this.box;
    const canvas = make("canvas");
    try {
      blur(canvas, manifest.thumbhash);
    } catch {
      canvas.style.background = colors(manifest.average_color)[0];
    }
    const image = make("img", {
      alt: this.attribute("alt") ?? texts(manifest.alt_text)[0] ?? "",
      loading: this.attribute("loading") ?? "lazy",
      sizes: this.attribute("sizes") ?? `auto, (max-width: ${width}px) 100vw, ${width}px`,
      onload: () => canvas.remove(),
      part: "image",
    });
    const bg = /^(removed|original)$/.test(background) ? "&bg=" + background : "";
    const chosen = `${start}?size=${this.named}${bg}${signed && "&" + signed}`;
    const frame = make("div", { part: "frame" }, canvas, this.picture(image, variants, start, chosen));
    frame.style.cssText = `width:min(100cqw,100cqh*${ratio},${width}px);aspect-ratio:${ratio}`;
    if (this.hasAttribute("show-ai-data")) {
      const summary = make("summary", {}, defaults.words.about);
      frame.append(make("details", {}, summary, make("ai-analysis", { owner: this })));
    }
    this.shadowRoot.replaceChildren(frame);
  }

  // What fails is tried no more; at last serve chooses.
  picture(image, variants, start, chosen) {
    const of = (format) => variants.filter((one) => one.format == format);
    const exact = (format) => of(format).find(({ size }) => size == this.named);
    const formats = this.attribute("preferred-formats") ?? "avif,webp,jpeg,png";
    const sources = formats.split(/[\s,]+/).filter(exact).map((format) => {
      const kin = of(format).filter(({ size }) => BOXES[size][2] == BOXES[this.named][2]);
      const srcset = kin.map(({ path, width }) => `${start + path} ${width}w`);
      return make("source", { type: "image/" + format, srcset, sizes: image.sizes });
    });
    const plain = exact("jpeg") ?? exact("png");
    image.onerror = () => {
      if (sources[0]) sources.shift().remove();
      else if (image.src != chosen) image.src = chosen;
    };
    image.src = plain ? start + plain.path : chosen;
    return make("picture", {}, ...sources, image);
  }
}

const ROWS = {
  style: ({ style, medium }) => texts([style, medium]).join(" · "),
  colors: ({ brand_colors, dominant_colors }) => {
    const all = [brand_colors, dominant_colors].map(colors).find(([first]) => first);
    const items = all?.map((color) => {
      const chip = make("i");
      chip.style.background = color;
      return make("li", {}, chip, color);
    });
    return items && make("ul", {}, ...items);
  },
  quality: ({ quality_score }) => Number.isInteger(quality_score) && quality_score + " / 100",
  mood: ({ mood_keywords }) => texts(mood_keywords).join(", "),
};

class AIAnalysis extends Media {
  draw() {
    this.sheet.replaceSync(`:host{display:block}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4em 1em;margin:0}
dd,ul{margin:0;padding:0;min-height:1.5em}
li{display:inline-block;margin-right:1em}
i{padding:0 .5em;margin-right:.3em;border:1px solid}`);
    const list = make("dl");
    this.values = {};
    for (const name in ROWS) {
      if (!this.owner && !this.hasAttribute("show-" + name)) continue;
      list.append(make("dt", {}, defaults.words[name]), (this.values[name] = make("dd")));
    }
    this.shadowRoot.replaceChildren(list);
  }

  async ask(manifest, id) {
    const source = this.attribute("analysis-src") ?? defaults.analysisSrc;
    const answer = await ask(source ? source.replace("{id}", id) : manifest);
    return Object(answer.analysis ?? answer);
  }

  fill(analysis) {
    for (const name in this.values) this.values[name].replaceChildren(ROWS[name](analysis) || "–");
  }
}

if (globalThis.customElements && !customElements.get("smart-image")) {
  customElements.define("smart-image", SmartImage);
  customElements.define("ai-analysis", AIAnalysis);
}
