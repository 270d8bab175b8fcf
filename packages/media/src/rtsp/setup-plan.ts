// The media of a session on their way through SETUP (RFC 2326 §10.4), one after the other, and the channels they came to.

import type { ChosenMedia } from './media-choice.ts';
import type { RtpInfo } from './transport.ts';

/** One media: the address of its SETUP, and whether that was accepted. */
export type Setup = { media: ChosenMedia; uri: string; isUp: boolean; rtcpChannel: number };

export class SetupPlan {
  readonly #setups: readonly Setup[];
  /** Media and kind of packet by channel of the connection: 2 × media, + 1 for RTCP; -1 for none. */
  readonly #channels = new Int16Array(256).fill(-1);
  #number = 0;

  constructor(setups: readonly Setup[] = []) {
    this.#setups = setups;
  }

  /** Number of the media being set up. */
  get number(): number {
    return this.#number;
  }

  /** The media being set up; undefined when all have been. */
  get current(): Setup | undefined {
    return this.#setups[this.#number];
  }

  /** The media that are set up. */
  get up(): Setup[] {
    return this.#setups.filter(({ isUp }) => isUp);
  }

  /** Begins again, with another transport. */
  restart(): void {
    this.#number = 0;
    this.#channels.fill(-1);
    for (const setup of this.#setups) setup.isUp = false;
  }

  next(): void {
    this.#number += 1;
  }

  /** The server takes these channels of the connection for the media being set up. */
  useChannels([rtp, rtcp]: readonly [rtp: number, rtcp: number]): void {
    this.#channels[rtp] = 2 * this.#number;
    this.#channels[rtcp] = 2 * this.#number + 1;
    const setup = this.current;
    if (setup !== undefined) setup.rtcpChannel = rtcp;
  }

  /** 2 × media, + 1 for RTCP, of a channel of the connection; -1 for none. */
  at(channel: number): number {
    return this.#channels[channel] ?? -1;
  }

  /** The channel of the connection for RTCP of a media. */
  rtcpChannel(media: number): number {
    return this.#setups[media]?.rtcpChannel ?? 2 * media + 1;
  }

  /** What RTP-Info tells of each media: found by address or its end, else by order. */
  rtpTimes(infos: readonly RtpInfo[]): (number | undefined)[] {
    const { up } = this;
    return this.#setups.map((setup) => {
      const { control } = setup.media;
      const own = infos.find(({ url }) => url === setup.uri || (control !== undefined && url.endsWith(control)));
      return (own ?? (infos.length === up.length ? infos[up.indexOf(setup)] : undefined))?.rtpTime;
    });
  }
}
