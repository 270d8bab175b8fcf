// Texts taken apart for searching: every sign, pair and triple of signs in them ("grams"). Chinese has no spaces between words, and most
// of its words have two signs; identities and addresses are searched by any part of them. Pure.
import { fold } from './name-order.ts';

const longest = 3;
const hexDigits = 4;

/** Each gram of the text once, as hexadecimal digits of its UTF-16 units: letters that every engine takes for one word. */
export function gramsOf(text: string): string[] {
  const hex = hexOf(fold(text));
  const grams = new Set<string>();
  for (let size = 1; size <= longest; size++) {
    for (const gram of slices(hex, size)) grams.add(gram);
  }
  return [...grams];
}

/** The grams that a text with these words has; `isExact` when each text that has them holds the words, else it must be looked at. */
export function gramsOfWords(words: string): { grams: string[]; isExact: boolean } {
  const folded = fold(words);
  if (folded === '') return { grams: [], isExact: true };
  return { grams: [...new Set(slices(hexOf(folded), Math.min(longest, folded.length)))], isExact: folded.length <= longest };
}

/** A whole value, such as an identity, as one word that no gram equals: `kind` is a letter beyond f. */
export function markOf(kind: 'o' | 'p' | 't', value: string): string {
  return kind + hexOf(value);
}

function* slices(hex: string, size: number): Generator<string> {
  const width = size * hexDigits;
  for (let at = 0; at + width <= hex.length; at += hexDigits) yield hex.slice(at, at + width);
}

function hexOf(text: string): string {
  let hex = '';
  for (let at = 0; at < text.length; at++) hex += text.charCodeAt(at).toString(16).padStart(hexDigits, '0');
  return hex;
}
