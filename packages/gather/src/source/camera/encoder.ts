// Bitrate and frame rate of an ONVIF camera's stream (Media service §5.6): asked for first, written only where they are others.
import { SourceError } from '../source-error.ts';
import type { CameraService } from './onvif.ts';
import { elementsOf, escaped, mediaNamespace, prefixed, schemaNamespace, textOf } from './xml.ts';

export type Rates = {
  kbps: number;
  /** Absent: as the camera is set. */
  framesPerSecond?: number | undefined;
};

/**
 * Sets the encoder of that token. `written` holds, by token, what it was set to before: a camera that makes another number of it is not
 * set again and again. Rejects with SourceError where the camera can't or the user may not.
 */
export async function setRates({ call }: CameraService, token: string, rates: Rates, written: Map<string, string>): Promise<void> {
  const answer = await call(`<GetVideoEncoderConfiguration xmlns="${mediaNamespace}"><ConfigurationToken>${escaped(token)}</ConfigurationToken></GetVideoEncoderConfiguration>`);
  const [encoder] = elementsOf(answer, 'Configuration');
  const now = prefixed(encoder?.inner ?? '', 'tt');
  if (textOf(now, 'BitrateLimit') === undefined) throw new SourceError('not-supported', 'it tells no bitrate of its own');
  const wanted = withRates(now, rates);
  if (wanted === now || written.get(token) === wanted) return;
  const configuration = `<Configuration token="${escaped(token)}">${wanted}</Configuration><ForcePersistence>true</ForcePersistence>`;
  await call(`<SetVideoEncoderConfiguration xmlns="${mediaNamespace}" xmlns:tt="${schemaNamespace}">${configuration}</SetVideoEncoderConfiguration>`);
  written.set(token, wanted);
}

function withRates(encoder: string, { kbps, framesPerSecond }: Rates): string {
  const bitrate = withNumber(encoder, 'BitrateLimit', kbps);
  return framesPerSecond === undefined ? bitrate : withNumber(bitrate, 'FrameRateLimit', framesPerSecond);
}

function withNumber(xml: string, name: string, value: number): string {
  return xml.replace(new RegExp(`(<tt:${name}>)\\s*[^<]*(</tt:${name}>)`), `$1${value}$2`);
}
