import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, readConfig } from './read.ts';

const read = (text: string | undefined, env: Record<string, string | undefined> = {}) => readConfig({ fileName: 'lubo.yaml', text, env });

/** The faults that reading tells, one a line. */
function faultsOf(text: string | undefined, env: Record<string, string | undefined> = {}): readonly string[] {
  try {
    read(text, env);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.message, error.faults.join('\n'));
    return error.faults;
  }
  return [];
}

const wechat = { openUrl: 'https://open.weixin.qq.com', apiUrl: 'https://api.weixin.qq.com' };

describe('settings that are right', () => {
  const cases: { name: string; text: string | undefined }[] = [
    { name: 'no file', text: undefined },
    { name: 'an empty file', text: '' },
    { name: 'a file of comments', text: '# nothing\n\n# yet\n' },
    { name: 'sections with nothing below them', text: 'site:\nlive:\ngather:\nadmin:\n' },
    { name: 'sections in which all is commented out', text: 'site:\n  # port: 9000\nadmin:\n  # user: someone\n' },
    { name: 'sections within sections with nothing below them', text: 'site:\n  tls:\nlive:\n  tls:\n    # certFile: x\n  limits:\n' },
  ];
  for (const { name, text } of cases) {
    it(`${name}: every default applies`, () => {
      const config = read(text);
      assert.deepEqual([config.dataDir, config.logLevel], ['data', 'info']);
      assert.deepEqual(config.site, { host: '0.0.0.0', port: 8000, embedOrigins: [], storageReserveMegabytes: 1024, tls: {}, wechat });
      const { limits, ...live } = config.live;
      assert.deepEqual(live, { host: '0.0.0.0', httpPort: 8080, rtmpPort: 1935, rtmpsPort: 1936, workers: 1, tls: {} });
      assert.deepEqual([limits.viewers, limits.publisherKbps, limits.waitSeconds], [20_000, 60_000, 10]);
      assert.deepEqual(config.gather, { consoleHost: '127.0.0.1', consolePort: 8090, recordDirs: [], reserveMegabytes: 1024 });
      assert.deepEqual(config.admin, {});
    });
  }

  it('come from the file, and what it leaves out from the defaults', () => {
    const { site, live } = read('site:\n  port: 9000\n  publicUrl: https://lubo.school.example\n');
    assert.deepEqual(site, { host: '0.0.0.0', port: 9000, embedOrigins: [], storageReserveMegabytes: 1024, tls: {}, wechat, publicUrl: 'https://lubo.school.example' });
    assert.equal(live.httpPort, 8080);
  });

  it('come from the environment before the file', () => {
    const text = 'dataDir: /srv/file\nsite:\n  port: 9000\n  host: 127.0.0.1\n';
    const config = read(text, { LUBO_SITE_PORT: '9001', LUBO_DATA_DIR: '/srv/env' });
    assert.deepEqual([config.dataDir, config.site.port, config.site.host], ['/srv/env', 9001, '127.0.0.1']);
  });

  it('come from the environment into a section that the file leaves empty', () => {
    assert.equal(read('live:\n', { LUBO_LIVE_HTTP_PORT: '9080' }).live.httpPort, 9080);
  });

  it('are mended by the environment where the file is wrong', () => {
    assert.equal(read('site:\n  port: many\n', { LUBO_SITE_PORT: '9001' }).site.port, 9001);
  });

  it('hold a list as a list, and as a line with commas', () => {
    const origins = ['https://www.school.example', 'https://*.school.example', 'http://10.0.0.5:8080'];
    assert.deepEqual(read(`site:\n  embedOrigins: [${origins.map((each) => JSON.stringify(each)).join(', ')}]\n`).site.embedOrigins, origins);
    assert.deepEqual(read(`site:\n  embedOrigins: ${origins.join(', ')}\n`).site.embedOrigins, origins);
    assert.deepEqual(read('', { LUBO_SITE_EMBED_ORIGINS: origins.join(',') }).site.embedOrigins, origins);
  });

  it('hold an administrator from the file and the environment together', () => {
    const { admin } = read('admin:\n  user: head\n', { LUBO_ADMIN_PASSWORD: 'correct horse' });
    assert.deepEqual(admin, { user: 'head', password: 'correct horse' });
  });
});

