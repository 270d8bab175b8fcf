// Headers of SETUP and PLAY: Transport (RFC 2326 §12.39), Session (§12.37), RTP-Info (§12.33).

/** How RTP travels: inside the RTSP connection, or in datagrams of its own. */
export type RtspTransport = 'tcp' | 'udp';

/** The server's choice. Ports and channels as far as it tells them. */
export type ChosenTransport = {
  kind: RtspTransport | 'multicast' | 'other';
  interleaved: readonly [rtp: number, rtcp: number] | undefined;
  serverPorts: readonly [rtp: number, rtcp: number] | undefined;
  /** Address that the media comes from, when it is another one. */
  source: string | undefined;
};

/** Header for interleaved channels or for our two UDP ports. */
export function writeTransport(kind: RtspTransport, [first, second]: readonly [number, number]): string {
  return kind === 'tcp'
    ? `RTP/AVP/TCP;unicast;interleaved=${first}-${second}`
    : `RTP/AVP;unicast;client_port=${first}-${second}`;
}

/** Reads the first transport of the header. `asked` fills in for cameras that repeat nothing. */
export function readTransport(header: string | undefined, asked: RtspTransport): ChosenTransport {
  const [protocol = '', ...fields] = (header ?? '').split(',')[0]?.split(';').map((field) => field.trim()) ?? [];
  const values = new Map(fields.map((field): [string, string] => {
    const equals = field.indexOf('=');
    return equals < 0 ? [field.toLowerCase(), ''] : [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1).trim()];
  }));
  const interleaved = pairOf(values.get('interleaved'), 255);
  const source = values.get('source')?.replaceAll(/^"|"$|[[\]]/g, '');
  return {
    kind: kindOf(protocol, values, interleaved !== undefined, asked),
    interleaved,
    serverPorts: pairOf(values.get('server_port'), 65535),
    source: source === '' ? undefined : source,
  };
}

function kindOf(protocol: string, values: ReadonlyMap<string, string>, isInterleaved: boolean, asked: RtspTransport): ChosenTransport['kind'] {
  if (values.has('multicast')) return 'multicast';
  if (protocol === '') return asked;
  if (isInterleaved || /\/TCP$/i.test(protocol)) return 'tcp';
  return /^RTP\/AVPF?(\/UDP)?$/i.test(protocol) ? 'udp' : 'other';
}

function pairOf(text: string | undefined, most: number): readonly [number, number] | undefined {
  const [, first = '', second] = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?/.exec(text ?? '') ?? [];
  if (first === '') return undefined;
  const pair = [Number(first), second === undefined ? Number(first) + 1 : Number(second)] as const;
  return pair[0] <= most && pair[1] <= most ? pair : undefined;
}

/** A Session header: its identifier ('' when it tells none) and time-out in ms (60 s when it tells none). */
export function readSessionHeader(header: string | undefined): { id: string; timeoutMillis: number } {
  const [id = '', ...fields] = (header ?? '').split(';').map((field) => field.trim());
  const seconds = fields.map((field) => /^timeout\s*=\s*"?(\d{1,6})/i.exec(field)?.[1]).find((found) => found !== undefined);
  return { id, timeoutMillis: (Number(seconds ?? 0) || 60) * 1000 };
}

/** What RTP-Info (RFC 2326 §12.33) tells of one media: the RTP time at which its play begins. */
export type RtpInfo = { url: string; sequence: number | undefined; rtpTime: number | undefined };

/** Entries of an RTP-Info header, in order. */
export function readRtpInfo(header: string | undefined): RtpInfo[] {
  return (header ?? '').split(/,(?=\s*url\s*=)/i).flatMap((entry) => {
    const [, url] = /url\s*=\s*"?([^;"\s]+)/i.exec(entry) ?? [];
    if (url === undefined) return [];
    return [{ url, sequence: uintOf(/[;\s]seq\s*=\s*(\d+)/i, entry), rtpTime: uintOf(/rtptime\s*=\s*(\d+)/i, entry) }];
  });
}

function uintOf(pattern: RegExp, text: string): number | undefined {
  const value = pattern.exec(text)?.[1];
  return value === undefined || Number(value) > 0xffffffff ? undefined : Number(value);
}
