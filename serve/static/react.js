"use client";

import { createElement } from "react";

import "./smart-image.js";

export { defaults } from "./smart-image.js";

const present = (isOn) => (isOn ? "" : undefined);
// Not of a picture that stands inside the element, for pages without JavaScript.
const own = (listener) => listener && ((event) => event.target == event.currentTarget && listener(event));

// `rest` are the elements' own attributes: base, signed, analysis-src, width, height, sizes, loading, id, style …
// React hears of `load` and `error` at elements of its own alone, but on their way down at any.
export function SmartImage({ mediaId, size, alt, backgroundOption, preferredFormats, showAIData, className, ...rest }) {
  const { onLoad, onError, ...others } = rest;
  return createElement("smart-image", {
    ...others,
    onLoadCapture: own(onLoad),
    onErrorCapture: own(onError),
    class: className,
    "media-id": mediaId,
    size,
    alt,
    background: backgroundOption,
    "preferred-formats": preferredFormats?.join(","),
    "show-ai-data": present(showAIData),
  });
}

export function AIAnalysisDisplay({ mediaId, showStyle, showColors, showQuality, showMood, className, ...rest }) {
  return createElement("ai-analysis", {
    ...rest,
    class: className,
    "media-id": mediaId,
    "show-style": present(showStyle),
    "show-colors": present(showColors),
    "show-quality": present(showQuality),
    "show-mood": present(showMood),
  });
}
