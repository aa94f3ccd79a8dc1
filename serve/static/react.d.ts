import type { HTMLAttributes, ReactElement } from "react";
import type { Background, Format, Size } from "./smart-image.js";

export { defaults } from "./smart-image.js";

interface Asked extends HTMLAttributes<HTMLElement> {
  mediaId: string | number;
  base?: string;
  /** `exp=…&sig=…` of this media, where addresses are signed. */
  signed?: string;
  "analysis-src"?: string;
}

export interface SmartImageProps extends Asked {
  size?: Size;
  /** Missing: the analysis's own words. "": the picture only decorates. */
  alt?: string;
  /** Of a logo. Missing: as its owner chose. */
  backgroundOption?: Background;
  preferredFormats?: Format[];
  showAIData?: boolean;
  /** The picture's own: then its room has its shape from the first paint. */
  width?: number;
  height?: number;
  sizes?: string;
  loading?: "lazy" | "eager";
}

export interface AIAnalysisDisplayProps extends Asked {
  showStyle?: boolean;
  showColors?: boolean;
  showQuality?: boolean;
  showMood?: boolean;
}

export function SmartImage(props: SmartImageProps): ReactElement;
export function AIAnalysisDisplay(props: AIAnalysisDisplayProps): ReactElement;
