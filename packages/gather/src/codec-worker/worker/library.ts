// The backend that has FFmpeg's libraries inside the worker.
import { setImmediate } from 'node:timers/promises';
import type { Keyframe, Picture, PictureWork, Pictures, Sheet, SheetWork, WebPicture } from '../messages.ts';
import { annexBOf } from './annex-b.ts';
import type { CodecBackend } from './backend.ts';
import { maxPictureBytes, maxSheetBytes, pictureFilter, qualities, sheetFilter, sheetOf, webpEffort, webpQualities } from './drawing.ts';
import { openLibraryAac } from './library-aac.ts';
import { type Native, type NativeCodec, type NativeCodecContext, type NativeFrame, type NativePacket, check, constants, loadNative } from './native.ts';

/** Throws when FFmpeg is not there or lacks what is needed. */
export function openLibrary(): CodecBackend {
  const native = loadNative();
  native.Log.setLevel(constants.logQuiet);
  for (const name of ['h264', 'hevc']) codecOf(native.Codec.findDecoderByName(name), name);
  const mjpeg = codecOf(native.Codec.findEncoderByName('mjpeg'), 'mjpeg');
  const aac = codecOf(native.Codec.findEncoderByName('aac'), 'aac');
  return {
    name: 'node-av',
    detail: `FFmpeg ${native.getFFmpegInfo().version ?? ''} of node-av`.replace('  ', ' '),
    // oxlint-disable-next-line typescript/require-await -- what it throws must be a rejection
    async pictures(work) {
      return drawKeyframe(native, mjpeg, work);
    },
    sheet: (work) => drawSheet(native, mjpeg, work),
    openAac: (options) => openLibraryAac(native, aac, options),
  };
}

function codecOf(codec: NativeCodec | null, name: string): NativeCodec {
  if (codec === null) throw new Error(`this FFmpeg has no ${name}`);
  return codec;
}

function drawKeyframe(native: Native, mjpeg: NativeCodec, { keyframe, widths, webpWidths }: PictureWork): Pictures {
  const libwebp = native.Codec.findEncoderByName('libwebp');
  const decoder = openDecoder(native, keyframe.codec);
  const frame = newFrame(native);
  try {
    decode(native, decoder, keyframe, frame);
    const pictures = widths.map((width) => draw(native, frame, pictureFilter(width), (drawn) => encodeJpeg(native, mjpeg, drawn, maxPictureBytes)));
    const had = webpWidths.filter((width) => width <= shownWidth(frame)).toSorted((a, b) => b - a);
    return { pictures, webps: libwebp === null ? [] : drawWebps(native, libwebp, frame, had) };
  } finally {
    frame.free();
    decoder.freeContext();
  }
}

/** Widest first, each drawn of the one before: of the video itself each would take twice as long. The narrowest is told first. */
function drawWebps(native: Native, libwebp: NativeCodec, frame: NativeFrame, [widest, ...narrower]: readonly number[]): WebPicture[] {
  if (widest === undefined) return [];
  return draw(native, frame, pictureFilter(widest, 'webp'), (drawn) => {
    const webp = encodeWebp(native, libwebp, drawn);
    return [...drawWebps(native, libwebp, drawn, narrower), ...(webp === undefined ? [] : [webp])];
  });
}

/** What `encode` makes of a frame after `filter`. */
function draw<T>(native: Native, frame: NativeFrame, filter: string, encode: (drawn: NativeFrame) => T): T {
  const graph = openGraph(native, frame, filter);
  try {
    graph.add(frame);
    return encode(graph.take());
  } finally {
    graph.close();
  }
}

/** As wide as square pixels make it. */
function shownWidth({ width, sampleAspectRatio: { num, den } }: NativeFrame): number {
  return num > 0 && den > 0 ? (width * num) / den : width;
}

/** A frame that can't be decoded shows its neighbour, so that every tile stays at its place. */
async function drawSheet(native: Native, mjpeg: NativeCodec, work: SheetWork): Promise<Sheet> {
  const decoder = openDecoder(native, work.codec);
  const frame = newFrame(native);
  let graph: ReturnType<typeof openGraph> | undefined;
  let owed = 0;
  let size = '';
  try {
    for (const data of work.frames) {
      owed++;
      if (tryDecode(native, decoder, { codec: work.codec, config: work.config, data }, frame)) {
        graph ??= openGraph(native, frame, sheetFilter(work));
        size ||= sizeOf(frame);
        for (; sizeOf(frame) === size && owed > 0; owed--) graph.add(frame);
      }
      // Between two frames the gather's questions are answered.
      await setImmediate();
    }
    if (graph === undefined) throw new Error('none of the frames can be decoded');
    graph.add(null);
    return sheetOf(work, encodeJpeg(native, mjpeg, graph.take(), maxSheetBytes));
  } finally {
    graph?.close();
    frame.free();
    decoder.freeContext();
  }
}

const sizeOf = ({ width, height, format }: NativeFrame): string => `${width}x${height} ${format}`;

