// The package's one door. Sections: shared shapes; codec, FLV, RTMP; MP4, TS, HLS.

export { FormatError } from './errors.ts';
export type { AudioTrack, Packet, Track, VideoTrack } from './packet.ts';
export { concatBytes, copyBytes, equalBytes, readUint24, viewOf, writeUint24 } from './bytes.ts';
export { rescale, ticksToMillis } from './time.ts';

// codec
export { splitNals } from './codec/nal.ts';
export { avcCodecString, avcTrack, readAvcConfig, writeAvcConfig } from './codec/avc.ts';
export type { AvcConfig } from './codec/avc.ts';
export { readSps } from './codec/avc-sps.ts';
export type { AvcSps } from './codec/avc-sps.ts';
export { hevcCodecString, hevcTrack, readHevcConfig, writeHevcConfig } from './codec/hevc.ts';
export type { HevcConfig } from './codec/hevc.ts';
export { readHevcSps } from './codec/hevc-sps.ts';
export type { HevcSps } from './codec/hevc-sps.ts';
export { aacCodecString, aacTrack, readAudioConfig, writeAudioConfig } from './codec/aac.ts';
export type { AudioConfig } from './codec/aac.ts';
export { readAdtsHeader, writeAdtsHeader } from './codec/adts.ts';
export type { AdtsHeader } from './codec/adts.ts';

// FLV
export { readFlvHeader, writeFlvHeader } from './flv/header.ts';
export type { FlvHeader } from './flv/header.ts';
export { readTag, writeTag } from './flv/tag.ts';
export type { FlvTag } from './flv/tag.ts';
export { readAmf0, writeAmf0 } from './flv/amf0.ts';
export type { AmfObject, AmfValue } from './flv/amf0.ts';
export { readVideoBody, writeVideoBody } from './flv/video.ts';
export type { VideoBody } from './flv/video.ts';
export { readAudioBody, writeAudioBody } from './flv/audio.ts';
export type { AudioBody } from './flv/audio.ts';
export { readMetadata, writeMetadata } from './flv/metadata.ts';
export type { FlvMetadata } from './flv/metadata.ts';
export { configTags, packetTag } from './flv/packetize.ts';

// RTMP
export { RtmpServerSession } from './rtmp/server-session.ts';
export type { RtmpServerEvent } from './rtmp/server-session.ts';
export { RtmpClientSession } from './rtmp/client-session.ts';
export type { RtmpClientEvent } from './rtmp/client-session.ts';
export { chunkMedia, rtmpChunkSize, writeChunks } from './rtmp/chunk-writer.ts';
export type { RtmpMessage } from './rtmp/message.ts';
export { defaultRtmpLimits } from './rtmp/limits.ts';
export type { RtmpLimits } from './rtmp/limits.ts';
export { parseRtmpUrl } from './rtmp/url.ts';
export type { RtmpUrl } from './rtmp/url.ts';

// MP4
export { mp4Limits, openMp4 } from './mp4/read.ts';
export type { Mp4File, Mp4Track, OpenOptions, ReadAt } from './mp4/read.ts';
export type { SkippedTrack } from './mp4/movie.ts';
export type { Mp4Sample } from './mp4/samples.ts';
export { packetFromSample, samplesInOrder } from './mp4/sample-data.ts';
export type { TrackSample } from './mp4/sample-data.ts';
export { writeFragment, writeInitSegment } from './mp4/fragment.ts';
export type { FragmentRun } from './mp4/fragment.ts';
export { FragmentBuffer } from './mp4/fragment-buffer.ts';
export { layoutProgressive } from './mp4/progressive.ts';
export type { ByteRange, ProgressiveLayout } from './mp4/progressive.ts';

// TS
export { TsMuxer } from './ts/mux.ts';

// HLS
export { playlistContentType, targetDurationOf, writeMasterPlaylist, writeMediaPlaylist } from './hls/playlist.ts';
export type { HlsSegment, HlsVariant, MediaPlaylist } from './hls/playlist.ts';
export { addSegment, emptyWindow } from './hls/window.ts';
export type { LiveWindow } from './hls/window.ts';

// RTSP, RTP
export * from './rtsp/message.ts';
export * from './rtsp/stream-reader.ts';
export * from './rtsp/url.ts';
export * from './rtsp/auth.ts';
export * from './rtsp/base64.ts';
export * from './rtsp/sdp.ts';
export * from './rtsp/transport.ts';
export * from './rtsp/media-choice.ts';
export * from './rtsp/events.ts';
export * from './rtsp/client-options.ts';
export * from './rtsp/client-session.ts';
export * from './rtp/packet.ts';
export * from './rtp/reorder.ts';
export * from './rtp/rtcp.ts';
export * from './rtp/clock.ts';
export * from './rtp/dts.ts';
export * from './rtp/depacketizer.ts';
export * from './rtp/format.ts';
export * from './rtp/payloads.ts';
export * from './rtp/receiver.ts';
export * from './rtp/sound.ts';
