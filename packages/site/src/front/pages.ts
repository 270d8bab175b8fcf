// Which page stands at an address, and what is in it from the start.
import { AppError, type Channel, type Site } from '@lubo/contract';
import type { Clock } from '../time.ts';
import type { Front } from './front.ts';
import { keptMillis } from './front.ts';
import { keepAnswers } from './kept-answer.ts';
import { type PageContent, addressOf, firstCalls, pageTemplate, recordingContent } from './page.ts';
import { type Packed, pack } from './packed.ts';

export type FrontPagesOptions = {
  front: Front;
  clock: Clock;
  site(): Promise<Site>;
  findChannel(id: string): Promise<Channel | undefined>;
};

/** A page ready to be sent. */
export type ReadyPage = Packed & { status: number };

export type FrontPages = {
  /** The page at `url` (path and query) of a site that is reached at `origin`; `html` is the built index.html. */
  render(html: string, url: string, origin: string): Promise<ReadyPage>;
};

/** Pages that are kept ready: some 20 kB each. */
const mostKept = 200;

const recordingPath = /^\/(?:embed\/)?recordings\/([0-9a-f-]{36})$/;
const subjectPath = /^\/subjects\/([0-9a-z]{12})$/;
const channelPath = /^\/(?:embed\/)?live\/([0-9a-z]{12})$/;

/** Builds them over the room. */
export function createFrontPages({ front, clock, site, findChannel }: FrontPagesOptions): FrontPages {
  let template: { html: string; parts: ReturnType<typeof pageTemplate> } | undefined;
  const templateOf = (html: string): ReturnType<typeof pageTemplate> => {
    if (template?.html !== html) template = { html, parts: pageTemplate(html) };
    return template.parts;
  };
  // The page of an address is the same for everybody, but for the name under which the site is reached.
  const kept = keepAnswers(clock, keptMillis, mostKept, async (key): Promise<ReadyPage> => {
    const [origin, url] = JSON.parse(key) as [string, string];
    const [facts, content] = await Promise.all([site(), contentOf(url)]);
    const answers = { [addressOf(firstCalls.site)]: facts, ...content.answers };
    const html = template?.parts.render({ ...content, answers }, { siteName: facts.name, address: url, origin }) ?? '';
    return { ...(await pack(html)), status: content.status ?? 200 };
  });
  front.onForget(kept.forget);

  async function contentOf(url: string): Promise<PageContent> {
    const [path = '', query = ''] = url.split('?');
    try {
      return (await knownContent(path, new URLSearchParams(query))) ?? { answers: {} };
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not-found') return { answers: {}, status: 404 };
      throw error;
    }
  }

  async function knownContent(path: string, query: URLSearchParams): Promise<PageContent | undefined> {
    if (path === '/') return { answers: { [addressOf(firstCalls.home)]: await front.home() } };
    const [, recordingId] = recordingPath.exec(path) ?? [];
    if (recordingId !== undefined) {
      const page = await front.watch(recordingId);
      return { ...recordingContent(page.recording), answers: { [addressOf(firstCalls.watch, { id: recordingId })]: page } };
    }
    const [, subjectId] = subjectPath.exec(path) ?? [];
    if (subjectId !== undefined) {
      const page = pageNumber(query.get('page'));
      const shown = await front.subject(subjectId, page);
      return { title: shown.subject.name, answers: { [addressOf(firstCalls.subject, { id: subjectId }, page === 1 ? '' : `?page=${page}`)]: shown } };
    }
    const [, channelId] = channelPath.exec(path) ?? [];
    const channel = channelId === undefined ? undefined : await findChannel(channelId);
    if (channel === undefined) return undefined;
    return { title: channel.name, description: [channel.schoolName, channel.gradeName].filter((part) => part !== '').join(' · '), answers: {} };
  }

  return {
    render(html, url, origin) {
      templateOf(html);
      return kept.get(JSON.stringify([origin, shortened(url)]));
    },
  };
}

function pageNumber(text: string | null): number {
  const page = Number(text ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= 800 ? page : 1;
}

/** Only what the page depends on: words that anyone can put behind an address make no new pages. */
function shortened(url: string): string {
  const [path = '', query = ''] = url.slice(0, 512).split('?');
  if (path === '/' || recordingPath.test(path) || channelPath.test(path)) return path;
  if (!subjectPath.test(path)) return '/-';
  const page = pageNumber(new URLSearchParams(query).get('page'));
  return page === 1 ? path : `${path}?page=${page}`;
}
