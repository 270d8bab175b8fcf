// Calls that succeed: channels, timetables, lessons, gathers, live servers, and how agents enrol.
import { routes } from '@lubo/contract';
import type { Operation, OperationName } from './operation.ts';
import { type Stage, farFacts } from '../stage.ts';

const bare: Operation = { good: () => ({}) };

/** On the channel that is there, which it leaves as it is. */
const onChannel = (body?: unknown): Operation => ({
  good: ({ channelId: id }) => ({ params: { id }, ...(body === undefined ? {} : { body }) }),
  absent: 'channel-not-found',
});

/** On a channel that is made for it. */
const onFreshChannel = (body?: unknown): Operation => ({
  good: async (stage) => ({ params: { id: await stage.channel() }, ...(body === undefined ? {} : { body }) }),
  absent: 'channel-not-found',
});

const onGather = (make: (stage: Stage) => Promise<string>, body?: unknown): Operation => ({
  good: async (stage) => ({ params: { id: await make(stage) }, ...(body === undefined ? {} : { body }) }),
  absent: 'gather-not-found',
});
const local = (stage: Stage) => Promise.resolve(stage.gather.id);
const far = async (stage: Stage) => (await stage.farGather()).id;

const camera = { mode: 'camera', address: '10.0.0.7', port: 80, user: 'admin', osd: '一班', isTurned: true, mainKbps: 1024, subKbps: 512, framesPerSecond: 25, password: 'secret' };
const interval = (stage: Stage) => ({ id: intervalId(stage), weekday: 1, startSecond: 28_800, endSecond: 31_500, subjectId: stage.subjectId, teacherId: null });
/** No two channels may share one. */
const intervalId = (stage: Stage) => stage.name().replace(/\D/g, '').padStart(12, 'i');

export const captureOperations = {
  listChannels: { good: () => ({ query: { search: '班' } }) },
  getChannel: onChannel(),
  getChannelSettings: onChannel(),
  createChannel: { good: (stage) => ({ body: { name: stage.name(), gatherId: stage.gather.id, gradeId: null, source: camera, isStarted: true } }) },
  editChannel: onFreshChannel({ source: { mode: 'pull', url: 'rtsp://10.0.0.7/1', subUrl: 'rtsp://10.0.0.7/2', user: 'admin', password: 'secret', transport: 'tcp' } }),
  deleteChannel: onFreshChannel(),
  watchChannel: onChannel(),
  getChannelAddresses: onChannel(),
  listChannelViewers: {
    async good({ live, channelId, call, cookie }) {
      const viewers = [{ protocol: 'flv', address: '192.0.2.1', since: '2026-09-01T00:00:00.000Z', bytes: 5, userAgent: 'VLC' }] as const;
      const looking = call(routes.listChannelViewers, { params: { id: channelId }, cookie });
      await live.until('it is asked', (resources) => `inspect/${channelId}` in resources);
      const streams = [{ name: channelId, isPublishing: true, viewers: 1, bytesIn: 0, bytesOut: 0 }];
      const addresses = { httpScheme: 'http', httpPort: 8080, rtmpPort: 1935 } as const;
      live.send({ type: 'live-report', report: { addresses, streams, inspections: [{ name: channelId, viewers: [...viewers] }] } });
      await looking;
      return { params: { id: channelId } };
    },
    absent: 'channel-not-found',
  },
  listManagedChannels: { good: ({ gather }) => ({ query: { gatherId: gather.id, mode: 'file', bin: 'false', sort: '-createdAt' } }) },
  getManagedChannel: onChannel(),
  channelUsage: { good: ({ channelId }) => ({ body: { ids: [channelId] } }) },
  changeChannels: { good: async (stage) => ({ body: { ids: [await stage.channel()], action: 'stop' } }) },
  restoreChannel: {
    async good(stage) {
      const params = { id: await stage.channel() };
      await stage.done(routes.deleteChannel, { params });
      return { params };
    },
    absent: 'channel-not-found',
  },
  getTimetable: onChannel(),
  saveTimetable: { good: async (stage) => ({ params: { id: await stage.channel() }, body: { basedOn: 0, intervals: [interval(stage)] } }), absent: 'channel-not-found' },
  copyTimetable: { good: async (stage) => ({ params: { id: stage.channelId }, body: { channelIds: [await stage.channel()] } }), absent: 'channel-not-found' },
  listLessons: { good: ({ channelId }) => ({ query: { channelId, from: '2026-09-01', to: '2026-09-02', health: 'red' } }) },
  summarizeLessons: { good: ({ channelId }) => ({ query: { channelId } }) },
  getLesson: { good: ({ lessonId: id }) => ({ params: { id } }), absent: 'lesson-not-found' },
  startRecording: onFreshChannel({ minutes: 5, subjectId: null, teacherId: null }),
  getRecordingNow: onChannel(),
  stopRecording: {
    async good(stage) {
      const params = { id: await stage.channel() };
      await stage.done(routes.startRecording, { params, body: {} });
      return { params };
    },
    absent: 'channel-not-found',
  },
  reportLessons: {
    good: ({ gatherKey: headers, channelId, lessonId }) => ({
      headers,
      cookie: undefined,
      body: {
        lessons: [
          {
            id: lessonId,
            channelId,
            kind: 'hand',
            intervalId: null,
            subjectId: null,
            teacherId: null,
            plannedStart: '2026-09-01T08:00:00.000Z',
            plannedEnd: '2026-09-01T08:45:00.000Z',
            state: 'recording',
            recordedMillis: 1000,
            gaps: [{ from: '2026-09-01T08:00:00.000Z', to: '2026-09-01T08:00:01.000Z', cause: 'late-start', detail: '' }],
            recordingIds: ['6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01'],
          },
        ],
      },
    }),
  },
  listGathers: { good: () => ({ query: { online: 'true', sort: '-channels' } }) },
  getGather: onGather(local),
  editGather: onGather(local, { title: '三楼', channelLimit: 1024, expiresAt: null, tuning: { sliceMinutes: 10 } }),
  gatherUsage: onGather(local),
  deleteGather: onGather(far),
  revokeGather: onGather(far),
  listEnrolmentCodes: bare,
  createEnrolmentCode: { good: (stage) => ({ body: { kind: 'gather', title: stage.name(), channelLimit: 9, expiresAt: '2027-09-01T00:00:00.000Z', validDays: 3 } }) },
  deleteEnrolmentCode: {
    good: async (stage) => ({ params: { id: (await stage.done(routes.createEnrolmentCode, { body: { kind: 'live' } })).id } }),
    absent: 'code-not-found',
  },
  enrol: {
    async good(stage) {
      const { code } = await stage.done(routes.createEnrolmentCode, { body: { kind: 'gather' } });
      return { body: { kind: 'gather', code, facts: farFacts } };
    },
  },
  listAgents: { good: () => ({ query: { kind: 'gather' } }) },
  getRelay: bare,
  checkRelay: { good: ({ url }) => ({ body: { url } }) },
  listLiveServers: bare,
  listLiveServerStreams: { good: ({ live }) => ({ params: { id: live.id } }), absent: 'live-server-not-found' },
  listTerminals: bare,
} satisfies Partial<Record<OperationName, Operation>>;
