// A lesson as a bar: where it was recorded, where not, what is still to come. Pure; shares of the planned time, 0 … 1.
import type { Lesson } from '@lubo/contract';

export type Piece = { kind: 'recorded' | 'missing' | 'to-come'; from: number; to: number };

/** Pieces in order, without any between them. `now`: ms since 1970. */
export function piecesOf(lesson: Pick<Lesson, 'state' | 'plannedStart' | 'plannedEnd' | 'gaps'>, now: number): Piece[] {
  const [start, end] = [Date.parse(lesson.plannedStart), Date.parse(lesson.plannedEnd)];
  const length = Math.max(1, end - start);
  if (lesson.state === 'planned') return [{ kind: 'to-come', from: 0, to: 1 }];
  if (lesson.state === 'missed') return [{ kind: 'missing', from: 0, to: 1 }];
  const share = (moment: number): number => Math.min(1, Math.max(0, (moment - start) / length));
  const until = lesson.state === 'recording' ? share(now) : 1;
  const pieces: Piece[] = [];
  let at = 0;
  const add = (kind: Piece['kind'], to: number): void => {
    if (to > at) pieces.push({ kind, from: at, to });
    at = Math.max(at, to);
  };
  for (const gap of [...lesson.gaps].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    add('recorded', Math.min(until, share(Date.parse(gap.from))));
    add('missing', Math.min(until, share(Date.parse(gap.to))));
  }
  add('recorded', until);
  add('to-come', 1);
  return pieces;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `44:05`, `1:02:30`. */
export function lengthText(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Math.floor(seconds % 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Time of day in a zone: `08:05`; with seconds where asked. */
export function timeText(moment: string, timeZone: string, language: string, hasSeconds = false): string {
  const second = hasSeconds ? ({ second: '2-digit' } as const) : {};
  return new Intl.DateTimeFormat(language, { timeZone, hour: '2-digit', minute: '2-digit', ...second, hourCycle: 'h23' }).format(new Date(moment));
}
