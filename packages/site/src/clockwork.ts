// What the site does by itself as time goes by.
import { heartbeatMillis } from './events/clients.ts';
import type { Rooms } from './rooms.ts';
import { type Clock, every } from './time.ts';

const hourMillis = 60 * 60 * 1000;

/** Begins it; the returned function stops it. */
export function startClockwork(clock: Clock, rooms: Rooms): () => void {
  const { demands, relay, events, sessions, audit, repeats, lessons, byHand, onFault } = rooms;
  const timers = [
    every(clock, 500, demands.tick, onFault),
    every(clock, 1_000, relay.tick, onFault),
    every(clock, 5_000, rooms.inspections.tick, onFault),
    every(clock, 60_000, lessons.tick, onFault),
    every(clock, 10_000, byHand.sweep, onFault),
    every(clock, heartbeatMillis, events.heartbeat, onFault),
    every(clock, hourMillis, sessions.sweep, onFault),
    every(clock, hourMillis, repeats.sweep, onFault),
    every(clock, hourMillis, rooms.phones.sweep, onFault),
    every(clock, hourMillis, audit.sweep, onFault),
    every(clock, hourMillis, rooms.plays.sweep, onFault),
  ];
  return () => {
    for (const stop of timers) stop();
  };
}
