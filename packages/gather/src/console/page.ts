// The gather's state as one page for people, made anew every few seconds by the browser; no script, nothing to install.
import type { ChannelSource } from '@lubo/contract';
import type { ChannelView } from '../gather.ts';
import type { UploadStatus } from '../upload/uploads.ts';

/** Where the page's button goes. */
export const retryPath = '/api/uploads/retry';

/** Where a channel's newest picture is, one that never changes; `at` in ms since 1970. */
export const snapshotPath = (channelId: string, at: number): string => `/api/channels/${encodeURIComponent(channelId)}/snapshot?at=${at}`;

/** What the page shows above its channels. */
export type GatherStatus = { isConnected: boolean; version: string; title: string | undefined };

const languages = {
  zh: {
    lang: 'zh-CN',
    gather: '采集端',
    site: '网站',
    connected: '已连接',
    notConnected: '未连接',
    none: '还没有通道：请在网站上添加。',
    head: ['画面', '状态', '通道', '数据源', '接收', '发送'],
    picture: (name: string) => `${name}的画面`,
    states: { stopped: '已停止', connecting: '连接中', running: '运行中', error: '出错' },
    uploads: '上传到网站',
    sent: (waiting: number, bytes: string, confirmed: number) => `等待 ${waiting} 个（${bytes}），本次启动后网站已确认 ${confirmed} 个`,
    halted: '上传已暂停：按设置，失败后不会自动重试。',
    retry: '立即重试',
    uploadHead: ['状态', '录像开始时间', '进度', '速度'],
    uploadStates: { uploading: '上传中', retrying: '等待重试' },
    version: '版本',
  },
  en: {
    lang: 'en',
    gather: 'Gather',
    site: 'Site',
    connected: 'connected',
    notConnected: 'not connected',
    none: 'No channel yet: add one on the site.',
    head: ['Picture', 'State', 'Channel', 'Source', 'Receives', 'Sends'],
    picture: (name: string) => `Picture of ${name}`,
    states: { stopped: 'stopped', connecting: 'connecting', running: 'running', error: 'error' },
    uploads: 'Uploads to the site',
    sent: (waiting: number, bytes: string, confirmed: number) => `${waiting} waiting (${bytes}), ${confirmed} confirmed by the site since the start`,
    halted: 'Uploads have stopped: by its settings this gather does not try again by itself.',
    retry: 'Try now',
    uploadHead: ['State', 'Recording of', 'Progress', 'Speed'],
    uploadStates: { uploading: 'uploading', retrying: 'waits to try again' },
    version: 'Version',
  },
} as const;

/** Chinese unless the browser would rather have English. */
export function pickLanguage(acceptLanguage: string | undefined): keyof typeof languages {
  const [first = ''] = (acceptLanguage ?? '').split(',');
  return first === '' || /^\s*zh/i.test(first) ? 'zh' : 'en';
}

export type ConsoleContent = {
  status: GatherStatus;
  channels: readonly ChannelView[];
  uploads?: UploadStatus | undefined;
  /** When a channel's newest picture was taken, if there is one. */
  pictureOf?(channelId: string): Date | undefined;
};

/** The whole HTML document. */
export function consolePage({ status, channels, uploads, pictureOf = () => undefined }: ConsoleContent, language: keyof typeof languages): string {
  const words = languages[language];
  const rows = channels.map((channel) => rowOf(channel, pictureOf(channel.report.id), words)).join('');
  const head = words.head.map((name) => `<th scope="col">${name}</th>`).join('');
  const title = escape(status.title ?? words.gather);
  return `<!doctype html>
<html lang="${words.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3"><title>${title} · Lubo</title><style>${style}</style></head>
<body><header><h1>${title}</h1><p class="${status.isConnected ? 'good' : 'bad'}">${words.site} ${status.isConnected ? words.connected : words.notConnected}</p></header>
<main>${rows === '' ? `<p>${words.none}</p>` : `<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`}${uploads === undefined ? '' : uploadsOf(uploads, words)}</main>
<footer>${words.version} ${escape(status.version)}</footer></body></html>`;
}

