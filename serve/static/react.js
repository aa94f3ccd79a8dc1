"use client";

import { createElement } from "react";

import "./smart-image.js";

export { defaults } from "./smart-image.js";

const present = (isOn) => (isOn ? "" : undefined);

// `rest` are the elements' own attributes: base, signed, analysis-src, width, height, sizes, loading, id, style …
export function SmartImage({ mediaId, size, alt, backgroundOption, preferredFormats, showAIData, className, ...rest }) {
  return createElement("smart-image", {
    ...rest,
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
