// The rooms of the site, built over one database and joined to each other. Decisions are in the rooms, not here.
import { join } from 'node:path';
import type { Config } from '@lubo/config';
import type { Logger } from 'pino';
import { type Agents, createAgents, gatherSettings } from './agents/agents.ts';
import { type Archive, createArchive } from './archive.ts';
import { type Enrolments, createEnrolments } from './agents/enrolment.ts';
import type { Passwords } from './auth/password.ts';
import { type Board, createBoard } from './channels/board.ts';
import { type Catalog, createCatalog } from './channels/catalog.ts';
import { type Channels, channelResources, createChannels } from './channels/channels.ts';
import { type ManagedChannels, createManagedChannels } from './channels/managed.ts';
import type { Db } from './db/tables.ts';
import { type Demands, createDemands } from './demand/demands.ts';
import { wantForWaiting } from './demand/waiting.ts';
import { createDemo } from './demo/demo.ts';
import { type Components, createComponents } from './components/components.ts';
import { createEventClients } from './events/clients.ts';
import { createPublisher } from './events/publisher.ts';
import { type Front, createFront } from './front/front.ts';
import { type Plays, createPlays } from './front/plays.ts';
import { type Gathers, createGathers } from './gathers/gathers.ts';
import { type Inspections, createInspections } from './inspections/inspections.ts';
import { handResources } from './lessons/by-hand.ts';
import { type LiveServers, createLiveServers, liveSettings, makeLiveServer } from './live-servers/live-servers.ts';
import { type PersonRooms, createPersonRooms } from './persons.ts';
import { type Relay, createRelay } from './relay/relay.ts';
import { type Reports, createReports } from './relay/reports.ts';
import { createStateChanges } from './relay/state-changes.ts';
import { type Secrets, openSecrets } from './secrets.ts';
import { type SchoolRooms, createSchoolRooms } from './school/school-rooms.ts';
import { type TeachingRooms, createTeachingRooms } from './teaching.ts';
import type { Clock } from './time.ts';
import { timetableResources } from './timetables/timetables.ts';

/** What main.ts chooses and tests replace. */
export type SiteDeps = {
  clock: Clock;
  log: Logger;
  version: string;
  /** Folder of the built pages. */
  webDir: string;
  /** IP addresses of this machine. */
  ownAddresses(): string[];
  passwords?: Passwords;
};

export type Rooms = PersonRooms & Omit<TeachingRooms, 'replan'> & {
  /** Seals what the database holds of passwords and keys that must be read again. */
  secrets: Secrets;
  agents: Agents;
  enrolments: Enrolments;
  gathers: Gathers;
  liveServers: LiveServers;
  components: Components;
  /** Viewers one by one, while somebody looks. */
  inspections: Inspections;
  school: SchoolRooms;
  channels: Channels;
  board: Board;
  managed: ManagedChannels;
  demands: Demands;
  relay: Relay;
  /** Storage, uploads, snapshots, recordings. */
  archive: Archive;
  /** The public pages. */
  front: Front;
  /** Views of recordings. */
  plays: Plays;
  events: ReturnType<typeof createEventClients>;
  /** Pages hear of these channels anew. */
  touchChannels(ids: Iterable<string>): void;
  /** Seeds the demonstration, where the settings ask for one. */
  seedDemo(): Promise<void>;
  /** For work that nobody waits for. */
  onFault(error: unknown): void;
};

