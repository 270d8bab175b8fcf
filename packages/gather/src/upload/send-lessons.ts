// Tells the site of lessons until it has taken note. Each is told whole, so a lost or doubled report harms nothing.
import { createBackoff } from '@lubo/agent';
import { maxReportedLessons, uploadRoutes } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Lessons } from '../recorder/lessons.ts';
import type { SiteHttp } from './site-http.ts';

export type SendLessonsOptions = { http: SiteHttp; lessons: Pick<Lessons, 'pending' | 'confirmed' | 'onChange'>; clock: Clock; log: Logger; random?: () => number };

/** A running lesson changes with each second that is recorded; the site hears of it so often. */
const gatherMillis = 2_000;

/** Begins at once; the result ends it. */
export function startLessonSender({ http, lessons, clock, log, random }: SendLessonsOptions): () => Promise<void> {
  const pauses = createBackoff({ firstMillis: 1_000, longestMillis: 60_000, ...(random ? { random } : {}) });
  const stop = new AbortController();
  let sending: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let lastReason = '';

  const soon = (millis: number): void => {
    if (stop.signal.aborted || sending !== undefined) return;
    cancel ??= clock.after(millis, () => {
      cancel = undefined;
      sending = send().then((pause) => {
        sending = undefined;
        if (pause !== undefined) soon(pause);
      });
    });
  };

  /** The pause until the next try; `undefined`: all is told. */
  const send = async (): Promise<number | undefined> => {
    const told = lessons.pending().slice(0, maxReportedLessons);
    if (told.length === 0) return undefined;
    try {
      const body = Buffer.from(JSON.stringify({ lessons: told.map(({ report }) => report) }));
      const { method, path } = uploadRoutes.reportLessons;
      const answer = await http.request({ method: method as 'PUT', path, headers: { 'content-type': 'application/json' }, body, signal: stop.signal });
      if (answer.status !== 204) throw new Error(answer.detail);
      for (const { report, revision } of told) lessons.confirmed(report.id, revision);
      pauses.reset();
      lastReason = '';
      return lessons.pending().length > 0 ? gatherMillis : undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!stop.signal.aborted && reason !== lastReason) log.warn({ reason, lessons: told.length }, 'the site could not be told of lessons yet');
      lastReason = reason;
      return pauses.next();
    }
  };

  const stopListening = lessons.onChange(() => soon(gatherMillis));
  soon(0);
  return async () => {
    stop.abort();
    stopListening();
    cancel?.();
    await sending;
  };
}
