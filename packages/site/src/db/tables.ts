// The tables as Kysely sees them; each column is explained in migrations/. Moments are ISO 8601 text, yes/no is 1 or 0, JSON is text.
import type { AgentKind } from '@lubo/contract';
import type { Kysely } from 'kysely';
import type { PeopleTables } from './people-tables.ts';

type Bit = 0 | 1;

export type Tables = PeopleTables & {
  site: {
    id: number;
    tag: string;
    name: string;
    official_url: string;
    service_phone: string;
    time_zone: string;
    set_up_code_hash: string | null;
    created_at: string;
  };
  schools: { id: string; name: string; time_zone: string | null; created_at: string };
  grades: { id: string; stage: string; name: string; position: number };
  subjects: { id: string; name: string; position: number };
  agents: {
    id: string;
    kind: AgentKind;
    title: string;
    key_hash: string;
    is_local: Bit;
    facts: string | null;
    created_at: string;
    last_seen_at: string | null;
    revision: number;
    state_hash: string;
    revoked_at: string | null;
  };
  gathers: {
    agent_id: string;
    school_id: string | null;
    main_kbps: number;
    sub_kbps: number;
    slice_minutes: number;
    overlap_gops: number;
    snapshot_minutes: number;
    reconnects_cameras: Bit;
    reconnects_storage: Bit;
    upload_kbps: number;
    parallel_uploads: number;
    channel_limit: number;
    expires_at: string | null;
  };
  live_servers: { agent_id: string; token_keys: string; addresses: string | null; remote_address: string | null };
  enrolment_codes: {
    code_hash: string;
    kind: AgentKind;
    title: string | null;
    school_id: string | null;
    created_at: string;
    used_at: string | null;
    used_by: string | null;
    id: string | null;
    valid_until: string | null;
    channel_limit: number | null;
    expires_at: string | null;
    agent_id: string | null;
  };
  channels: {
    id: string;
    name: string;
    gather_id: string;
    grade_id: string | null;
    source: string;
    is_started: Bit;
    created_at: string;
    deleted_at: string | null;
  };
  teachers: {
    id: string;
    name: string;
    sort_name: string;
    sex: 'male' | 'female' | null;
    title: string | null;
    details: string;
    picture: Uint8Array | null;
    picture_type: string | null;
    picture_version: string | null;
    is_sample: Bit;
    created_at: string;
  };
  timetables: {
    channel_id: string;
    revision: number;
    saved_at: string;
    saved_by: string | null;
    applied_revision: number | null;
    applied_at: string | null;
  };
  timetable_intervals: {
    id: string;
    channel_id: string;
    weekday: number;
    start_second: number;
    end_second: number;
    subject_id: string | null;
    teacher_id: string | null;
  };
  hand_recordings: {
    channel_id: string;
    lesson_id: string;
    started_at: string;
    ends_at: string;
    subject_id: string | null;
    teacher_id: string | null;
  };
  lessons: {
    id: string;
    channel_id: string;
    interval_id: string | null;
    kind: 'planned' | 'hand';
    date: string;
    subject_id: string | null;
    teacher_id: string | null;
    planned_start: string;
    planned_end: string;
    planned_millis: number;
    state: 'planned' | 'recording' | 'over' | 'missed';
    recorded_millis: number;
    gaps: string;
    reported_at: string | null;
    health: 'green' | 'red' | 'none';
  };
  /** Kept by triggers of `lessons`; nobody else writes here. */
  lesson_days: { date: string; health: 'green' | 'red' | 'none'; channel_id: string; lessons: number; planned_millis: number; recorded_millis: number };
  lesson_plan: { id: number; planned_until: string };
  recordings: {
    id: string;
    channel_id: string | null;
    gather_id: string | null;
    lesson_id: string;
    kind: 'planned' | 'hand';
    slice_index: number;
    subject_id: string | null;
    teacher_id: string | null;
    grade_id: string | null;
    school_id: string | null;
    class_name: string;
    started_at: string;
    duration_millis: number;
    size: number;
    sha256: string;
    codecs: string;
    width: number;
    height: number;
    volume_id: string;
    object_key: string;
    poster_at: string | null;
    poster_widths: string;
    thumbnails: string | null;
    play_count: number;
    is_kept: Bit;
    stored_at: string;
    deleted_at: string | null;
    deleted_by: string | null;
  };
  storage_groups: { id: string; name: string; is_default: Bit; created_at: string };
  volumes: { id: string; group_id: string; kind: 'disk'; place: string; reserve_bytes: number; created_at: string };
  uploads: { id: string; gather_id: string; announced: string; volume_id: string; object_key: string; touched_at: string };
  purged_recordings: { id: string; purged_at: string };
  archive_rules: { id: number; retention_days: number | null; bin_days: number; allows_download: Bit };
  class_names: { name: string };
  plays: { recording_id: string; viewer: string; played_at: string };
  garbage: { volume_id: string; object_key: string; created_at: string };
  demands: { channel_id: string; live_server_id: string; created_at: string };
  seeds: { name: string; row_id: string };
};

/** The database, or a transaction of it. */
export type Db = Kysely<Tables>;
