/** Feature vectors as estimators take them: checked, and rounded to what a model file holds. */
import { checkInteger, formatNumber } from "../base/check.ts";
import { DataError, ShapeError } from "../base/errors.ts";

/**
 * Features rounded to float32, so that an estimator decides as its model file does.
 *
 * @param where - The function that was called, for messages.
 * @param features - [N * dimensions], point after point.
 * @throws {OptionError} E_OPTION if `dimensions` is no integer >= 1.
 * @throws {ShapeError} E_SHAPE if the length is no multiple of `dimensions`.
 * @throws {DataError} E_DATA if a feature is not finite in float32.
 */
export function float32Points(where: string, features: ArrayLike<number>, dimensions: number): Float32Array {
  checkInteger("dimensions", dimensions, { minimum: 1 });
  if (features.length % dimensions !== 0) {
    throw new ShapeError(
      "E_SHAPE",
      `${where}: expected a multiple of ${dimensions} features (points x dimensions), got ${features.length}.`,
    );
  }
  const points = Float32Array.from(features);
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError(
      "E_DATA",
      `${where}: expected features that are finite in float32, got ${formatNumber(features[bad] ?? 0)} for feature ${bad % dimensions} of point ${Math.floor(bad / dimensions)}.`,
    );
  }
  return points;
}
