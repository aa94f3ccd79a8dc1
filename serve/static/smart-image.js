export const defaults = {
  base: import.meta.url.replace(/static\/[^/]*$/, ""),
  analysisSrc: "",
  words: { about: "About", style: "Style", colors: "Colours", quality: "Quality", mood: "Mood" },
};

const BOXES = {
  thumbnail: [300, 300, 1],
  small: [640, 1280],
  grid: [500, 500],
  detail: [1200, 1200],
  header: [1920, 640, 2],
  zoom: [2400, 2400],
};

const texts = (value) => [value].flat().filter((one) => one?.trim?.());
const colors = (value) => texts(value).filter((one) => /^#[\da-f]{6}$/i.test(one));
const isLength = (value) => Number.isInteger(value) && value > 0 && value < 1e6;

const ask = async (url) => (await fetch(url, { signal: AbortSignal.timeout(3000) })).json();

function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return Object.assign(element, properties);
}

// github.com/evanw/thumbhash
function blur(canvas, base64) {
  const bits = [...atob(base64.slice(0, 36))].flatMap((one) =>
    [...(256 + one.charCodeAt()).toString(2)].reverse().slice(0, 8),
  );
  const read = (count) => parseInt(bits.splice(0, count).reverse().join(""), 2);
  const [l, p, q, lScale, hasAlpha, side, pScale, qScale, isWide] = [6, 6, 6, 5, 1, 3, 6, 6, 1].map(read);
  const sides = [Math.max(3, side), hasAlpha ? 5 : 7];
  const wave = (at, count) => Math.cos((Math.PI / 32) * (at + 0.5) * count);
  const channels = [
    [l / 63, lScale / 31, ...(isWide ? sides.reverse() : sides)],
    [p / 31.5 - 1, pScale / 50.4, 3, 3],
    [q / 31.5 - 1, qScale / 50.4, 3, 3],
    hasAlpha ? [read(4) / 15, read(4) / 15, 5, 5] : [1, 0, 0, 0],
  ].map(([mean, scale, columns, rows]) => {
    const sums = Array(1024).fill(mean);
    for (let y = 0; y < rows; y++) {
      for (let x = +!y; x * rows < columns * (rows - y); x++) {
        const term = (read(4) / 3.75 - 2) * scale;
        sums.forEach((_, at) => (sums[at] += term * wave(at % 32, x) * wave(at >> 5, y)));
      }
    }
    return sums;
  });
  const pixels = Uint8ClampedArray.from({ length: 4096 }, (_, at) => {
    const [l, p, q, alpha] = channels.map((sums) => sums[at >> 2]);
    const green = l + p / 3 - q / 2;
    return [green + q, green, l - p / 1.5, alpha][at % 4] * 255;
  });
  canvas.width = canvas.height = 32;
  canvas.getContext("2d").putImageData(new ImageData(pixels, 32), 0, 0);
}

function sound(manifest, id) {
  const below = RegExp(`/serve/${id}([/?]([\\w-][.?=&/]?)+)$`);
  return [manifest.variants].flat().flatMap((one) => {
    const path = below.exec(one?.url)?.[1];
    return path && BOXES[one.size] && [one.width, one.height].every(isLength) ? { ...one, path } : [];
  });
}

