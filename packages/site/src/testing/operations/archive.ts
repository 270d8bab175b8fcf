// Calls that succeed: recordings, what the public pages show, storage.
import { routes } from '@lubo/contract';
import type { Operation, OperationName } from './operation.ts';
import type { Stage } from '../stage.ts';

const bare: Operation = { good: () => ({}) };

const onRecording = (body?: unknown): Operation => ({
  good: ({ recordingId: id }) => ({ params: { id }, ...(body === undefined ? {} : { body }) }),
  absent: 'recording-not-found',
});

const group = (stage: Stage) => stage.done(routes.addStorageGroup, { body: { name: stage.name() } });

/** A volume that nothing is on, in a group of its own. */
async function volume(stage: Stage): Promise<string> {
  const { id: groupId } = await group(stage);
  return (await stage.done(routes.addVolume, { body: { groupId, place: stage.folder() } })).id;
}

const onVolume = (body?: unknown): Operation => ({
  good: async (stage) => ({ params: { id: await volume(stage) }, ...(body === undefined ? {} : { body }) }),
  absent: 'volume-not-found',
});

export const archiveOperations = {
  listRecordings: { good: ({ subjectId }) => ({ query: { search: '班', subjectId, sort: '-plays', from: '2026-09-01T00:00:00.000Z' } }) },
  getRecording: onRecording(),
  playRecording: onRecording(),
  countPlay: onRecording(),
  getWatchPage: onRecording(),
  getHome: bare,
  getSubjectPage: { good: ({ subjectId: id }) => ({ params: { id }, query: { page: '1' } }), absent: 'subject-not-found' },
  listArchive: { good: ({ channelId }) => ({ query: { channelId, place: 'bin' } }) },
  getArchived: onRecording(),
  editRecording: { good: ({ recordingId: id, subjectId }) => ({ params: { id }, body: { subjectId, teacherId: null, isKept: false } }), absent: 'recording-not-found' },
  deleteRecording: { good: async (stage) => ({ params: { id: await stage.recording() } }), absent: 'recording-not-found' },
  previewArchiveChange: { good: ({ recordingId }) => ({ body: { action: 'delete', ids: [recordingId] } }) },
  changeArchive: { good: ({ recordingId }) => ({ body: { action: 'unkeep', ids: [recordingId] } }) },
  getArchiveRules: bare,
  setArchiveRules: { good: () => ({ body: { retentionDays: null, binDays: 30, allowsDownload: false } }) },
  previewRetention: { good: () => ({ query: { days: '3650' } }) },
  runRetention: bare,
  listStorage: bare,
  checkPlace: { good: (stage) => ({ body: { place: stage.folder() } }) },
  addStorageGroup: { good: (stage) => ({ body: { name: stage.name() } }) },
  editStorageGroup: { good: async (stage) => ({ params: { id: (await group(stage)).id }, body: { name: stage.name() } }), absent: 'group-not-found' },
  removeStorageGroup: { good: async (stage) => ({ params: { id: (await group(stage)).id } }), absent: 'group-not-found' },
  addVolume: { good: async (stage) => ({ body: { groupId: (await group(stage)).id, place: stage.folder(), reserveBytes: 1024 } }) },
  editVolume: onVolume({ reserveBytes: 1024 }),
  removeVolume: onVolume(),
  checkVolume: onVolume(),
  uploadState: {
    good: ({ gatherKey: headers, recordingId: id }) => ({ headers, cookie: undefined, params: { id } }),
    absent: { reason: 'a gather asks whether the site has it: that it has not is the answer `unknown`' },
  },
} satisfies Partial<Record<OperationName, Operation>>;
