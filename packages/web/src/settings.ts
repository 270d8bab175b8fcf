// The few choices that a browser remembers for its viewer: language, theme, columns of the wall.

type Setting = 'language' | 'theme' | 'wall';

/** The remembered value; `null` before any choice or where the store is barred. */
export function readSetting(name: Setting): string | null {
  try {
    return localStorage.getItem(`lubo.${name}`);
  } catch {
    return null;
  }
}

/** Remembers a value; where the store is barred it only lasts for this page. */
export function writeSetting(name: Setting, value: string): void {
  try {
    localStorage.setItem(`lubo.${name}`, value);
  } catch {
    // Private windows of some browsers refuse.
  }
}
