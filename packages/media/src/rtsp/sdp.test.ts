// Descriptions in the manner of cameras (Hikvision, Dahua, Axis, cheap ones), with their faults.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mutations, survives } from '../codec/hostile-bytes.ts';
import { decodeText, encodeText } from '../flv/text.ts';
import { chooseMedia } from './media-choice.ts';
import { readSdp, writeSdp } from './sdp.ts';

const both = { video: true, audio: true };
const hikvision = `v=0
o=- 1628771935555 1628771935555 IN IP4 192.168.1.64
s=Media Presentation
e=NONE
b=AS:5100
t=0 0
a=control:rtsp://192.168.1.64:554/Streaming/Channels/101/
m=video 0 RTP/AVP 96
c=IN IP4 0.0.0.0
b=AS:5000
a=recvonly
a=x-dimensions:1920,1080
a=control:rtsp://192.168.1.64:554/Streaming/Channels/101/trackID=1
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=Z01AKI2NQDwBE/LgLcBAQFAAAD6AAAw1DoYACtQAAQZC7y40MABWoAAIMhd5cKA=,aO44gA==
m=audio 0 RTP/AVP 8
c=IN IP4 0.0.0.0
b=AS:50
a=recvonly
a=control:rtsp://192.168.1.64:554/Streaming/Channels/101/trackID=2
a=rtpmap:8 PCMA/8000
m=application 0 RTP/AVP 107
a=control:rtsp://192.168.1.64:554/Streaming/Channels/101/trackID=4
a=rtpmap:107 vnd.onvif.metadata/90000
`;
const dahua = `v=0
o=- 2251938191 2251938191 IN IP4 0.0.0.0
s=RTSP Session/2.0
c=IN IP4 0.0.0.0
t=0 0
a=control:*
a=range:npt=now-
a=packetization-supported:DH
m=video 0 RTP/AVP 98
a=control:trackID=0
a=framerate:25.000000
a=rtpmap:98 H265/90000
a=fmtp:98 profile-id=1;sprop-sps=QgEBAWAAAAMAsAAAAwAAAwB4oAPAgBDllmZI2l;sprop-pps=RAHA8vA8kA==;sprop-vps=QAEMAf//AWAAAAMAsAAAAwAAAwB4rAk=
a=recvonly
m=audio 0 RTP/AVP 97
a=control:trackID=1
a=rtpmap:97 MPEG4-GENERIC/16000
a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408
a=recvonly
m=audio 0 RTP/AVP 8
a=control:trackID=5
a=rtpmap:8 PCMA/8000
a=sendonly
`;
const broken = `garbage\rv=0\r a = control: * \rm=video 0 RTP/AVP 96\r\na=fmtp:97 SPROP-PARAMETER-SETS = "Z0IAHpWoKA9k , aM48gA"\na=rtpmap:97 h264\nm=audio 0 RTP/AVP 0\nm=audio\nm=video 0 RTP/SAVP 99\na=rtpmap:99 H264/90000`;

describe('session descriptions', () => {
  it('reads one of Hikvision', () => {
    const sdp = readSdp(encodeText(hikvision));
    assert.equal(sdp.control, 'rtsp://192.168.1.64:554/Streaming/Channels/101/');
    const { chosen, skipped } = chooseMedia(sdp, both);
    assert.deepEqual(chosen.map(({ format }) => [format.kind, format.codec, format.clockRate]), [['video', 'h264', 90000], ['audio', 'pcma', 8000]]);
    assert.deepEqual(skipped, [{ kind: 'application', reason: 'application is not taken' }]);
    assert.deepEqual(chosen[0]?.format.kind === 'video' && chosen[0].format.sets.map((set) => set[0]), [0x67, 0x68]);
  });

  it('reads one of Dahua, and leaves its back channel alone', () => {
    const sdp = readSdp(encodeText(dahua.replaceAll('\n', '\r\n')));
    assert.equal(sdp.range, 'npt=now-');
    const { chosen, skipped } = chooseMedia(sdp, both);
    assert.deepEqual(chosen.map(({ format, control }) => [format.codec, control]), [['h265', 'trackID=0'], ['aac', 'trackID=1']]);
    assert.deepEqual(skipped, [{ kind: 'audio', reason: 'another one is taken' }]);
    const [video] = chosen;
    assert.ok(video?.format.kind === 'video');
    assert.equal(video.format.framesPerSecond, 25);
    assert.equal(video.format.sets.length, 3);
  });

  it('makes sense of a broken one', () => {
    const sdp = readSdp(encodeText(broken));
    assert.equal(sdp.control, '*');
    const { chosen, skipped } = chooseMedia(sdp, both);
    assert.deepEqual(chosen.map(({ format }) => [format.codec, format.payloadType, format.clockRate]), [['h264', 96, 90000], ['pcmu', 0, 8000]]);
    assert.equal(chosen[0]?.format.kind === 'video' && chosen[0].format.sets.length, 2);
    assert.deepEqual(skipped.map(({ reason }) => reason), ['no format', 'RTP/SAVP (encrypted) is not supported']);
  });

  it('names what it cannot take', () => {
    const one = (map: string): string | undefined =>
      chooseMedia(readSdp(encodeText(`m=audio 0 RTP/AVP 97\na=rtpmap:97 ${map}\n`)), both).skipped[0]?.reason;
    assert.equal(one('G726-32/8000'), 'G726-32 is not supported');
    assert.equal(one('MPEG4-GENERIC/44100/2\na=fmtp:97 config=F8F8'), 'mpeg4-generic: byte 1: AudioSpecificConfig: ends too early');
    assert.equal(chooseMedia(readSdp(encodeText('m=video 0 RTP/AVP 26')), both).skipped[0]?.reason, 'JPEG is not supported');
    assert.equal(chooseMedia(readSdp(encodeText(hikvision)), { video: true, audio: false }).skipped[0]?.reason, 'not wanted');
  });

  it('guesses a missing AAC configuration', () => {
    const [media] = chooseMedia(readSdp(encodeText('m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/16000/1\n')), both).chosen;
    assert.ok(media?.format.kind === 'audio' && media.format.codec === 'aac' && media.format.framing === 'generic');
    assert.deepEqual(media.format.config, Uint8Array.of(0x14, 0x08));
  });

  for (const [name, text] of [['Hikvision', hikvision], ['Dahua', dahua]] as const) {
    it(`writes ${name}'s back to the same`, () => {
      const sdp = readSdp(encodeText(text));
      assert.deepEqual(readSdp(writeSdp(sdp)), sdp);
    });

    it(`takes 1,000 mutations of ${name}'s`, () => {
      let read = 0;
      for (const bytes of mutations(encodeText(text), 1000)) if (survives(() => chooseMedia(readSdp(bytes), both))) read += 1;
      assert.ok(read > 500);
    });
  }

  it('refuses what is none', () => {
    assert.throws(() => readSdp(encodeText('<html>')), /SDP: no m= line/);
    assert.throws(() => readSdp(encodeText('m=video 0 RTP/AVP 96\n'.repeat(40))), /40 media > 32/);
    assert.throws(() => readSdp(encodeText('\n'.repeat(3000))), /lines > 2000/);
    assert.match(decodeText(writeSdp(readSdp(encodeText(dahua)))), /a=rtpmap:98 H265\/90000/);
  });
});
