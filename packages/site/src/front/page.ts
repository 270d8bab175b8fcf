// The pages' HTML with what they show already in it: title, description and picture for whoever shares or searches, and the
// answers of the calls that the page begins with, so that the first paint carries content.
import { type Recording, mediaPaths, routes } from '@lubo/contract';

/** What stands in the page besides the program. */
export type PageContent = {
  /** The page's own words; the site's name follows. */
  title?: string;
  description?: string;
  /** Path of a picture. */
  picture?: string;
  kind?: 'website' | 'video.other';
  /** Answers by the address that the page would ask: `/api/front/home`. */
  answers: Record<string, unknown>;
  status?: 200 | 404;
};

/** Parts of the built index.html round what changes. */
export type PageTemplate = { render(content: PageContent, about: { siteName: string; address: string; origin: string }): string };

/** Takes the built page apart. Its title is replaced; without a `</head>` it is left as it is. */
export function pageTemplate(html: string): PageTemplate {
  const [before = '', after] = html.replace(/<title>[^<]*<\/title>/, '').split('</head>', 2);
  return {
    render(content, about) {
      if (after === undefined) return html;
      const answers = `<script type="application/json" id="answers">${scriptJson(content.answers)}</script>`;
      return `${before}${headOf(content, about)}</head>${after.replace('</body>', () => `${answers}</body>`)}`;
    },
  };
}

function headOf({ title, description, picture, kind = 'website' }: PageContent, { siteName, address, origin }: { siteName: string; address: string; origin: string }): string {
  const whole = title === undefined ? siteName : `${title} - ${siteName}`;
  const properties: [name: string, value: string | undefined][] = [
    ['og:title', title ?? siteName],
    ['og:site_name', siteName],
    ['og:type', kind],
    ['og:url', `${origin}${address}`],
    ['og:description', description],
    ['og:image', picture === undefined ? undefined : `${origin}${picture}`],
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

/** What is said of a recording. */
export function recordingContent(recording: Recording): Pick<PageContent, 'title' | 'description' | 'kind' | 'picture'> {
  const { id, schoolName, gradeName, posterUrl } = recording;
  const place = [schoolName, gradeName].filter((part) => part !== '').join(' · ');
  const title = recordingTitle(recording);
  return {
    ...(title === '' ? {} : { title }),
    ...(place === '' ? {} : { description: place }),
    kind: 'video.other',
    ...(posterUrl === undefined ? {} : { picture: mediaPaths.poster.replace(':id', id) }),
  };
}

/** The call that each page begins with. */
export const firstCalls = { home: routes.getHome, subject: routes.getSubjectPage, watch: routes.getWatchPage, site: routes.getSite, channel: routes.getChannel } as const;
