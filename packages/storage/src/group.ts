// Groups of volumes: new content goes to the volume with most free room of its group, and stays findable by the volume's id.
import { AppError } from '@lubo/contract';
import { storageAway, storageFull, troubleOf } from './faults.ts';
import { inTime, trackContent, turns } from './group-waiting.ts';
import type { Content, Expected, Health, Space, Store, StoredObject, Upload } from './store.ts';

/** A volume's place in a group. `reserveBytes` stay free: the disk is called full before it is. */
export type Member = { groupId: string; store: Store; reserveBytes: number };

/** What has to be kept of stored content to find it again: the row of a recording holds both. */
export type Placement = { volumeId: string; key: string };

/** A volume as the operator sees it. `promisedBytes`: what uploads and puts under way still need. `full`: only the reserve is left. */
export type VolumeReport = Health & { groupId: string; volumeId: string; promisedBytes: number; reserveBytes: number };

/** All volumes of a site. */
export type VolumeGroups = {
  /** Adds a volume, at any time, whether it is there now or away; a volume known by its id is replaced. */
  add(member: Member): void;
  /** Forgets a volume; nothing is deleted. */
  remove(volumeId: string): void;
  /** The volume that holds what was placed. Throws `storage-away` for one that is not known (any more). */
  volume(volumeId: string): Store;
  /** As Store.put; on the next volume if one fails before a byte of `content` was read. Rejects with `storage-full`, `storage-away`. */
  put(groupId: string, key: string, content: Content, expected: Expected): Promise<StoredObject & Placement>;
  /**
   * As Store.begin. Finds the key again on whichever volume of the group it is; an upload that can't be completed where it
   * is, because its volume has filled up, is given up and begun anew on another.
   */
  begin(groupId: string, key: string, expected: Expected): Promise<Upload & Placement>;
  /** The volume that holds the key, by asking all: for recovery when no row tells. */
  locate(key: string): Promise<Placement | undefined>;
  /** Every volume; one that is away or does not answer is told as such. */
  report(): Promise<VolumeReport[]>;
};

/** How long a volume may take to answer a small question before it counts as away: 10 s unless told. */
export type GroupOptions = { patienceMillis?: number };

type Room = { member: Member; bytes: number };
/** Where a key is; with its upload if it is not stored yet. */
type Holder = { member: Member; upload?: Upload | undefined };

