// Every code that a fault or a notice of a channel or a gather may have: what pages put in words.
import type { ChannelFault } from './channel.ts';

/** Why a channel gives no video, as its gather tells it. */
export const channelFaultCodes = [
  'file-missing', 'file-denied', 'file-invalid', 'file-truncated', 'file-unreadable', 'settings-invalid', 'internal',
  'source-unreachable', 'source-lost', 'source-silent', 'sound-lost', 'source-invalid', 'source-forbidden', 'source-busy', 'source-refused',
  'stream-not-found', 'transport-refused', 'too-many-redirects', 'wrong-password', 'password-missing', 'sign-in-not-supported',
  'codec-not-supported', 'not-supported', 'channel-limit', 'enrolment-expired',
] as const;

/** Why it gives none, as the site knows it without its gather. */
export const siteFaultCodes = ['gather-offline', 'channel-stopped', 'source-error'] as const;

/** What could be better with a channel that runs. */
export const channelNoticeCodes = ['sound-left-out', 'sound-waiting', 'certificate-not-checked', 'picture-missing', 'sound-missing', 'sub-stream-missing', 'camera-settings-not-applied'] as const;

/** What could be better with a gather as a whole. */
export const gatherNoticeCodes = ['codec-missing', 'disk-low', 'disk-full', 'disk-away', 'recordings-aside', 'enrolment-expired'] as const;

export type ChannelFaultCode = (typeof channelFaultCodes)[number];
export type ChannelNoticeCode = (typeof channelNoticeCodes)[number];
export type GatherNoticeCode = (typeof gatherNoticeCodes)[number];

/** A fault of one of these codes. */
export type CodedFault<Code extends string> = ChannelFault & { code: Code };
