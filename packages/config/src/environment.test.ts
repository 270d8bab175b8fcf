import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allSettings, settingsOf } from './environment.ts';

const variables = new Map(allSettings().map(({ path, variable }) => [path.join('.'), variable]));

describe('the names of settings', () => {
  const cases = [
    { path: 'dataDir', variable: 'LUBO_DATA_DIR' },
    { path: 'site.port', variable: 'LUBO_SITE_PORT' },
    { path: 'live.httpPort', variable: 'LUBO_LIVE_HTTP_PORT' },
    { path: 'live.rtmpPort', variable: 'LUBO_LIVE_RTMP_PORT' },
    { path: 'gather.consolePort', variable: 'LUBO_GATHER_CONSOLE_PORT' },
    { path: 'admin.user', variable: 'LUBO_ADMIN_USER' },
    { path: 'admin.password', variable: 'LUBO_ADMIN_PASSWORD' },
    { path: 'site.publicUrl', variable: 'LUBO_SITE_PUBLIC_URL' },
    { path: 'site.tls.certFile', variable: 'LUBO_SITE_TLS_CERT_FILE' },
    { path: 'live.limits.queueBytes', variable: 'LUBO_LIVE_LIMITS_QUEUE_BYTES' },
  ];
  for (const { path, variable } of cases) it(`${path} is ${variable}`, () => assert.equal(variables.get(path), variable));

  it('are different for each setting', () => assert.equal(new Set(variables.values()).size, allSettings().length));

  it('reach through optional and defaulted sections to every value', () => {
    assert.ok(allSettings().every(({ path }) => path.length >= 1 && path.length <= 3));
    const numbers = allSettings().filter(({ isNumber }) => isNumber).map(({ path }) => path.join('.'));
    assert.deepEqual(numbers.filter((name) => !name.startsWith('live.limits.')), [
      'site.port', 'site.storageReserveMegabytes', 'live.httpPort', 'live.rtmpPort', 'live.rtmpsPort', 'live.workers', 'gather.consolePort', 'gather.reserveMegabytes',
    ]);
    assert.ok(numbers.includes('live.limits.viewers'));
  });
});

describe('settings from the environment', () => {
  const givenOf = (env: Record<string, string | undefined>) =>
    settingsOf(env).given.map(({ setting, value }) => [setting.path.join('.'), value]);

  it('turns digits into numbers where the setting is a number', () => {
    assert.deepEqual(givenOf({ LUBO_SITE_PORT: '9000', LUBO_ADMIN_PASSWORD: '12345678' }), [
      ['site.port', 9000],
      ['admin.password', '12345678'],
    ]);
  });

  it('leaves other words as they are, for the schema to refuse', () => {
    for (const word of ['80a', '0x50', ' 80', '1e3', 'NaN']) assert.deepEqual(givenOf({ LUBO_SITE_PORT: word }), [['site.port', word]]);
  });

  it('takes no account of empty and foreign variables', () => {
    assert.deepEqual(settingsOf({ LUBO_SITE_PORT: '', LUBO_DATA_DIR: undefined, PATH: '/bin', LUBO_CONFIG: 'x.yaml' }), { given: [], unknown: [] });
  });

  it('tells LUBO_ variables that mean nothing', () => {
    assert.deepEqual(settingsOf({ LUBO_PORT: '1', LUBO_SITE: 'x' }).unknown, ['LUBO_PORT', 'LUBO_SITE']);
  });
});
