// The foreign programs that tests play against: a browser, media tools, cameras, a second RTMP server. Got from apt where that
// is possible (root on Debian or Ubuntu); elsewhere tests that lack one are skipped and say so.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

/** What must be on the machine, where else it may be, and the Debian packages that bring it. */
const programs = [
  { path: '/usr/bin/chromium', packages: ['chromium'] },
  { path: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', packages: ['fonts-noto-cjk'] },
  { path: '/usr/bin/ffmpeg', packages: ['ffmpeg'] },
  { path: '/usr/sbin/nginx', packages: ['nginx-core'] },
  { path: '/usr/lib/nginx/modules/ngx_rtmp_module.so', packages: ['libnginx-mod-rtmp'] },
  { path: '/usr/bin/rtmpdump', packages: ['rtmpdump'] },
  { path: '/usr/bin/cvlc', packages: ['vlc-bin', 'vlc-plugin-base'] },
  { path: '/usr/bin/caddy', packages: ['caddy'] },
  { path: '/usr/bin/gst-launch-1.0', packages: ['gstreamer1.0-tools'] },
  {
    path: `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib`,
    packages: [
      'gir1.2-gst-rtsp-server-1.0',
      'python3-gi',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-plugins-ugly',
      'gstreamer1.0-libav',
    ],
  },
  { path: '/usr/sbin/ip', alternative: '/sbin/ip', packages: ['iproute2'] },
  { path: '/usr/bin/curl', packages: ['curl'] },
  { path: '/usr/bin/openssl', packages: ['openssl'] },
  { path: '/usr/bin/faketime', packages: ['faketime'] },
  { path: '/usr/bin/zbarimg', packages: ['zbar-tools'] },
  { path: '/usr/bin/python3', packages: ['python3', 'tzdata'] },
];

/** Installs what is missing where it can; never fails for a missing program, the tests tell. */
export function prepareTestPrograms(run) {
  const missing = programs.filter(({ path, alternative = path }) => !existsSync(path) && !existsSync(alternative)).flatMap((program) => program.packages);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stdout.write(`lubo: installing test programs: ${missing.join(' ')} …\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // Installing nginx would start its service on port 80; the tests start their own with their own settings.
    env.RUNLEVEL = '1';
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env };
    run('apt-get', ['update', '-qq'], quiet);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], quiet);
    return;
  }
  if (missing.includes('chromium') && spawnSync('chromium', ['--version']).status !== 0) {
    process.stdout.write('lubo: getting a browser for the tests …\n');
    spawnSync(process.execPath, ['node_modules/playwright-core/cli.js', 'install', 'chromium'], { stdio: 'inherit' });
  }
  process.stdout.write(`lubo: not on this machine, tests that need them are skipped: ${missing.join(' ')}\n`);
}
