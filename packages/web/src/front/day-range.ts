// Days as people pick them, as the moments between which a recording began: in the browser's time zone, both days included. Pure.

/** `from` and `to` are `yyyy-mm-dd` or empty; what is no day is left out. */
export function dayRange(from: string, to: string): { from?: string; to?: string } {
  const first = dayOf(from);
  const last = dayOf(to);
  last?.setDate(last.getDate() + 1);
  return { ...(first === undefined ? {} : { from: first.toISOString() }), ...(last === undefined ? {} : { to: last.toISOString() }) };
}

function dayOf(text: string): Date | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  return date.getMonth() === Number(month) - 1 ? date : undefined;
}
