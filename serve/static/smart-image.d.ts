export type Size = "thumbnail" | "small" | "grid" | "detail" | "header" | "zoom" | "medium" | "large";
export type Background = "removed" | "original";
export type Format = "avif" | "webp" | "jpeg" | "png";

/** What every element falls back on; change it before the first one is in the page. */
export const defaults: {
  /** Where `/serve/` is: a host, or a proxy's path. At first: where this module came from. */
  base: string;
  /** A route with a picture's analysis, `{id}` in place of the media id; "" asks the manifest. */
  analysisSrc: string;
  words: Record<"about" | "style" | "colors" | "quality" | "mood", string>;
};

declare global {
  interface HTMLElementTagNameMap {
    "smart-image": HTMLElement;
    "ai-analysis": HTMLElement;
  }
}
