/** Metrics straight from their definitions, slow on purpose: the oracles of src/metrics. */

/** A map with its mask, as in src/metrics, with plain numbers. */
export interface ReferenceMap {
  readonly map: ArrayLike<number>;
  readonly mask: ArrayLike<number> | null;
  readonly width: number;
  readonly height: number;
}

/** AUROC by comparing every anomalous item with every normal one. */
export function pairCountingAuroc(scores: readonly number[], labels: readonly number[]): number {
  let pairs = 0;
  let wins = 0;
  for (const [i, anomalous] of scores.entries()) {
    for (const [j, normal] of scores.entries()) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs++;
      wins += anomalous > normal ? 1 : anomalous === normal ? 0.5 : 0;
    }
  }
  return wins / pairs;
}

/** F1 of the decision score > threshold, from precision and recall; 0 where nothing is found. */
export function f1At(scores: readonly number[], labels: readonly number[], threshold: number): number {
  const called = scores.map((score) => score > threshold);
  const hits = called.filter((isCalled, i) => isCalled && labels[i] === 1).length;
  if (hits === 0) return 0;
  const precision = hits / called.filter((isCalled) => isCalled).length;
  const recall = hits / labels.filter((label) => label === 1).length;
  return (2 * precision * recall) / (precision + recall);
}

/** Average precision as the mean, over anomalous items, of the precision among the items scored no lower. */
export function meanPrecision(scores: readonly number[], labels: readonly number[]): number {
  const precisions = scores
    .filter((_, i) => labels[i] === 1)
    .map((score) => {
      const above = labels.filter((_, i) => (scores[i] ?? 0) >= score);
      return above.filter((label) => label === 1).length / above.length;
    });
  return precisions.reduce((sum, precision) => sum + precision, 0) / precisions.length;
}

/** Regions of a mask as lists of pixels: neighbours take the smallest label around until nothing changes. */
export function spreadRegions(mask: ArrayLike<number>, width: number, height: number): number[][] {
  const labels = Array.from(mask, (value, i) => (value === 0 ? 0 : i + 1));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < labels.length; i++) {
      for (let j = 0; j < labels.length; j++) {
        const dx = Math.abs((i % width) - (j % width));
        const dy = Math.abs(Math.floor(i / width) - Math.floor(j / width));
        const near = dx <= 1 && dy <= 1 && i < width * height;
        const [own = 0, other = 0] = [labels[i], labels[j]];
        if (!near || own === 0 || other === 0 || other >= own) continue;
        labels[i] = other;
        changed = true;
      }
    }
  }
  const regions = new Map<number, number[]>();
  for (const [pixel, label] of labels.entries()) {
    if (label > 0) regions.set(label, [...(regions.get(label) ?? []), pixel]);
  }
  return [...regions.values()];
}

/** AUPRO by recounting every pixel at every distinct score, then cutting the polyline at the limit. */
export function bruteForceAupro(images: readonly ReferenceMap[], limit: number): number {
  const regions: number[][] = [];
  const normal: number[] = [];
  for (const { map, mask, width, height } of images) {
    const inside = mask ?? new Array<number>(map.length).fill(0);
    for (const pixels of spreadRegions(inside, width, height)) regions.push(pixels.map((p) => map[p] ?? 0));
    for (let p = 0; p < map.length; p++) if (inside[p] === 0) normal.push(map[p] ?? 0);
  }
  const thresholds = [...new Set(images.flatMap(({ map }) => Array.from(map)))].sort((a, b) => b - a);
  const points = thresholds.map((threshold) => ({
    x: share(normal, threshold),
    y: regions.reduce((sum, region) => sum + share(region, threshold), 0) / regions.length,
  }));
  let area = 0;
  let from = { x: 0, y: 0 };
  for (const to of points) {
    if (from.x >= limit) break;
    const cut =
      to.x <= limit ? to : { x: limit, y: from.y + ((to.y - from.y) * (limit - from.x)) / (to.x - from.x) };
    area += ((cut.x - from.x) * (from.y + cut.y)) / 2;
    from = cut;
  }
  return area / limit;
}

function share(values: readonly number[], threshold: number): number {
  return values.filter((value) => value >= threshold).length / values.length;
}

/** AUPIMO by recounting every pixel at every distinct score; recall between two rates is a line on the logarithmic scale. */
export function bruteForceAupimo(
  images: readonly ReferenceMap[],
  [low, high]: readonly [number, number],
): number {
  const isAnomalous = ({ mask }: ReferenceMap): boolean => Array.from(mask ?? []).includes(1);
  const good = images.filter((image) => !isAnomalous(image)).map(({ map }) => Array.from(map));
  const defects = images.filter(isAnomalous).map(({ map, mask }) => {
    return Array.from(map).filter((_, i) => mask?.[i] === 1);
  });
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const thresholds = [...new Set(images.flatMap(({ map }) => Array.from(map)))].sort((a, b) => b - a);
  const areas = defects.map((defect) => {
    let area = 0;
    let from = { x: 0, y: 0 };
    for (const threshold of thresholds) {
      const to = { x: mean(good.map((scores) => share(scores, threshold))), y: share(defect, threshold) };
      const [first, last] = [Math.max(from.x, low), Math.min(to.x, high)];
      if (first < last) {
        const at = (x: number): number =>
          from.x === 0 ? from.y : from.y + ((to.y - from.y) * Math.log(x / from.x)) / Math.log(to.x / from.x);
        area += (Math.log(last / first) * (at(first) + at(last))) / 2;
      }
      from = to;
    }
    return area;
  });
  return mean(areas) / Math.log(high / low);
}
