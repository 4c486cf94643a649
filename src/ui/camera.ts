/** The camera as a stream, for as long as it is wanted. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "./problem.tsx";

/** The camera's picture, and what went wrong. */
export interface Camera {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly isLive: boolean;
  readonly error: string | null;
}

/** Opens the camera while `isWanted`. @param onFrame - Called with the video again and again, each time when the last call has ended. */
export function useCamera(isWanted: boolean, onFrame?: (video: HTMLVideoElement) => Promise<void>): Camera {
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onFrame);
  latest.current = onFrame;
  const [isLive, setLive] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (!isWanted) return;
    let isOver = false;
    let stream: MediaStream | undefined;
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const run = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const element = video.current;
      if (element === null || isOver) return stop();
      element.srcObject = stream;
      await element.play();
      setLive(true);
      while (!isOver && latest.current !== undefined) {
        await latest.current(element);
        await new Promise(requestAnimationFrame);
      }
    };
    setError(null);
    run().catch((reason: unknown) => {
      stop();
      if (!isOver) setError(messageOf(reason));
    });
    return () => {
      isOver = true;
      setLive(false);
      stop();
    };
  }, [isWanted]);
  return { video, isLive, error };
}
