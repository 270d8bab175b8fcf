// The drawn signs of the pages: path data on a 24 × 24 grid, stroked 1.75 wide unless listed as filled.

export const icons = {
  play: 'M8 5.2v13.6L19 12z',
  pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z',
  'volume-high': 'M4 9.5v5h3.2L12 19V5L7.2 9.5zM15.5 8.6a5 5 0 0 1 0 6.8M18 6a8.5 8.5 0 0 1 0 12',
  'volume-low': 'M4 9.5v5h3.2L12 19V5L7.2 9.5zM15.5 8.6a5 5 0 0 1 0 6.8',
  'volume-off': 'M4 9.5v5h3.2L12 19V5L7.2 9.5zM16 9.5l5 5M21 9.5l-5 5',
  'full-screen': 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  'full-screen-exit': 'M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5',
  'picture-in-picture': 'M4 5h16v14H4zM12.5 12.5H18v4.5h-5.5z',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1',
  moon: 'M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2z',
  globe: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM3.5 12h17M12 3.5c2.6 2.3 3.8 5.1 3.8 8.5s-1.2 6.2-3.8 8.5c-2.6-2.3-3.8-5.1-3.8-8.5s1.2-6.2 3.8-8.5z',
  person: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20c.6-3.8 3.6-6 7.5-6s6.9 2.2 7.5 6',
  people: 'M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM2.5 19.5c.5-3.3 3.1-5.2 6.5-5.2s6 1.9 6.5 5.2M15.5 5.3a3.4 3.4 0 0 1 0 6.4M17.5 14.7c2.2.6 3.6 2.3 4 4.8',
  'sign-out': 'M14 4H6v16h8M10.5 12H20M16.5 8.5 20 12l-3.5 3.5',
  eye: 'M2.5 12C4.6 8 8 6 12 6s7.4 2 9.5 6c-2.1 4-5.5 6-9.5 6s-7.4-2-9.5-6zM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z',
  'eye-off': 'M4 4l16 16M9.8 6.3A10 10 0 0 1 12 6c4 0 7.4 2 9.5 6a13 13 0 0 1-2.7 3.5M6.3 7.7A13 13 0 0 0 2.5 12c2.1 4 5.5 6 9.5 6a10 10 0 0 0 4-.8',
  alert: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2',
  info: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5M12 8v.2',
  check: 'M5 12.5 10 17.5 19.5 7',
  close: 'M6 6l12 12M18 6 6 18',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4h-4',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  copy: 'M9 8h11v12H9zM5 16H4V4h12v1',
  offline: 'M4 4l16 16M8.5 8.6A7 7 0 0 0 7 17.5M5.6 5.8a11 11 0 0 0-.8 13M12 12v.1M15.8 8.3a7 7 0 0 1 2.1 6M18.4 5.6a11 11 0 0 1 2 11',
  down: 'M7 10l5 5 5-5',
} as const;

export type IconName = keyof typeof icons;

/** Signs that are shapes, not lines. */
export const filledIcons: ReadonlySet<IconName> = new Set<IconName>(['play', 'pause']);
