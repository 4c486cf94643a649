/** What the inputs and outputs of a model file are called. */

/** Name of the input of every model file. */
export const imageInputName = "image";

/** Names of the outputs of a model file. */
export const outputNames = {
  map: "anomaly_map",
  score: "anomaly_score",
  pValue: "p_value",
  isAnomalous: "is_anomalous",
  /** Of models that look at an area only: uint8 [N, 1, S, S], 0 where the picture is ignored, k in the k-th region. */
  lookedAt: "looked_at",
  /** Of models that find a part first: float32 [N, 4], how far a picture is from the limit of each of `partFaults`; above 1 it is beyond. */
  partRatios: "part_ratios",
  /** Of models with regions: float32 [N, R]. */
  regionScores: "region_scores",
} as const;
