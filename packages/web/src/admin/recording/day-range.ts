// The days of a date filter between the address, which says moments, and a picker, which shows days. Pure.

/** First moment of the day after, in this machine's zone; right also where a day has 23 or 25 hours. */
export function dayAfter(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1);
}

/** The first and the last day of `from` (inclusive) to `to` (exclusive); undefined where either is no moment. */
export function daysOf({ from = '', to = '' }: Readonly<Record<string, string>>): [Date, Date] | undefined {
  const [first, end] = [Date.parse(from), Date.parse(to)];
  return Number.isNaN(first) || Number.isNaN(end) ? undefined : [new Date(first), new Date(end - 1)];
}
