// The gather's RTSP source against GStreamer's RTSP server: pictures and sound of an endless stream, TCP and UDP, digest.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Told, ofKind, pull } from './pull.ts';
import { hasRtspServer, serveRtsp } from './rtsp-shell.ts';

const elements = ['x264enc', 'x265enc', 'avenc_aac', 'alawenc', 'rtph264pay', 'rtph265pay', 'rtpmp4gpay', 'rtppcmapay'];
const skip = hasRtspServer(elements) ? false : "GStreamer's RTSP server (gir1.2-gst-rtsp-server-1.0, plugins) is not installed";

const picture = 'videotestsrc is-live=true ! video/x-raw,width=160,height=90,framerate=25/1';
const h264 = `${picture} ! x264enc key-int-max=25 tune=zerolatency speed-preset=ultrafast ! rtph264pay name=pay0 pt=96 config-interval=-1`;
const h265 = `${picture} ! x265enc key-int-max=25 tune=zerolatency speed-preset=ultrafast ! rtph265pay name=pay0 pt=96 config-interval=-1`;
const sound = (rate: number): string => `audiotestsrc is-live=true ! audio/x-raw,rate=${rate},channels=1`;
const aac = `${sound(48_000)} ! avenc_aac ! rtpmp4gpay name=pay1 pt=97`;
const alaw = `${sound(8000)} ! alawenc ! rtppcmapay name=pay1 pt=8`;

const hasSeconds = (seconds: number) => (told: Told): boolean => ofKind(told, 'video').length >= seconds * 25;

describe('the gather pulls from GStreamer', { skip, timeout: 60_000, concurrency: 2 }, () => {
  for (const [name, video, codec] of [['H.264', h264, 'h264'], ['H.265', h265, 'h265']] as const) {
    for (const transport of ['tcp', 'udp'] as const) {
      it(`${name} and AAC over ${transport}, nothing lost, in step`, async () => {
        const server = await serveRtsp(`${video} ${aac}`);
        const told = await pull({ url: `rtsp://127.0.0.1:${server.port}/stream`, transport }, hasSeconds(3));
        await server.close();
        assert.deepEqual(told.faults, []);
        assert.deepEqual(told.tracks.map((track) => track.codec), [codec, 'aac']);
        assert.deepEqual([told.lostPackets, told.notices], [0, []]);
        const [pictures, sounds] = [ofKind(told, 'video'), ofKind(told, 'audio')];
        // 5 % is what following the sender reports may take.
        pictures.slice(1).forEach((millis, i) => assert.ok(Math.abs(millis - (pictures[i] ?? 0) - 40) <= 3, `picture ${i + 1} at ${millis}`));
        assert.ok(sounds.length > 100, `${sounds.length} frames of sound`);
        told.packets.slice(1).forEach(({ millis }, i) => assert.ok(millis >= (told.packets[i]?.millis ?? 0), `packet ${i + 1} is before the one it follows`));
      });
    }
  }

  it('H.264 with G.711: without a codec worker the sound is left out, and that is told', async () => {
    const server = await serveRtsp(`${h264} ${alaw}`);
    const told = await pull({ url: `rtsp://127.0.0.1:${server.port}/stream` }, hasSeconds(1));
    await server.close();
    assert.deepEqual(told.tracks.map(({ codec }) => codec), ['h264']);
    assert.deepEqual(told.notices, ['sound-left-out']);
  });

  it('H.264 with G.711, which the codec worker makes AAC', async () => {
    const server = await serveRtsp(`${h264} ${alaw}`);
    const told = await pull({ url: `rtsp://127.0.0.1:${server.port}/stream` }, (so) => hasSeconds(4)(so) && ofKind(so, 'audio').length > 30, { hasCodec: true });
    await server.close();
    assert.deepEqual(told.notices, []);
    const codecs = new Set([...told.tracks, ...told.changes.flat()].map(({ codec }) => codec));
    assert.deepEqual(codecs, new Set(['h264', 'aac']));
    const [pictures, sounds] = [ofKind(told, 'video'), ofKind(told, 'audio')];
    assert.ok(Math.abs((sounds.at(-1) ?? 0) - (pictures.at(-1) ?? 0)) < 500, `sound at ${sounds.at(-1)}, picture at ${pictures.at(-1)}`);
  });

  it('signs in with digest; a wrong password is a fault of its own', async () => {
    const server = await serveRtsp(`${h264} ${aac}`, ['teacher', 'p@ss:word']);
    const url = `rtsp://127.0.0.1:${server.port}/stream`;
    const right = await pull({ url, user: 'teacher', password: 'p@ss:word' }, hasSeconds(1));
    const wrong = await pull({ url, user: 'teacher', password: 'secret' }, ({ faults }) => faults.length > 0);
    await server.close();
    assert.deepEqual(right.faults, []);
    assert.deepEqual(wrong.faults.map(({ code }) => code), ['wrong-password']);
  });

  it('names a stream that is not there', async () => {
    const server = await serveRtsp(`${h264} ${aac}`);
    const unknown = await pull({ url: `rtsp://127.0.0.1:${server.port}/other` }, ({ faults }) => faults.length > 0);
    await server.close();
    assert.deepEqual(unknown.faults, [{ code: 'stream-not-found', detail: 'DESCRIBE was answered 404 Not Found' }]);
  });
});
