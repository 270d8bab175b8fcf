// Every setting of every part, with its default. config.example.yaml shows them all; a test keeps the two in step.
import { z } from 'zod';

const Port = z.int('a port is a whole number from 1 to 65535').min(1).max(65535);
const Address = z.string().min(1);
const HttpUrl = z.url({ protocol: /^https?$/, error: 'an address like http://school.example:8000' });
const RtmpUrl = z.url({ protocol: /^rtmps?$/, error: 'an address like rtmp://live.school.example:1935' });
const FileName = z.string().min(1).max(4096);
const whole = (min: number, max: number) => z.int(`a whole number from ${min} to ${max}`).min(min).max(max);

/** Certificate chain and private key in PEM; both or neither. */
export const TlsConfig = z.strictObject({ certFile: FileName.optional(), keyFile: FileName.optional() });

/** Bounds of one live server that an operator may want other than they are; all others are in packages/live/src/limits.ts. */
export const LiveLimitsConfig = z.strictObject({
  // No more than fit one report to the site.
  streams: whole(1, 10_000).default(2_000),
  viewers: whole(1, 1_000_000).default(20_000),
  httpConnections: whole(1, 1_000_000).default(20_000),
  rtmpConnections: whole(1, 1_000_000).default(10_000),
  hlsSessions: whole(1, 1_000_000).default(20_000),
  publisherKbps: whole(64, 1_000_000).default(60_000),
  publisherSilenceSeconds: whole(1, 300).default(15),
  reconnectSeconds: whole(1, 300).default(10),
  waitSeconds: whole(1, 60).default(10),
  stuckSeconds: whole(1, 300).default(25),
  queueBytes: whole(65_536, 268_435_456).default(2_097_152),
  gopBytes: whole(65_536, 268_435_456).default(8_388_608),
  hlsTotalBytes: whole(1_048_576, 17_179_869_184).default(536_870_912),
});

/** `https://www.school.example`, or `https://*.school.example` for all its subdomains: what a frame-ancestors policy takes. */
const Origin = z
  .string()
  .regex(/^https?:\/\/(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/, 'an origin like https://www.school.example')
  .max(253);
/** The environment and short files give a list as one line with commas. */
const listOf = <Entry extends z.ZodType>(entry: Entry) =>
  z.preprocess(
    (given) => (typeof given === 'string' ? given.split(',').map((each) => each.trim()).filter((each) => each !== '') : given),
    z.array(entry).max(64),
  );
const Origins = listOf(Origin);
const Folders = listOf(FileName);

/** Where WeChat's sign-in is; other addresses are for tests. */
export const WechatConfig = z.strictObject({
  openUrl: HttpUrl.default('https://open.weixin.qq.com'),
  apiUrl: HttpUrl.default('https://api.weixin.qq.com'),
});

export const SiteConfig = z.strictObject({
  host: Address.default('0.0.0.0'),
  port: Port.default(8000),
  publicUrl: HttpUrl.optional(),
  embedOrigins: Origins.default([]),
  tls: TlsConfig.prefault({}),
  storageDir: FileName.optional(),
  storageReserveMegabytes: whole(0, 1_000_000_000).default(1024),
  wechat: WechatConfig.prefault({}),
});

export const LiveConfig = z.strictObject({
  host: Address.default('0.0.0.0'),
  httpPort: Port.default(8080),
  rtmpPort: Port.default(1935),
  rtmpsPort: Port.default(1936),
  workers: whole(1, 64).default(1),
  publicHttpUrl: HttpUrl.optional(),
  publicRtmpUrl: RtmpUrl.optional(),
  tls: TlsConfig.prefault({}),
  limits: LiveLimitsConfig.prefault({}),
  siteUrl: HttpUrl.optional(),
  code: z.string().min(8).optional(),
});

export const GatherConfig = z.strictObject({
  consoleHost: Address.default('127.0.0.1'),
  consolePort: Port.default(8090),
  recordDirs: Folders.default([]),
  reserveMegabytes: whole(1, 1_000_000).default(1_024),
  siteUrl: HttpUrl.optional(),
  code: z.string().min(8).optional(),
});

export const Config = z
  .strictObject({
    dataDir: z.string().min(1).default('data'),
    logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    localCode: z.string().min(16).optional(),
    demoClip: z.string().min(1).optional(),
    caFile: FileName.optional(),
    admin: z.strictObject({ user: z.string().min(1).max(64).optional(), password: z.string().min(8).max(128).optional() }).prefault({}),
    site: SiteConfig.prefault({}),
    live: LiveConfig.prefault({}),
    gather: GatherConfig.prefault({}),
  })
  .superRefine((config, context) => {
    if ((config.admin.user === undefined) !== (config.admin.password === undefined)) {
      context.addIssue({ code: 'custom', path: ['admin'], message: 'user and password go together: set both or neither' });
    }
    for (const part of ['site', 'live'] as const) {
      const { certFile, keyFile } = config[part].tls;
      if ((certFile === undefined) === (keyFile === undefined)) continue;
      context.addIssue({ code: 'custom', path: [part, 'tls'], message: 'certFile and keyFile go together: set both or neither' });
    }
  });

export type Config = z.infer<typeof Config>;
export type SiteConfig = z.infer<typeof SiteConfig>;
export type LiveConfig = z.infer<typeof LiveConfig>;
export type GatherConfig = z.infer<typeof GatherConfig>;
export type TlsConfig = z.infer<typeof TlsConfig>;
export type LiveLimitsConfig = z.infer<typeof LiveLimitsConfig>;
