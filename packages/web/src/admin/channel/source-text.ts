// A channel's source in one line, its password as dots. Pure.
import type { ChannelSourceView } from '@lubo/contract';

const dots = '••••••';

/** `rtsp://admin:••••••@10.0.0.2/main`, `admin:••••••@10.0.0.2:80`, or the path of a file. */
export function sourceText(source: ChannelSourceView): string {
  switch (source.mode) {
    case 'file':
      return source.path;
    case 'pull':
      return source.url.replace('://', `://${credentials(source)}`);
    case 'camera':
      return `${credentials(source)}${source.address}:${source.port}`;
  }
}

function credentials({ user, hasPassword }: { user: string; hasPassword: boolean }): string {
  if (user === '' && !hasPassword) return '';
  return `${user}${hasPassword ? `:${dots}` : ''}@`;
}
