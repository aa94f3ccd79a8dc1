import type { HTMLAttributes, ReactElement, Ref } from "react";
import type { Background, Format, Size } from "./smart-image.js";

export { defaults } from "./smart-image.js";

interface Asked extends HTMLAttributes<HTMLElement> {
  mediaId: string | number;
  /** Where `/serve/` is; in an app that a bundler builds, this or `defaults.base` is needed. */
  base?: string;
  /** `exp=…&sig=…` of this media, where addresses are signed. */
  signed?: string;
  "analysis-src"?: string;
  /** From React 19 on. */
  ref?: Ref<HTMLElement>;
}

export interface SmartImageProps extends Asked {
  size?: Size;
  /** Missing: the analysis's own words. "": the picture only decorates. */
  alt?: string;
  /** Of a logo. Missing: as its owner chose. */
  backgroundOption?: Background;
  preferredFormats?: readonly (Format | (string & {}))[];
  showAIData?: boolean;
  /** The picture's own: then its room has its shape from the first paint. */
  width?: number | string;
  height?: number | string;
  sizes?: string;
  loading?: "lazy" | "eager";
  fetchPriority?: "high" | "low" | "auto";
}

export interface AIAnalysisDisplayProps extends Asked {
  showStyle?: boolean;
  showColors?: boolean;
  showQuality?: boolean;
  showMood?: boolean;
}

export function SmartImage(props: SmartImageProps): ReactElement;
export function AIAnalysisDisplay(props: AIAnalysisDisplayProps): ReactElement;

/** The elements as they are in HTML: every attribute by its own name, a switch is "". */
interface Attributes extends HTMLAttributes<HTMLElement> {
  class?: string;
  ref?: Ref<HTMLElement>;
  "media-id": string | number;
  base?: string;
  signed?: string;
  "analysis-src"?: string;
}

interface SmartImageAttributes extends Attributes {
  size?: Size;
  alt?: string;
  background?: Background;
  "preferred-formats"?: string;
  width?: number | string;
  height?: number | string;
  sizes?: string;
  loading?: "lazy" | "eager";
  fetchpriority?: "high" | "low" | "auto";
  "show-ai-data"?: "";
}

type Row = `show-${"style" | "colors" | "quality" | "mood"}`;

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "smart-image": SmartImageAttributes;
      "ai-analysis": Attributes & { [name in Row]?: "" };
    }
  }
}
