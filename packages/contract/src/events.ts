// Server-sent events of the site (`/api/events`): what pages need to stay true without reloading.
import { z } from 'zod';
import { Channel } from './channel.ts';
import { Site } from './school.ts';
import { Id } from './shape.ts';

export const eventsPath = '/api/events';

/** Event names and their JSON data. On connecting, and after any gap, a page reads its lists anew. */
export const siteEvents = {
  /** A channel appeared or changed; the whole of it. */
  channel: Channel,
  /** A channel is gone. */
  'channel-removed': z.object({ id: Id }),
  /** Timetables of these channels were saved or taken on by their gather: read them anew. */
  timetable: z.object({ channelIds: z.array(Id) }),
  /** Lessons of these channels look different, or recording by hand; none named: of any. */
  lessons: z.object({ channelIds: z.array(Id) }),
  /** The site's own facts have changed. */
  site: Site,
  /** One of the lists around the channels has changed: read it anew. */
  catalog: z.object({ of: z.enum(['schools', 'grades', 'subjects', 'teachers']) }),
  /** A gather or live server came or went: lists that show it read anew. */
  'agent-changed': z.object({ id: Id }),
};

/** What each event carries, by its name. */
export type SiteEvents = { [Name in keyof typeof siteEvents]: z.output<(typeof siteEvents)[Name]> };