describe('settings that are wrong', () => {
  const cases: { name: string; text?: string; env?: Record<string, string>; faults: RegExp[] }[] = [
    {
      name: 'an unknown key, with its line, the likely name and what is allowed',
      text: 'dataDir: data\nsite:\n  host: 127.0.0.1\n  prot: 9000\n',
      faults: [/^lubo\.yaml:4: site\.prot is not a setting \(did you mean port\?\); allowed here: host, port, publicUrl, embedOrigins, tls, storageDir, storageReserveMegabytes, wechat$/],
    },
    {
      name: 'origins that a policy could not hold, each for itself',
      text: "site:\n  embedOrigins: [https://good.example, https://a.example/path, '*', https://b.example;x]\n",
      faults: [1, 2, 3].map((number) => new RegExp(`^lubo\\.yaml:2: site\\.embedOrigins\\.${number}: an origin like https://www\\.school\\.example$`)),
    },
    {
      name: 'an origin in the environment',
      env: { LUBO_SITE_EMBED_ORIGINS: 'school.example' },
      faults: [/^environment: LUBO_SITE_EMBED_ORIGINS: an origin like/],
    },
    {
      name: 'an unknown key far from any name',
      text: 'somethingElse: 1\n',
      faults: [/^lubo\.yaml:1: somethingElse is not a setting; allowed here: dataDir, logLevel, .*, gather$/],
    },
    {
      name: 'a section that is unknown',
      text: 'sight:\n  port: 9000\n',
      faults: [/^lubo\.yaml:1: sight is not a setting \(did you mean site\?\)/],
    },
    {
      name: 'several faults, all at once',
      text: 'logLevel: loud\nsite:\n  port: 70000\nlive:\n  httpPort: 1.5\n  colour: red\n',
      env: { LUBO_GATHER_CONSOLE_PORT: 'x', LUBO_SITE_PROT: '1' },
      faults: [
        /^environment: LUBO_SITE_PROT is not a setting \(did you mean LUBO_SITE_PORT\?\)$/,
        /^lubo\.yaml:1: logLevel: .*"info"/,
        /^lubo\.yaml:3: site\.port: a port is a whole number from 1 to 65535$/,
        /^lubo\.yaml:5: live\.httpPort: a port is a whole number from 1 to 65535$/,
        /^lubo\.yaml:6: live\.colour is not a setting/,
        /^environment: LUBO_GATHER_CONSOLE_PORT: a port is a whole number from 1 to 65535$/,
      ],
    },
    { name: 'a port of 0', text: 'site:\n  port: 0\n', faults: [/^lubo\.yaml:2: site\.port: a port is a whole number from 1 to 65535$/] },
    { name: 'a port in quotes', text: 'site:\n  port: "9000"\n', faults: [/^lubo\.yaml:2: site\.port: a port is a whole number from 1 to 65535$/] },
    {
      name: 'an address without http',
      text: 'gather:\n  siteUrl: school.example:8000\n',
      faults: [/^lubo\.yaml:2: gather\.siteUrl: an address like http:\/\/school\.example:8000$/],
    },
    {
      name: 'an HTTP address where RTMP belongs',
      env: { LUBO_LIVE_PUBLIC_RTMP_URL: 'http://live.school.example' },
      faults: [/^environment: LUBO_LIVE_PUBLIC_RTMP_URL: an address like rtmp:/],
    },
    { name: 'a list instead of a map', text: '- site\n- live\n', faults: [/^lubo\.yaml:1: the file must hold settings as "name: value" lines$/] },
    { name: 'a single word instead of a map', text: 'lubo\n', faults: [/^lubo\.yaml:1: the file must hold settings/] },
    { name: 'a section that is a value', text: 'site: 8000\n', faults: [/^lubo\.yaml:1: site: /] },
    { name: 'text that is not YAML, with its line', text: 'dataDir: data\nsite: {\n', faults: [/^lubo\.yaml:[23]: /] },
    { name: 'a tab as indent, with its line', text: 'site:\n\tport: 9000\n', faults: [/^lubo\.yaml:2: /] },
    { name: 'a key given twice, with its line', text: 'logLevel: info\nlogLevel: warn\n', faults: [/^lubo\.yaml:2: .*unique/] },
    {
      name: 'an administrator without a password',
      text: 'admin:\n  user: head\n',
      faults: [/^lubo\.yaml:1: admin: user and password go together: set both or neither$/],
    },
    {
      name: 'a certificate without its key',
      text: 'site:\n  tls:\n    certFile: a.pem\n',
      env: { LUBO_LIVE_TLS_KEY_FILE: 'b.pem' },
      faults: [
        /^lubo\.yaml:2: site\.tls: certFile and keyFile go together: set both or neither$/,
        /live\.tls: certFile and keyFile go together: set both or neither$/,
      ],
    },
    {
      name: 'limits outside what is sensible, and unknown ones',
      text: 'live:\n  limits:\n    waitSeconds: 0\n    queueBytes: 10\n    viewer: 5\n',
      faults: [
        /^lubo\.yaml:3: live\.limits\.waitSeconds: a whole number from 1 to 60$/,
        /^lubo\.yaml:4: live\.limits\.queueBytes: a whole number from 65536 to 268435456$/,
        /^lubo\.yaml:5: live\.limits\.viewer is not a setting \(did you mean viewers\?\); allowed here: streams, viewers, /,
      ],
    },
    { name: 'an administrator\'s password without a name', env: { LUBO_ADMIN_PASSWORD: 'correct horse' }, faults: [/admin: user and password go together/] },
    { name: 'a short password', env: { LUBO_ADMIN_USER: 'head', LUBO_ADMIN_PASSWORD: 'short' }, faults: [/^environment: LUBO_ADMIN_PASSWORD: .*8/] },
  ];

  for (const { name, text, env, faults } of cases) {
    it(`are told: ${name}`, () => {
      const told = faultsOf(text, env);
      assert.equal(told.length, faults.length, told.join('\n'));
      for (const fault of faults) assert.ok(told.some((line) => fault.test(line)), `${fault} in:\n${told.join('\n')}`);
    });
  }

  it('never show a password', () => {
    assert.doesNotMatch(faultsOf(undefined, { LUBO_ADMIN_USER: 'head', LUBO_ADMIN_PASSWORD: 'pa55wrd' }).join('\n'), /pa55wrd/);
  });

  it('each keep to one line', () => {
    for (const { text, env } of cases) for (const fault of faultsOf(text, env)) assert.doesNotMatch(fault, /\n/);
  });
});
