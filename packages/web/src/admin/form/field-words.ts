// What is said at a field that the site refused: by the error's code where there are words for it. Pure.
import type { FieldError } from '@lubo/contract';

export type FieldWords = { key: string; values: { limit: number } };

/** `errors` by the names of the fields; the first of each field counts. `hasKey` tells whether the messages hold a key. */
export function fieldWords(errors: readonly FieldError[], hasKey: (key: string) => boolean): Map<string, FieldWords> {
  const words = new Map<string, FieldWords>();
  for (const { path, code = 'format', limit = 0 } of errors) {
    const name = path.replace(/^(body|query|params)\./, '');
    const key = `admin.field.${code}`;
    if (!words.has(name)) words.set(name, { key: hasKey(key) ? key : 'admin.field.format', values: { limit } });
  }
  return words;
}
