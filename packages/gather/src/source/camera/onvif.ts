// What an ONVIF camera (Media service, profile S) tells of its streams: addresses of the largest and of a smaller one.
import type { Credentials } from '@lubo/media';
import { SourceError } from '../source-error.ts';
import { createSoapClient } from './soap.ts';
import { type XmlElement, elementsOf, escaped, textOf } from './xml.ts';

export type CameraStreams = { main: string; sub: string | undefined };

type Profile = { token: string; pixels: number };

const deviceNamespace = 'http://www.onvif.org/ver10/device/wsdl';
const mediaNamespace = 'http://www.onvif.org/ver10/media/wsdl';
const schemaNamespace = 'http://www.onvif.org/ver10/schema';
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
  const mediaPath = pathOf(textOf(media?.inner ?? '', 'XAddr')) ?? devicePath;
  const profiles = profilesOf(await soap.call(mediaPath, `<GetProfiles xmlns="${mediaNamespace}"/>`, skewMillis));
  const [main] = profiles;
  if (main === undefined) throw new SourceError('codec-not-supported', 'the camera has no profile with H.264 or H.265');
  const sub = profiles.findLast(({ pixels }) => pixels < main.pixels);
  const uriOf = async ({ token }: Profile): Promise<string> => {
    const setup = `<StreamSetup><Stream xmlns="${schemaNamespace}">RTP-Unicast</Stream><Transport xmlns="${schemaNamespace}"><Protocol>RTSP</Protocol></Transport></StreamSetup>`;
    const answer = await soap.call(mediaPath, `<GetStreamUri xmlns="${mediaNamespace}">${setup}<ProfileToken>${escaped(token)}</ProfileToken></GetStreamUri>`, skewMillis);
    return withHost(textOf(answer, 'Uri') ?? '', host);
  };
  return { main: await uriOf(main), sub: sub && (await uriOf(sub)) };
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
  return { token, pixels: pixels > 0 ? pixels : 0 };
}

function pathOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** Credentials that some firmwares put into the address go, too. */
function withHost(uri: string, host: string): string {
  const match = /^(rtsps?:\/\/)(?:[^/?#\s]*@)?(?:\[[^\]]*\]|[^/?#:\s]*)(:\d+)?(\S*)$/i.exec(uri);
  if (match === null) throw new SourceError('source-invalid', 'the camera tells no RTSP address of its stream');
  return `${match[1]}${host}${match[2] ?? ''}${match[3]}`;
}
