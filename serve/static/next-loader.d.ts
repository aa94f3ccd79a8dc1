/** `images.loaderFile` of next.config: the smallest size that is at least `width` pixels wide. */
export default function mediaVMLoader(picture: { src: string; width: number; quality?: number }): string;
