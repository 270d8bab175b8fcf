// Moments in the words of the language in use, in the time zone of whoever looks.

/** Date and time to the minute: `2026/09/01 08:05`. */
export function momentText(moment: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return format.format(new Date(moment));
}
