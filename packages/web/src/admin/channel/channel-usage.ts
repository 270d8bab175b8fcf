// What hangs on one channel, in the shape in which it is asked before anything is deleted.
import { routes } from '@lubo/contract';
import type { Usage } from '@lubo/contract';
import { call } from '../../api.ts';

/** Timetable and lessons go with a channel, its recordings stay. */
export async function usageOfChannel(id: string): Promise<Usage> {
  const { intervals, lessons, recordings, recordingBytes } = await call(routes.channelUsage, { body: { ids: [id] } });
  const items: Usage['items'] = [
    { kind: 'intervals', effect: 'goes', count: intervals },
    { kind: 'lessons', effect: 'goes', count: lessons },
    { kind: 'recordings', effect: 'stays', count: recordings, bytes: recordingBytes },
  ];
  return { items: items.filter(({ count }) => count > 0), isBlocked: false, state: '' };
}
