// Cycles in a graph of files: strongly connected components (Tarjan 1972), and a shortest cycle in each for people to read.

/** One shortest cycle for each knot of the graph; each begins with the first file of the knot by name. */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  return knotsOf(graph).map((knot) => shortestCycle(graph, new Set(knot), knot.toSorted()[0] ?? ''));
}

/** Groups of nodes that all reach each other; a single node only when it leads to itself. */
function knotsOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, { index: number; low: number }>();
  const stack: string[] = [];
  const knots: string[][] = [];
  const visit = (node: string): { index: number; low: number } => {
    const mark = { index: order.size, low: order.size };
    order.set(node, mark);
    const depth = stack.push(node) - 1;
    for (const next of graph.get(node) ?? []) {
      const seen = order.get(next);
      if (seen === undefined) mark.low = Math.min(mark.low, visit(next).low);
      else if (stack.includes(next)) mark.low = Math.min(mark.low, seen.index);
    }
    if (mark.low === mark.index) {
      const knot = stack.splice(depth);
      if (knot.length > 1 || graph.get(node)?.includes(node)) knots.push(knot);
    }
    return mark;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return knots;
}

/** The shortest way from `start` back to itself inside one knot, breadth first. */
function shortestCycle(graph: ReadonlyMap<string, readonly string[]>, knot: ReadonlySet<string>, start: string): string[] {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return way;
      if (!knot.has(next) || seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return [start];
}
