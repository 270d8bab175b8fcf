// What recordings and storage may collide with.
import { cpSync } from 'node:fs';
import { routes } from '@lubo/contract';
import type { OperationName } from '../operations/operation.ts';
import type { Stage } from '../stage.ts';
import { type Conflicts, bySet, named, renamed } from './conflict.ts';

const group = (stage: Stage, name: string) => stage.done(routes.addStorageGroup, { body: { name } });

async function groupWithVolume(stage: Stage): Promise<{ groupId: string; volumeId: string; place: string }> {
  const [{ id: groupId }, place] = [await group(stage, stage.name()), stage.folder()];
  return { groupId, place, volumeId: (await stage.done(routes.addVolume, { body: { groupId, place } })).id };
}

export const archiveConflicts = {
  editRecording: bySet,
  deleteRecording: [
    {
      code: 'recording-deleted',
      async set(stage) {
        const params = { id: await stage.recording() };
        await stage.done(routes.deleteRecording, { params });
        return { params };
      },
    },
  ],
  changeArchive: { none: 'what a change does not fit is passed over, and the answer counts' },
  setArchiveRules: bySet,
  runRetention: { none: 'again it moves what is left' },
  countPlay: { none: 'it counts once' },
  addStorageGroup: [named(group, (name) => ({ name }))],
  editStorageGroup: [renamed(group), { code: 'group-empty', set: async (stage) => ({ params: { id: (await group(stage, stage.name())).id }, body: { isDefault: true } }) }],
  removeStorageGroup: [
    { code: 'group-default', set: async (stage) => ({ params: { id: (await stage.done(routes.listStorage)).rows.find(({ isDefault }) => isDefault)?.id ?? '' } }) },
    { code: 'group-in-use', set: async (stage) => ({ params: { id: (await groupWithVolume(stage)).groupId } }) },
  ],
  addVolume: [
    {
      code: 'place-taken',
      async set(stage) {
        const { groupId, place } = await groupWithVolume(stage);
        return { body: { groupId, place } };
      },
    },
    {
      // A copy of a volume: the same disk can't be in two places.
      code: 'volume-known',
      async set(stage) {
        const { groupId, place } = await groupWithVolume(stage);
        const copy = stage.folder();
        cpSync(place, copy, { recursive: true });
        return { body: { groupId, place: copy } };
      },
    },
  ],
  editVolume: bySet,
  removeVolume: [
    {
      code: 'volume-in-use',
      async set(stage) {
        const { volumeId } = await stage.done(routes.getArchived, { params: { id: stage.recordingId } });
        return { params: { id: volumeId } };
      },
    },
  ],
  checkVolume: { none: 'it only looks' },
} satisfies Partial<Record<OperationName, Conflicts>>;
