// Words of all rooms of what is captured and kept.
import { channel, fault } from './channel.ts';

export const capture = { channel, fault };
