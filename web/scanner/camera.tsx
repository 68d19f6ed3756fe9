import { useEffect, useRef, useState } from 'preact/hooks';
import { Notice } from '../shared/notice.tsx';
import { readCodes } from './read-codes.ts';

/** The camera's picture, and the codes that are seen in it. */
export function Camera({ onCode }: { onCode: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onCode);
  latest.current = onCode;
  const [isOff, setOff] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    let stop: (() => void) | null = null;
    let isGone = false;
    readCodes(element, (code) => latest.current(code)).then(
      (stopper) => {
        if (isGone) stopper();
        else stop = stopper;
      },
      // No camera, or not allowed: codes can be typed.
      () => setOff(true),
    );
    return () => {
      isGone = true;
      stop?.();
    };
  }, []);
  return (
    <>
      {isOff && <Notice kind="warning">There is no camera here, or it is not allowed. Type the code below.</Notice>}
      <video ref={video} class="camera" hidden={isOff} playsInline muted aria-label="What the camera sees" />
    </>
  );
}
