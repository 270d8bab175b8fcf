// The source of a channel between a form, which has a field for everything, and the contract, which has three shapes. Pure.
import type { ChannelSourceInput, ChannelSourceView } from '@lubo/contract';

export type SourceMode = ChannelSourceView['mode'];

/** Every field of every mode: switching between modes loses nothing that was typed. */
export type SourceForm = {
  mode: SourceMode;
  path: string;
  url: string;
  subUrl: string;
  transport: 'auto' | 'tcp' | 'udp';
  address: string;
  port: number;
  user: string;
  /** A new password; empty: it stays as it was. */
  password: string;
  /** The password that is there shall go. */
  clearsPassword: boolean;
  osd: string;
  isMirrored: boolean;
  isDualStream: boolean;
  /** `camera`: as it is set. */
  turned: 'camera' | 'yes' | 'no';
  /** Undefined: as the gather's settings say, or as the camera is set. */
  mainKbps: number | undefined;
  subKbps: number | undefined;
  framesPerSecond: number | undefined;
};

const empty: SourceForm = {
  mode: 'pull',
  path: '',
  url: '',
  subUrl: '',
  transport: 'auto',
  address: '',
  port: 80,
  user: '',
  password: '',
  clearsPassword: false,
  osd: '',
  isMirrored: false,
  isDualStream: true,
  turned: 'camera',
  mainKbps: undefined,
  subKbps: undefined,
  framesPerSecond: undefined,
};

/** A form that shows this source, or an empty one. */
export function formOfSource(source?: ChannelSourceView): SourceForm {
  if (source === undefined) return { ...empty };
  const { hasPassword: _, isTurned, ...fields } = { hasPassword: false, isTurned: undefined, ...source };
  return { ...empty, ...fields, turned: isTurned === undefined ? 'camera' : isTurned ? 'yes' : 'no' };
}

/** What the form says. A password that was not touched is left out: the site keeps what it has. */
export function sourceOfForm(form: SourceForm): ChannelSourceInput {
  const { mode, path, url, subUrl, transport, address, port, user, osd, isMirrored, isDualStream } = form;
  const password = form.clearsPassword ? { password: '' } : form.password === '' ? {} : { password: form.password };
  switch (mode) {
    case 'file':
      return { mode, path: path.trim() };
    case 'pull':
      return { mode, url, transport, user, ...password, ...(subUrl.trim() === '' ? {} : { subUrl }) };
    case 'camera':
      return { mode, address, port, user, osd, isMirrored, isDualStream, ...cameraSettings(form), ...password };
  }
}

/** What is left empty is left out. */
function cameraSettings({ turned, mainKbps, subKbps, framesPerSecond }: SourceForm): Pick<Extract<ChannelSourceInput, { mode: 'camera' }>, 'isTurned' | 'mainKbps' | 'subKbps' | 'framesPerSecond'> {
  return {
    ...(turned === 'camera' ? {} : { isTurned: turned === 'yes' }),
    ...(mainKbps ? { mainKbps } : {}),
    ...(subKbps ? { subKbps } : {}),
    ...(framesPerSecond ? { framesPerSecond } : {}),
  };
}
