// What channels, gathers, timetables and recordings by hand may collide with.
import { routes } from '@lubo/contract';
import type { OperationName } from '../operations/operation.ts';
import { type Conflict, type Conflicts, byId, bySet } from './conflict.ts';

const local: Conflict = { code: 'is-local', set: ({ gather }) => Promise.resolve({ params: { id: gather.id } }) };

export const captureConflicts = {
  createChannel: [
    {
      code: 'too-many-channels',
      async set(stage) {
        const { id: gatherId } = await stage.farGather({ channelLimit: 1 });
        await stage.channel({ gatherId });
        return { body: { name: stage.name(), gatherId, source: { mode: 'file', path: '/a' } } };
      },
    },
  ],
  editChannel: bySet,
  deleteChannel: byId,
  watchChannel: [{ code: 'channel-offline', set: async (stage) => ({ params: { id: await stage.channel({ isStarted: false }) } }) }],
  changeChannels: { none: 'the answer tells of each channel that could not be changed' },
  restoreChannel: [
    {
      code: 'too-many-channels',
      async set(stage) {
        const { id: gatherId } = await stage.farGather({ channelLimit: 1 });
        const params = { id: await stage.channel({ gatherId }) };
        await stage.done(routes.deleteChannel, { params });
        await stage.channel({ gatherId });
        return { params };
      },
    },
  ],
  editGather: bySet,
  deleteGather: [
    local,
    {
      code: 'in-use',
      tells: 'usage',
      async set(stage) {
        const { id: gatherId } = await stage.farGather();
        await stage.channel({ gatherId });
        return { params: { id: gatherId } };
      },
    },
    {
      code: 'confirm-needed',
      tells: 'usage',
      async set(stage) {
        const { id: gatherId } = await stage.farGather();
        await stage.done(routes.deleteChannel, { params: { id: await stage.channel({ gatherId }) } });
        return { params: { id: gatherId } };
      },
    },
  ],
  revokeGather: [local],
  deleteEnrolmentCode: byId,
  enrol: { none: 'a code that is used is wrong: 403' },
  createEnrolmentCode: { none: 'as many codes as one likes; old ones are forgotten' },
  saveTimetable: [
    { code: 'revision-conflict', tells: 'meanwhile', set: async (stage) => ({ params: { id: await stage.channel() }, body: { basedOn: 5, intervals: [] } }) },
  ],
  copyTimetable: bySet,
  startRecording: [
    {
      code: 'already-recording',
      async set(stage) {
        const call = { params: { id: await stage.channel() }, body: {} };
        await stage.done(routes.startRecording, call);
        return call;
      },
    },
    { code: 'channel-stopped', set: async (stage) => ({ params: { id: await stage.channel({ isStarted: false }) }, body: {} }) },
  ],
  stopRecording: [{ code: 'not-recording', set: async (stage) => ({ params: { id: await stage.channel() } }) }],
  reportLessons: { none: 'the newest word of a gather is right' },
} satisfies Partial<Record<OperationName, Conflicts>>;
