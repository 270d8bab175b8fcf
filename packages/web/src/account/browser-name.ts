// A browser's long name for itself, in the few words by which people know their devices. Pure.

const browsers: readonly [sign: RegExp, name: string][] = [
  [/MicroMessenger\//, 'WeChat'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const systems: readonly [sign: RegExp, name: string][] = [
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** `Chrome · Windows`; programs by the first word of what they call themselves; empty when they say nothing. */
export function browserName(userAgent: string): string {
  const named = [browsers, systems].map((all) => all.find(([sign]) => sign.test(userAgent))?.[1]).filter((name) => name !== undefined);
  return named.length > 0 ? named.join(' · ') : (userAgent.split(/[\s/]/)[0] ?? '').slice(0, 40);
}

/** Whether the page is shown within WeChat, where a QR code can't be scanned. */
export function isWechat(userAgent: string): boolean {
  return /MicroMessenger\//.test(userAgent);
}
