// What waits for one viewer who can't keep up: windows shared with all others, bounded in bytes and media time.
import type { Limits } from './limits.ts';
import type { StreamTag } from './stream-tag.ts';
import type { Window } from './window.ts';

type Entry = { window: Window; from: number };

/** First in, first out; may jump ahead to a keyframe. Holds no bytes of its own. */
export class ViewerQueue {
  readonly #limits: Pick<Limits, 'queueBytes' | 'queueMillis'>;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(limits: Pick<Limits, 'queueBytes' | 'queueMillis'>) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Payload bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends a window, from its tag number `from` on. */
  push(window: Window, from = 0): void {
    this.#entries.push({ window, from });
    this.#bytes += sizeOf(window, from);
  }

  /** More waits than may wait: in bytes, or in time while there is a keyframe to jump to. */
  get isOverfull(): boolean {
    if (this.#bytes > this.#limits.queueBytes) return true;
    const first = this.#entries[0];
    const last = this.#entries.at(-1);
    if (first === undefined || last === undefined) return false;
    return last.window.end - first.window.start > this.#limits.queueMillis && this.#newestKeyframe() > 0;
  }

  /**
   * Drops all that comes before the newest keyframe that waits, and tells that keyframe.
   * Without one, or if that is still too much, the queue is empty and the answer `undefined`.
   */
  jump(): StreamTag | undefined {
    const index = this.#newestKeyframe();
    const entry = this.#entries[index];
    if (entry === undefined) {
      this.clear();
      return undefined;
    }
    const rest = this.#entries.slice(index + 1);
    const from = entry.window.lastKeyframe;
    this.clear();
    this.push(entry.window, from);
    for (const each of rest) this.push(each.window, each.from);
    if (this.#bytes <= this.#limits.queueBytes) return entry.window.tags[from];
    this.clear();
    return undefined;
  }

  /** Takes out the first entries, whole ones and at least one, up to about `bytes`. */
  take(bytes: number): Entry[] {
    let count = 0;
    for (let size = 0; count < this.#entries.length; count++) {
      const entry = this.#entries[count];
      if (entry === undefined) break;
      size += sizeOf(entry.window, entry.from);
      if (count > 0 && size > bytes) break;
    }
    const taken = this.#entries.splice(0, count);
    for (const { window, from } of taken) this.#bytes -= sizeOf(window, from);
    return taken;
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }

  #newestKeyframe(): number {
    return this.#entries.findLastIndex(({ window, from }) => window.lastKeyframe >= from);
  }
}

function sizeOf(window: Window, from: number): number {
  if (from === 0) return window.bytes;
  return window.tags.slice(from).reduce((sum, tag) => sum + tag.body.length, 0);
}
