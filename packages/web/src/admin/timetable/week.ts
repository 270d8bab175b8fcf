// A week under edit: adding, moving, stretching, copying days, all as new lists of intervals. Pure; seconds of the local day.
import type { Interval } from '@lubo/contract';
import { intervalFaults } from '@lubo/contract/schedule';

/** Weeks begin on Monday where these schools are; the data counts from Sunday. */
export const daysInOrder = [1, 2, 3, 4, 5, 6, 0] as const;

export const secondsOfDay = 86_400;
/** Where times come to rest while they are dragged, in seconds: usually, and with the modifier held. */
export const steps = { usual: 300, fine: 60 } as const;
/** Length in seconds of a lesson that is added by a click. */
export const usualLength = 2_700;

/** Where an interval lies. */
export type Span = Pick<Interval, 'weekday' | 'startSecond' | 'endSecond'>;

const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** Identity of a new interval: 60 random bits. */
export function newIntervalId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => letters[byte % letters.length]).join('');
}

/** The nearest step to a second of the day. */
export function snapped(second: number, step: number): number {
  return Math.min(secondsOfDay, Math.max(0, Math.round(second / step) * step));
}

/** The whole span shifted, within its day; it keeps its length. */
export function moved(span: Span, weekday: number, startSecond: number): Span {
  const length = span.endSecond - span.startSecond;
  const start = Math.min(secondsOfDay - length, Math.max(0, startSecond));
  return { weekday, startSecond: start, endSecond: start + length };
}

/** One end shifted; it stays at least one fine step long. */
export function stretched(span: Span, edge: 'start' | 'end', second: number): Span {
  if (edge === 'start') return { ...span, startSecond: Math.max(0, Math.min(second, span.endSecond - steps.fine)) };
  return { ...span, endSecond: Math.min(secondsOfDay, Math.max(second, span.startSecond + steps.fine)) };
}

/** What a drag over an empty place makes, whichever way it went; a click makes a usual lesson, shorter where another follows. */
export function drawn(week: readonly Interval[], weekday: number, from: number, to: number): Span {
  const [startSecond, endSecond] = from <= to ? [from, to] : [to, from];
  if (endSecond - startSecond >= steps.usual) return { weekday, startSecond, endSecond };
  const next = week.filter((each) => each.weekday === weekday && each.startSecond >= startSecond).map((each) => each.startSecond);
  return { weekday, startSecond, endSecond: Math.min(startSecond + usualLength, secondsOfDay, ...next) };
}

/** The first place of a day for a usual lesson, from a second on; `undefined` when the day is full. */
export function firstFree(week: readonly Interval[], weekday: number, from: number): Span | undefined {
  let start = from;
  for (const each of week.filter((one) => one.weekday === weekday).sort((a, b) => a.startSecond - b.startSecond)) {
    if (each.endSecond <= start) continue;
    if (each.startSecond - start >= usualLength) break;
    start = each.endSecond;
  }
  return start + usualLength <= secondsOfDay ? { weekday, startSecond: start, endSecond: start + usualLength } : undefined;
}

/** The interval takes the place of the one with its id, or is added. */
export function withInterval(week: readonly Interval[], interval: Interval): Interval[] {
  const others = week.filter(({ id }) => id !== interval.id);
  return [...others, interval];
}

/** Everything of these days is replaced by copies of one day. */
export function withDayCopied(week: readonly Interval[], from: number, onto: readonly number[], newId: () => string = newIntervalId): Interval[] {
  const targets = new Set(onto.filter((day) => day !== from));
  const kept = week.filter(({ weekday }) => !targets.has(weekday));
  const source = week.filter(({ weekday }) => weekday === from);
  const copies = [...targets].flatMap((weekday) => source.map((interval) => Object.assign({}, interval, { id: newId(), weekday })));
  return [...kept, ...copies];
}

/** Ids of intervals that can't be saved as they lie. */
export function faultyIds(week: readonly Interval[]): ReadonlySet<string> {
  return new Set(intervalFaults(week).flatMap(({ index, other }) => [week[index]?.id ?? '', other === undefined ? '' : (week[other]?.id ?? '')].filter((id) => id !== '')));
}

/** Whether this interval could lie there. */
export function fits(week: readonly Interval[], interval: Interval): 'fits' | 'overlap' | 'too-short' {
  const others = week.filter(({ id, weekday }) => id !== interval.id && weekday === interval.weekday);
  if (intervalFaults([interval]).length > 0) return 'too-short';
  return others.some((each) => each.startSecond < interval.endSecond && interval.startSecond < each.endSecond) ? 'overlap' : 'fits';
}

/** The same week, whatever the order. */
export function isSameWeek(a: readonly Interval[], b: readonly Interval[]): boolean {
  return a.length === b.length && textOf(a) === textOf(b);
}

function textOf(week: readonly Interval[]): string {
  return JSON.stringify(week.map(lineOf).sort());
}

function lineOf({ id, weekday, startSecond, endSecond, subjectId, teacherId }: Interval): string {
  return JSON.stringify([id, weekday, startSecond, endSecond, subjectId, teacherId]);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `08:05`, with seconds only where there are any; 86400 is `24:00`. */
export function clockText(second: number): string {
  const seconds = second % 60;
  const text = `${two(Math.floor(second / 3600))}:${two(Math.floor((second % 3600) / 60))}`;
  return seconds === 0 ? text : `${text}:${two(seconds)}`;
}

/** The second of the day of `08:05`, `8:5:30`; `undefined` when it is none. */
export function secondOf(text: string): number | undefined {
  const found = /^(\d{1,2})[:：](\d{1,2})(?:[:：](\d{1,2}))?$/.exec(text.trim());
  if (found === null) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const second = hours * 3600 + minutes * 60 + seconds;
  return minutes < 60 && seconds < 60 && second <= secondsOfDay ? second : undefined;
}
