// Dates as the lessons' screen goes by them: those of whoever looks.

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The date so many days before a moment: `2026-09-01`. */
export function daysBack(moment: Date, days: number): string {
  const date = new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() - days);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A date for people, short: `9/1周二`. */
export function dateText(date: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeZone: 'UTC', month: 'numeric', day: 'numeric', weekday: 'short' }).format(new Date(`${date}T00:00:00Z`));
}
