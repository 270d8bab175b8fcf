// Words of all rooms of what is captured and kept.
import { channel, fault } from './channel.ts';
import { component, overview, viewer } from './component.ts';
import { code, gather } from './gather.ts';
import { recording } from './recording.ts';

export const capture = { channel, fault, gather, code, recording, component, overview, viewer };
