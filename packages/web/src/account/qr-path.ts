// A QR code as the outline of one SVG path. Pure.

/** Dark modules as runs of each row; `M x y h…` in units of one module. */
export function qrPath(modules: readonly (readonly boolean[])[]): string {
  return modules
    .flatMap((row, y) =>
      [...row.map((isDark) => (isDark ? '1' : '0')).join('').matchAll(/1+/g)].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
    )
    .join('');
}