class Media extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes =
    `media-id base signed analysis-src size alt background preferred-formats width height
      show-ai-data show-style show-colors show-quality show-mood`.split(/\s+/);

  attribute(name) {
    return (this.owner ?? this).getAttribute(name);
  }

  connectedCallback() {
    if (!this.sheet) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [(this.sheet = new CSSStyleSheet())];
    this.attributeChangedCallback();
  }

  async attributeChangedCallback() {
    const turn = (this.turn = {});
    const isDue = () => turn == this.turn && this.isConnected;
    await 0;
    if (!isDue()) return;
    this.draw();
    this.watch?.disconnect();
    const look = (all) => all.at(-1).isIntersecting && (this.watch.disconnect(), this.show(isDue));
    this.watch = new IntersectionObserver(look, { rootMargin: "800px" });
    this.watch.observe(this);
  }

  show(isDue) {
    const base = this.attribute("base") ?? defaults.base;
    const { href } = new URL(base.replace(/\/*$/, "/serve/" + this.attribute("media-id")), document.baseURI);
    const id = /^https?:.*\/(\d+)$/.exec(href)?.[1];
    if (!id) return console.warn("No picture:", href, this), this.shadowRoot.replaceChildren();
    const signed = this.attribute("signed") ?? "";
    const fill = (answer) => {
      if (!isDue()) return;
      const wait = answer.retry_after_seconds;
      if (!isLength(wait)) return this.fill(answer, href, id, signed);
      setTimeout(() => isDue() && this.attributeChangedCallback(), wait * 1000);
      this.rest?.(this.attribute("alt") ?? "");
    };
    this.ask(`${href}/manifest.json${signed && "?" + signed}`, id).then(fill).catch(() => fill({}));
  }
}

class SmartImage extends Media {
  ask = ask;

  draw() {
    const size = this.attribute("size") ?? "detail";
    this.named = { medium: "detail", large: "zoom" }[size] ?? size;
    if (!BOXES[this.named]) {
      console.warn("No size:", size, this);
      this.named = "detail";
    }
    const [wide, high, crop] = BOXES[this.named];
    const width = this.attribute("width");
    const shape = crop ? wide / high : width / (+this.attribute("height") || width) || 1;
    const most = Math.min(wide, high * shape, +width || wide);
    this.room = { width: most, height: most / shape };
    this.sheet.replaceSync(`:host(:not([hidden])){display:grid;grid:100%/100%;place-items:center;container-type:size;
width:100%;max-width:${most}px;aspect-ratio:${shape}}
div{position:relative}
canvas,img{position:absolute;width:100%;height:100%}
p{place-self:stretch;margin:0;padding:1em;overflow:hidden;background:#8882}
details{position:absolute;bottom:0;padding:.3em .6em;background:Canvas;color:CanvasText}`);
  }

  rest(words) {
    this.shadowRoot.replaceChildren(make("p", {}, words));
  }

  fill(manifest, start, id, signed) {
    const all = sound(manifest, id);
    const srcset = JSON.stringify([manifest.srcset]);
    const background = this.attribute("background");
    const one = all.find(({ bg }) => bg == background) ?? all.find(({ path }) => srcset.includes(path)) ?? all[0];
    const variants = all.filter(({ bg }) => bg == one.bg);
    const known = variants.find(({ size }) => size == this.named);
    const { width, height } = known ?? this.room;
    const ratio = width / height;
    const canvas = make("canvas");
    try {
      blur(canvas, manifest.thumbhash);
    } catch {}
    const loading = this.attribute("loading") ?? "lazy";
    const image = make("img", {
      alt: this.attribute("alt") ?? texts(manifest.alt_text)[0] ?? "",
      loading,
      fetchPriority: this.attribute("fetchpriority") ?? "auto",
      sizes: this.attribute("sizes") ?? `${loading == "lazy" ? "auto," : ""}${Math.min(this.clientWidth, this.clientHeight * ratio, width)}px`,
      onload: () => {
        canvas.remove();
        this.dispatchEvent(new Event("load"));
      },
      part: "image",
    });
    const bg = /^(removed|original)$/.test(background) ? "&bg=" + background : "";
    const chosen = `${start}?size=${this.named}${bg}${signed && "&" + signed}`;
    const frame = make("div", { part: "frame" }, canvas, this.picture(image, variants, start, chosen));
    frame.style.cssText = `width:min(100cqw,100cqh*${ratio},${width}px);aspect-ratio:${ratio}`;
    if (this.hasAttribute("show-ai-data")) {
      frame.append(make("details", {}, make("summary", {}, defaults.words.about), make("ai-analysis", { owner: this })));
    }
    this.shadowRoot.replaceChildren(frame);
  }

  picture(image, variants, start, chosen) {
    const exact = (format) => variants.find((one) => one.format == format && one.size == this.named);
    const formats = (this.attribute("preferred-formats") ?? "avif,webp,jpeg,png").split(/[\s,]+/);
    const sources = formats.filter(exact).map((format) => {
      const kin = variants.filter((one) => one.format == format && BOXES[one.size][2] == BOXES[this.named][2]);
      const srcset = [exact(format), ...kin].map(({ path, width }) => `${start + path} ${width}w`);
      return make("source", { type: "image/" + format, srcset, sizes: image.sizes });
    });
    const plain = exact("jpeg") ?? exact("png");
    const left = plain ? [start + plain.path, chosen] : [chosen];
    image.onerror = () => {
      if (sources[0]) sources.shift().remove();
      else if (left[0]) image.src = left.shift();
      else {
        this.rest(image.alt);
        this.dispatchEvent(new Event("error"));
      }
    };
    image.src = left.shift();
    return make("picture", {}, ...sources, image);
  }
}

const ROWS = {
  style: ({ style, medium }) => texts([style, medium]).join(" · "),
  colors: ({ brand_colors, dominant_colors }) => {
    const all = [brand_colors, dominant_colors].map(colors).find((one) => one[0]);
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
    this.rows = Object.keys(ROWS).filter((name) => this.owner || this.hasAttribute("show-" + name));
    this.sheet.replaceSync(`:host{display:block;min-height:${this.owner ? 0 : this.rows.length * 2}em}
dl{display:grid;grid:auto-flow/auto 1fr;gap:.4em 1em;margin:0}
dd,ul{margin:0;padding:0}
li{display:inline-block;margin-right:1em}
i{padding:0 .5em;margin-right:.3em;border:1px solid}`);
  }

  async ask(manifest, id) {
    const source = this.attribute("analysis-src") ?? defaults.analysisSrc;
    const answer = await ask(source.replace("{id}", id) || manifest);
    return answer.analysis ?? answer;
  }

  fill(analysis) {
    const known = this.rows.flatMap((name) => {
      const value = ROWS[name](analysis);
      return value ? [make("dt", {}, defaults.words[name]), make("dd", {}, value)] : [];
    });
    this.shadowRoot.replaceChildren(known[0] ? make("dl", {}, ...known) : "–");
  }
}

if (globalThis.customElements && !customElements.get("smart-image")) {
  customElements.define("smart-image", SmartImage);
  customElements.define("ai-analysis", AIAnalysis);
}
