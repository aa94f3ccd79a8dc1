/**
 * `images.loaderFile` of next.config: the smallest size that surely is `width` pixels wide, else `zoom`.
 *
 * The shape of `…/serve/789#1600x4000` is known; without one a picture is taken to be at most twice as high as wide.
 * An address with a `size`, a path such as `…/serve/789/grid.avif` and whatever is no picture of ours stay as they are.
 */
export default function mediaVMLoader(picture: { src: string; width: number; quality?: number }): string;
