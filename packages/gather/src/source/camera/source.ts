// An ONVIF camera as a channel's source: asks it for the address of its stream, then plays that by RTSP.
import type { ChannelSource } from '@lubo/contract';
import type { RtspSourceOptions } from '../rtsp/source.ts';
import { rtspDial } from '../rtsp/source.ts';
import type { Dial, DialEnd } from '../dialled.ts';
import type { Bitrates } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { type CameraStreams, askCamera } from './onvif.ts';
import { type CameraWish, createCameraSettings } from './settings.ts';

type Camera = Extract<ChannelSource, { mode: 'camera' }>;

export type CameraSourceOptions = Pick<RtspSourceOptions, 'clock' | 'openSound' | 'timing' | 'isUrgent'> & {
  camera: Camera;
  stream: 'main' | 'sub';
  /** As the gather's settings stand. */
  bitrates(): Bitrates;
};

/** Asks and plays once each time. A camera that answers no more on ONVIF is played where it was. */
export function cameraDial(options: CameraSourceOptions): Dial {
  const { camera, stream, bitrates } = options;
  const { user, password } = camera;
  const credentials = user === '' ? undefined : { username: user, password };
  let known: CameraStreams | undefined;
  const settings = createCameraSettings(() => wishOf(camera, bitrates()), options.clock);
  let playing: { url: string; dial: Dial } | undefined;

  return async (output, signal) => {
    try {
      known = await askCamera(camera, credentials, signal);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const isFinal = error.code === 'wrong-password' || error.code === 'password-missing';
      if (isFinal || known === undefined || signal.aborted) return { fault: { code: error.code, detail: error.message }, isFinal };
    }
    const url = stream === 'main' ? known.main : known.sub;
    if (url === undefined) return noSubStream;
    if (playing?.url !== url) playing = { url, dial: rtspDial({ ...options, url, user, password, transport: 'auto' }) };
    if (stream === 'sub') return playing.dial(output, signal);
    // Beside the video, which does not wait for it.
    const over = new AbortController();
    void settings.keep(known.service, output, AbortSignal.any([signal, over.signal]));
    return playing.dial(output, signal).finally(() => over.abort());
  };
}

/** As the channel and the gather's settings stand. */
function wishOf({ osd, formerOsd, isMirrored, isTurned, isDualStream, mainKbps, subKbps, framesPerSecond }: Camera, gather: Bitrates): CameraWish {
  return {
    osd,
    formerOsd,
    isMirrored,
    isTurned,
    main: { kbps: mainKbps ?? gather.mainKbps, framesPerSecond },
    sub: isDualStream ? { kbps: subKbps ?? gather.subKbps, framesPerSecond } : undefined,
  };
}

const noSubStream: DialEnd = { fault: { code: 'stream-not-found', detail: 'the camera has no second, smaller stream' }, isFinal: true };
