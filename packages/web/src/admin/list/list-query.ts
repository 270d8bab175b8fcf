// A list's state (page, sort, search, filters) as it stands in the address. What is usual is left out. Pure.

export type ListSpec = {
  /** Names by which it can be sorted. */
  sorts: readonly string[];
  /** Its sort unless the address says another: `name`, `-startedAt`. */
  usualSort: string;
  /** Names of its filters; their values are texts. */
  filters?: readonly string[];
  /** Rows of a page unless the address says otherwise. */
  pageSize?: number;
};

export type ListState = { page: number; pageSize: number; sort: string; search: string; filters: Readonly<Record<string, string>> };

/** Query of an address as the router gives it. */
export type AddressQuery = Readonly<Record<string, string | null | readonly (string | null)[] | undefined>>;

export const pageSizes = [20, 50, 100];
const usualPageSize = 20;

/** Reads the state; what makes no sense counts as not said. */
export function readListState(query: AddressQuery, spec: ListSpec): ListState {
  const text = (name: string): string => {
    const value = query[name];
    const first = typeof value === 'object' && value !== null ? value[0] : value;
    return (first ?? '').slice(0, 256);
  };
  const whole = (name: string, usual: number, most: number): number => {
    const number = Number(text(name));
    return Number.isInteger(number) && number >= 1 && number <= most ? number : usual;
  };
  const sort = text('sort');
  const filters = (spec.filters ?? []).map((name) => [name, text(name)] as const).filter(([, value]) => value !== '');
  return {
    page: whole('page', 1, 100_000),
    pageSize: whole('size', spec.pageSize ?? usualPageSize, 200),
    sort: spec.sorts.includes(sort.replace(/^-/, '')) ? sort : spec.usualSort,
    search: text('search').slice(0, 64),
    filters: Object.fromEntries(filters),
  };
}

/** The query that says this state; other names in `query` stay as they are. */
export function writeListState(state: ListState, spec: ListSpec, query: AddressQuery = {}): Record<string, string> {
  const own = new Set(['page', 'size', 'sort', 'search', ...(spec.filters ?? [])]);
  const rest = Object.entries(query).filter((entry): entry is [string, string] => !own.has(entry[0]) && typeof entry[1] === 'string');
  return {
    ...Object.fromEntries(rest),
    ...(state.search === '' ? {} : { search: state.search }),
    ...Object.fromEntries(Object.entries(state.filters).filter(([, value]) => value !== '')),
    ...(state.sort === spec.usualSort ? {} : { sort: state.sort }),
    ...(state.pageSize === (spec.pageSize ?? usualPageSize) ? {} : { size: String(state.pageSize) }),
    ...(state.page === 1 ? {} : { page: String(state.page) }),
  };
}

/** What the site is asked for this state. */
export function callOf({ filters, search, ...rest }: ListState): Record<string, string | number> {
  return { ...rest, ...(search.trim() === '' ? {} : { search }), ...filters };
}
