// What an ONVIF camera (Media service, profile S) tells of its streams: addresses of the largest and of a smaller one.
import type { Credentials } from '@lubo/media';
import { SourceError } from '../source-error.ts';
import { createSoapClient } from './soap.ts';
import { type XmlElement, elementsOf, escaped, mediaNamespace, schemaNamespace, textOf } from './xml.ts';

export type CameraStreams = { main: string; sub: string | undefined; service: CameraService };

/** The media service of a camera that has let us in. */
export type CameraService = {
  /** The answer to a request. Rejects with SourceError. */
  call(body: string): Promise<string>;
  /** Token of the video source configuration of the main stream; empty when the camera tells none. */
  videoSource: string;
  /** Tokens of the streams' encoder configurations. */
  encoders: { main: string; sub: string | undefined };
};

type Profile = { token: string; pixels: number; videoSource: string; encoder: string };

const deviceNamespace = 'http://www.onvif.org/ver10/device/wsdl';
const devicePath = '/onvif/device_service';

/**
 * Asks the camera at http://address:port, one request after the other: a wrong password is sent once. Rejects with SourceError.
 * The addresses have the host that was given: cameras tell stale ones.
 */
export async function askCamera(
  { address, port }: { address: string; port: number },
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<CameraStreams> {
  const host = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  const soap = createSoapClient(`http://${host}:${port}`, credentials, signal);
  const skewMillis = skewOf(await soap.call(devicePath, `<GetSystemDateAndTime xmlns="${deviceNamespace}"/>`));
  const capabilities = await soap.call(devicePath, `<GetCapabilities xmlns="${deviceNamespace}"><Category>Media</Category></GetCapabilities>`, skewMillis);
  const [media] = elementsOf(capabilities, 'Media');
  const { place, answer: told } = await firstAnswer(mediaPlacesOf(textOf(media?.inner ?? '', 'XAddr'), host, port), (at) =>
    soap.call(at, `<GetProfiles xmlns="${mediaNamespace}"/>`, skewMillis),
  );
  const profiles = profilesOf(told);
  const [main] = profiles;
  if (main === undefined) throw new SourceError('codec-not-supported', 'the camera has no profile with H.264 or H.265');
  const sub = profiles.findLast(({ pixels }) => pixels < main.pixels);
  const uriOf = async ({ token }: Profile): Promise<string> => {
    const setup = `<StreamSetup><Stream xmlns="${schemaNamespace}">RTP-Unicast</Stream><Transport xmlns="${schemaNamespace}"><Protocol>RTSP</Protocol></Transport></StreamSetup>`;
    const answer = await soap.call(place, `<GetStreamUri xmlns="${mediaNamespace}">${setup}<ProfileToken>${escaped(token)}</ProfileToken></GetStreamUri>`, skewMillis);
    return withHost(textOf(answer, 'Uri') ?? '', host);
  };
  const encoders = { main: main.encoder, sub: sub?.encoder };
  const service: CameraService = { call: (body) => soap.call(place, body, skewMillis), videoSource: main.videoSource, encoders };
  return { main: await uriOf(main), sub: sub && (await uriOf(sub)), service };
}

/** By how much the camera's clock is ahead of ours, in ms; 0 when it does not tell. */
function skewOf(answer: string): number {
  const [utc] = elementsOf(answer, 'UTCDateTime');
  if (utc === undefined) return 0;
  const number = (name: string): number => Number(textOf(utc.inner, name) ?? NaN);
  const told = Date.UTC(number('Year'), number('Month') - 1, number('Day'), number('Hour'), number('Minute'), number('Second'));
  return Number.isFinite(told) ? told - Date.now() : 0;
}

/** Profiles with a picture that we take, the largest first. */
function profilesOf(answer: string): Profile[] {
  return elementsOf(answer, 'Profiles')
    .flatMap((profile) => profileOf(profile) ?? [])
    .sort((a, b) => b.pixels - a.pixels);
}

function profileOf({ attributes, inner }: XmlElement): Profile | undefined {
  const token = attributes.get('token');
  const [encoder] = elementsOf(inner, 'VideoEncoderConfiguration');
  if (token === undefined || encoder === undefined || !/^(H\.?26[45]|HEVC)$/i.test(textOf(encoder.inner, 'Encoding') ?? '')) return undefined;
  const [resolution] = elementsOf(encoder.inner, 'Resolution');
  const pixels = Number(textOf(resolution?.inner ?? '', 'Width')) * Number(textOf(resolution?.inner ?? '', 'Height'));
  const [source] = elementsOf(inner, 'VideoSourceConfiguration');
  return { token, pixels: pixels > 0 ? pixels : 0, videoSource: source?.attributes.get('token') ?? '', encoder: encoder.attributes.get('token') ?? '' };
}

/**
 * Where the media service may be: at the port that was given, which address translation may have made another than the camera
 * knows, else at the port that the camera tells.
 */
function mediaPlacesOf(told: string | undefined, host: string, port: number): string[] {
  if (told === undefined || !URL.canParse(told)) return [devicePath];
  const { protocol, port: own, pathname, search } = new URL(told);
  const path = `${pathname}${search}`;
  const ownPort = own === '' ? 80 : Number(own);
  return protocol !== 'http:' || ownPort === port ? [path] : [path, `http://${host}:${ownPort}${path}`];
}

/** The first place that understands; rejects with what the first one said when none does. A refused password is an answer. */
async function firstAnswer(places: readonly string[], ask: (place: string) => Promise<string>): Promise<{ place: string; answer: string }> {
  let first: unknown;
  for (const place of places) {
    try {
      return { place, answer: await ask(place) };
    } catch (error) {
      if (!(error instanceof SourceError) || (error.code !== 'source-invalid' && error.code !== 'source-unreachable')) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Credentials that some firmwares put into the address go, too. */
function withHost(uri: string, host: string): string {
  const match = /^(rtsps?:\/\/)(?:[^/?#\s]*@)?(?:\[[^\]]*\]|[^/?#:\s]*)(:\d+)?(\S*)$/i.exec(uri);
  if (match === null) throw new SourceError('source-invalid', 'the camera tells no RTSP address of its stream');
  return `${match[1]}${host}${match[2] ?? ''}${match[3]}`;
}
