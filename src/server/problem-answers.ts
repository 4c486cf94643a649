/** The answers to requests that are not carried out, for the OpenAPI document. */
import type { ErrorStatus } from "./http-error.ts";
import { problemSchema } from "./schemas.ts";

const meanings: Readonly<Record<ErrorStatus, string>> = {
  400: "The request is malformed",
  401: "A token is needed",
  403: "The token may not do this",
  404: "There is no such thing",
  409: "It does not fit what is there",
  413: "The request, or a picture of it, is too large",
  422: "A picture, a model or data that cannot be used",
  429: "The queue is full; Retry-After says when to come again",
  499: "The caller went away",
  500: "Something is wrong with the server",
  503: "The server or the model is not ready; Retry-After says when to come again",
  504: "No answer within the deadline",
};

interface ProblemAnswer {
  readonly description: string;
  readonly content: { readonly "application/json": { readonly schema: typeof problemSchema } };
}

/** An answer with a problem for each status. */
export function problemAnswers<S extends ErrorStatus>(...statuses: readonly S[]): Record<S, ProblemAnswer>;
export function problemAnswers(
  ...statuses: readonly ErrorStatus[]
): Partial<Record<ErrorStatus, ProblemAnswer>> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: meanings[status], content: { "application/json": { schema: problemSchema } } },
    ]),
  );
}
