// Text that an ONVIF camera draws into its picture (Media service §5.16): asked for first, written only where it is another.
import type { CameraService } from './onvif.ts';
import { type XmlElement, elementsOf, escaped, mediaNamespace, schemaNamespace, textOf } from './xml.ts';

/** Makes the camera show `text` as its own plain text. Rejects with SourceError where the camera can't or the user may not. */
export async function showText(service: CameraService, text: string): Promise<void> {
  const { call, videoSource } = service;
  const [known] = await plainTexts(service);
  if (known !== undefined && textOf(known.inner, 'PlainText') === text) return;
  const token = known?.attributes.get('token');
  const name = token === undefined ? 'CreateOSD' : 'SetOSD';
  const attribute = token === undefined ? '' : ` token="${escaped(token)}"`;
  const parts =
    `<tt:VideoSourceConfigurationToken>${escaped(videoSource)}</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type>` +
    `<tt:Position>${positionOf(known)}</tt:Position><tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>${escaped(text)}</tt:PlainText></tt:TextString>`;
  await call(`<${name} xmlns="${mediaNamespace}" xmlns:tt="${schemaNamespace}"><OSD${attribute}>${parts}</OSD></${name}>`);
}

/** Takes a text out of the picture that the camera was given before; another one stays. Rejects as `showText`. */
export async function removeText(service: CameraService, former: string): Promise<void> {
  const known = (await plainTexts(service)).find(({ inner }) => textOf(inner, 'PlainText') === former);
  const token = known?.attributes.get('token');
  if (token !== undefined) await service.call(`<DeleteOSD xmlns="${mediaNamespace}"><OSDToken>${escaped(token)}</OSDToken></DeleteOSD>`);
}

async function plainTexts({ call, videoSource }: CameraService): Promise<XmlElement[]> {
  const answer = await call(`<GetOSDs xmlns="${mediaNamespace}"><ConfigurationToken>${escaped(videoSource)}</ConfigurationToken></GetOSDs>`);
  return elementsOf(answer, 'OSDs').filter(isPlainText);
}

/** Date and time that the camera draws are left alone. */
function isPlainText({ inner }: XmlElement): boolean {
  const [text] = elementsOf(inner, 'TextString');
  return text !== undefined && textOf(text.inner, 'Type') === 'Plain';
}

/** Where somebody put the text, it stays. */
function positionOf(known: XmlElement | undefined): string {
  const [position] = elementsOf(known?.inner ?? '', 'Position');
  const type = textOf(position?.inner ?? '', 'Type') ?? 'UpperLeft';
  const [place] = elementsOf(position?.inner ?? '', 'Pos');
  const [x, y] = ['x', 'y'].map((name) => Number(place?.attributes.get(name) ?? Number.NaN));
  const at = type === 'Custom' && Number.isFinite(x) && Number.isFinite(y) ? `<tt:Pos x="${x}" y="${y}"/>` : '';
  return `<tt:Type>${at === '' && type === 'Custom' ? 'UpperLeft' : escaped(type)}</tt:Type>${at}`;
}
