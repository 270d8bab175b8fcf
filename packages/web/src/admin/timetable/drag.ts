// Dragging in the week: from a pointer's place to the span that would come of it. A drag that would overlap is refused when it ends.
import { type Ref, shallowRef } from 'vue';
import type { Interval } from '@lubo/contract';
import { type Span, drawn, fits, moved, secondsOfDay, snapped, steps, stretched } from './week.ts';

/** What is being dragged and where it lies now. */
export type Drag = { kind: 'draw' | 'move' | 'start' | 'end'; id: string | undefined; span: Span; isAllowed: boolean };

export type DragOptions = {
  week(): readonly Interval[];
  /** The day columns' elements in the order in which they stand, with their weekdays. */
  columns(): { weekday: number; element: HTMLElement }[];
  /** It ended where it may lie. */
  onDone(drag: Drag): void;
  /** It ended where it may not lie, and nothing changes. */
  onRefused(reason: 'overlap' | 'too-short'): void;
};

type Grip = { kind: Drag['kind']; id: string | undefined; from: Span; grabbedAt: number; pointerId: number; x: number; y: number; hasMoved: boolean };

/** Less is a click, in pixels. */
const clickPixels = 4;

/** One drag at a time; hand on the pointer's events. */
export function createDrag(options: DragOptions): {
  drag: Readonly<Ref<Drag | undefined>>;
  begin(event: PointerEvent, kind: Drag['kind'], weekday: number, interval?: Interval): void;
  move(event: PointerEvent): void;
  end(event: PointerEvent): boolean;
  cancel(): void;
} {
  const drag = shallowRef<Drag>();
  let grip: Grip | undefined;

  const secondAt = (weekday: number, y: number): number => {
    const box = options.columns().find((column) => column.weekday === weekday)?.element.getBoundingClientRect();
    return box === undefined ? 0 : ((y - box.top) / box.height) * secondsOfDay;
  };
  const weekdayAt = (x: number, otherwise: number): number =>
    options.columns().find(({ element }) => {
      const { left, right } = element.getBoundingClientRect();
      return x >= left && x < right;
    })?.weekday ?? otherwise;
  const spanAt = ({ kind, from, grabbedAt }: Grip, event: PointerEvent): Span => {
    const step = event.ctrlKey || event.metaKey ? steps.fine : steps.usual;
    const second = secondAt(from.weekday, event.clientY);
    if (kind === 'draw') return drawn(options.week(), from.weekday, snapped(grabbedAt, steps.usual), snapped(second, step));
    if (kind === 'move') return moved(from, weekdayAt(event.clientX, from.weekday), snapped(from.startSecond + second - grabbedAt, step));
    return stretched(from, kind, snapped(second, step));
  };
  const stop = (): void => {
    grip = undefined;
    drag.value = undefined;
  };

  return {
    drag,
    begin(event, kind, weekday, interval) {
      if (event.button !== 0 || grip !== undefined) return;
      const grabbedAt = secondAt(weekday, event.clientY);
      const from = interval ?? { weekday, startSecond: snapped(grabbedAt, steps.usual), endSecond: snapped(grabbedAt, steps.usual) };
      grip = { kind, id: interval?.id, from, grabbedAt, pointerId: event.pointerId, x: event.clientX, y: event.clientY, hasMoved: false };
    },
    move(event) {
      if (grip === undefined || event.pointerId !== grip.pointerId) return;
      const isClick = Math.hypot(event.clientX - grip.x, event.clientY - grip.y) < clickPixels;
      if (!grip.hasMoved && isClick) return;
      if (!grip.hasMoved) (event.currentTarget as HTMLElement).setPointerCapture(grip.pointerId);
      grip.hasMoved = true;
      const span = spanAt(grip, event);
      const isAllowed = fits(options.week(), asInterval(grip.id, span)) === 'fits';
      drag.value = { kind: grip.kind, id: grip.id, span, isAllowed };
    },
    /** Says whether there was a drag, or a draw by click. */
    end(event) {
      if (grip === undefined || event.pointerId !== grip.pointerId) return false;
      const { kind, id, hasMoved } = grip;
      if (!hasMoved && kind !== 'draw') {
        stop();
        return false;
      }
      const span = spanAt(grip, event);
      stop();
      const verdict = fits(options.week(), asInterval(id, span));
      if (verdict === 'fits') options.onDone({ kind, id, span, isAllowed: true });
      else options.onRefused(verdict);
      return true;
    },
    cancel: stop,
  };
}

function asInterval(id: string | undefined, { weekday, startSecond, endSecond }: Span): Interval {
  return { id: id ?? '', weekday, startSecond, endSecond, subjectId: null, teacherId: null };
}
