/**
 * Schemas of data from outside: the part of zod that is used here, under its own names. The build makes one module of it, which leaves out
 * zod's languages: most of the modules that the program would load before it reads a picture.
 */

export {
  array,
  boolean,
  discriminatedUnion,
  enum,
  literal,
  number,
  object,
  partialRecord,
  record,
  strictObject,
  string,
  tuple,
  union,
  unknown,
  ZodError,
  type ZodType,
} from "zod";
