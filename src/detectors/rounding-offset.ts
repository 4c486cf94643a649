/** How pixel values are rounded. */

/**
 * Added to pixel values before their fraction is cut off. Values that lie exactly between two integers are common; with a little more than
 * a half, runtimes that differ in their last bits round them alike. The excess is ours: above those bits, below what a picture shows.
 */
export const roundingOffset: number = 0.5 + 2 ** -9;
