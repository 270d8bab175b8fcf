// What administrators do with channels from lists and drawers: the answer is a new desired state; its effect shows as reported state.
import { routes } from '@lubo/contract';
import type { ChannelAction, ManagedChannel } from '@lubo/contract';
import { ElMessage } from 'element-plus';
import { reactive } from 'vue';
import { useI18n } from 'vue-i18n';
import { ApiProblem, call } from '../../api.ts';
import { wordsOf } from '../../account/problem-words.ts';
import { toastDone, toastProblem } from '../toast.ts';

export type ChannelActions = {
  /** Channels for which something is on its way. */
  busy: ReadonlySet<string>;
  start(channels: readonly ManagedChannel[]): Promise<void>;
  stop(channels: readonly ManagedChannel[]): Promise<void>;
  restore(channels: readonly ManagedChannel[]): Promise<void>;
  record(channel: ManagedChannel): Promise<void>;
  stopRecord(channel: ManagedChannel): Promise<void>;
};

/** `onDone` runs after each. Call in a component's setup. */
export function useChannelActions(onDone: () => void): ChannelActions {
  const { t, te } = useI18n();
  const busy = reactive(new Set<string>());

  async function run(channels: readonly ManagedChannel[], work: () => Promise<void>): Promise<void> {
    for (const { id } of channels) busy.add(id);
    try {
      await work();
    } catch (error) {
      toastProblem(error);
    } finally {
      for (const { id } of channels) busy.delete(id);
      onDone();
    }
  }

  async function act(channels: readonly ManagedChannel[], action: ChannelAction, done: (n: number) => string): Promise<void> {
    await run(channels, async () => {
      const { done: ids, failed } = await call(routes.changeChannels, { body: { ids: channels.map(({ id }) => id), action } });
      if (ids.length > 0) toastDone(channels.every(isOffline) && action !== 'restore' ? `${done(ids.length)} · ${t('admin.channel.laterTold')}` : done(ids.length));
      const [first] = failed;
      if (first === undefined) return;
      const { key, values } = wordsOf(new ApiProblem(409, first.code, first.detail), te);
      ElMessage({ message: t('admin.channel.someFailed', { n: failed.length, reason: t(key, values) }), type: 'error', duration: 8_000, showClose: true });
    });
  }

  return {
    busy,
    start: (channels) => act(channels, 'start', (n) => t('admin.channel.started', { n })),
    stop: (channels) => act(channels, 'stop', (n) => t('admin.channel.stopped', { n })),
    restore: (channels) => act(channels, 'restore', (n) => t('admin.channel.restored', { n })),
    record: (channel) =>
      run([channel], async () => {
        const { isGatherOnline } = await call(routes.startRecording, { params: { id: channel.id }, body: {} });
        toastDone(t(isGatherOnline ? 'admin.channel.recordTold' : 'admin.channel.recordLater'));
      }),
    stopRecord: (channel) =>
      run([channel], async () => {
        await call(routes.stopRecording, { params: { id: channel.id } });
        toastDone(t('admin.channel.recordEnded'));
      }),
  };
}

function isOffline({ fault }: ManagedChannel): boolean {
  return fault?.code === 'gather-offline';
}
