// Which kind of source a channel's settings ask for.
import type { ChannelSource } from '@lubo/contract';
import type { OpenSource } from '../channel.ts';
import { cameraDial } from './camera/source.ts';
import { type Dial, createDialledSource } from './dialled.ts';
import { createFileSource } from './file.ts';
import { rtmpDial } from './rtmp/source.ts';
import { rtspDial } from './rtsp/source.ts';
import type { Source, SourceSurroundings } from './source.ts';

/** A source for these settings, not started. */
export const openSource: OpenSource = ({ source }, surroundings) => {
  switch (source.mode) {
    case 'file':
      return createFileSource({ ...surroundings, path: source.path });
    case 'pull':
      return openPull(source, surroundings);
    case 'camera':
      return createDialledSource({ ...surroundings, dial: cameraDial({ ...surroundings, camera: source }) });
  }
};

function openPull(source: Extract<ChannelSource, { mode: 'pull' }>, surroundings: SourceSurroundings): Source {
  const url = surroundings.stream === 'main' ? source.url : (source.subUrl ?? source.url);
  const dial = pullDial(url, source, surroundings);
  return dial === undefined ? createUnsupportedSource(`addresses like ${schemeOf(url)}`) : createDialledSource({ ...surroundings, dial });
}

function pullDial(url: string, { user, password, transport }: Extract<ChannelSource, { mode: 'pull' }>, surroundings: SourceSurroundings): Dial | undefined {
  const { clock, openSound, isUrgent } = surroundings;
  switch (schemeOf(url)) {
    case 'rtsp://':
    case 'rtsps://':
      return rtspDial({ url, user, password, transport, isUrgent, clock, openSound });
    case 'rtmp://':
    case 'rtmps://':
      return rtmpDial({ url, user, password, clock });
    default:
      return undefined;
  }
}

/** `rtsp://` of an address; never more of it, for it may hold a secret. */
function schemeOf(url: string): string {
  return /^[a-z][a-z0-9+.-]{0,15}:\/\//i.exec(url)?.[0].toLowerCase() ?? 'this';
}

/** A source that says at once that it can give nothing. */
function createUnsupportedSource(what: string): Source {
  return { start: (output) => output.fault({ code: 'not-supported', detail: `this gather can't open ${what}` }), stop: () => Promise.resolve() };
}