function newFrame(native: Native): NativeFrame {
  const frame = new native.Frame();
  frame.alloc();
  return frame;
}

function newPacket(native: Native): NativePacket {
  const packet = new native.Packet();
  packet.alloc();
  return packet;
}

function openDecoder(native: Native, codec: Keyframe['codec']): NativeCodecContext {
  const name = codec === 'h264' ? 'h264' : 'hevc';
  const found = codecOf(native.Codec.findDecoderByName(name), name);
  const context = new native.CodecContext();
  context.allocContext3(found);
  context.threadCount = 1;
  check(context.open2Sync(found), `opening ${name}`);
  return context;
}

function decode(native: Native, decoder: NativeCodecContext, keyframe: Keyframe, frame: NativeFrame): void {
  const packet = newPacket(native);
  try {
    packet.data = annexBOf(keyframe);
    packet.isKeyframe = true;
    frame.unref();
    check(decoder.sendPacketSync(packet), 'decoding');
    check(decoder.sendPacketSync(null), 'decoding');
    check(decoder.receiveFrameSync(frame), 'no picture in the keyframe');
    // Untold, cameras of HD mean BT.709 and FFmpeg BT.601.
    if (frame.colorSpace === constants.spaceUnknown && frame.height >= 720) frame.colorSpace = constants.spaceBt709;
  } finally {
    packet.free();
    decoder.flushBuffers();
  }
}

function tryDecode(...[native, decoder, keyframe, frame]: Parameters<typeof decode>): boolean {
  try {
    decode(native, decoder, keyframe, frame);
    return true;
  } catch {
    return false;
  }
}

function openGraph(native: Native, { width, height, format, sampleAspectRatio: { num, den }, colorSpace, colorRange }: NativeFrame, filters: string) {
  const graph = new native.FilterGraph();
  graph.alloc();
  graph.nbThreads = 1;
  const aspect = num > 0 && den > 0 ? `${num}/${den}` : '1/1';
  const input = `buffer@in=video_size=${width}x${height}:pix_fmt=${format}:time_base=1/25:pixel_aspect=${aspect}:colorspace=${colorSpace}:range=${colorRange}`;
  check(graph.parse2(`${input},${filters},buffersink@out`), 'filters');
  check(graph.configSync(), 'filters');
  const [source, sink] = [graph.getFilter('buffer@in'), graph.getFilter('buffersink@out')];
  const result = newFrame(native);
  let count = 0n;
  return {
    add(frame: NativeFrame | null): void {
      if (frame !== null) frame.pts = count++;
      check(source?.buffersrcAddFrameSync(frame, constants.keepReference) ?? -1, 'filtering');
    },
    take(): NativeFrame {
      check(sink?.buffersinkGetFrameSync(result) ?? -1, 'filtering');
      return result;
    },
    close(): void {
      result.free();
      graph.free();
    },
  };
}

function encodeJpeg(native: Native, mjpeg: NativeCodec, frame: NativeFrame, maxBytes: number): Picture {
  let jpeg = Buffer.alloc(0);
  for (const quality of qualities) {
    jpeg = encodeOnce(native, mjpeg, frame, { quality, colorRange: constants.rangeFull });
    if (jpeg.length <= maxBytes) return { jpeg, width: frame.width, height: frame.height };
  }
  throw new Error(`a JPEG of ${jpeg.length} bytes at the lowest quality, more than ${maxBytes}`);
}

function encodeWebp(native: Native, libwebp: NativeCodec, frame: NativeFrame): WebPicture | undefined {
  for (const quality of webpQualities) {
    const webp = encodeOnce(native, libwebp, frame, { quality, colorRange: constants.rangeLimited, effort: webpEffort });
    if (webp.length <= maxPictureBytes) return { webp, width: frame.width, height: frame.height };
  }
  return undefined;
}

type Encoding = { quality: number; colorRange: number; effort?: number };

function encodeOnce(native: Native, codec: NativeCodec, frame: NativeFrame, { quality, colorRange, effort }: Encoding): Buffer<ArrayBuffer> {
  const encoder = new native.CodecContext();
  const packet = newPacket(native);
  try {
    encoder.allocContext3(codec);
    encoder.width = frame.width;
    encoder.height = frame.height;
    encoder.pixelFormat = frame.format;
    encoder.colorRange = colorRange;
    encoder.timeBase = { num: 1, den: 25 };
    encoder.flags = constants.flagFixedQuality;
    encoder.threadCount = 1;
    encoder.globalQuality = constants.lambda * quality;
    frame.quality = constants.lambda * quality;
    if (effort !== undefined) check(native.Option.setInt(encoder, 'compression_level', effort, 0), 'setting the effort');
    check(encoder.open2Sync(codec), `opening ${codec.name}`);
    check(encoder.sendFrameSync(frame), 'encoding');
    check(encoder.sendFrameSync(null), 'encoding');
    check(encoder.receivePacketSync(packet), 'encoding');
    return Buffer.from(packet.data ?? []);
  } finally {
    packet.free();
    encoder.freeContext();
  }
}
