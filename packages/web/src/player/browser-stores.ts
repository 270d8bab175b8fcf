// The browser's stores, where they are not barred.

/** The store of this visit: it ends with the tab. Barred in private windows of some browsers. */
export function visitStore(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

/** The store that outlives a visit. Barred to frames in other sites' pages by some browsers, and in private windows. */
export function lastingStore(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
