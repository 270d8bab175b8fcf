// The pages' HTML, kept ready for a moment.
import { AppError, type Site, type Subject } from '@lubo/contract';
import type { Language } from '@lubo/contract/language';
import type { Clock } from '../time.ts';
import { keptMillis } from './front.ts';
import { keepAnswers } from './kept-answer.ts';
import { type PageContent, addressOf, firstCalls, pageTemplate } from './page.ts';
import { type ContentRooms, isSearch, readContent, shortened } from './page-contents.ts';
import type { FilesOf } from './page-files.ts';
import { type Packed, pack } from './packed.ts';

export type FrontPagesOptions = ContentRooms & {
  clock: Clock;
  site(): Promise<Site>;
  /** In the order of the navigation. */
  subjects(): Promise<Subject[]>;
};

/** A page ready to be sent. */
export type ReadyPage = Packed & { status: number };

/** The built index.html, and which files a page needs besides. */
export type BuiltPages = { html: string; filesOf: FilesOf };

/** Who asks: the name under which the site is reached, and the language wanted. */
export type Reader = { origin: string; language: Language };

export type FrontPages = {
  /** The page at `url` (path and query) for `reader`. */
  render(built: BuiltPages, url: string, reader: Reader): Promise<ReadyPage>;
};

/** Pages that are kept ready: some 20 kB each. */
const mostKept = 200;
/** Of searches fewer, by themselves: whatever anyone thinks of takes the room of no other page. */
const mostSearchesKept = 50;

/** Builds them over the room. */
export function createFrontPages({ clock, site, subjects, ...rooms }: FrontPagesOptions): FrontPages {
  let template: { built: BuiltPages; parts: ReturnType<typeof pageTemplate> } | undefined;

  // The page of an address is the same for all whom `Reader` does not tell apart.
  const make = async (key: string): Promise<ReadyPage> => {
    const [url, { origin, language }] = JSON.parse(key) as [string, Reader];
    const facts = await site();
    const content = await contentOf(url, facts);
    // Home brings the subjects of the navigation along.
    const navigation = url === '/' ? {} : { [addressOf(firstCalls.subjects)]: { rows: await subjects() } };
    const answers = { [addressOf(firstCalls.site)]: facts, ...navigation, ...content.answers };
    const files = template?.built.filesOf(url.split('?')[0] ?? '', language);
    const html = template?.parts.render({ ...content, answers }, { siteName: facts.name, address: url, origin, language, ...(files && { files }) }) ?? '';
    return { ...(await pack(html)), status: content.status ?? 200 };
  };
  const kept = keepAnswers(clock, keptMillis, mostKept, make);
  const searches = keepAnswers(clock, keptMillis, mostSearchesKept, make);
  rooms.front.onForget(() => {
    kept.forget();
    searches.forget();
  });

  async function contentOf(url: string, { timeZone }: Site): Promise<PageContent> {
    try {
      return (await readContent(rooms, url, timeZone)) ?? { answers: {} };
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not-found') return { answers: {}, status: 404 };
      throw error;
    }
  }

  return {
    render(built, url, reader) {
      if (template?.built !== built) template = { built, parts: pageTemplate(built.html) };
      const address = shortened(url);
      return (isSearch(address) ? searches : kept).get(JSON.stringify([address, reader]));
    },
  };
}
