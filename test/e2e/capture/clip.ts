// A clip for a channel whose every picture is known again: what of it a recording has, and whether any is missing.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
export const noFfmpeg: string | false = hasFfmpeg ? false : 'there is no ffmpeg';

/** Pictures of one pass, 40 ms each. */
const pictures = 500;
export const pictureMillis = 40;

export type NumberedClip = {
  path: string;
  /** The numbers of a recording's pictures, in order; throws for a picture that is not of the clip. */
  numbersIn(path: string): number[];
};

/** Makes 20 s of picture and sound in `folder`, a keyframe each second. */
export function makeNumberedClip(folder: string, kbps = 600): NumberedClip {
  const path = join(folder, 'numbered.mp4');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const picture = ['-vf', 'noise=alls=30:allf=t', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-sc_threshold', '0'];
  // Without the encoder's note, which recordings leave out.
  const rate = ['-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`, '-bsf:v', 'filter_units=remove_types=6'];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...source, '-t', '20', ...picture, ...rate, '-c:a', 'aac', '-b:a', '64k', path]);
  const known = new Map(hashesIn(path).map((hash, i) => [hash, i]));
  if (known.size !== pictures) throw new Error(`the clip has ${known.size} different pictures`);
  return {
    path,
    numbersIn: (recording) =>
      hashesIn(recording).map((hash) => {
        const number = known.get(hash);
        if (number === undefined) throw new Error(`${recording}: a picture is not one of the clip`);
        return number;
      }),
  };
}

function hashesIn(path: string): string[] {
  const output = execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', path, '-map', '0:v', '-c', 'copy', '-f', 'framehash', '-hash', 'md5', '-'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(',').at(-1)?.trim() ?? '');
}

/** Pictures that are missing between recordings in their order; what two share at their seam is none. */
export function missingIn(recordings: readonly (readonly number[])[]): number {
  let missing = 0;
  let last: number | undefined;
  for (const numbers of recordings) {
    for (const [i, number] of numbers.entries()) {
      const leap = last === undefined ? 0 : (number - last - 1 + pictures) % pictures;
      // A recording may begin with the end of the one before, never leap back within.
      if (i > 0 || leap < pictures / 2) missing += leap;
      last = number;
    }
  }
  return missing;
}
