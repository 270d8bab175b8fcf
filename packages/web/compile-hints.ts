// Vite plugin: marks the files that the first paint needs nearly whole. Chromium from 136 on compiles such beside the main thread while they
// come in (https://v8.dev/blog/explicit-compile-hints); otherwise each function is compiled when it is first called, which takes a third of
// the time of scripts until then. For other browsers the mark is a comment.
import type { Plugin } from 'vite';

const mark = '//# allFunctionsCalledOnLoad\n';
const neededAtOnce = new Set(['vue', 'frame', 'player-pages']);

/** Puts the mark first in the file, where alone it counts. */
export function compileHints(): Plugin {
  return {
    name: 'lubo-compile-hints',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && neededAtOnce.has(chunk.name)) chunk.code = mark + chunk.code;
      },
    },
  };
}
