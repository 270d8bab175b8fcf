// Which built files each page needs besides those that every page has (`pages.json` of the built pages, web/page-files.ts).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const PageFiles = z.array(z.object({ path: z.string(), modules: z.array(z.string()), styles: z.array(z.string()) }));

/** Addresses of scripts (modules) and style sheets. */
export type NeededFiles = { modules: string[]; styles: string[] };

/** Reads what is built in `webDir`; pages of a build without the file need nothing more. Throws for one that is not what it should be. */
export function readPageFiles(webDir: string): (path: string) => NeededFiles {
  const file = join(webDir, 'pages.json');
  const known = existsSync(file) ? PageFiles.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
  const pages = known.map(({ path, ...files }) => ({ pattern: new RegExp(path), files }));
  return (path) => pages.find(({ pattern }) => pattern.test(path))?.files ?? { modules: [], styles: [] };
}
