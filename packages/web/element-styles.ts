// Vite plugin: with each component that is imported from Element Plus comes its own style sheet, and no other.
import type { Plugin } from 'vite';

/** Names whose style lies under another's. */
const styleOf: Record<string, string | undefined> = { ElConfigProvider: undefined, ElMessageBox: 'message-box', ElMessage: 'message' };

/** Adds `element-plus/es/components/<name>/style/css` for every `import { ElName } from 'element-plus'`. */
export function elementStyles(): Plugin {
  return {
    name: 'lubo-element-styles',
    transform(code, id) {
      if (id.includes('node_modules') || !code.includes('element-plus')) return undefined;
      const found = [...code.matchAll(/import\s*\{([^}]*)\}\s*from\s*['"]element-plus['"]/g)];
      const names = found.flatMap(([, list = '']) => list.split(',').map((each) => each.trim().split(/\s+as\s+/)[0] ?? ''));
      const styles = new Set(names.filter((name) => /^El[A-Z]/.test(name)).map(styleFor));
      const imports = [...styles].filter((style) => style !== undefined).map((style) => `import 'element-plus/es/components/${style}/style/css';\n`);
      return imports.length === 0 ? undefined : { code: imports.join('') + code, map: null };
    },
  };
}

function styleFor(name: string): string | undefined {
  if (name in styleOf) return styleOf[name];
  return name.slice(2).replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? '' : '-') + letter.toLowerCase());
}
