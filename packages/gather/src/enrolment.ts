// What the enrolment allows: so many channels, until some moment. Pure.
import type { ChannelFaultCode, CodedFault, GatherNoticeCode, GatherSettings } from '@lubo/contract';

/** Channels that may not run, with the reason, by id. `channelIds` in the order in which the site gives them. */
export function refusalsOf(settings: GatherSettings | undefined, channelIds: readonly string[], now: number): ReadonlyMap<string, CodedFault<ChannelFaultCode>> {
  const notice = expiryOf(settings, now);
  if (notice !== undefined) return new Map(channelIds.map((id) => [id, notice]));
  const limit = settings?.channelLimit ?? channelIds.length;
  const fault = { code: 'channel-limit' as const, detail: `The enrolment of this gather allows ${limit} channels.` };
  return new Map(channelIds.slice(limit).map((id) => [id, fault]));
}

/** Why nothing runs any more, once the enrolment has ended. */
export function expiryOf(settings: GatherSettings | undefined, now: number): CodedFault<ChannelFaultCode & GatherNoticeCode> | undefined {
  const end = settings?.expiresAt ?? undefined;
  if (end === undefined || now < Date.parse(end)) return undefined;
  return { code: 'enrolment-expired', detail: `The enrolment of this gather ended at ${end}.` };
}
