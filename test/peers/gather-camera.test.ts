// The gather's camera mode end to end: an ONVIF camera by its address alone, whose streams GStreamer serves; and a network that is cut without a word.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFakeCamera } from '../../packages/gather/src/source/camera/fake-camera.ts';
import { startPausingProxy } from '../e2e/pausing-proxy.ts';
import { ofKind, pull } from './pull.ts';
import { hasRtspServer, serveRtsp } from './rtsp-shell.ts';

const elements = ['x264enc', 'avenc_aac', 'rtph264pay', 'rtpmp4gpay'];
const skip = hasRtspServer(elements) ? false : "GStreamer's RTSP server (gir1.2-gst-rtsp-server-1.0, plugins) is not installed";

const picture = 'videotestsrc is-live=true ! video/x-raw,width=160,height=90,framerate=25/1';
const encoder = 'x264enc key-int-max=25 tune=zerolatency speed-preset=ultrafast';
const stream = (more = ''): string =>
  `${picture} ! ${encoder} ${more} ! rtph264pay name=pay0 pt=96 config-interval=-1 audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=1 ! avenc_aac ! rtpmp4gpay name=pay1 pt=97`;

describe('the gather and cameras', { skip, timeout: 90_000, concurrency: 2 }, () => {
  it('asks an ONVIF camera for its stream, signs in to both, and plays it', async () => {
    const [user, password] = ['teacher', 'p@ss:word'];
    const rtsp = await serveRtsp(stream(), [user, password]);
    const uri = `rtsp://192.168.1.64:${rtsp.port}/stream`;
    const onvif = await startFakeCamera({ user, password, profiles: [{ token: 'main', encoding: 'H264', width: 160, height: 90, uri }], encoders: new Map([['e_main', { kbps: 512, framesPerSecond: 25 }]]) });
    const camera = { mode: 'camera', address: '127.0.0.1', port: onvif.port, user, password, osd: '', formerOsd: '', isMirrored: false, isDualStream: false };
    const told = await pull(camera, ({ packets }) => packets.length > 100);
    await Promise.all([rtsp.close(), onvif.close()]);
    assert.deepEqual([told.faults, told.notices, told.lostPackets], [[], [], 0]);
    assert.deepEqual(told.tracks.map(({ codec }) => codec), ['h264', 'aac']);
    assert.deepEqual([onvif.refused, told.packets.some(({ kind, isKeyframe }) => kind === 'video' && isKeyframe)], [0, true]);
  });

  it('pictures of four slices are one access unit each', async () => {
    const server = await serveRtsp(stream('option-string="slices=4"'));
    const told = await pull({ url: `rtsp://127.0.0.1:${server.port}/stream` }, (so) => ofKind(so, 'video').length >= 50);
    await server.close();
    const pictures = ofKind(told, 'video');
    pictures.slice(1).forEach((millis, i) => assert.ok(Math.abs(millis - (pictures[i] ?? 0) - 40) <= 3, `picture ${i + 1} at ${millis}`));
  });

  it('a connection that is cut without a word is noticed after 15 s, and the stream comes back with the network', async () => {
    const server = await serveRtsp(stream());
    const network = await startPausingProxy(server.port);
    let isCut = false;
    let countThen = 0;
    const told = await pull({ url: `rtsp://127.0.0.1:${network.port}/stream`, transport: 'tcp' }, ({ faults, packets }) => {
      if (packets.length > 50 && !isCut) {
        isCut = true;
        network.pause();
      }
      if (faults.length === 1 && countThen === 0) {
        countThen = packets.length;
        network.resume();
      }
      return countThen > 0 && packets.length > countThen + 50;
    });
    network.close();
    await server.close();
    assert.deepEqual(told.faults.map(({ code }) => code), ['source-silent']);
  });
});
