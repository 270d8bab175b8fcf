// Which page stands at an address, and what is in it from the start.
import { AppError, type BannerItem, type Channel, type Site, type Subject, livePageSize } from '@lubo/contract';
import { pictureSizes } from '@lubo/contract/poster';
import type { Clock } from '../time.ts';
import type { Front } from './front.ts';
import { keptMillis } from './front.ts';
import { keepAnswers } from './kept-answer.ts';
import { type FirstPicture, type PageContent, addressOf, channelContent, firstCalls, firstPosterOf, firstSnapshotOf, pageTemplate, recordingContent } from './page.ts';
import type { NeededFiles } from './page-files.ts';
import { type Packed, pack } from './packed.ts';

export type FrontPagesOptions = {
  front: Front;
  clock: Clock;
  site(): Promise<Site>;
  /** In the order of the navigation. */
  subjects(): Promise<Subject[]>;
  findChannel(id: string): Promise<Channel | undefined>;
  listChannels(query: { page: number; pageSize: number }): Promise<{ rows: Channel[]; total: number; online: number }>;
};

/** A page ready to be sent. */
export type ReadyPage = Packed & { status: number };

/** The built index.html, and which files a page needs besides. */
export type BuiltPages = { html: string; filesOf(path: string): NeededFiles };

export type FrontPages = {
  /** The page at `url` (path and query) of a site that is reached at `origin`. */
  render(built: BuiltPages, url: string, origin: string): Promise<ReadyPage>;
};

/** Pages that are kept ready: some 20 kB each. */
const mostKept = 200;

/** Pages of their own files, whatever stands behind their address. */
const plainPages = new Set(['/live', '/subjects', '/search']);
const recordingPath = /^\/(?:embed\/)?recordings\/([0-9a-f-]{36})$/;
const subjectPath = /^\/subjects\/([0-9a-z]{12})$/;
const channelPath = /^\/(?:embed\/)?live\/([0-9a-z]{12})$/;

/** Builds them over the room. */
export function createFrontPages({ front, clock, site, subjects, findChannel, listChannels }: FrontPagesOptions): FrontPages {
  let template: { built: BuiltPages; parts: ReturnType<typeof pageTemplate> } | undefined;
  // The page of an address is the same for everybody, but for the name under which the site is reached.
  const kept = keepAnswers(clock, keptMillis, mostKept, async (key): Promise<ReadyPage> => {
    const [origin, url] = JSON.parse(key) as [string, string];
    const facts = await site();
    const content = await contentOf(url, facts);
    // Home brings the subjects of the navigation along.
    const navigation = url === '/' ? {} : { [addressOf(firstCalls.subjects)]: { rows: await subjects() } };
    const answers = { [addressOf(firstCalls.site)]: facts, ...navigation, ...content.answers };
    const files = template?.built.filesOf(url.split('?')[0] ?? '');
    const html = template?.parts.render({ ...content, answers }, { siteName: facts.name, address: url, origin, ...(files && { files }) }) ?? '';
    return { ...(await pack(html)), status: content.status ?? 200 };
  });
  front.onForget(kept.forget);

  async function contentOf(url: string, facts: Site): Promise<PageContent> {
    const [path = '', query = ''] = url.split('?');
    try {
      return (await knownContent(path, new URLSearchParams(query), facts)) ?? { answers: {} };
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not-found') return { answers: {}, status: 404 };
      throw error;
    }
  }

  async function knownContent(path: string, query: URLSearchParams, { timeZone }: Site): Promise<PageContent | undefined> {
    if (path === '/') {
      const home = await front.home();
      return { answers: { [addressOf(firstCalls.home)]: home }, ...shownFirst(home.banner[0] && bannerPicture(home.banner[0])) };
    }
    if (path === '/live') {
      const list = await listChannels({ page: 1, pageSize: livePageSize });
      const [first] = list.rows;
      return { ...shownFirst(first && firstSnapshotOf(first, pictureSizes.liveCard)), answers: { [addressOf(firstCalls.channels, {}, `?page=1&pageSize=${livePageSize}`)]: list } };
    }
    const [, recordingId] = recordingPath.exec(path) ?? [];
    if (recordingId !== undefined) {
      const page = await front.watch(recordingId);
      const { posterUrl } = page.recording;
      return { ...recordingContent(page.recording, timeZone), ...shownFirst(posterUrl === undefined ? undefined : { url: posterUrl }), answers: { [addressOf(firstCalls.watch, { id: recordingId })]: page } };
    }
    const [, subjectId] = subjectPath.exec(path) ?? [];
    if (subjectId !== undefined) {
      const page = pageNumber(query.get('page'));
      const shown = await front.subject(subjectId, page);
      const [first] = shown.rows;
      return { title: shown.subject.name, ...shownFirst(first && firstPosterOf(first, pictureSizes.card)), answers: { [addressOf(firstCalls.subject, { id: subjectId }, page === 1 ? '' : `?page=${page}`)]: shown } };
    }
    const [, channelId] = channelPath.exec(path) ?? [];
    const channel = channelId === undefined ? undefined : await findChannel(channelId);
    if (channel === undefined) return undefined;
    return { ...channelContent(channel), ...shownFirst(channel.snapshotUrl === undefined ? undefined : { url: channel.snapshotUrl }), answers: { [addressOf(firstCalls.channel, { id: channel.id })]: channel } };
  }

  return {
    render(built, url, origin) {
      if (template?.built !== built) template = { built, parts: pageTemplate(built.html) };
      return kept.get(JSON.stringify([origin, shortened(url)]));
    },
  };
}

function shownFirst(firstPicture: FirstPicture | undefined): { firstPicture?: FirstPicture } {
  return firstPicture === undefined ? {} : { firstPicture };
}

function bannerPicture(item: BannerItem): FirstPicture | undefined {
  return item.kind === 'recording' ? firstPosterOf(item.recording, pictureSizes.banner) : firstSnapshotOf(item.channel, pictureSizes.banner);
}

function pageNumber(text: string | null): number {
  const page = Number(text ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= 800 ? page : 1;
}

/** Only what the page depends on: words that anyone can put behind an address make no new pages. */
function shortened(url: string): string {
  const [path = '', query = ''] = url.slice(0, 512).split('?');
  if (path === '/' || plainPages.has(path) || recordingPath.test(path) || channelPath.test(path)) return path;
  if (!subjectPath.test(path)) return '/-';
  const page = pageNumber(new URLSearchParams(query).get('page'));
  return page === 1 ? path : `${path}?page=${page}`;
}
