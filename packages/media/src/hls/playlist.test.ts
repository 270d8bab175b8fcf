import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { filePackets } from '../mp4/fixtures/packets.ts';
import { writeFragment, writeInitSegment } from '../mp4/fragment.ts';
import type { Packet } from '../packet.ts';
import { TsMuxer } from '../ts/mux.ts';
import { type HlsSegment, type HlsVariant, type MediaPlaylist, targetDurationOf, writeMasterPlaylist, writeMediaPlaylist } from './playlist.ts';

const hasFfmpeg = ['ffmpeg', 'ffprobe'].every((program) => spawnSync(program, ['-version']).status === 0);

const cases: { name: string; playlist: MediaPlaylist; text: string[] }[] = [
  {
    name: 'a live window of TS segments',
    playlist: {
      segments: [
        { uri: '7.ts', durationSeconds: 2, programTimeMillis: Date.UTC(2026, 8, 1, 0, 0, 0, 40) },
        { uri: '8.ts', durationSeconds: 1.96 },
        { uri: '9.ts', durationSeconds: 2.0000004, isDiscontinuity: true },
      ],
      targetSeconds: 2,
      mediaSequence: 7,
    },
    text: [
      '#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:7', '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-PROGRAM-DATE-TIME:2026-09-01T00:00:00.040Z', '#EXTINF:2,', '7.ts', '#EXTINF:1.96,', '8.ts',
      '#EXT-X-DISCONTINUITY', '#EXTINF:2,', '9.ts',
    ],
  },
  {
    name: 'a whole fMP4 recording whose initialisation segment changes',
    playlist: {
      segments: [
        { uri: 'a.m4s?t=1', durationSeconds: 10.5, initUri: 'init1.mp4' },
        { uri: 'b.m4s', durationSeconds: 4.25, initUri: 'init1.mp4' },
        { uri: 'c.m4s', durationSeconds: 0.000001, initUri: 'init2.mp4', isDiscontinuity: true },
      ],
      targetSeconds: 4,
      type: 'VOD',
      isEnded: true,
      startSeconds: 0,
    },
    text: [
      '#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-TARGETDURATION:11', '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-START:TIME-OFFSET=0', '#EXT-X-MAP:URI="init1.mp4"', '#EXTINF:10.5,', 'a.m4s?t=1',
      '#EXTINF:4.25,', 'b.m4s', '#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="init2.mp4"', '#EXTINF:0.000001,', 'c.m4s', '#EXT-X-ENDLIST',
    ],
  },
  {
    name: 'an empty window after removed discontinuities',
    playlist: { segments: [], targetSeconds: 0.5, mediaSequence: 12, discontinuitySequence: 3, startSeconds: -6.5 },
    text: [
      '#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:1', '#EXT-X-MEDIA-SEQUENCE:12', '#EXT-X-DISCONTINUITY-SEQUENCE:3',
      '#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-START:TIME-OFFSET=-6.5',
    ],
  },
  {
    name: 'a window with a segment that begins between keyframes',
    playlist: { segments: [{ uri: '1.m4s', durationSeconds: 6 }], targetSeconds: 6, hasDependentSegments: true },
    text: ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:6', '#EXT-X-MEDIA-SEQUENCE:0', '#EXTINF:6,', '1.m4s'],
  },
];
for (const { name, playlist, text } of cases) {
  test(`writes ${name}`, () => {
    assert.equal(writeMediaPlaylist(playlist), `${text.join('\n')}\n`);
  });
}

test('a master playlist tells codecs, size and rates', () => {
  const variants: HlsVariant[] = [
    { uri: 'main.m3u8', bandwidth: 2_500_000.2, averageBandwidth: 2e6, codecs: ['avc1.64001f', 'mp4a.40.2'], width: 1280, height: 720, framesPerSecond: 25 },
    { uri: 'sound.m3u8', bandwidth: 64_000, codecs: ['mp4a.40.2'] },
  ];
  assert.equal(writeMasterPlaylist(variants), [
    '#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-INDEPENDENT-SEGMENTS',
    '#EXT-X-STREAM-INF:BANDWIDTH=2500001,AVERAGE-BANDWIDTH=2000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=25.000', 'main.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"', 'sound.m3u8', '',
  ].join('\n'));
  assert.doesNotMatch(writeMasterPlaylist(variants, { hasDependentSegments: true }), /INDEPENDENT/);
});

