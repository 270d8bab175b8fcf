// A stand-in for an ONVIF camera in tests: SOAP over HTTP with the digest of WS-Security checked against its own clock.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FakeSettings, settingsAnswer } from './fake-settings.ts';
import { textOf } from './xml.ts';

export type FakeProfile = { token: string; encoding: string; width: number; height: number; uri: string };

export type FakeCamera = {
  port: number;
  /** Requests with credentials that were refused. */
  refused: number;
  /** SOAP bodies asked for, by their element. */
  asked: string[];
  close(): Promise<void>;
};

const soap = (body: string): string => `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
const fault = soap('<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>ter:NotAuthorized</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code></SOAP-ENV:Fault>');

export type FakeCameraOptions = FakeSettings & {
  user: string;
  password: string;
  skewMillis?: number;
  profiles: readonly FakeProfile[];
  /** The media service has a port of its own, and the device's knows nothing of it. */
  hasMediaPort?: boolean;
};

const notSupported = soap('<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Receiver</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>ter:ActionNotSupported</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text>Optional action not implemented</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>');

/** Listens on loopback. `skewMillis`: its clock is so far ahead, and signatures older than 30 s by it are refused. */
export async function startFakeCamera(options: FakeCameraOptions): Promise<FakeCamera> {
  const now = (): number => Date.now() + (options.skewMillis ?? 0);
  let mediaPort = 0;
  const camera = { port: 0, refused: 0, asked: [] as string[] };
  const answer = (body: string): string => {
    const request = /<s:Body><(\w+)/.exec(body)?.[1] ?? '';
    camera.asked.push(request);
    if (request === 'GetSystemDateAndTime') return timeOf(new Date(now()));
    if (!isSigned(body, options, now())) {
      camera.refused += 1;
      return fault;
    }
    if (request === 'GetCapabilities') return soap(`<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>http://192.168.1.64${mediaPort === 0 ? '' : `:${mediaPort}`}/onvif/Media</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>`);
    if (request === 'GetProfiles') return soap(`<trt:GetProfilesResponse>${options.profiles.map(profileXml).join('')}</trt:GetProfilesResponse>`);
    if (/OSD|Configuration/.test(request)) {
      const told = settingsAnswer(request, body, options);
      return told === undefined ? notSupported : soap(told);
    }
    const profile = options.profiles.find(({ token }) => token === textOf(body, 'ProfileToken'));
    return soap(`<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${(profile?.uri ?? '').replaceAll('&', '&amp;')}</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>`);
  };
  const serve = (isMedia: boolean) =>
    createServer((request, response) => {
      void bodyOf(request).then((body) => {
        if (options.hasMediaPort === true && isMedia !== (request.url === '/onvif/Media')) return response.writeHead(404).end();
        const text = answer(body);
        return response.writeHead(text === fault ? 400 : text === notSupported ? 500 : 200, { 'Content-Type': 'application/soap+xml' }).end(text);
      });
    });
  const servers = options.hasMediaPort === true ? [serve(false), serve(true)] : [serve(false)];
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const [port = 0, own = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  mediaPort = own;
  return Object.assign(camera, {
    port,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  });
}

function isSigned(body: string, { user, password }: { user: string; password: string }, now: number): boolean {
  const created = textOf(body, 'Created') ?? '';
  const nonce = Buffer.from(textOf(body, 'Nonce') ?? '', 'base64');
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
  return textOf(body, 'Username') === user && textOf(body, 'Password') === digest && Math.abs(Date.parse(created) - now) < 30_000;
}

const element = (name: string, value: number): string => `<tt:${name}>${value}</tt:${name}>`;

function timeOf(date: Date): string {
  const time = element('Hour', date.getUTCHours()) + element('Minute', date.getUTCMinutes()) + element('Second', date.getUTCSeconds());
  const day = element('Year', date.getUTCFullYear()) + element('Month', date.getUTCMonth() + 1) + element('Day', date.getUTCDate());
  const utc = `<tt:UTCDateTime><tt:Time>${time}</tt:Time><tt:Date>${day}</tt:Date></tt:UTCDateTime>`;
  return soap(`<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>${utc}</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`);
}

function profileXml({ token, encoding, width, height }: FakeProfile): string {
  const resolution = `<tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution>`;
  const encoder = `<tt:VideoEncoderConfiguration token="e_${token}"><tt:Name>e</tt:Name><tt:Encoding>${encoding}</tt:Encoding>${resolution}</tt:VideoEncoderConfiguration>`;
  return `<trt:Profiles fixed="true" token="${token}"><tt:Name>${token}</tt:Name><tt:VideoSourceConfiguration token="vs"><tt:Name>v</tt:Name></tt:VideoSourceConfiguration>${encoder}</trt:Profiles>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
