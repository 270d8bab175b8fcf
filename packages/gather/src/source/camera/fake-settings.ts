// What a stand-in for an ONVIF camera can be set to, for tests: texts, encoders, the way its picture is turned; and its SOAP answers.
import { elementsOf, textOf } from './xml.ts';

export type FakeSettings = {
  /** Texts that it draws, by token; absent: it knows no such thing. */
  osds?: Map<string, string> | undefined;
  /** By the token of the encoder; absent: it tells none. */
  encoders?: Map<string, { kbps: number; framesPerSecond: number }> | undefined;
  /** Makes multiples of this of every bitrate, as some firmwares do. */
  kbpsStep?: number | undefined;
  /** Absent: it does not turn its picture. */
  rotation?: { mode: string } | undefined;
};

/** The body of the answer; undefined: not supported. */
export function settingsAnswer(request: string, body: string, settings: FakeSettings): string | undefined {
  if (request.includes('OSD')) return osdAnswer(request, body, settings.osds);
  if (request.includes('VideoEncoderConfiguration')) return encoderAnswer(request, body, settings);
  if (request.includes('VideoSourceConfiguration')) return rotationAnswer(request, body, settings.rotation);
  return undefined;
}

const osdXml = (token: string, text: string): string =>
  `<trt:OSDs token="${token}"><tt:VideoSourceConfigurationToken>vs</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type><tt:Position><tt:Type>LowerLeft</tt:Type></tt:Position><tt:TextString>${text}</tt:TextString></trt:OSDs>`;

/** Date and time, which every camera draws, and the texts. */
function osdAnswer(request: string, body: string, osds: Map<string, string> | undefined): string | undefined {
  if (osds === undefined) return undefined;
  if (request === 'DeleteOSD') osds.delete(textOf(body, 'OSDToken') ?? '');
  else if (request !== 'GetOSDs') osds.set(/<OSD token="([^"]*)"/.exec(body)?.[1] ?? `osd${osds.size}`, textOf(body, 'PlainText') ?? '');
  if (request !== 'GetOSDs') return `<trt:${request}Response/>`;
  const texts = [...osds].map(([token, text]) => osdXml(token, `<tt:Type>Plain</tt:Type><tt:PlainText>${text}</tt:PlainText>`));
  return `<trt:GetOSDsResponse>${osdXml('clock', '<tt:Type>DateAndTime</tt:Type>')}${texts.join('')}</trt:GetOSDsResponse>`;
}

/** Its prefixes are not ours, and it takes no configuration that is not whole. */
function encoderAnswer(request: string, body: string, { encoders, kbpsStep = 1 }: FakeSettings): string | undefined {
  const [sent] = elementsOf(body, 'Configuration');
  const token = textOf(body, 'ConfigurationToken') ?? sent?.attributes.get('token') ?? '';
  const encoder = encoders?.get(token);
  if (encoder === undefined) return undefined;
  if (request === 'SetVideoEncoderConfiguration') {
    const isWhole = ['Name', 'UseCount', 'Encoding', 'Width', 'Height', 'Quality', 'EncodingInterval', 'GovLength', 'SessionTimeout'].every((name) => textOf(body, name) !== undefined);
    if (!isWhole || !body.includes('<tt:RateControl>') || textOf(body, 'ForcePersistence') !== 'true') return undefined;
    encoder.kbps = Math.ceil(Number(textOf(body, 'BitrateLimit')) / kbpsStep) * kbpsStep;
    encoder.framesPerSecond = Number(textOf(body, 'FrameRateLimit'));
    return '<trt:SetVideoEncoderConfigurationResponse/>';
  }
  const rates = `<ns9:RateControl><ns9:FrameRateLimit>${encoder.framesPerSecond}</ns9:FrameRateLimit><ns9:EncodingInterval>1</ns9:EncodingInterval><ns9:BitrateLimit>${encoder.kbps}</ns9:BitrateLimit></ns9:RateControl>`;
  const size = '<ns9:Resolution><ns9:Width>1920</ns9:Width><ns9:Height>1080</ns9:Height></ns9:Resolution>';
  const rest = '<ns9:H264><ns9:GovLength>50</ns9:GovLength><ns9:H264Profile>Main</ns9:H264Profile></ns9:H264><ns9:SessionTimeout xsi:nil="false">PT60S</ns9:SessionTimeout>';
  return `<trt:GetVideoEncoderConfigurationResponse><trt:Configuration token="${token}"><ns9:Name>e</ns9:Name><ns9:UseCount>1</ns9:UseCount><ns9:Encoding>H264</ns9:Encoding>${size}<ns9:Quality>4</ns9:Quality>${rates}${rest}</trt:Configuration></trt:GetVideoEncoderConfigurationResponse>`;
}

function rotationAnswer(request: string, body: string, rotation: FakeSettings['rotation']): string | undefined {
  if (request === 'GetVideoSourceConfigurationOptions') {
    const offered = rotation === undefined ? '' : '<tt:Extension><tt:Rotate><tt:Mode>OFF</tt:Mode><tt:Mode>ON</tt:Mode></tt:Rotate></tt:Extension>';
    return `<trt:${request}Response><trt:Options><tt:BoundsRange/>${offered}</trt:Options></trt:${request}Response>`;
  }
  if (request === 'SetVideoSourceConfiguration') {
    if (rotation === undefined || textOf(body, 'SourceToken') !== 'sensor') return undefined;
    rotation.mode = textOf(body, 'Mode') ?? '';
    return `<trt:${request}Response/>`;
  }
  const turned = rotation === undefined ? '' : `<ns9:Extension><ns9:Rotate><ns9:Mode>${rotation.mode}</ns9:Mode></ns9:Rotate></ns9:Extension>`;
  return `<trt:${request}Response><trt:Configuration token="vs"><ns9:Name>v</ns9:Name><ns9:SourceToken>sensor</ns9:SourceToken><ns9:Bounds x="0" y="0" width="1920" height="1080"/>${turned}</trt:Configuration></trt:${request}Response>`;
}
