// A part's log: every line into its file, bounded in size; warnings and errors on the console too, readable.
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** A file is set aside as `.1` at this size, so a part's logs never take more than twice as much. */
const maxBytes = 20 * 1024 * 1024;

/** Longest line kept whole; a part that prints without line ends can't fill the memory. */
const maxLineChars = 64 * 1024;

export type PartLog = { write(chunk: Buffer | string): void; close(): void };

/** Opens the log of one part. Plain lines on its error output count as errors. */
export function openPartLog(name: string, path: string, complain: (line: string) => void): PartLog {
  let { file, size } = openAt(path);
  let rest = '';
  let isFailing = false;
  let isClosed = false;
  const decoder = new StringDecoder('utf8');

  const setAside = (): void => {
    closeSync(file);
    const isAside = tryRename(path, `${path}.1`);
    ({ file, size } = openAt(path));
    if (!isAside) size = 0;
  };
  /** A full disk costs lines of the log; the parts go on. */
  const append = (line: string): void => {
    try {
      if (size > maxBytes) setAside();
      size += writeSync(file, `${line}\n`);
      isFailing = false;
    } catch (error) {
      if (!isFailing) complain(`${name}: the log can not be written: ${(error as Error).message}`);
      isFailing = true;
    }
  };
  const keep = (line: string): void => {
    append(line);
    const loud = readable(line);
    if (loud !== undefined) complain(`${name}: ${loud}`);
  };

  return {
    write(chunk) {
      const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split('\n');
      rest = (lines.pop() ?? '').slice(0, maxLineChars);
      for (const line of lines) if (line !== '') keep(line);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      if (rest !== '') keep(rest);
      closeSync(file);
    },
  };
}

/** Windows refuses while somebody has the file open; then it is tried again when as much has come once more. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function openAt(path: string): { file: number; size: number } {
  return { size: existsSync(path) ? statSync(path).size : 0, file: openSync(path, 'a', 0o640) };
}

/** What a person should see of a line: nothing below a warning, the message and its reason otherwise. */
function readable(line: string): string | undefined {
  if (!line.startsWith('{')) return line;
  try {
    const { level, msg, reason, err } = JSON.parse(line) as { level?: number; msg?: string; reason?: string; err?: { message?: string } };
    if (level === undefined || level < 40) return undefined;
    return [msg, reason, err?.message].filter((word) => word !== undefined && word !== '').join(': ');
  } catch {
    return line;
  }
}
