/**
 * A photo is shrunk and encoded anew before it is kept: the village network is thin, and encoding
 * anew leaves behind everything the camera wrote beside the picture (place, serial number, thumbnail).
 * Nothing of the original file survives except its pixels.
 */

/** JPEG quality of kept photos; at 1600 px a village photo is 200–400 KB. */
const QUALITY = 0.72;

export interface ShrunkPhoto {
  bytes: ArrayBuffer;
  type: "image/jpeg";
  width: number;
  height: number;
}

/** The picture cannot be decoded; nothing was kept. */
export class UnreadablePhoto extends Error {}

type Picture = CanvasImageSource & { width: number; height: number; close?: () => void };

/** Width and height with the longer edge at most `maxPixels`; never enlarged, never below one pixel. */
export function fitted(width: number, height: number, maxPixels: number): [number, number] {
  const scale = Math.min(1, maxPixels / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

async function decoded(file: Blob): Promise<Picture> {
  if (typeof createImageBitmap === "function") {
    try {
      return await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      // Older browsers do not know the option and turn the picture by themselves.
      try {
        return await createImageBitmap(file);
      } catch {
        // An <img> may still know the format.
      }
    }
  }
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise<void>((resolve, reject) => {
      image.onload = () => resolve();
      image.onerror = () => reject(new UnreadablePhoto());
      image.src = url;
    });
    if (image.naturalWidth === 0) throw new UnreadablePhoto();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function encoded(picture: CanvasImageSource, width: number, height: number): Promise<Blob> {
  if (typeof OffscreenCanvas === "function") {
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext("2d");
    if (pen && typeof canvas.convertToBlob === "function") {
      paint(pen, picture, width, height);
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
      if (blob.type === "image/jpeg") return blob;
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) throw new UnreadablePhoto();
  paint(pen, picture, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  canvas.width = canvas.height = 0;
  if (!blob || blob.type !== "image/jpeg") throw new UnreadablePhoto();
  return blob;
}

function paint(
  pen: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  picture: CanvasImageSource,
  width: number,
  height: number,
): void {
  pen.fillStyle = "#fff"; // what was transparent becomes paper, not black
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, width, height);
}

async function read(blob: Blob): Promise<ArrayBuffer> {
  if (typeof blob.arrayBuffer === "function") return blob.arrayBuffer();
  return new Response(blob).arrayBuffer();
}

/** The picture as a JPEG whose longer edge is at most `maxPixels`. Throws `UnreadablePhoto`. */
export async function shrink(file: Blob, maxPixels: number): Promise<ShrunkPhoto> {
  let picture: Picture;
  try {
    picture = await decoded(file);
  } catch {
    throw new UnreadablePhoto();
  }
  return shrinkDrawn(picture, maxPixels);
}

/** The same for a frame that is on the screen already (camera, signature). */
export async function shrinkDrawn(picture: Picture, maxPixels: number): Promise<ShrunkPhoto> {
  try {
    const [width, height] = fitted(picture.width, picture.height, maxPixels);
    const blob = await encoded(picture, width, height);
    return { bytes: await read(blob), type: "image/jpeg", width, height };
  } finally {
    if (typeof picture.close === "function") picture.close();
  }
}
