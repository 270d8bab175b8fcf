// Which kind of source a channel's settings ask for.
import type { OpenSource } from '../channel.ts';
import { createFileSource } from './file.ts';

/** A source for these settings, not started. */
export const openSource: OpenSource = ({ source }, surroundings) => {
  switch (source.mode) {
    case 'file':
      return createFileSource({ ...surroundings, path: source.path });
  }
};