/** Builds all rooms; reads what an earlier life left in the tables. */
export async function createRooms(config: Config, deps: SiteDeps, db: Db): Promise<Rooms> {
  const { clock, log } = deps;
  const onFault = (error: unknown): void => log.error({ err: error }, 'work in the background failed');
  const secrets = openSecrets(join(config.dataDir, 'site'));
  const reports = createReports();
  const changes = createStateChanges(db);
  const catalog = createCatalog(db);
  const archive = await createArchive({ config, db, clock, log, secrets, onChange: () => front.forget(), onFault });
  const board = createBoard(catalog, reports, archive.snapshots.shown);
  const events = createEventClients(clock.now);
  const publisher = createPublisher({ clock, clients: events, find: board.find, onFault });
  const persons = createPersonRooms({ db, clock, log, secrets, config, passwords: deps.passwords });
  const { isOnline } = reports;
  const agents = createAgents({ db, clock, isOnline });
  const enrolments = createEnrolments({ db, clock, localCode: config.localCode, onLiveServerMade: makeLiveServer });
  const liveServers = createLiveServers({ db, clock, ownAddresses: deps.ownAddresses });
  const onRenewed = (agentIds: readonly string[]): void => relay.refresh(agentIds);
  const demands = await createDemands({ db, clock, log, changes, reports, liveServers, onRenewed });
  const inspections = createInspections({ clock, reports, onAsked: onRenewed });
  const relay = joinRelay({ db, clock, log, secrets, reports, agents, liveServers, demands, inspections, board });
  const channels = createChannels({ db, clock, secrets, changes, catalog, onChange: (id) => publisher.touch([id]), onEnd: demands.end });
  const managed = createManagedChannels({ catalog, board, reports, channels });
  const { replan, ...teaching } = createTeachingRooms({ db, clock, changes, reports, catalog, tell: events.send, onFault });
  const gathers = createGathers({ db, clock, changes, catalog, reports, drop: relay.drop, replan });
  // Pages that show names of the school are made anew, too.
  const tellSchool: typeof events.send = (event, data) => {
    front.forget();
    events.send(event, data);
  };
  const school = createSchoolRooms({ db, clock, changes, catalog, version: deps.version, replan, tell: tellSchool, touch: publisher.touch, onFault });
  const front = createFront({ db, clock, subjects: school.subjects.list, channels: board.list, recordings: archive.recordings });
  const plays = createPlays({ db, clock, key: secrets.keyFor('viewers') });
  changes.onCommit(relay.refresh);
  publishReports(reports, catalog, publisher.touch, onFault);
  reports.onChange((change) => {
    if ('agentId' in change) events.send('agent-changed', { id: change.agentId });
  });

  const { demoClip } = config;
  const { localGather } = agents;
  const demo = { db, clock, log, changes, channels, localGather, onSchoolChange: catalog.forget };
  const seedDemo = demoClip === undefined ? () => Promise.resolve() : createDemo({ ...demo, clip: demoClip });
  return {
    ...persons,
    secrets,
    agents,
    enrolments,
    gathers,
    liveServers,
    components: createComponents({ clock, agents, reports, catalog, liveServers, peers: relay.peers, pages: events.list }),
    inspections,
    school,
    channels,
    board,
    managed,
    demands,
    ...teaching,
    relay,
    archive,
    front,
    plays,
    events,
    touchChannels: publisher.touch,
    seedDemo,
    onFault,
  };
}

type RelayParts = {
  db: Db;
  clock: Clock;
  log: Logger;
  secrets: Secrets;
  reports: Reports;
  agents: Agents;
  liveServers: LiveServers;
  demands: Demands;
  inspections: Inspections;
  board: Board;
};

function joinRelay({ agents, liveServers, demands, inspections, board, secrets, ...rest }: RelayParts): Relay {
  return createRelay({
    ...rest,
    sources: [gatherSettings, channelResources(secrets), demands.resources, liveSettings, inspections.resources, timetableResources, handResources],
    onHello: (agent, hello) => agents.noteHello(agent, hello.facts),
    async onLiveReport(agent, { report }, peer) {
      const isNews = await liveServers.notePlace(agent.id, { addresses: report.addresses, remoteAddress: peer.address });
      if (isNews) demands.renewFor(agent.id);
      inspections.take(agent.id, report.inspections ?? []);
      await wantForWaiting(agent.id, report, { board, demands });
    },
    onGone: (agent) => agents.noteGone(agent),
  });
}

/** Pages hear of every channel whose state may look different now. */
function publishReports(reports: Reports, catalog: Catalog, touch: (ids: Iterable<string>) => void, onFault: (error: unknown) => void): void {
  const touchAllOf = async (gatherId: string): Promise<void> => {
    const { byGather } = await catalog.view();
    touch((byGather.get(gatherId) ?? []).map((channel) => channel.id));
  };
  reports.onChange((change) => {
    if ('channelIds' in change) touch(change.channelIds);
    else touchAllOf(change.agentId).catch(onFault);
  });
}
