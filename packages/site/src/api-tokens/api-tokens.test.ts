// AUTH-7: tokens for third-party programs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { maxApiTokens, routes } from '@lubo/contract';
import { siteInHand } from '../testing/site-in-hand.ts';

const bearer = (token: string, more: Record<string, string> = {}) => ({ headers: { authorization: `Bearer ${token}`, ...more } });

test('a token is shown once, works by its scopes without a cookie, and is revoked at once', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { status, body } = await hand.call(routes.createApiToken, { cookie, body: { name: '巡课', scopes: ['read', 'read'] } });
  assert.equal(status, 201);
  assert.match(body.token, /^lubo_[\w-]{43}$/);
  assert.deepEqual([body.scopes, body.ending, body.expiresAt, body.createdBy], [['read'], body.token.slice(-4), null, '管理员']);
  assert.equal((await hand.call(routes.listAgents, bearer(body.token))).status, 200);
  const write = await hand.call(routes.createEnrolmentCode, { ...bearer(body.token), body: { kind: 'live' } });
  assert.deepEqual([write.status, write.problem?.code], [403, 'missing-scope']);
  const listed = await hand.call(routes.listApiTokens, { cookie });
  assert.equal(listed.body.rows.length, 1);
  assert.ok(!JSON.stringify(listed.body).includes(body.token));
  assert.equal((await hand.call(routes.revokeApiToken, { cookie, params: { id: body.id } })).status, 204);
  assert.equal((await hand.call(routes.listAgents, bearer(body.token))).problem?.code, 'wrong-token');
  assert.equal((await hand.call(routes.revokeApiToken, { cookie, params: { id: body.id } })).problem?.code, 'token-not-found');
});

test('a token changes things from anywhere: no browser sends it by itself', async (t) => {
  const hand = await siteInHand(t);
  const { body } = await hand.call(routes.createApiToken, { cookie: await hand.adminCookie(), body: { name: 'a', scopes: ['write'] } });
  const call = { ...bearer(body.token, { origin: 'https://elsewhere.example' }), body: { kind: 'live' } };
  assert.equal((await hand.call(routes.createEnrolmentCode, call)).status, 201);
});

test('the last use is noted, and a token ends on its day', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const { body } = await hand.call(routes.createApiToken, { cookie, body: { name: 'a', scopes: ['read'], days: 1 } });
  assert.deepEqual([body.lastUsedAt, body.lastUsedIp], [null, null]);
  hand.clock.step(60_000);
  await hand.call(routes.listAgents, { ...bearer(body.token), remoteAddress: '192.0.2.9' });
  const [row] = (await hand.call(routes.listApiTokens, { cookie })).body.rows;
  assert.deepEqual([row?.lastUsedAt, row?.lastUsedIp], [new Date(hand.clock.now()).toISOString(), '192.0.2.9']);
  hand.clock.step(24 * 60 * 60 * 1000);
  assert.equal((await hand.call(routes.listAgents, bearer(body.token))).status, 401);
});

test('the database holds no token', async (t) => {
  const hand = await siteInHand(t);
  const { body } = await hand.call(routes.createApiToken, {
    cookie: await hand.adminCookie(),
    body: { name: 'a', scopes: ['read'] },
    headers: { 'idempotency-key': 'once' },
  });
  for (const file of ['lubo.sqlite', 'lubo.sqlite-wal']) {
    const text = readFileSync(join(hand.dataDir, 'site', file), 'latin1');
    assert.ok(!text.includes(body.token), file);
  }
});

test('wrong fields, taken names and too many tokens are refused', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const make = (body: object) => hand.call(routes.createApiToken, { cookie, body });
  const wrong = await make({ name: '', scopes: [], days: 0 });
  assert.deepEqual(wrong.problem?.errors?.map((error) => error.path).toSorted(), ['body.days', 'body.name', 'body.scopes']);
  assert.equal((await make({ name: 'a', scopes: ['everything'] })).problem?.errors?.[0]?.path, 'body.scopes.0');
  assert.equal((await make({ name: 'a', scopes: ['read'] })).status, 201);
  assert.equal((await make({ name: 'a', scopes: ['read'] })).problem?.code, 'name-taken');
  for (let i = 1; i < maxApiTokens; i++) await make({ name: `a${i}`, scopes: ['read'] });
  const beyond = await make({ name: 'b', scopes: ['read'] });
  assert.deepEqual([beyond.status, beyond.problem?.code], [409, 'too-many-tokens']);
});

test('a token outlives the administrator who made it, and no token makes tokens', async (t) => {
  const hand = await siteInHand(t);
  const cookie = await hand.adminCookie();
  const person = await hand.call(routes.createPerson, { cookie, body: { name: 'second', password: 'a good password', role: 'admin' } });
  const second = await hand.call(routes.signIn, { body: { name: 'second', password: 'a good password' } });
  const { body } = await hand.call(routes.createApiToken, { cookie: second.cookie, body: { name: 'a', scopes: ['read', 'write', 'people'] } });
  await hand.call(routes.deletePerson, { cookie, params: { id: person.body.id } });
  const [row] = (await hand.call(routes.listApiTokens, bearer(body.token))).body.rows;
  assert.equal(row?.createdBy, '');
  const more = await hand.call(routes.createApiToken, { ...bearer(body.token), body: { name: 'b', scopes: ['read'] } });
  assert.deepEqual([more.status, more.problem?.code], [403, 'not-for-tokens']);
});
