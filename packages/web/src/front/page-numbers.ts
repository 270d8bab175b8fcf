// Which pages of many have a link of their own. Pure.

/** Numbers in order; `undefined` stands for those left out. */
export function pageNumbers(page: number, pages: number): (number | undefined)[] {
  const wanted = [1, 2, page - 1, page, page + 1, pages - 1, pages].filter((each) => each >= 1 && each <= pages);
  const sorted = [...new Set(wanted)].sort((a, b) => a - b);
  return sorted.flatMap((each, index) => {
    const before = sorted[index - 1] ?? 0;
    // A gap of one page is as wide as the page.
    if (each - before === 2) return [each - 1, each];
    return each - before > 2 ? [undefined, each] : [each];
  });
}