type Words = (typeof languages)[keyof typeof languages];

function rowOf({ settings, report }: ChannelView, takenAt: Date | undefined, words: Words): string {
  const name = escape(settings?.name ?? report.id);
  const picture = takenAt === undefined ? '' : `<img src="${escape(snapshotPath(report.id, takenAt.getTime()))}" width="160" height="90" alt="${words.picture(name)}">`;
  const marks = [report.isPushing ? '<b class="live">LIVE</b>' : '', report.isRecording ? '<b class="rec">REC</b>' : ''].join(' ');
  const fault = report.fault === undefined ? '' : `<br><small>${escape(report.fault.detail)}</small>`;
  return `<tr><td class="picture">${picture}</td><td class="${report.state}">${words.states[report.state]} ${marks}${fault}</td><td>${name}</td><td class="source">${escape(placeOf(settings?.source))}</td><td>${Math.round(report.receiveKbps)} kbps</td><td>${Math.round(report.sendKbps)} kbps</td></tr>`;
}

/** What goes to the site, and what waits. */
function uploadsOf({ uploads, waiting, confirmed, isHalted }: UploadStatus, words: Words): string {
  const rows = uploads.map(({ state, startedAt, sentBytes, totalBytes, kbps, reason }) => {
    const share = totalBytes === 0 ? 0 : Math.floor((sentBytes / totalBytes) * 100);
    const why = reason === undefined ? '' : `<br><small>${escape(reason)}</small>`;
    return `<tr><td>${words.uploadStates[state]}${why}</td><td>${escape(startedAt.replace('T', ' ').slice(0, 16))} UTC</td><td>${share} % / ${megabytes(totalBytes)}</td><td>${Math.round(kbps)} kbps</td></tr>`;
  });
  const head = words.uploadHead.map((name) => `<th scope="col">${name}</th>`).join('');
  const table = rows.length === 0 ? '' : `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const button = waiting.recordings === 0 ? '' : `<form method="post" action="${retryPath}"><button>${words.retry}</button></form>`;
  const halt = isHalted ? `<p class="bad">${words.halted}</p>` : '';
  return `<h2>${words.uploads}</h2><p>${words.sent(waiting.recordings, megabytes(waiting.bytes), confirmed)}</p>${halt}${button}${table}`;
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** Where a channel's video comes from, without user and password. */
function placeOf(source: ChannelSource | undefined): string {
  switch (source?.mode) {
    case undefined:
      return '';
    case 'file':
      return source.path;
    case 'pull':
      return source.url;
    case 'camera':
      return `${source.address}:${source.port}`;
  }
}

/** Text as HTML text or attribute value. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const style = `:root{color-scheme:light dark;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
body{max-width:64rem;margin:2rem auto;padding:0 1.5rem}header{display:flex;align-items:baseline;gap:1.5rem;flex-wrap:wrap}
h1{font-size:1.5rem;margin:0}h2{font-size:1.125rem}header p{margin:0}.good{color:#0f7a5c}.bad,.error{color:#b3261e}
@media(prefers-color-scheme:dark){.good{color:#4fd1a5}.bad,.error{color:#ff8a80}}
table{width:100%;border-collapse:collapse;margin:1.5rem 0;font-variant-numeric:tabular-nums}th{text-align:left;font-weight:500;opacity:.7}
th,td{padding:.6rem .75rem .6rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent);vertical-align:top}
.picture{width:10rem}.picture img{display:block;width:10rem;height:auto;aspect-ratio:16/9;object-fit:contain;background:#000;border-radius:.3rem}
.source{overflow-wrap:anywhere;opacity:.8}b{font-size:.75rem;padding:.05rem .4rem;border-radius:.3rem;color:#fff;background:#c62828}footer{opacity:.6;font-size:.875rem}`;
