/** Laws that hold for all shapes and values. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectAllClose } from "../../test/support/allclose.ts";
import { reference } from "../../test/support/run-graph.ts";
import { evaluateGraph } from "../runtime/reference.ts";
import * as g from "./index.ts";
import type { Reference } from "./reference-array.ts";

/** Shapes of up to four axes, with values 0, 1, 2, ... */
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

function counted(shape: readonly number[]): Reference {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return reference(
    shape,
    Array.from({ length: size }, (_, i) => i),
  );
}

function evaluate(tensor: g.Tensor, feeds: Record<string, Reference>, inputs: g.Tensor[]): Reference {
  const graph = g.buildGraph({ name: "law", inputs, outputs: { out: tensor } });
  return evaluateGraph(graph, feeds).out ?? expect.fail("no output");
}

/** `f` of a counted tensor. */
function ofCounted(shape: readonly number[], f: (x: g.Tensor) => g.Tensor): Reference {
  const x = g.input("x", "float32", shape);
  return evaluate(f(x), { x: counted(shape) }, [x]);
}

test("reshaping twice is reshaping once", () => {
  fc.assert(
    fc.property(shapes, shapes, (shape, other) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const flat = ofCounted(shape, (x) => g.reshape(g.reshape(x, [...shape].reverse()), [size]));
      expect(flat).toEqual(ofCounted(shape, (x) => g.reshape(x, [size])));
      const padded = [...shape, ...other.map(() => 1)];
      expect(ofCounted(shape, (x) => g.reshape(g.reshape(x, padded), shape))).toEqual(counted(shape));
    }),
  );
});

test("transposing and transposing back is nothing", () => {
  const cases = shapes.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length },
      ),
    ),
  );
  fc.assert(
    fc.property(cases, ([shape, perm]) => {
      const back = perm.map((_, i) => perm.indexOf(i));
      expect(ofCounted(shape, (x) => g.transpose(g.transpose(x, perm), back))).toEqual(counted(shape));
    }),
  );
});

test("flipping twice is nothing, and reverses in between", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const axes = shape.map((_, i) => i);
      expect(ofCounted(shape, (x) => g.flip(g.flip(x, axes), axes))).toEqual(counted(shape));
      expect(ofCounted(shape, (x) => g.flip(x, axes)).data).toEqual(counted(shape).data.reverse());
    }),
  );
});

test("cutting in two and joining is nothing", () => {
  fc.assert(
    fc.property(shapes, fc.nat(), (shape, cut) => {
      const [axis, extent] = [cut % shape.length, shape[cut % shape.length] ?? 1];
      const middle = cut % (extent + 1);
      const joined = ofCounted(shape, (x) =>
        g.concat(
          [g.slice(x, { axis, start: 0, end: middle }), g.slice(x, { axis, start: middle, end: extent })],
          axis,
        ),
      );
      expect(joined).toEqual(counted(shape));
    }),
  );
});

test("padding with zeros and cutting them off is nothing", () => {
  fc.assert(
    fc.property(
      shapes,
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
      (shape, before, after) => {
        const cut = shape.map((extent, axis) => ({ axis, start: before, end: before + extent }));
        const [front, back] = [shape.map(() => before), shape.map(() => after)];
        expect(ofCounted(shape, (x) => g.sliceAxes(g.pad(x, front, back), cut))).toEqual(counted(shape));
      },
    ),
  );
});

test("a cell's pixels go to channels and come back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (cell, rows) => {
      const shape = [2, 2, rows * cell, cell];
      expect(ofCounted(shape, (x) => g.depthToSpace(g.spaceToDepth(x, cell), cell))).toEqual(counted(shape));
    }),
  );
});

test("stretching and summing multiplies by the number of copies", () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 4 }), (shape, copies) => {
      const summed = ofCounted(shape, (x) =>
        g.reduceSum(g.expand(x, [copies, ...shape]), { axes: [0], keepDims: false }),
      );
      expect(summed.data).toEqual(counted(shape).data.map((value) => value * copies));
    }),
  );
});

test("softmax is positive, sums to 1 and takes no notice of a shift", () => {
  const rows = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rows, fc.integer({ min: -50, max: 50 }), (row, shift) => {
      const x = g.input("x", "float32", [row.length]);
      const feeds = { x: reference([row.length], row) };
      const [plain, shifted] = [x, g.add(x, g.scalar(shift))].map(
        (z) => evaluate(g.softmax(z), feeds, [x]).data,
      );
      expect(plain?.every((value) => value > 0)).toBe(true);
      expectAllClose([plain?.reduce((sum, value) => sum + value) ?? 0], [1], { rtol: 1e-14 });
      expectAllClose(shifted ?? [], plain ?? [], { rtol: 1e-12 });
    }),
  );
});

test("the gradient is linear in the loss", () => {
  const numbers = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });
  const x = g.input("x", "float32", [4]);
  const sum = (y: g.Tensor) => g.reduceSum(y, { keepDims: false });
  const [first, second] = [sum(g.sin(g.mul(x, x))), sum(g.tanh(x))];
  const slopeOf = (loss: g.Tensor) => g.gradient(loss, [x])[0] ?? expect.fail("no gradient");
  fc.assert(
    fc.property(numbers, fc.integer({ min: -5, max: 5 }), (values, factor) => {
      const both = slopeOf(g.add(g.mul(first, g.scalar(factor)), second));
      const apart = g.add(g.mul(slopeOf(first), g.scalar(factor)), slopeOf(second));
      const feeds = { x: reference([4], values) };
      expectAllClose(evaluate(both, feeds, [x]).data, evaluate(apart, feeds, [x]).data, {
        rtol: 1e-12,
        atol: 1e-13,
      });
    }),
  );
});

test("a chain of 20,000 nodes is built, differentiated, lowered and evaluated without overflowing the stack", () => {
  const x = g.input("x", "float32", []);
  let y: g.Tensor = x;
  for (let i = 0; i < 20_000; i++) y = i % 2 === 0 ? g.neg(y) : g.add(y, x);
  const [slope] = g.gradient(y, [x]);
  const outputs = { y, slope: slope ?? expect.fail("no gradient") };
  const graph = g.lowerGraph(g.buildGraph({ name: "chain", inputs: [x], outputs }));
  expect(graph.nodes.length).toBeGreaterThan(20_000);
  // two steps take s·x to (1 - s)·x; from s = 1 that is 0, 1, 0, ...
  const values = evaluateGraph(graph, { x: reference([], [5]) });
  expect([values.y?.data[0], values.slope?.data[0]]).toEqual([5, 1]);
});

test.each([3, 512])(
  "the gradient of a kernel of %d channels in and out is a sum over the batch",
  (channels) => {
    const images = [0, 1];
    const x = g.input("x", "float32", [images.length, channels, 1, 1]);
    const weight = g.input("weight", "float32", [channels, channels, 1, 1]);
    const loss = g.reduceSum(g.mul(g.conv2d(x, weight), x), { keepDims: false });
    const [ofWeight = loss] = g.gradient(loss, [weight]);
    const values = counted(x.shape.map(Number));
    const result = evaluate(ofWeight, { x: values }, [x]);
    const value = (image: number, channel: number) => values.data[image * channels + channel] ?? Number.NaN;
    const expected = Float64Array.from({ length: channels ** 2 }, (_, i) => {
      const [output, channel] = [Math.floor(i / channels), i % channels];
      return images.reduce((sum, image) => sum + value(image, output) * value(image, channel), 0);
    });
    expect(result.data).toEqual(expected);
  },
);
