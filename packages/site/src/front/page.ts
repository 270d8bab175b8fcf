// The pages' HTML with what they show already in it: title, description and picture for whoever shares or searches, and the
// answers of the calls that the page begins with, so that the first paint carries content.
import { type Channel, type Recording, mediaPaths, routes } from '@lubo/contract';
import type { Language } from '@lubo/contract/language';
import { pictureSrcset } from '@lubo/contract/picture';
import type { NeededFiles } from './page-files.ts';

/** What stands in the page besides the program. */
export type PageContent = {
  /** The page's own words; the site's name follows. */
  title?: string;
  description?: string;
  /** Path of a picture. */
  picture?: string;
  /** When it was: ISO 8601. */
  at?: string;
  /** The largest picture in sight from the start, as the page will ask for it. */
  firstPicture?: FirstPicture;
  kind?: 'website' | 'video.other';
  /** Answers by the address that the page would ask: `/api/front/home`. */
  answers: Record<string, unknown>;
  status?: 200 | 404;
};

/** `srcset` and `sizes` where there are several widths of it, all of them WebP. */
export type FirstPicture = { url: string; srcset?: string | undefined; sizes?: string | undefined };

/** The site that a page is of, the language that its reader wants, and which files it needs besides those that every page has. */
export type PageSurroundings = { siteName: string; address: string; origin: string; language?: Language; files?: NeededFiles };

/** Parts of the built index.html round what changes. */
export type PageTemplate = { render(content: PageContent, about: PageSurroundings): string };

/** Takes the built page apart. Its title is replaced; without a `</head>` it is left as it is. */
export function pageTemplate(html: string): PageTemplate {
  const [before = '', after] = html.replace(/<title>[^<]*<\/title>/, '').split('</head>', 2);
  return {
    render(content, about) {
      if (after === undefined) return html;
      const answers = `<script type="application/json" id="answers">${scriptJson(content.answers)}</script>`;
      const opened = before.replace('<html lang="zh-CN">', `<html lang="${about.language ?? 'zh-CN'}">`);
      return `${opened}${linksOf(content, about)}${headOf(content, about)}</head>${after.replace('</body>', () => `${answers}</body>`)}`;
    },
  };
}

/** What the browser would otherwise learn of one after the other: the page's own files, and the picture that is seen first. */
function linksOf({ firstPicture }: PageContent, { files = { modules: [], styles: [] } }: PageSurroundings): string {
  const modules = files.modules.map((href) => `<link rel="modulepreload" crossorigin href="${attribute(href)}">`);
  const styles = files.styles.map((href) => `<link rel="stylesheet" crossorigin href="${attribute(href)}">`);
  return [...styles, ...modules, ...(firstPicture === undefined ? [] : [preloadOf(firstPicture)])].join('');
}

function preloadOf({ url, srcset, sizes }: FirstPicture): string {
  // A browser that knows no WebP passes over it, as it will in the page.
  const candidates = srcset === undefined ? `href="${attribute(url)}"` : `type="image/webp" imagesrcset="${attribute(srcset)}" imagesizes="${attribute(sizes ?? '100vw')}"`;
  return `<link rel="preload" as="image" fetchpriority="high" ${candidates}>`;
}

function headOf({ title, description, picture, at, kind = 'website' }: PageContent, { siteName, address, origin }: PageSurroundings): string {
  const whole = title === undefined ? siteName : `${title} - ${siteName}`;
  const properties: [name: string, value: string | undefined][] = [
    ['og:title', title ?? siteName],
    ['og:site_name', siteName],
    ['og:type', kind],
    ['og:url', `${origin}${address}`],
    ['og:description', description],
    ['og:image', picture === undefined ? undefined : `${origin}${picture}`],
    ['video:release_date', kind === 'video.other' ? at : undefined],
  ];
  const metas = properties.flatMap(([name, value]) => (value === undefined ? [] : [`<meta property="${name}" content="${attribute(value)}">`]));
  return [`<title>${attribute(whole)}</title>`, ...(description === undefined ? [] : [`<meta name="description" content="${attribute(description)}">`]), ...metas].join('');
}

/** JSON that no markup in names can end: as `<` it would open or close a script. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function attribute(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A recording's name: subject, teacher, class, as far as they are known. */
export function recordingTitle({ subjectName, teacherName, className }: Recording): string {
  return [subjectName, teacherName, className].filter((part) => part !== '').join(' · ');
}

/** The address of a call as the pages write it. */
export function addressOf(route: { path: string }, params: Record<string, string> = {}, query = ''): string {
  return `${route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))}${query}`;
}

/** What is said of a recording; its date as clocks of `timeZone` (IANA) show it. */
export function recordingContent(recording: Recording, timeZone: string): Pick<PageContent, 'title' | 'description' | 'kind' | 'picture' | 'at'> {
  const { id, schoolName, gradeName, posterUrl, startedAt } = recording;
  const when = new Date(startedAt).toLocaleString('zh-CN', { dateStyle: 'long', timeStyle: 'short', timeZone });
  const description = [when, schoolName, gradeName].filter((part) => part !== '').join(' · ');
  const title = recordingTitle(recording);
  return {
    ...(title === '' ? {} : { title }),
    description,
    at: startedAt,
    kind: 'video.other',
    ...(posterUrl === undefined ? {} : { picture: mediaPaths.poster.replace(':id', id) }),
  };
}

/** A recording's poster as a page shows it `sizes` wide. */
export function firstPosterOf({ posterUrl, posterWidths }: Recording, sizes: string): FirstPicture | undefined {
  return posterUrl === undefined ? undefined : { url: posterUrl, srcset: pictureSrcset(posterUrl, posterWidths), sizes };
}

/** A channel's snapshot as a page shows it `sizes` wide. */
export function firstSnapshotOf({ snapshotUrl, snapshotWidths }: Channel, sizes: string): FirstPicture | undefined {
  return snapshotUrl === undefined ? undefined : { url: snapshotUrl, srcset: pictureSrcset(snapshotUrl, snapshotWidths), sizes };
}

/** What is said of a channel. Its picture is the newest whenever it is fetched, and a JPEG: WeChat and others show nothing else. */
export function channelContent({ id, name, schoolName, gradeName, snapshotUrl }: Channel): Pick<PageContent, 'title' | 'description' | 'picture'> {
  return {
    title: name,
    description: [schoolName, gradeName].filter((part) => part !== '').join(' · '),
    ...(snapshotUrl === undefined ? {} : { picture: mediaPaths.snapshot.replace(':id', id) }),
  };
}

/** The call that each page begins with. */
export const firstCalls = { home: routes.getHome, subject: routes.getSubjectPage, watch: routes.getWatchPage, site: routes.getSite, subjects: routes.listSubjects, channel: routes.getChannel, channels: routes.listChannels, recordings: routes.listRecordings } as const;
