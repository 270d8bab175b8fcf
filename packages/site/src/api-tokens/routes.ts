// HTTP of the API tokens.
import { routes } from '@lubo/contract';
import { personOfCall } from '../auth/caller.ts';
import type { Serve } from '../http/serve.ts';
import type { ApiTokens } from './api-tokens.ts';

/** Registers the room's operations. */
export function apiTokenRoutes(serve: Serve, tokens: ApiTokens): void {
  serve(routes.listApiTokens, ({ query }) => tokens.list(query));
  serve(routes.createApiToken, ({ body }, call) => tokens.create(body, personOfCall(call).id));
  serve(routes.revokeApiToken, ({ params }) => tokens.revoke(params.id));
}
