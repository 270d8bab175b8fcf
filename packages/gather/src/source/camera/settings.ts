// What a channel and its gather want of an ONVIF camera, kept true while its picture plays; what it can't be set to is told.
import { type Clock, sleep } from '../../clock.ts';
import type { DialOutput } from '../dialled.ts';
import { type Rates, setRates } from './encoder.ts';
import type { CameraService } from './onvif.ts';
import { removeText, showText } from './osd.ts';
import { turnPicture } from './turned.ts';

export type CameraWish = {
  /** Text in the picture; empty: none of ours. */
  osd: string;
  /** Text that the channel had before it was emptied. */
  formerOsd: string;
  isMirrored: boolean;
  /** Upside down; absent: as the camera is set. */
  isTurned?: boolean | undefined;
  main: Rates;
  /** Absent: nobody plays it. */
  sub?: Rates | undefined;
};

export type CameraSettings = {
  /** Sets the camera once, and again when something else is wanted, until `signal` aborts. Never rejects. */
  keep(service: CameraService, output: Pick<DialOutput, 'notice'>, signal: AbortSignal): Promise<void>;
};

/** How often it is looked whether something else is wanted. */
const lookMillis = 5_000;

/** Of one camera, over all its connections. */
export function createCameraSettings(wish: () => CameraWish, clock: Clock): CameraSettings {
  const written = new Map<string, string>();
  return {
    async keep(service, output, signal) {
      for (let applied = ''; !signal.aborted; await sleep(clock, lookMillis, signal)) {
        const wanted = wish();
        if (JSON.stringify(wanted) === applied) continue;
        applied = JSON.stringify(wanted);
        const left = await apply(wanted, service, written);
        if (!signal.aborted) output.notice('camera-settings-not-applied', left.length > 0 ? left.join('; ') : undefined);
      }
    },
  };
}

/** What the camera did not take, a clause each. */
async function apply(wish: CameraWish, service: CameraService, written: Map<string, string>): Promise<string[]> {
  const { osd, formerOsd, isMirrored, isTurned, main, sub } = wish;
  const { encoders } = service;
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      left.push(`the camera did not take ${what}: ${(error as Error).message}`);
    }
  };
  if (osd !== '') await attempt('the text in its picture', () => showText(service, osd));
  else if (formerOsd !== '') await attempt('that its text goes', () => removeText(service, formerOsd));
  await attempt('the bitrate of its main stream', () => setRates(service, encoders.main, main, written));
  const other = encoders.sub;
  if (sub !== undefined && other !== undefined && other !== encoders.main) await attempt('the bitrate of its sub stream', () => setRates(service, other, sub, written));
  if (isTurned !== undefined) await attempt('how its picture is turned', () => turnPicture(service, isTurned));
  // ONVIF's services know no mirror.
  if (isMirrored) left.push('mirroring is to be set on the camera itself');
  return left;
}
