// The HTTP API described for programs: OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) made from the contract's route table.
import { Problem, type Route, TokenScope, apiTokenPrefix, routes, scopeOf, takesIdempotencyKey } from '@lubo/contract';

type Json = Record<string, unknown>;

export const openApiPath = '/api/openapi.json';

/** The whole document. `cookie` is the name of the session's cookie. */
export function openApi({ version, cookie }: { version: string; cookie: string }, table: Record<string, Route> = routes): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(table)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Lubo (录播)', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      securitySchemes: securitySchemes(cookie),
    },
  };
}

function operation(name: string, route: Route): Json {
  const status = String(route.status ?? (route.response === undefined ? 204 : 200));
  const [, , room = ''] = route.path.split('/');
  return {
    operationId: name,
    summary: route.summary,
    tags: [room],
    security: securityOf(route),
    parameters: [...parametersOf(route, 'params', 'path'), ...parametersOf(route, 'query', 'query'), ...headersOf(route)],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: jsonOf(schemaOf(route.body, 'input')) } }),
    responses: {
      [status]: { description: 'Success', ...(route.response === undefined ? {} : { content: jsonOf(schemaOf(route.response, 'output')) }) },
      default: { description: 'Failure', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  };
}

function securitySchemes(cookie: string): Json {
  const token = `API token, made by an administrator: \`Bearer ${apiTokenPrefix}…\`. Scopes: ${TokenScope.options.join(', ')}.`;
  return {
    session: { type: 'apiKey', in: 'cookie', name: cookie, description: 'A person who has signed in.' },
    token: { type: 'http', scheme: 'bearer', description: token },
    gather: { type: 'http', scheme: 'bearer', description: 'The key that a gather got when it enrolled: `Bearer <id>.<key>`.' },
  };
}

/** Any one of them is enough. */
function securityOf(route: Route): Json[] {
  if (route.access === 'public') return [];
  if (route.access === 'gather') return [{ gather: [] }];
  const scope = scopeOf(route);
  return [{ session: [] }, ...(scope === 'none' ? [] : [{ token: [scope] }])];
}

function headersOf(route: Route): Json[] {
  if (!takesIdempotencyKey(route)) return [];
  const description = 'Chosen by the caller. The same key with the same request within 24 hours gets the same answer; nothing is made twice.';
  return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema: { type: 'string', minLength: 1, maxLength: 128 } }];
}

function parametersOf(route: Route, part: 'params' | 'query', where: 'path' | 'query'): Json[] {
  const schema = route[part];
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({ name, in: where, required: where === 'path' || required.includes(name), schema: property }));
}

function jsonOf(schema: Json): Json {
  return { 'application/json': { schema } };
}

function schemaOf(schema: NonNullable<Route['response']>, io: 'input' | 'output'): Json {
  const { $schema: _, '~standard': __, ...rest } = schema.toJSONSchema({ io }) as Json;
  return rest;
}
