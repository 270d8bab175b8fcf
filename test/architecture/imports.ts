// What a source file imports, read from its syntax tree: static, dynamic, re-exported and type imports; `.vue` by its scripts.
import ts from 'typescript';

/** One import. `specifier` is undefined when it is computed while running, which no rule can check. */
export type Import = { specifier: string | undefined; line: number };

/** All imports of a TypeScript, JavaScript or Vue file, in the order of the text; lines count from 1. */
export function importsOf(path: string, text: string): Import[] {
  const scripts = path.endsWith('.vue') ? scriptsOf(text) : [{ text, line: 0 }];
  return scripts.flatMap((script) =>
    readImports(path, script.text).map(({ specifier, line }) => ({ specifier, line: line + script.line })),
  );
}

/** The contents of a Vue file's script blocks and the line on which each begins. */
function scriptsOf(text: string): { text: string; line: number }[] {
  return [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map((match) => {
    const content = match[1] ?? '';
    const start = match.index + match[0].indexOf('>') + 1;
    return { text: content, line: text.slice(0, start).split('\n').length - 1 };
  });
}

function readImports(path: string, text: string): Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const found: Import[] = [];
  const take = (node: ts.Node, specifier: ts.Node | undefined): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    found.push({ specifier: specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : undefined, line });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) take(node, node.moduleSpecifier);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) take(node, node.moduleSpecifier);
    else if (ts.isCallExpression(node) && isImporting(node.expression)) take(node, node.arguments[0]);
    else if (ts.isImportTypeNode(node)) take(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isImporting(expression: ts.Expression): boolean {
  return expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
}
