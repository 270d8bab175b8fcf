// Who may publish and play: signed stream tokens (contract/stream-token), checked with the keys that the site hands out.
import { LiveSettings, type Resources } from '@lubo/contract';
import { type StreamAction, type TokenFault, checkStreamToken } from '@lubo/contract/stream-token';

/** Why a request was not admitted; `no-keys`: the site has not yet told this server its keys. */
export type AdmissionFault = TokenFault | 'no-keys';

/** Checks tokens; without keys nothing is admitted. */
export type Admission = {
  readonly hasKeys: boolean;
  /** Takes the keys out of the desired state; a state without usable settings leaves the keys as they are. */
  take(resources: Resources): boolean;
  check(stream: string, action: StreamAction, token: string | null): AdmissionFault | undefined;
};

/** `wallSeconds` tells seconds since 1970. */
export function createAdmission(wallSeconds: () => number): Admission {
  let keys: readonly string[] = [];
  return {
    get hasKeys() {
      return keys.length > 0;
    },
    take(resources) {
      const settings = LiveSettings.safeParse(resources['settings']);
      if (settings.success) keys = settings.data.tokenKeys;
      return settings.success;
    },
    check(stream, action, token) {
      if (keys.length === 0) return 'no-keys';
      return checkStreamToken(keys, stream, action, token, wallSeconds());
    },
  };
}

/** Names that a stream can have; anything else is unknown by definition. */
export function isStreamName(name: string): boolean {
  return /^[\w-]{1,128}$/.test(name);
}
