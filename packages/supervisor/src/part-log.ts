// A part's log: every line into its file, bounded in size; warnings and errors on the console too, readable.
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

/** A file is set aside as `.1` at this size, so a part's logs never take more than twice as much. */
const maxBytes = 20 * 1024 * 1024;

/** Longest line kept whole; a part that prints without line ends can't fill the memory. */
const maxLineChars = 64 * 1024;

export type PartLog = { write(chunk: Buffer | string): void; close(): void };

/** Opens the log of one part. Plain lines on its error output count as errors. */
export function openPartLog(name: string, path: string, complain: (line: string) => void): PartLog {
  let { file, size } = openAt(path);
  let rest = '';

  const keep = (line: string): void => {
    if (size > maxBytes) {
      closeSync(file);
      renameSync(path, `${path}.1`);
      ({ file, size } = openAt(path));
    }
    size += writeSync(file, `${line}\n`);
    const loud = readable(line);
    if (loud !== undefined) complain(`${name}: ${loud}`);
  };

  return {
    write(chunk) {
      const lines = (rest + chunk.toString()).split('\n');
      rest = (lines.pop() ?? '').slice(0, maxLineChars);
      for (const line of lines) if (line !== '') keep(line);
    },
    close() {
      if (rest !== '') keep(rest);
      closeSync(file);
    },
  };
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
