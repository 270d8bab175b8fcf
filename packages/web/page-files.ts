// Vite plugin: writes `pages.json`, which built files each of the viewers' pages needs from the start, and the words of each language.
// The site names them in the page, so that the browser fetches all at once instead of one after the other.
import type { Language } from '@lubo/contract/language';
import type { Plugin } from 'vite';

/** Addresses (as regular expressions) and the component that stands there; the first that matches counts. */
const pages: readonly [path: string, component: string][] = [
  ['^/live/[^/]+$', 'front/player-pages.ts'],
  ['^/recordings/[^/]+$', 'front/player-pages.ts'],
  ['^/embed/recordings/[^/]+$', 'front/player-pages.ts'],
  ['^/embed/live/[^/]+$', 'front/player-pages.ts'],
  ['^/', 'main.ts'],
];
/** Where the words of each language stand. */
const words: Record<Language, string> = { 'zh-CN': 'i18n/zh-cn.ts', en: 'i18n/en.ts' };

type Chunk = { type: string; fileName: string; isEntry: boolean; imports: string[]; moduleIds: string[]; facadeModuleId: string | null; viteMetadata?: { importedCss: Set<string> } };

/** Makes the file of what was built. A page whose component is not found stops the build. */
export function pageFiles(): Plugin {
  return {
    name: 'lubo-page-files',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle as unknown as Record<string, Chunk>).filter(({ type }) => type === 'chunk');
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const entry = closure(chunks.filter(({ isEntry }) => isEntry), byName);
      const chunkOf = (source: string): Chunk => {
        const found = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/src/${source}`)) ?? chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`/src/${source}`)));
        if (found === undefined) throw new Error(`page-files: no built file has src/${source}`);
        return found;
      };
      const filesOf = (path: string, component: string) => {
        const needed = [...closure([chunkOf(component)], byName)].filter((chunk) => !entry.has(chunk));
        const styles = needed.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]);
        return { path, modules: needed.map(({ fileName }) => `/${fileName}`), styles: [...new Set(styles)].map((name) => `/${name}`) };
      };
      const built = {
        pages: pages.map(([path, component]) => filesOf(path, component)),
        words: Object.fromEntries(Object.entries(words).map(([language, source]) => [language, `/${chunkOf(source).fileName}`])),
      };
      this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify(built) });
    },
  };
}

function closure(roots: readonly Chunk[], byName: ReadonlyMap<string, Chunk>): Set<Chunk> {
  const found = new Set(roots);
  for (const chunk of found) {
    for (const name of chunk.imports) {
      const imported = byName.get(name);
      if (imported !== undefined) found.add(imported);
    }
  }
  return found;
}