test('no segment rounds to more than the target duration', () => {
  const targets = [[1.2], [2.49], [2.5], [5.999, 6.4], []].map((seconds) =>
    targetDurationOf(seconds.map((durationSeconds) => ({ uri: 'a', durationSeconds })), 2));
  assert.deepEqual(targets, [2, 2, 3, 6, 2]);
});

const refused: { what: string; segment: HlsSegment }[] = [
  { what: 'an address with a line break', segment: { uri: 'a.ts\n#EXT-X-ENDLIST', durationSeconds: 1 } },
  { what: 'an address that reads as a tag', segment: { uri: '#a.ts', durationSeconds: 1 } },
  { what: 'no address', segment: { uri: '', durationSeconds: 1 } },
  { what: 'a quote inside a quoted address', segment: { uri: 'a', initUri: 'i".mp4', durationSeconds: 1 } },
  { what: 'a negative duration', segment: { uri: 'a', durationSeconds: -1 } },
  { what: 'a duration that is no number', segment: { uri: 'a', durationSeconds: NaN } },
];
for (const { what, segment } of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(() => writeMediaPlaylist({ segments: [segment], targetSeconds: 1 }), RangeError);
  });
}

/** The fixture cut at keyframes, sound along with the picture. */
async function cutFixture() {
  const url = new URL('../mp4/fixtures/bframes-aac.mp4', import.meta.url);
  const { tracks, packets, endDts } = await filePackets(new Uint8Array(readFileSync(url)), 1);
  const keys = packets.flatMap((packet, i) => (packet.kind === 'video' && packet.isKeyframe ? [i] : []));
  const segments = keys.map((from, k) => packets.slice(k === 0 ? 0 : from, keys[k + 1] ?? packets.length));
  return { tracks, packets, segments, endDts };
}

/** ffmpeg plays a playlist to its end; gives how many frames of picture and sound ffprobe counts. */
function play(folder: string): number[] {
  const path = join(folder, 'a.m3u8');
  const decoded = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-allowed_extensions', 'ALL', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
  assert.deepEqual([decoded.status, decoded.stderr], [0, '']);
  const args = ['-v', 'error', '-allowed_extensions', 'ALL', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', path];
  const { stdout } = spawnSync('ffprobe', args, { encoding: 'utf8' });
  return [...new Set(stdout.trim().split('\n').filter(Boolean))].map(Number);
}

test('ffmpeg plays our playlists of TS and of fMP4 segments without a warning', { skip: !hasFfmpeg }, async () => {
  const { tracks, packets, segments, endDts } = await cutFixture();
  const muxer = new TsMuxer(tracks);
  const folder = mkdtempSync(join(tmpdir(), 'lubo-hls-'));
  const counts = (['video', 'audio'] as const).map((kind) => packets.filter((packet) => packet.kind === kind).length);
  try {
    const playlist = (type: string, initUri?: string) => writeMediaPlaylist({
      segments: segments.map((_, i) => ({ uri: `${i}.${type}`, durationSeconds: 1, ...(initUri === undefined ? {} : { initUri }) })),
      targetSeconds: 1, type: 'VOD', isEnded: true,
    });
    segments.forEach((segment, i) => writeFileSync(join(folder, `${i}.ts`), muxer.writeSegment(segment)));
    writeFileSync(join(folder, 'a.m3u8'), playlist('ts'));
    assert.deepEqual(play(folder), counts);

    writeFileSync(join(folder, 'init.mp4'), concatBytes(writeInitSegment(tracks)));
    segments.forEach((segment, i) => {
      const next = (kind: Packet['kind']) => segments.slice(i + 1).flat().find((packet) => packet.kind === kind)?.dts ?? endDts[kind];
      const runs = tracks.map(({ kind }, t) => ({ trackId: t + 1, packets: segment.filter((packet) => packet.kind === kind), endDts: next(kind) }));
      writeFileSync(join(folder, `${i}.m4s`), concatBytes(writeFragment(i + 1, runs)));
    });
    writeFileSync(join(folder, 'a.m3u8'), playlist('m4s', 'init.mp4'));
    assert.deepEqual(play(folder), counts);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
