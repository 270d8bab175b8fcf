// Which recordings go when they are kept for a number of days. Pure: nothing is deleted here.
import { AppError } from '@lubo/contract';

/**
 * A recording as retention sees it: when it began and when it was stored (milliseconds since 1970), of which the later
 * counts, for a machine without a clock records in 1970; and whether it is marked to stay.
 */
export type RetentionCandidate = { id: string; startedAt: number; storedAt: number; isKept: boolean };

/**
 * `days`: how many whole days after its own a recording stays, 1 or more; `undefined`: for ever. Days are those of the
 * school's calendar in `timeZone` (IANA). `limit`: the most that go in one run.
 */
export type RetentionRule = { days: number | undefined; timeZone: string; limit: number };

const dayMillis = 24 * 60 * 60 * 1000;
const maxDays = 36_500;

/**
 * The ids of the recordings that go, oldest first, never more than `rule.limit`. Marked ones, and those with an unknown
 * or future time, stay. Throws AppError `invalid` (`retention-invalid`) for a rule that makes no sense, so none reads as "delete all".
 */
export function expiredRecordings(recordings: Iterable<RetentionCandidate>, rule: RetentionRule, now: number): string[] {
  if (!Number.isInteger(rule.limit) || rule.limit < 0) throw invalid('a limit of 0 or more is needed');
  const cutoff = retentionCutoff(rule, now);
  if (cutoff === undefined) return [];
  return [...recordings]
    .filter(({ startedAt, storedAt, isKept }) => !isKept && startedAt < cutoff && storedAt < cutoff)
    .sort((one, other) => one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1))
    .slice(0, rule.limit)
    .map(({ id }) => id);
}

/**
 * The moment (milliseconds since 1970) before which a recording has to have begun and been stored to go now, for a query:
 * the start of the local day `days` before today. `undefined`: nothing goes. Throws as expiredRecordings.
 */
export function retentionCutoff({ days, timeZone }: Omit<RetentionRule, 'limit'>, now: number): number | undefined {
  if (days === undefined) return undefined;
  if (!Number.isInteger(days) || days < 1 || days > maxDays) throw invalid(`days are 1 to ${maxDays}`);
  if (!Number.isFinite(now)) throw invalid('the present moment is needed');
  const dayOf = localDays(timeZone);
  return startOfDay(dayOf(now) - days, dayOf);
}

/** Tells the local calendar day of a moment, as days since 1970-01-01. */
function localDays(timeZone: string): (millis: number) => number {
  const format = formatOf(timeZone);
  return (millis) => {
    const parts = new Map(format.formatToParts(millis).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts.get('year') ?? NaN, (parts.get('month') ?? NaN) - 1, parts.get('day')) / dayMillis;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', numberingSystem: 'latn', year: 'numeric', month: 'numeric', day: 'numeric' });
  } catch (error) {
    throw new AppError('invalid', 'retention-invalid', `no such time zone: ${timeZone}`, { cause: error });
  }
}

/** The first moment of a local day. Searched for rather than computed: with daylight saving, a day need not begin at 00:00. */
function startOfDay(day: number, dayOf: (millis: number) => number): number {
  let before = (day - 1) * dayMillis;
  let after = (day + 2) * dayMillis;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayOf(middle) < day) before = middle;
    else after = middle;
  }
  return after;
}

const invalid = (detail: string): AppError => new AppError('invalid', 'retention-invalid', detail);
