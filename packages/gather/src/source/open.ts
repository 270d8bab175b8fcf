// Which kind of source a channel's settings ask for.
import type { OpenSource } from '../channel.ts';
import { createFileSource } from './file.ts';
import type { Source } from './source.ts';

/** A source for these settings, not started. */
export const openSource: OpenSource = ({ source }, surroundings) => {
  switch (source.mode) {
    case 'file':
      return createFileSource({ ...surroundings, path: source.path });
    case 'pull':
    case 'camera':
      return createUnsupportedSource(`mode ${source.mode}`);
  }
};

/** A source that says at once that it can give nothing. */
function createUnsupportedSource(what: string): Source {
  return { start: (output) => output.fault({ code: 'not-supported', detail: `this gather can't open ${what}` }), stop: () => Promise.resolve() };
}
