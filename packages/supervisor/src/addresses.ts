// What `npm start` prints when everything runs: addresses to open, this machine's own and those on its networks.
import { networkInterfaces } from 'node:os';
import { type Config, type LiveConfig, ownSiteUrl } from '@lubo/config';

/** IPv4 addresses of this machine that others can reach. */
export function lanAddresses(interfaces = networkInterfaces()): string[] {
  return Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter((each) => each.family === 'IPv4' && !each.internal && !each.address.startsWith('169.254.'))
    .map((each) => each.address);
}

type Welcome = { config: Config; setUpUrl: string | undefined; isDemo: boolean; logDir: string; lan?: string[] };

/** The whole text, Chinese and English. */
export function welcome({ config, setUpUrl, isDemo, logDir, lan = lanAddresses() }: Welcome): string {
  const { site, live, gather } = config;
  const here = ownSiteUrl(config);
  const own = ownAddress(config);
  const others = isEverywhere(site.host) ? lan.map((host) => here.replace('127.0.0.1', host)) : [];
  const pages = [...new Set([own, here, ...others])];
  return [
    '',
    'Lubo 录播 运行中 · is running',
    '',
    ...row('网站 site', ...pages),
    ...(isDemo ? row('示例直播 demo', `${own}/live`) : []),
    ...(setUpUrl === undefined ? [] : setUpRow(own, setUpUrl)),
    ...row('直播服务器 live server', ...liveAddresses(live)),
    ...row('采集端 gather', `http://${gather.consoleHost}:${gather.consolePort}`),
    ...row('数据 data', config.dataDir),
    ...row('日志 logs', logDir),
    '',
    '  Ctrl-C 停止全部 · stops everything',
    '',
  ]
    .map(align)
    .join('\n');
}

/** The line of the set-up link alone, for when it has changed. */
export function setUpLine(config: Config, setUpPath: string): string {
  return setUpRow(ownAddress(config), setUpPath).map(align).join('\n');
}

function setUpRow(own: string, setUpPath: string): string[] {
  return row('首位管理员 first administrator', `${own}${setUpPath}  （一次有效 works once）`);
}

function ownAddress(config: Config): string {
  return config.site.publicUrl?.replace(/\/+$/, '') ?? ownSiteUrl(config);
}

function liveAddresses({ tls, httpPort, rtmpPort, rtmpsPort }: LiveConfig): string[] {
  const rtmp = `rtmp://127.0.0.1:${rtmpPort}`;
  if (tls.certFile === undefined) return [`http://127.0.0.1:${httpPort}`, rtmp];
  return [`https://127.0.0.1:${httpPort}`, rtmp, `rtmps://127.0.0.1:${rtmpsPort}`];
}

/** A labelled line, and one more below it for each further value. */
function row(label: string, ...values: string[]): string[] {
  return values.map((value, i) => `  ${i === 0 ? label : ''}\t${value}`);
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

const labelColumns = 34;

/** Puts what follows a tab into one column; Chinese characters are two columns wide. */
function align(line: string): string {
  const [label = '', value] = line.split('\t');
  if (value === undefined) return line;
  const columns = label.length + (label.match(/\p{Script=Han}/gu)?.length ?? 0);
  return label + ' '.repeat(Math.max(1, labelColumns - columns)) + value;
}
