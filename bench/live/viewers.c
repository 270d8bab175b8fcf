// Many viewers of one live stream in one thread, as cheap as can be: opens them at an even pace, reads and counts
// everything, and finds the publisher's marks (see mark.ts) to tell how long each frame was under way.
// Speaks HTTP (GET of FLV) and just enough RTMP to play. Prints one JSON line. Linux, C11.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK "lubo-bench-mark:"
#define MARK_LENGTH 16
#define BUFFER (256 * 1024)
#define BUCKETS 200000 // of 0.1 ms: delays up to 20 s

typedef struct {
  int fd;
  int step; // 0 connecting, 1 RTMP waits for S0 S1 S2, 2 reading
  int handshake; // bytes of S0 S1 S2 read
  uint64_t bytes, started, first, last;
  double longest; // longest silence within the measured time, ms
  int stalls; // stops reading after its first picture
  uint64_t stalled; // since when it does so
} viewer;

static viewer *viewers;
static uint64_t histogram[BUCKETS], samples;
static int ended, refused;

static int by_time(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static unsigned char amf[1024];
static int amf_length;
static void put(const void *bytes, int n) { memcpy(amf + amf_length, bytes, n); amf_length += n; }
static void put_text(const char *text) {
  int n = (int)strlen(text);
  unsigned char head[3] = {2, n >> 8, n};
  put(head, 3);
  put(text, n);
}
static void put_number(double value) {
  unsigned char out[9] = {0};
  uint64_t bits;
  memcpy(&bits, &value, 8);
  for (int i = 0; i < 8; i++) out[1 + i] = bits >> (56 - 8 * i);
  put(out, 9);
}
static void put_key(const char *key) {
  int n = (int)strlen(key);
  unsigned char head[2] = {n >> 8, n};
  put(head, 2);
  put(key, n);
}
static int command(unsigned char *out, int stream) {
  // One type 0 chunk; the caller has announced a chunk size that holds it.
  unsigned char head[12] = {3, 0, 0, 0, 0, amf_length >> 8, amf_length, 20, stream, 0, 0, 0};
  memcpy(out, head, 12);
  memcpy(out + 12, amf, amf_length);
  int n = 12 + amf_length;
  amf_length = 0;
  return n;
}

// C2, Set Chunk Size 4096, connect, createStream, play: all at once, answers are not awaited (stream 1 is everyone's first).
static int rtmp_words(unsigned char *out, const unsigned char *s1, const char *app, const char *name, const char *url) {
  int n = 0;
  memcpy(out, s1, 1536);
  n += 1536;
  unsigned char size[16] = {2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0x10, 0};
  memcpy(out + n, size, 16);
  n += 16;
  put_text("connect"); put_number(1);
  put("\3", 1);
  put_key("app"); put_text(app);
  put_key("tcUrl"); put_text(url);
  put("\0\0\11", 3);
  n += command(out + n, 0);
  put_text("createStream"); put_number(2); put("\5", 1);
  n += command(out + n, 0);
  put_text("play"); put_number(0); put("\5", 1); put_text(name);
  n += command(out + n, 1);
  return n;
}

static int begin_viewer(viewer *v, const struct sockaddr_in *to, int poll, uint64_t now) {
  v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  v->started = now;
  v->step = v->handshake = 0;
  v->bytes = v->stalled = 0;
  if (connect(v->fd, (const struct sockaddr *)to, sizeof *to) < 0 && errno != EINPROGRESS) return 0;
  struct epoll_event e = {.events = EPOLLOUT, .data.ptr = v};
  epoll_ctl(poll, EPOLL_CTL_ADD, v->fd, &e);
  return 1;
}

static void finish(viewer *v) {
  if (v->fd < 0) return;
  close(v->fd);
  v->fd = -1;
  ended++;
}

int main(int argc, char **argv) {
  if (argc < 9) {
    fprintf(stderr, "viewers http|rtmp ADDRESS PORT PATH COUNT PER_SECOND SETTLE_SECONDS MEASURE_SECONDS [STALLED]\n");
    return 2;
  }
  int is_rtmp = !strcmp(argv[1], "rtmp");
  const char *path = argv[4];
  int count = atoi(argv[5]), made = 0;
  double per_second = atof(argv[6]), settle = atof(argv[7]), measure = atof(argv[8]);
  int stalling = argc > 9 ? atoi(argv[9]) : 0;
  struct rlimit limit = {count + 100, count + 100};
  setrlimit(RLIMIT_NOFILE, &limit);
  viewers = calloc(count, sizeof *viewers);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[3]))};
  inet_pton(AF_INET, argv[2], &to.sin_addr);
  int poll = epoll_create1(0);
  static unsigned char buffer[BUFFER], words[4096];
  char request[4096];
  int request_length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%s\r\n\r\n", path, argv[2], argv[3]);
  char app[512], url[1024];
  const char *slash = strchr(path + 1, '/');
  snprintf(app, sizeof app, "%.*s", (int)(slash - path - 1), path + 1);
  snprintf(url, sizeof url, "rtmp://%s:%s/%s", argv[2], argv[3], app);

  uint64_t begin = now_us(), from = 0, until = 0, bytes = 0;
  int is_told = 0;
  struct epoll_event events[512];
  while (!until || now_us() < until) {
    uint64_t now = now_us();
    while (made < count && (now - begin) * per_second / 1e6 >= made) {
      viewer *v = &viewers[made];
      v->stalls = made++ < stalling;
      if (!begin_viewer(v, &to, poll, now)) { refused++; finish(v); }
    }
    // One who stalls comes again after half a minute: by then a server has parted with it.
    for (int i = 0; i < stalling; i++) {
      viewer *v = &viewers[i];
      if (v->fd < 0 || !v->stalled || now - v->stalled < 30000000) continue;
      close(v->fd);
      if (!begin_viewer(v, &to, poll, now)) { refused++; finish(v); }
    }
    if (made == count && !from) {
      from = now + (uint64_t)(settle * 1e6);
      until = from + (uint64_t)(measure * 1e6);
    }
    int is_measured = from && now >= from;
    if (is_measured && !is_told) {
      // The caller reads the server's CPU time now and again at the end.
      puts("measuring");
      fflush(stdout);
      is_told = 1;
    }
    int n = epoll_wait(poll, events, 512, 1);
    for (int i = 0; i < n; i++) {
      viewer *v = events[i].data.ptr;
      if (v->fd < 0) continue;
      if (v->step == 0) {
        int fault = 0;
        socklen_t size = sizeof fault;
        getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &fault, &size);
        if (fault) { refused++; finish(v); continue; }
        if (is_rtmp) {
          unsigned char hello[1537] = {3};
          if (write(v->fd, hello, sizeof hello) != sizeof hello) { finish(v); continue; }
        } else if (write(v->fd, request, request_length) != request_length) { finish(v); continue; }
        v->step = is_rtmp ? 1 : 2;
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = v};
        epoll_ctl(poll, EPOLL_CTL_MOD, v->fd, &e);
        continue;
      }
      ssize_t got = read(v->fd, buffer, BUFFER);
      if (got <= 0) {
        if (got == 0 || errno != EAGAIN) finish(v);
        continue;
      }
      uint64_t at = now_us();
      if (v->step == 1) {
        v->handshake += got;
        if (v->handshake < 3073) continue;
        int length = rtmp_words(words, buffer + 1, app, slash + 1, url);
        if (write(v->fd, words, length) != length) { finish(v); continue; }
        v->step = 2;
        continue;
      }
      if (!is_rtmp && v->bytes == 0 && memcmp(buffer, "HTTP/1.1 200", 12)) { refused++; finish(v); continue; }
      v->bytes += got;
      if (is_measured) {
        bytes += got;
        uint64_t since = v->last > from ? v->last : from;
        double silence = (at - since) / 1e3;
        if (silence > v->longest) v->longest = silence;
      }
      v->last = at;
      for (unsigned char *p = buffer, *end = buffer + got; (p = memmem(p, end - p, MARK, MARK_LENGTH)); p += MARK_LENGTH) {
        if (end - p < MARK_LENGTH + 16) break;
        char hex[17] = {0};
        memcpy(hex, p + MARK_LENGTH, 16);
        uint64_t sent = strtoull(hex, 0, 16);
        if (v->stalls) {
          v->stalled = at;
          epoll_ctl(poll, EPOLL_CTL_DEL, v->fd, 0);
          break;
        }
        if (!v->first) { v->first = at; continue; }
        if (!is_measured || sent < from) continue;
        uint64_t tenths = (at - sent) / 100;
        histogram[tenths < BUCKETS ? tenths : BUCKETS - 1]++;
        samples++;
      }
    }
  }

  uint64_t seen = 0;
  double p50 = -1, p99 = -1;
  for (int i = 0; i < BUCKETS; i++) {
    seen += histogram[i];
    if (p50 < 0 && seen * 2 >= samples) p50 = i / 10.0;
    if (p99 < 0 && seen * 100 >= samples * 99) { p99 = i / 10.0; break; }
  }
  int silent = 0, starved = 0, pictured = 0;
  // From the request to the first bytes of the first keyframe.
  double *firsts = calloc(count, sizeof *firsts);
  uint64_t end = now_us();
  for (int i = 0; i < count; i++) {
    viewer *v = &viewers[i];
    if (v->stalls) continue;
    double tail = v->last ? (end - (v->last > from ? v->last : from)) / 1e3 : 0;
    if (tail > v->longest) v->longest = tail;
    if (!v->first) silent++;
    else if (v->longest > 2000) starved++;
    if (v->first) firsts[pictured++] = (v->first - v->started) / 1e3;
  }
  qsort(firsts, pictured, sizeof *firsts, by_time);
  double first_p50 = pictured ? firsts[pictured / 2] : -1, first_p99 = pictured ? firsts[pictured * 99 / 100] : -1;
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  double cpu = use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
  printf("{\"viewers\":%d,\"bytes\":%llu,\"seconds\":%.3f,\"delayMedianMs\":%.1f,\"delayP99Ms\":%.1f,\"samples\":%llu,\"neverPictured\":%d,\"starvedOver2s\":%d,\"ended\":%d,\"refused\":%d,\"firstMedianMs\":%.1f,\"firstP99Ms\":%.1f,\"clientCpu\":%.2f}\n",
         count, (unsigned long long)bytes, measure, p50, p99, (unsigned long long)samples, silent, starved, ended, refused, first_p50, first_p99, cpu);
  return 0;
}
