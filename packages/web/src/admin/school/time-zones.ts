// The time zones that can be chosen. Those of the school's neighbourhood stand first; browsers that can't list zones offer these.

const usual = ['Asia/Shanghai', 'Asia/Urumqi', 'Asia/Hong_Kong', 'Asia/Macau', 'Asia/Taipei', 'Asia/Singapore', 'Asia/Tokyo', 'Europe/London', 'America/New_York', 'UTC'];

/** Each zone with its distance from UTC at `now`: `Asia/Shanghai (UTC+8)`. */
export function zoneChoices(now: Date): { zone: string; label: string }[] {
  const list = (Intl as { supportedValuesOf?: (key: 'timeZone') => string[] }).supportedValuesOf?.('timeZone') ?? [];
  return [...new Set([...usual, ...list])].flatMap((zone) => {
    const distance = distanceOf(zone, now);
    return distance === undefined ? [] : [{ zone, label: `${zone} (${distance})` }];
  });
}

/** Distance from UTC as `UTC+8`, `UTC-3:30`; `undefined` for a zone that this browser does not know. */
export function distanceOf(zone: string, now: Date): string | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' }).formatToParts(now);
    const get = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
    const there = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'));
    const minutes = Math.round((there - Math.floor(now.getTime() / 60_000) * 60_000) / 60_000);
    if (minutes === 0) return 'UTC';
    const rest = Math.abs(minutes) % 60;
    return `UTC${minutes < 0 ? '-' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
  } catch {
    return undefined;
  }
}
