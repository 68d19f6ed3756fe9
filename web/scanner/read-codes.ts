import decodeQR from 'qr/decode.js';

/** How often a picture of the camera is looked at, ms: quick enough to feel at once, slow enough to leave a phone cool. */
const LOOK_EVERY_MS = 150;
/** Longest edge of a picture that the decoder in script looks at, pixels. */
const MAX_EDGE = 640;

type Detector = { detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]> };
declare global {
  interface Window {
    /** https://wicg.github.io/shape-detection-api/: not in every browser. */
    BarcodeDetector?: { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };
  }
}

/**
 * Reads QR codes from the back camera into `video`, by the browser's own detector where it has one, else in script; returns what stops
 * it. Rejects when there is no camera, or nobody allows it.
 */
export async function readCodes(video: HTMLVideoElement, onCode: (code: string) => void): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
  video.srcObject = stream;
  await video.play();
  const read = (await browserDetector()) ?? scriptDetector();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const look = async () => {
    const code = video.readyState >= video.HAVE_CURRENT_DATA ? await read(video).catch(() => null) : null;
    if (isStopped) return;
    if (code !== null && code !== '') onCode(code);
    timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  };
  void look();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
  };
}

type Read = (video: HTMLVideoElement) => Promise<string | null>;

async function browserDetector(): Promise<Read | null> {
  const { BarcodeDetector } = window;
  if (BarcodeDetector === undefined) return null;
  // On some systems it is there and knows no format.
  const formats = await BarcodeDetector.getSupportedFormats().catch((): string[] => []);
  if (!formats.includes('qr_code')) return null;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

function scriptDetector(): Read {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    if (context === null || video.videoWidth === 0) return null;
    const scale = Math.min(1, MAX_EDGE / Math.max(video.videoWidth, video.videoHeight));
    [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // No code in the picture.
      return null;
    }
  };
}
