/** A picture, or what the camera sees, under its heat map. */
import type { JSX, RefObject } from "preact";
import { useState } from "preact/hooks";
import { HeatMap, type HeatMapProps } from "./heat-map.tsx";

/** What is shown. */
export interface PictureViewProps extends HeatMapProps {
  readonly of:
    | { readonly url: string; readonly name: string }
    | { readonly video: RefObject<HTMLVideoElement | null> };
}

/** As large as fits, in the picture's own proportions. */
export function PictureView({ of, ...heatMap }: PictureViewProps): JSX.Element {
  const [aspect, setAspect] = useState(1); // width / height
  return (
    <div class="view" style={{ aspectRatio: aspect, width: `min(100%, ${72 * aspect}dvh)` }}>
      {"video" in of ? (
        <video
          ref={of.video}
          muted
          playsInline
          class="picture"
          onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) =>
            setAspect(videoWidth / videoHeight)
          }
        />
      ) : (
        <img
          class="picture"
          src={of.url}
          alt={of.name}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setAspect(naturalWidth / naturalHeight)
          }
        />
      )}
      <HeatMap {...heatMap} />
    </div>
  );
}
