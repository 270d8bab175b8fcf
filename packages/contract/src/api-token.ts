// API tokens for third-party programs, sent as `Authorization: Bearer lubo_…`.
import { z } from 'zod';
import { listQuery } from './list.ts';
import { TokenScope, route } from './route.ts';
import { Id, IdParams, Moment, Name, pageOf } from './shape.ts';

/** What every token begins with, so that leaked ones are found and agents' keys are told apart. */
export const apiTokenPrefix = 'lubo_';

export const ApiToken = z.object({
  id: Id,
  name: Name,
  scopes: z.array(TokenScope),
  createdAt: Moment,
  /** Name of the administrator who made it; empty when that person is gone. */
  createdBy: z.string(),
  /** Null: until it is revoked. */
  expiresAt: Moment.nullable(),
  lastUsedAt: Moment.nullable(),
  lastUsedIp: z.string().nullable(),
  /** Last four characters, to tell tokens apart. */
  ending: z.string(),
});
export type ApiToken = z.infer<typeof ApiToken>;

export const maxApiTokens = 200;

export const apiTokenRoutes = {
  listApiTokens: route({
    method: 'GET',
    path: '/api/api-tokens',
    access: 'admin',
    scope: 'people',
    summary: 'All API tokens; the tokens themselves are never shown again.',
    query: listQuery(['name', 'createdAt', 'lastUsedAt'], '-createdAt'),
    response: pageOf(ApiToken),
  }),
  createApiToken: route({
    method: 'POST',
    path: '/api/api-tokens',
    access: 'admin',
    scope: 'none',
    summary: 'Makes an API token; its text is in this answer and nowhere else.',
    body: z.object({
      name: Name,
      scopes: z.array(TokenScope).min(1).max(TokenScope.options.length),
      /** Days until it ends; without it, it lasts until it is revoked. */
      days: z.int().min(1).max(3650).optional(),
    }),
    response: ApiToken.extend({ token: z.string() }),
    status: 201,
  }),
  revokeApiToken: route({
    method: 'DELETE',
    path: '/api/api-tokens/:id',
    access: 'admin',
    scope: 'none',
    summary: 'Revokes an API token at once.',
    params: IdParams,
  }),
};
