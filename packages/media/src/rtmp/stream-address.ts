// Which stream a peer means: application, name and query, which clients spread over tcUrl, app and stream name.

declare global {
  // Part of every platform that this runs on, but not of ES2023's types; merges with Node's and the browser's own.
  interface URLSearchParams {
    get(name: string): string | null;
    has(name: string): boolean;
    append(name: string, value: string): void;
    forEach(each: (value: string, name: string) => void): void;
  }
}

const { URLSearchParams: Query } = globalThis as unknown as { URLSearchParams: new (query?: string) => URLSearchParams };

/** `app` and `name` without slashes at their ends, percent-decoded; `query` from all three places. */
export type StreamAddress = { app: string; name: string; query: URLSearchParams };

/**
 * Gathers `rtmp://h/live?a=1/name?b=2` and its kin. A parameter that is told in several places counts where it is
 * nearest to the name: name, then app, then tcUrl.
 */
export function streamAddress(from: { app: string; tcUrl: string; name: string }): StreamAddress {
  const app = split(from.app);
  const name = split(from.name);
  const query = new Query(name.query);
  for (const farther of [app.query, split(from.tcUrl).query]) {
    const parameters = new Query(farther);
    const known = new Query(query.toString());
    parameters.forEach((value, key) => {
      if (!known.has(key)) query.append(key, value);
    });
  }
  return { app: decode(app.path), name: decode(name.path), query };
}

/** Cuts at the first question mark. Some clients write further parameters behind a second one: it counts as "&". */
function split(text: string): { path: string; query: string } {
  const [path = '', ...queries] = text.split('?');
  return { path: path.replace(/^\/+|\/+$/g, ''), query: queries.join('&') };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A bare percent sign: the name is meant as it stands.
    return path;
  }
}
