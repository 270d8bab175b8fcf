export type RtmpUrl = { host: string; port: number; app: string; name: string; tls: boolean; tcUrl: string };
export declare function parseRtmpUrl(url: string): RtmpUrl;
