// What hangs on several things taken together, for one question before they are all deleted. Pure.
import type { Usage, UsageItem } from '@lubo/contract';

/** Adds up by kind and effect: what blocks first, then what goes, then what stays. */
export function sumOf(usages: readonly Usage[]): UsageItem[] {
  const sums = new Map<string, UsageItem>();
  for (const { kind, effect, count, bytes } of usages.flatMap((usage) => usage.items)) {
    const sum = sums.get(`${effect} ${kind}`);
    const size = bytes === undefined && sum?.bytes === undefined ? {} : { bytes: (sum?.bytes ?? 0) + (bytes ?? 0) };
    sums.set(`${effect} ${kind}`, { kind, effect, count: (sum?.count ?? 0) + count, ...size });
  }
  const order = ['blocks', 'goes', 'stays'];
  return [...sums.values()].sort((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect));
}

/** `bytes` as people say it: `4.6 GB`; powers of 1000, as disks are sold. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
