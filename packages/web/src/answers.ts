// Answers that came inside the page (site/src/front/page.ts): what it begins with is there before any call is made.

let held: Record<string, unknown> | undefined;

/** The answer for an address (`/api/front/home`), once; `undefined`: ask the site. */
export function takeAnswer(address: string): unknown {
  if (typeof document === 'undefined') return undefined;
  held ??= readAnswers(document.getElementById('answers')?.textContent ?? '');
  const answer = held[address];
  delete held[address];
  return answer;
}

/** What the text holds; nothing where it is not what it should be. */
export function readAnswers(text: string): Record<string, unknown> {
  try {
    const answers: unknown = JSON.parse(text);
    return typeof answers === 'object' && answers !== null ? (answers as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
