// A channel's timetable on the screen: read, edited, saved whole, and what others save meanwhile.
import { type Interval, type Timetable, routes } from '@lubo/contract';
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue';
import { ApiProblem, call } from '../../api.ts';
import { listen } from '../../events.ts';
import { createHistory } from './history.ts';
import { isSameWeek } from './week.ts';

/** `saving` and `reading` are under way; `failed`: it could not be read. */
export type TimetableState = 'reading' | 'failed' | 'ready' | 'saving';

/** The timetable of the channel that `open` names last. */
export function useTimetable(onProblem: (error: unknown) => void) {
  const state = ref<TimetableState>('reading');
  /** As it was read or saved last: what the edit began with. */
  const saved = shallowRef<Timetable>();
  /** What another saved meanwhile. */
  const theirs = shallowRef<Timetable>();
  const history = createHistory();
  const isDirty = computed(() => saved.value !== undefined && !isSameWeek(history.week.value, saved.value.intervals));
  let channelId = '';

  const read = async (): Promise<Timetable | undefined> => {
    const asked = channelId;
    const timetable = await call(routes.getTimetable, { params: { id: asked } });
    return asked === channelId ? timetable : undefined;
  };
  const begin = (timetable: Timetable): void => {
    saved.value = timetable;
    theirs.value = undefined;
    history.begin(timetable.intervals);
    state.value = 'ready';
  };
  const open = async (id: string): Promise<void> => {
    channelId = id;
    state.value = 'reading';
    try {
      const timetable = await read();
      if (timetable !== undefined) begin(timetable);
    } catch (error) {
      if (id !== channelId) return;
      state.value = 'failed';
      onProblem(error);
    }
  };
  /** Something happened to it elsewhere: shown at once where nothing was edited, else offered to be merged. */
  const refresh = async (): Promise<void> => {
    if (state.value !== 'ready' || channelId === '') return;
    const timetable = await read().catch(() => undefined);
    if (timetable === undefined || saved.value === undefined) return;
    if (timetable.revision === saved.value.revision) saved.value = timetable;
    else if (isDirty.value) theirs.value = timetable;
    else begin(timetable);
  };
  const save = async (): Promise<boolean> => {
    if (saved.value === undefined || state.value !== 'ready') return false;
    state.value = 'saving';
    try {
      const body = { basedOn: saved.value.revision, intervals: [...history.week.value] };
      begin(await call(routes.saveTimetable, { params: { id: channelId }, body }));
      return true;
    } catch (error) {
      state.value = 'ready';
      if (error instanceof ApiProblem && error.code === 'revision-conflict') theirs.value = await read().catch(() => undefined);
      else onProblem(error);
      return false;
    }
  };
  /** The edit goes on from what the other saved, with these intervals. */
  const rebase = (intervals: readonly Interval[]): void => {
    if (theirs.value === undefined) return;
    const onto = theirs.value;
    begin(onto);
    if (!isSameWeek(intervals, onto.intervals)) history.change(intervals);
  };

  const stop = listen({
    onGap: () => void refresh(),
    on: {
      timetable: ({ channelIds }) => {
        if (channelIds.includes(channelId)) void refresh();
      },
      // Its gather came or went.
      channel: ({ id }) => {
        if (id === channelId) void refresh();
      },
    },
  });
  onBeforeUnmount(stop);

  return { state, saved, theirs, history, isDirty, open, save, rebase };
}
