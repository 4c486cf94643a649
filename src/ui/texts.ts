/** All words of both pages. */

/** By where they stand. */
export const texts = {
  title: "radar-ad",
  heatMap: {
    opacity: "Heat map",
    scale: (maximum: string): string => `0 to ${maximum}: the same scale for every picture`,
  },
  strip: {
    pictures: "Pictures",
    kinds: { good: "Good", defect: "Defect", failed: "Not read", waiting: "..." },
  },
  plots: {
    loss: "Loss of each step",
    heldOut: (count: number): string =>
      `Scores of ${count} good pictures that were held out, and the threshold`,
  },
  private: "Everything is computed on this device. No picture leaves it.",
  tabs: { inspect: "Inspect", teach: "Teach" },
  inspect: {
    dropModel: "Choose a model",
    dropModelHint: "a .onnx file that radar train or this page has made; or drop it here",
    dropPictures: "Choose pictures",
    dropPicturesHint: "or drop them here",
    camera: "Use the camera",
    stopCamera: "Stop the camera",
    noCamera: "The camera cannot be used: ",
    loading: (percent: number | null): string =>
      percent === null ? "Reading the model" : `Reading the model, ${percent} %`,
    otherModel: "Another model",
    empty: "Choose pictures or the camera to begin.",
    runsOn: { webgpu: "on the graphics processor (WebGPU)", wasm: "on the processor (WebAssembly)" },
    checked: (share: string): string =>
      `self-check: differs from the maker's by ${share} of the scale at most`,
    unchecked: "The self-check of this model fails on this device: do not trust what it says here.",
    fallback: (reason: string): string => `not on the graphics processor: ${reason}`,
    perSecond: (rate: string): string => `${rate} pictures a second`,
  },
  verdict: {
    good: "Good",
    defect: "Defect",
    waiting: "Ready",
    score: "Score",
    threshold: "alarm above",
    pValue: (percent: string): string => `${percent} % of good parts score as high`,
  },
  teach: {
    drop: "Choose good pictures",
    dropHint: "20 to 200 of them, all without defects; or drop them here",
    count: (count: number): string => `${count} ${count === 1 ? "picture" : "pictures"}`,
    few: "Fewer than 20 pictures support only a coarse threshold.",
    many: "More than 200 pictures take long in a page; radar train is faster.",
    name: "Name",
    kind: "How",
    kinds: {
      "padim-lite": "Quick: statistics of colour and texture, seconds",
      radar: "Thorough: a network learns (RADAR), minutes",
    },
    size: "Detail",
    sizes: { 64: "coarse (64 px)", 96: "medium (96 px)", 160: "fine (160 px)" },
    estimate: "How long will it take?",
    estimating: "Measuring this device ...",
    start: "Start",
    startNow: (time: string): string => `Start: about ${time} on this device`,
    stop: "Stop",
    stages: {
      reading: "Reading the pictures",
      training: "Learning",
      calibrating: "Setting the threshold on pictures held out",
    } as Readonly<Record<string, string>>,
    left: (time: string): string => `about ${time} left`,
    step: (step: number, total: number): string => `step ${step} of ${total}`,
    done: "The detector is ready",
    facts: {
      learned: "learned from",
      heldOut: "held out",
      threshold: "threshold",
      falseAlarms: "false alarms, at most",
      steps: "steps",
      time: "took",
      skipped: "could not be read",
    },
    download: "Download the model",
    use: "Inspect with it",
    again: "Teach another",
  },
  time: (seconds: number): string =>
    seconds < 90
      ? `${Math.max(1, Math.round(seconds))} s`
      : seconds < 5400
        ? `${Math.round(seconds / 60)} minutes`
        : `${(seconds / 3600).toFixed(1)} hours`,
} as const;
