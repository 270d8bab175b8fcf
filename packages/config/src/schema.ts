// Every setting of every part, with its default. config.example.yaml shows them all; a test keeps the two in step.
import { z } from 'zod';

const Port = z.int('a port is a whole number from 1 to 65535').min(1).max(65535);
const Address = z.string().min(1);
const HttpUrl = z.url({ protocol: /^https?$/, error: 'an address like http://school.example:8000' });
const RtmpUrl = z.url({ protocol: /^rtmps?$/, error: 'an address like rtmp://live.school.example:1935' });

export const SiteConfig = z.strictObject({
  host: Address.default('0.0.0.0'),
  port: Port.default(8000),
  publicUrl: HttpUrl.optional(),
});

export const LiveConfig = z.strictObject({
  host: Address.default('0.0.0.0'),
  httpPort: Port.default(8080),
  rtmpPort: Port.default(1935),
  publicHttpUrl: HttpUrl.optional(),
  publicRtmpUrl: RtmpUrl.optional(),
  siteUrl: HttpUrl.optional(),
  code: z.string().min(8).optional(),
});

export const GatherConfig = z.strictObject({
  consoleHost: Address.default('127.0.0.1'),
  consolePort: Port.default(8090),
  siteUrl: HttpUrl.optional(),
  code: z.string().min(8).optional(),
});

export const Config = z
  .strictObject({
    dataDir: z.string().min(1).default('data'),
    logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    localCode: z.string().min(16).optional(),
    demoClip: z.string().min(1).optional(),
    admin: z.strictObject({ user: z.string().min(1).max(64).optional(), password: z.string().min(8).max(128).optional() }).prefault({}),
    site: SiteConfig.prefault({}),
    live: LiveConfig.prefault({}),
    gather: GatherConfig.prefault({}),
  })
  .superRefine((config, context) => {
    if ((config.admin.user === undefined) !== (config.admin.password === undefined)) {
      context.addIssue({ code: 'custom', path: ['admin'], message: 'user and password go together: set both or neither' });
    }
  });

export type Config = z.infer<typeof Config>;
export type SiteConfig = z.infer<typeof SiteConfig>;
export type LiveConfig = z.infer<typeof LiveConfig>;
export type GatherConfig = z.infer<typeof GatherConfig>;
