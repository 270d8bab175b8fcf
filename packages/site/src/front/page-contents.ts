// What is in each page from the start: its words for whoever shares or searches, the picture that is seen first, and the answers of
// the calls that it begins with.
import { type BannerItem, type Channel, RecordingQuery, channelRecordingsSize, feedPageSize, livePageSize } from '@lubo/contract';
import { pictureSizes } from '@lubo/contract/picture';
import type { Front } from './front.ts';
import { type FirstPicture, type PageContent, addressOf, channelContent, firstCalls, firstPosterOf, firstSnapshotOf, recordingContent } from './page.ts';

/** Where contents come from. */
export type ContentRooms = {
  front: Front;
  findChannel(id: string): Promise<Channel | undefined>;
  listChannels(query: { page: number; pageSize: number }): Promise<{ rows: Channel[]; total: number; online: number }>;
};

const recordingPath = /^\/(?:embed\/)?recordings\/([0-9a-f-]{36})$/;
const subjectPath = /^\/subjects\/([0-9a-z]{12})$/;
const channelPath = /^\/(embed\/)?live\/([0-9a-z]{12})$/;
/** Pages of their own files, whatever stands behind their address. */
const plainPages = new Set(['/', '/live', '/subjects']);
/** As many characters as the search page takes. */
const longestSearch = 64;

/** What the page at `url` (path and query) begins with; `undefined` for one that asks for everything itself. Rejects with `not-found`. */
export async function readContent(rooms: ContentRooms, url: string, timeZone: string): Promise<PageContent | undefined> {
  const [path = '', text = ''] = url.split('?');
  const query = new URLSearchParams(text);
  if (path === '/') return homeContent(rooms);
  if (path === '/live') return liveListContent(rooms);
  if (path === '/search') return searchContent(rooms, query);
  const [, recordingId] = recordingPath.exec(path) ?? [];
  if (recordingId !== undefined) return watchContent(rooms, recordingId, timeZone);
  const [, subjectId] = subjectPath.exec(path) ?? [];
  if (subjectId !== undefined) return subjectContent(rooms, subjectId, pageNumber(query));
  const [, embed, channelId] = channelPath.exec(path) ?? [];
  return channelId === undefined ? undefined : livePageContent(rooms, channelId, embed !== undefined);
}

/** Only what the page depends on: words that anyone can put behind an address make no new pages. */
export function shortened(url: string): string {
  // The longest search, all of it escaped, is below this.
  const [path = '', text = ''] = url.slice(0, 1024).split('?');
  if (plainPages.has(path) || recordingPath.test(path) || channelPath.test(path)) return path;
  const query = new URLSearchParams(text);
  if (isSearch(path)) return isPlainSearch(query) ? `${path}?${new URLSearchParams({ q: searchWords(query) }).toString()}` : `${path}?from`;
  if (!subjectPath.test(path)) return '/-';
  const page = pageNumber(query);
  return page === 1 ? path : `${path}?page=${page}`;
}

/** Whether a page is of words that anyone can think of. */
export function isSearch(url: string): boolean {
  return url.split('?')[0] === '/search';
}

async function homeContent({ front }: ContentRooms): Promise<PageContent> {
  const home = await front.home();
  return { answers: { [addressOf(firstCalls.home)]: home }, ...shownFirst(home.banner[0] && bannerPicture(home.banner[0])) };
}

async function liveListContent({ listChannels }: ContentRooms): Promise<PageContent> {
  const list = await listChannels({ page: 1, pageSize: livePageSize });
  const [first] = list.rows;
  return { answers: { [liveListAddress]: list }, ...shownFirst(first && firstSnapshotOf(first, pictureSizes.liveCard)) };
}

const liveListAddress = addressOf(firstCalls.channels, {}, `?page=1&pageSize=${livePageSize}`);

/** Days are in the browser's time zone, which only it knows: such a search asks by itself. */
async function searchContent({ front }: ContentRooms, query: URLSearchParams): Promise<PageContent | undefined> {
  if (!isPlainSearch(query)) return undefined;
  const words = searchWords(query);
  const asked = { ...(words === '' ? {} : { search: words }), page: '1', pageSize: String(feedPageSize) };
  const found = await front.list(RecordingQuery.parse({ ...asked, page: 1, pageSize: feedPageSize }));
  const [first] = found.rows;
  return { ...shownFirst(first && firstPosterOf(first, pictureSizes.card)), answers: { [addressOf(firstCalls.recordings, {}, `?${new URLSearchParams(asked).toString()}`)]: found } };
}

async function watchContent({ front }: ContentRooms, id: string, timeZone: string): Promise<PageContent> {
  const page = await front.watch(id);
  return { ...recordingContent(page.recording, timeZone), ...shownFirst(firstPosterOf(page.recording, pictureSizes.player)), answers: { [addressOf(firstCalls.watch, { id })]: page } };
}

async function subjectContent({ front }: ContentRooms, id: string, page: number): Promise<PageContent> {
  const shown = await front.subject(id, page);
  const [first] = shown.rows;
  const answers = { [addressOf(firstCalls.subject, { id }, page === 1 ? '' : `?page=${page}`)]: shown };
  return { title: shown.subject.name, ...shownFirst(first && firstPosterOf(first, pictureSizes.card)), answers };
}

/** What stands beside the picture comes along: where it takes the room of the picture, that would move. */
async function livePageContent({ front, findChannel, listChannels }: ContentRooms, id: string, isEmbedded: boolean): Promise<PageContent | undefined> {
  const channel = await findChannel(id);
  if (channel === undefined) return undefined;
  const [others, recordings] = isEmbedded ? [] : await Promise.all([listChannels({ page: 1, pageSize: livePageSize }), front.list(RecordingQuery.parse({ channelId: id, pageSize: channelRecordingsSize }))]);
  return {
    ...channelContent(channel),
    ...shownFirst(firstSnapshotOf(channel, pictureSizes.player)),
    answers: {
      [addressOf(firstCalls.channel, { id })]: channel,
      ...(others && { [liveListAddress]: others }),
      ...(recordings && { [addressOf(firstCalls.recordings, {}, `?channelId=${id}&pageSize=${channelRecordingsSize}`)]: recordings }),
    },
  };
}

function shownFirst(firstPicture: FirstPicture | undefined): { firstPicture?: FirstPicture } {
  return firstPicture === undefined ? {} : { firstPicture };
}

function bannerPicture(item: BannerItem): FirstPicture | undefined {
  return item.kind === 'recording' ? firstPosterOf(item.recording, pictureSizes.banner) : firstSnapshotOf(item.channel, pictureSizes.banner);
}

function isPlainSearch(query: URLSearchParams): boolean {
  return !query.has('from') && !query.has('to');
}

/** Cut where the page cuts; half a character is none. */
function searchWords(query: URLSearchParams): string {
  return (query.get('q') ?? '').slice(0, longestSearch).toWellFormed();
}

function pageNumber(query: URLSearchParams): number {
  const page = Number(query.get('page') ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= 800 ? page : 1;
}
