// The picture of an ONVIF camera that hangs upside down, turned by 180° (Media service §5.5, Rotate): only where the camera offers it.
import { SourceError } from '../source-error.ts';
import type { CameraService } from './onvif.ts';
import { elementsOf, escaped, mediaNamespace, prefixed, schemaNamespace, textOf } from './xml.ts';

/** Makes the camera turn its picture, or not. Rejects with SourceError where it can't or the user may not. */
export async function turnPicture({ call, videoSource }: CameraService, isTurned: boolean): Promise<void> {
  const token = `<ConfigurationToken>${escaped(videoSource)}</ConfigurationToken>`;
  const options = await call(`<GetVideoSourceConfigurationOptions xmlns="${mediaNamespace}">${token}</GetVideoSourceConfigurationOptions>`);
  if (elementsOf(options, 'Rotate').length === 0) throw new SourceError('not-supported', 'it does not offer that');
  const answer = await call(`<GetVideoSourceConfiguration xmlns="${mediaNamespace}">${token}</GetVideoSourceConfiguration>`);
  const [source] = elementsOf(answer, 'Configuration');
  const now = prefixed(source?.inner ?? '', 'tt');
  const [rotate] = elementsOf(now, 'Rotate');
  const degree = textOf(rotate?.inner ?? '', 'Degree') ?? '180';
  if ((textOf(rotate?.inner ?? '', 'Mode') === 'ON' && degree === '180') === isTurned) return;
  const configuration = `<Configuration token="${escaped(videoSource)}">${withRotation(now, isTurned)}</Configuration><ForcePersistence>true</ForcePersistence>`;
  await call(`<SetVideoSourceConfiguration xmlns="${mediaNamespace}" xmlns:tt="${schemaNamespace}">${configuration}</SetVideoSourceConfiguration>`);
}

function withRotation(source: string, isTurned: boolean): string {
  const rotate = `<tt:Rotate><tt:Mode>${isTurned ? 'ON' : 'OFF'}</tt:Mode>${isTurned ? '<tt:Degree>180</tt:Degree>' : ''}</tt:Rotate>`;
  if (/<tt:Rotate[\s>]/.test(source)) return source.replace(/<tt:Rotate(?:\s[^>]*)?>[^]*?<\/tt:Rotate>/, rotate);
  if (/<tt:Extension>/.test(source)) return source.replace('<tt:Extension>', `<tt:Extension>${rotate}`);
  return `${source}<tt:Extension>${rotate}</tt:Extension>`;
}