/** No volumes yet. */
export function createVolumeGroups({ patienceMillis = 10_000 }: GroupOptions = {}): VolumeGroups {
  const members = new Map<string, Member>();
  /** Bytes of puts under way by volume, and where the puts of a key go, so that two at once meet on one volume. */
  const promisedToPuts = new Map<string, number>();
  const placing = new Map<string, { member: Member; count: number }>();
  const inTurn = turns();
  const ask = <T>(work: Promise<T>): Promise<T> => inTime(work, patienceMillis);

  const membersOf = (groupId: string): Member[] => [...members.values()].filter((member) => member.groupId === groupId);

  async function promisedOn({ store }: Member): Promise<number> {
    const uploads = await ask(store.uploads());
    return uploads.reduce((sum, { size, offset }) => sum + size - offset, promisedToPuts.get(store.id) ?? 0);
  }

  async function roomOn(member: Member): Promise<number> {
    const { freeBytes } = await ask(member.store.space());
    return freeBytes === undefined ? Infinity : freeBytes - (await promisedOn(member)) - member.reserveBytes;
  }

  /** The volumes of the group with room for `size` bytes, most room first. */
  async function choose(groupId: string, size: number): Promise<Member[]> {
    const asked = await Promise.allSettled(membersOf(groupId).map(async (member): Promise<Room> => ({ member, bytes: await roomOn(member) })));
    const present = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    if (present.length === 0) throw storageAway(`no volume of the group ${groupId} is there`, asked.find(isRejected)?.reason);
    const fitting = present.filter(({ bytes }) => bytes >= size).sort((one, other) => compareCounts(other.bytes, one.bytes));
    if (fitting.length === 0) throw storageFull(`no volume of the group ${groupId} has room for ${size} bytes beside its reserve`);
    return fitting.map(({ member }) => member);
  }

  /** Where the key is already, stored or on its way. Volumes that are away are passed over. */
  async function holderOf(candidates: readonly Member[], key: string): Promise<Holder | undefined> {
    const found = await Promise.allSettled(
      candidates.map(async (member): Promise<Holder | undefined> => {
        if ((await ask(member.store.head(key))) !== undefined) return { member, upload: undefined };
        const upload = await ask(member.store.uploadOf(key));
        return upload && { member, upload };
      }),
    );
    const holders = found.flatMap((answer) => (answer.status === 'fulfilled' && answer.value !== undefined ? [answer.value] : []));
    return holders.sort((one, other) => compareCounts(howFar(other), howFar(one)))[0];
  }

  /** Tries one volume after the other while they fail by their own trouble and `mayGoOn`. */
  async function spill<T>(chosen: readonly Member[], work: (member: Member) => Promise<T>, mayGoOn: () => boolean): Promise<T> {
    let last: unknown;
    for (const member of chosen) {
      try {
        return await work(member);
      } catch (error) {
        if (troubleOf(error) === undefined || !mayGoOn()) throw error;
        last = error;
      }
    }
    throw last;
  }

  async function putOn(member: Member, key: string, content: Content, expected: Expected): Promise<StoredObject & Placement> {
    const { store } = member;
    const place = placing.get(key) ?? { member, count: 0 };
    place.count++;
    placing.set(key, place);
    promisedToPuts.set(store.id, (promisedToPuts.get(store.id) ?? 0) + expected.size);
    try {
      return { ...(await store.put(key, content, expected)), volumeId: store.id };
    } finally {
      promisedToPuts.set(store.id, (promisedToPuts.get(store.id) ?? 0) - expected.size);
      if (--place.count === 0) placing.delete(key);
    }
  }

  async function put(groupId: string, key: string, content: Content, expected: Expected): Promise<StoredObject & Placement> {
    const source = trackContent(content);
    const { done } = await inTurn(async () => {
      const holder = placing.get(key) ?? (await holderOf(membersOf(groupId), key));
      const chosen = holder === undefined ? await choose(groupId, expected.size) : [holder.member];
      const putting = spill(chosen, (member) => putOn(member, key, source.content, expected), () => !source.isTouched());
      // The turn ends when the put has announced itself, not when it is done; its fault is the caller's.
      putting.catch(() => {});
      return { done: putting };
    });
    return done;
  }

  async function begin(groupId: string, key: string, expected: Expected): Promise<Upload & Placement> {
    const found = await inTurn(async () => {
      const holder: Holder | undefined = placing.get(key) ?? (await holderOf(membersOf(groupId), key));
      if (holder !== undefined && !(await mustMove(holder))) return holder.member.store;
      const chosen = await choose(groupId, expected.size);
      if (holder !== undefined) await ask(holder.member.store.abort(key));
      return spill(chosen, async ({ store }) => ({ ...(await ask(store.begin(key, expected))), volumeId: store.id }), () => true);
    });
    // Content that is there already may have to be read to be compared, which takes its time.
    return 'begin' in found ? { ...(await found.begin(key, expected)), volumeId: found.id } : found;
  }

  /** Whether the rest of an upload finds no room where it is, and the whole finds room elsewhere. */
  async function mustMove({ member, upload }: Holder): Promise<boolean> {
    if (upload === undefined) return false;
    const { freeBytes } = await ask(member.store.space());
    if (freeBytes === undefined || freeBytes >= upload.size - upload.offset) return false;
    return choose(member.groupId, upload.size).then(
      () => true,
      () => false,
    );
  }

  async function reportOn(member: Member): Promise<VolumeReport> {
    const { groupId, store, reserveBytes } = member;
    const report = { groupId, volumeId: store.id, reserveBytes, promisedBytes: 0, totalBytes: undefined, freeBytes: undefined };
    try {
      const space: Space = await ask(store.space());
      const isFull = space.freeBytes !== undefined && space.freeBytes <= reserveBytes;
      const detail = isFull ? 'only the reserve is left' : 'there';
      return { ...report, ...space, promisedBytes: await promisedOn(member), state: isFull ? 'full' : 'ready', detail };
    } catch (error) {
      return { ...report, state: troubleOf(error) ?? 'failed', detail: error instanceof AppError ? error.message : 'unknown fault' };
    }
  }

  return {
    add: (member) => void members.set(member.store.id, member),
    remove: (volumeId) => void members.delete(volumeId),
    volume(volumeId) {
      const member = members.get(volumeId);
      if (member === undefined) throw storageAway(`the volume ${volumeId} is not known here`);
      return member.store;
    },
    put,
    begin,
    async locate(key) {
      const holder = await holderOf([...members.values()], key);
      return holder && { volumeId: holder.member.store.id, key };
    },
    report: () => Promise.all([...members.values()].map(reportOn)),
  };
}

const howFar = ({ upload }: Holder): number => upload?.offset ?? Infinity;
const compareCounts = (one: number, other: number): number => (one === other ? 0 : one - other);
const isRejected = (answer: PromiseSettledResult<unknown>): answer is PromiseRejectedResult => answer.status === 'rejected';
