// The HTTP API as a page for people (`/api/docs`): made of the OpenAPI document, without scripts and without anything from outside.
type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  format?: string;
  description?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  $ref?: string;
};
type Content = Record<string, { schema?: Schema }>;
type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters: { name: string; in: string; required: boolean; schema: Schema; description?: string }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
type Document = { info: { title: string; version: string }; paths: Record<string, Record<string, Operation>> };

export const apiDocsPath = '/api/docs';

const maxDepth = 8;

/** The whole page. */
export function docsPage(document: unknown): string {
  const { info, paths } = document as Document;
  const operations = Object.entries(paths).flatMap(([path, all]) => Object.entries(all).map(([method, operation]) => ({ path, method, operation })));
  const rooms = [...Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? '')].sort(([a], [b]) => a.localeCompare(b));
  const contents = rooms.map(([room]) => `<li><a href="#${text(room)}">${text(room)}</a></li>`).join('');
  const sections = rooms.map(([room, all]) => `<h2 id="${text(room)}">${text(room)}</h2>${all.map(operationHtml).join('')}`).join('');
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(info.title)} API</title><style>${style}</style></head><body><header><h1>${text(info.title)} API <small>${text(info.version)}</small></h1>
${intro}</header><div class="page"><nav aria-label="API"><ul>${contents}</ul></nav><main>${sections}</main></div></body></html>`;
}

const intro = `<p lang="zh-CN">供其他程序调用的接口。管理员在“管理 → 接口令牌”创建令牌，请求时带上 <code>Authorization: Bearer lubo_…</code>。
出错时返回 <code>application/problem+json</code>，<code>errors</code> 指出填错的字段。列表用 <code>page</code>、<code>pageSize</code>、<code>sort</code>（前加 <code>-</code> 为倒序）分页排序。
返回 201 的创建请求可带 <code>Idempotency-Key</code>，24 小时内重复发送只创建一次。</p>
<p lang="en">The API for other programs. Administrators make tokens under Administration → API tokens; send them as
<code>Authorization: Bearer lubo_…</code>. Failures are <code>application/problem+json</code>, with the wrong fields in <code>errors</code>.
Lists take <code>page</code>, <code>pageSize</code> and <code>sort</code> (<code>-</code> in front falls). Creates take an
<code>Idempotency-Key</code>: sent again within 24 hours nothing is made twice. <a href="/api/openapi.json">OpenAPI 3.1</a></p>`;

const words: Record<string, string> = { session: '登录 · signed in', token: '令牌 · token', gather: '采集端 · gather' };

function operationHtml({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { operationId, summary, security, parameters, requestBody, responses } = operation;
  const who = security.length === 0 ? '公开 · public' : security.flatMap((each) => Object.entries(each).map(([kind, scopes]) => [words[kind] ?? kind, ...scopes].join(' '))).join(', ');
  const rows = parameters.map(({ name, in: where, required, schema }) => `<tr><td><code>${text(name)}</code>${required ? ' *' : ''}</td><td>${text(where)}</td><td><code>${text(shape(schema))}</code></td></tr>`);
  const body = requestBody === undefined ? '' : `<h4>Request</h4>${contentHtml(requestBody.content)}`;
  const answers = Object.entries(responses).map(([status, { description, content }]) => `<h4>${text(status)} ${text(description)}</h4>${status === 'default' ? '' : contentHtml(content ?? {})}`);
  return `<details id="${text(operationId)}"><summary><b class="${text(method)}">${text(method.toUpperCase())}</b> <code>${text(path)}</code> <span>${text(summary)}</span></summary>
<div><p>${text(who)} · <code>${text(operationId)}</code></p>${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}${body}${answers.join('')}</div></details>`;
}

function contentHtml(content: Content): string {
  return Object.values(content)
    .map(({ schema }) => (schema === undefined ? '' : `<pre>${text(shape(schema))}</pre>`))
    .join('');
}

/** A schema as people write shapes: `{ name: string 1–64, role?: "admin" | "viewer" }`. */
export function shape(schema: Schema, depth = 0): string {
  if (depth > maxDepth) return '…';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map((each) => shape(each, depth)).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map((each) => shape(each, depth)).join(' & ');
  if (schema.items !== undefined) return `[ ${shape(schema.items, depth)} ]`;
  if (schema.properties !== undefined) return objectShape(schema, depth);
  return [[schema.type ?? 'any'].flat().join(' | '), schema.format ?? '', boundsOf(schema)].filter((part) => part !== '').join(' ');
}

function objectShape({ properties = {}, required = [] }: Schema, depth: number): string {
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(properties).map(([name, inner]) => {
    const note = inner.description === undefined ? '' : `  // ${inner.description}`;
    return `${indent}${name}${required.includes(name) ? '' : '?'}: ${shape(inner, depth + 1)}${note}`;
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

function boundsOf({ minLength, maxLength, minimum, maximum }: Schema): string {
  const [low, high] = [minLength ?? minimum, maxLength ?? maximum];
  if (low === undefined && high === undefined) return '';
  // Whole numbers are bounded by what JavaScript can hold, which tells nobody anything.
  if (high === Number.MAX_SAFE_INTEGER) return low === undefined || low === Number.MIN_SAFE_INTEGER ? '' : `≥ ${low}`;
  return high === undefined ? `≥ ${low}` : `${low ?? 0}–${high}`;
}

function text(raw: string): string {
  return raw.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const style = `:root{color-scheme:light dark;font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
body{margin:0}header,.page{max-width:72rem;margin:0 auto;padding:1rem 1.25rem}h1 small{font-weight:400;opacity:.6}
.page{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:1.5rem}nav ul{position:sticky;top:1rem;margin:0;padding:0;list-style:none;line-height:1.9}
a{color:light-dark(#085c4f,#6bd3be)}h2{margin:1.5rem 0 .5rem;font-size:1.15rem}details{border:1px solid light-dark(#dfe3e1,#2b312e);border-radius:8px;margin:.4rem 0}
summary{padding:.5rem .75rem;cursor:pointer;overflow-wrap:anywhere}summary span{opacity:.75}summary b{display:inline-block;min-width:3.6rem;font-size:.8rem}
b.get{color:light-dark(#085c4f,#6bd3be)}b.post{color:light-dark(#1d4fa3,#8ab4ff)}b.put,b.patch{color:light-dark(#7a4b00,#f3c878)}b.delete{color:light-dark(#b71c1c,#ff9a92)}
details>div{padding:0 .75rem .75rem;border-top:1px solid light-dark(#dfe3e1,#2b312e)}h4{margin:.75rem 0 .25rem}pre{margin:0;padding:.6rem .75rem;overflow:auto;border-radius:6px;background:light-dark(#eef0ef,#212624);font-size:13px}
table{border-collapse:collapse;width:100%}td{padding:.2rem .6rem .2rem 0;vertical-align:top;overflow-wrap:anywhere}
@media(max-width:720px){.page{grid-template-columns:minmax(0,1fr)}nav ul{position:static;display:flex;flex-wrap:wrap;gap:.25rem 1rem}}`;
