// The rooms of the site, built over one database and joined to each other. Decisions are in the rooms, not here.
import { join } from 'node:path';
import type { Config } from '@lubo/config';
import type { Logger } from 'pino';
import { type Agents, createAgents, gatherSettings } from './agents/agents.ts';
import { type ApiTokens, createApiTokens } from './api-tokens/api-tokens.ts';
import { type Archive, createArchive } from './archive.ts';
import { type Audit, createAudit } from './audit/audit.ts';
import { type Enrolments, createEnrolments } from './agents/enrolment.ts';
import { type Accounts, createAccounts } from './auth/accounts.ts';
import { type Passwords, createPasswords } from './auth/password.ts';
import { type Sessions, createSessions } from './auth/sessions.ts';
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
import { createCollector } from './events/collector.ts';
import { createPublisher } from './events/publisher.ts';
import { type Front, createFront } from './front/front.ts';
import { type Plays, createPlays } from './front/plays.ts';
import { type Gathers, createGathers } from './gathers/gathers.ts';
import { type Inspections, createInspections } from './inspections/inspections.ts';
import { type ByHand, createByHand, handResources } from './lessons/by-hand.ts';
import { type Lessons, createLessons } from './lessons/lessons.ts';
import { type LiveServers, createLiveServers, liveSettings, makeLiveServer } from './live-servers/live-servers.ts';
import { type OwnAccounts, createOwnAccounts } from './people/account.ts';
import { type People, createPeople } from './people/people.ts';
import { type Relay, createRelay } from './relay/relay.ts';
import { type Reports, createReports } from './relay/reports.ts';
import { type StateChanges, createStateChanges } from './relay/state-changes.ts';
import { type Repeats, createRepeats } from './repeats/repeats.ts';
import { type Secrets, openSecrets } from './secrets.ts';
import { type SchoolRooms, createSchoolRooms } from './school/school-rooms.ts';
import { type Identified, createIdentified } from './sign-in/identified.ts';
import type { Clock } from './time.ts';
import { type Timetables, createTimetables, timetableResources } from './timetables/timetables.ts';
import { readWeeks } from './timetables/weeks.ts';

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

export type Rooms = Identified & {
  /** Seals what the database holds of passwords and keys that must be read again. */
  secrets: Secrets;
  sessions: Sessions;
  accounts: Accounts;
  people: People;
  own: OwnAccounts;
  apiTokens: ApiTokens;
  audit: Audit;
  repeats: Repeats;
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
  timetables: Timetables;
  lessons: Lessons;
  /** Recording by hand. */
  byHand: ByHand;
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
  const board = createBoard(catalog, reports, archive.snapshots.urlOf);
  const events = createEventClients(clock.now);
  const publisher = createPublisher({ clock, clients: events, find: board.find, onFault });
  const sessions = createSessions(db, clock);
  const accounts = createAccounts({ db, clock, passwords: deps.passwords ?? createPasswords(), sessions });
  const people = createPeople(db, sessions);
  const own = createOwnAccounts(db, sessions);
  const apiTokens = createApiTokens(db, clock);
  const audit = createAudit(db, clock);
  const repeats = createRepeats({ db, clock, secrets });
  const persons = { people, own, apiTokens, audit, repeats, ...createIdentified({ db, clock, log, secrets, sessions, places: config.site.wechat }) };
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
  const teach = createTeaching({ db, clock, changes, reports, tell: events.send });
  const replan = async (trx: Db, gatherIds: readonly string[]): Promise<void> => {
    for (const gatherId of gatherIds) for (const week of await readWeeks(trx, { gatherId })) await teach.lessons.replan(trx, week);
  };
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
  noteTimetables(reports, catalog, teach.timetables, onFault);
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
    sessions,
    accounts,
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
    ...teach,
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

type TeachingParts = { db: Db; clock: Clock; changes: StateChanges; reports: Reports; tell(event: 'timetable' | 'lessons', data: { channelIds: readonly string[] }): void };

/** Timetables, the lessons that come of them, and recording by hand. */
function createTeaching({ tell, ...rest }: TeachingParts): { timetables: Timetables; lessons: Lessons; byHand: ByHand } {
  const onChange = createCollector(rest.clock, (channelIds) => tell('lessons', { channelIds }));
  const lessons = createLessons({ ...rest, weeks: () => readWeeks(rest.db), onChange });
  const onTimetable = createCollector(rest.clock, (channelIds) => tell('timetable', { channelIds }));
  const timetables = createTimetables({ ...rest, replan: lessons.replan, onChange: onTimetable });
  return { lessons, timetables, byHand: createByHand({ ...rest, onChange }) };
}

/** Timetables learn from reports since when gathers have them. */
function noteTimetables(reports: Reports, catalog: Catalog, timetables: Timetables, onFault: (error: unknown) => void): void {
  reports.onChange((change) => {
    const note = async (): Promise<void> => {
      const { byId } = await catalog.view();
      const ids = 'channelIds' in change ? change.channelIds : [];
      await timetables.noteReports(ids.flatMap((id) => byId.get(id) ?? []));
    };
    note().catch(onFault);
  });
}
