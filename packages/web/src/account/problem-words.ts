// What is said to people about a failed call: by the problem's code where there are words for it, else by its status.
import { ApiProblem } from '../api.ts';

/** A key of the messages with its values. */
export type Words = { key: string; values: Record<string, string | number> };

/** Chooses the words; `hasKey` tells whether the messages hold a key. */
export function wordsOf(error: unknown, hasKey: (key: string) => boolean): Words {
  if (!(error instanceof ApiProblem)) return { key: 'problem.unexpected', values: {} };
  const own = [`problem.${error.code}`, `admin.problem.${error.code}`].find(hasKey);
  if (own !== undefined) return { key: own, values: valuesOf(error) };
  return { key: `problem.${kindOf(error.status)}`, values: valuesOf(error) };
}

function valuesOf(error: ApiProblem): Record<string, string | number> {
  return { seconds: error.retryAfterSeconds ?? 60 };
}

function kindOf(status: number): string {
  switch (status) {
    case 0:
    case 503:
      return 'unreachable';
    case 400:
    case 413:
    case 431:
      return 'invalid';
    case 401:
      return 'wrong-credentials';
    case 403:
      return 'denied';
    case 404:
    case 410:
      return 'not-found';
    case 409:
      return 'conflict';
    case 429:
      return 'too-many';
    default:
      return 'unexpected';
  }
}
