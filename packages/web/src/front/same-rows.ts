// Rows that say nothing new stay the objects that they were: what shows them need not be made again. Pure.

/** `rows`, each as in `known` where it is the same there. Rows are plain data; the known ones may be in any order. */
export function sameRows<Row extends { id: string }>(rows: readonly Row[], known: readonly Row[]): Row[] {
  const before = new Map(known.map((row) => [row.id, row]));
  return rows.map((row) => {
    const old = before.get(row.id);
    return old !== undefined && JSON.stringify(old) === JSON.stringify(row) ? old : row;
  });
}
