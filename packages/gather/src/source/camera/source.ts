// An ONVIF camera as a channel's source: asks it for the address of its stream, then plays that by RTSP.
import type { ChannelSource } from '@lubo/contract';
import type { RtspSourceOptions } from '../rtsp/source.ts';
import { rtspDial } from '../rtsp/source.ts';
import type { Dial, DialEnd, DialOutput } from '../dialled.ts';
import { SourceError } from '../source-error.ts';
import { type CameraService, type CameraStreams, askCamera } from './onvif.ts';
import { showText } from './osd.ts';

export type CameraSourceOptions = Pick<RtspSourceOptions, 'clock' | 'openSound' | 'timing' | 'isUrgent'> & {
  camera: Extract<ChannelSource, { mode: 'camera' }>;
  stream: 'main' | 'sub';
};

/** Asks and plays once each time. A camera that answers no more on ONVIF is played where it was. */
export function cameraDial(options: CameraSourceOptions): Dial {
  const { camera, stream } = options;
  const { user, password } = camera;
  const credentials = user === '' ? undefined : { username: user, password };
  let known: CameraStreams | undefined;
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
    // Beside the video, which does not wait for it.
    if (stream === 'main') void applySettings(camera, known.service, output);
    return playing.dial(output, signal);
  };
}

/** What the camera can't be set to is told. ONVIF's media service knows no mirror. */
async function applySettings({ osd, isMirrored }: CameraSourceOptions['camera'], service: CameraService, output: DialOutput): Promise<void> {
  const left = isMirrored ? ['mirroring is to be set on the camera itself'] : [];
  try {
    if (osd !== '') await showText(service, osd);
  } catch (error) {
    left.unshift(`the camera did not take the text in its picture: ${(error as Error).message}`);
  }
  if (left.length > 0) output.notice('camera-settings-not-applied', left.join('; '));
}

const noSubStream: DialEnd = { fault: { code: 'stream-not-found', detail: 'the camera has no second, smaller stream' }, isFinal: true };
