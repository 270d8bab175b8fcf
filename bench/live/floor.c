// The least that a live server can do: one write a viewer and window, of bytes that are there already; it reads no stream,
// knows no format and gives no time. What it costs is the system's own work on this machine, this minute. Linux, C11.
// floor PORT WINDOW_MILLIS BYTES_PER_SECOND
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define VIEWERS 20000
#define MARK "lubo-bench-mark:"

static int viewers[VIEWERS], count;

static void set_mark(char *window) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  char text[40];
  snprintf(text, sizeof text, MARK "%016llx", (unsigned long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
  memcpy(window, text, strlen(text));
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  signal(SIGPIPE, SIG_IGN);
  int window_millis = atoi(argv[2]), length = atoll(argv[3]) * window_millis / 1000;
  char *window = calloc(length + 64, 1);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (void *)&at, sizeof at) || listen(listener, 4096)) return 1;
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), poll = epoll_create1(0);
  struct timespec step = {window_millis / 1000, window_millis % 1000 * 1000000L};
  timerfd_settime(timer, 0, &(struct itimerspec){step, step}, 0);
  int first[2] = {listener, timer};
  for (int i = 0; i < 2; i++) epoll_ctl(poll, EPOLL_CTL_ADD, first[i], &(struct epoll_event){EPOLLIN, {.fd = first[i]}});
  for (;;) {
    struct epoll_event events[64];
    int n = epoll_wait(poll, events, 64, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        for (int viewer; (viewer = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0;) {
          if (count == VIEWERS) { close(viewer); continue; }
          setsockopt(viewer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n";
          if (write(viewer, head, sizeof head - 1) > 0) viewers[count++] = viewer;
        }
      } else {
        uint64_t ticks;
        if (read(timer, &ticks, sizeof ticks) < 0) continue;
        set_mark(window);
        for (int v = 0; v < count; v++) {
          if (write(viewers[v], window, length) >= 0 || errno == EAGAIN) continue;
          close(viewers[v]);
          viewers[v--] = viewers[--count];
        }
      }
    }
  }
}
