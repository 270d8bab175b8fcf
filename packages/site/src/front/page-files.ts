// Which built files each page needs besides those that every page has (`pages.json` of the built pages, web/page-files.ts).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Language, languages } from '@lubo/contract/language';
import { z } from 'zod';

const PageFiles = z.object({
  pages: z.array(z.object({ path: z.string(), modules: z.array(z.string()), styles: z.array(z.string()) })),
  words: z.record(z.enum(languages), z.string()),
});

/** Addresses of scripts (modules) and style sheets. */
export type NeededFiles = { modules: string[]; styles: string[] };

/** Files of the page at a path, its words in a language among them. */
export type FilesOf = (path: string, language: Language) => NeededFiles;

/** Reads what is built in `webDir`; pages of a build without the file need nothing more. Throws for one that is not what it should be. */
export function readPageFiles(webDir: string): FilesOf {
  const file = join(webDir, 'pages.json');
  if (!existsSync(file)) return () => ({ modules: [], styles: [] });
  const { pages, words } = PageFiles.parse(JSON.parse(readFileSync(file, 'utf8')));
  const known = pages.map(({ path, ...files }) => ({ pattern: new RegExp(path), files }));
  return (path, language) => {
    const { modules = [], styles = [] } = known.find(({ pattern }) => pattern.test(path))?.files ?? {};
    return { modules: [...modules, words[language]], styles };
  };
}
