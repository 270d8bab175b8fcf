// Wrong input of an operation, made of the contract's shapes: each field left out, of another kind, too long, out of range,
// no such choice, and fields that nobody knows.
import type { Route } from '@lubo/contract';
import { type JsonSchema, type Place, changedAt, pathOf, placesOf } from './schema-places.ts';

/** A whole part with one thing wrong in it. `path`: the place that must be named. */
export type WrongInput = { part: 'query' | 'body'; path: string; what: string; value: unknown };

const nothing = Symbol('left out');
type Wrong = [what: string, value: unknown];

/** All wrong inputs of a route, beginning from parts that are right. */
export function wrongInputs({ query, body }: Pick<Route, 'query' | 'body'>, good: { query?: unknown; body?: unknown }): WrongInput[] {
  return [
    ...(query === undefined ? [] : placesOf(query, good.query).flatMap((place) => wrongAt('query', place, good.query ?? {}, wrongTexts(place)))),
    ...(body === undefined ? [] : placesOf(body, good.body).flatMap((place) => wrongAt('body', place, good.body, wrongValues(place)))),
  ];
}

function wrongAt(part: 'query' | 'body', { steps, shapes, isRequired }: Place, good: unknown, wrong: readonly Wrong[]): WrongInput[] {
  const at = (what: string, value: unknown): WrongInput => ({ part, path: pathOf(part, steps), what, value: value === nothing ? changedAt(good, steps, undefined) : changedAt(good, steps, value) });
  const isField = steps.length > 0;
  const found = wrong.filter(() => isField || part === 'body').map(([what, value]) => at(what, value));
  if (isRequired && isField && typeof steps.at(-1) === 'string') found.push(at('left out', nothing));
  if (shapes.length === 1 && shapes[0]?.type === 'object') {
    const path = pathOf(part, [...steps, 'noSuchField']);
    found.push({ part, path, what: 'a field that nobody knows', value: changedAt(good, [...steps, 'noSuchField'], 'x') });
  }
  return found;
}

/** What must not stand at a place of a body. */
function wrongValues({ shapes, isNullable, value }: Place): Wrong[] {
  const found: Wrong[] = isNullable ? [] : [['null', null]];
  const [shape] = shapes;
  if (shape === undefined || shapes.length > 1) return [...found, ['a list of a number', [7]]];
  switch (shape.type) {
    case 'string':
      return [...found, ['a number', 7], ['an object', {}], ...wrongStrings(shape)];
    case 'number':
    case 'integer':
      return [...found, ['a text', 'x'], ...wrongNumbers(shape)];
    case 'boolean':
      return [...found, ['a text', 'yes']];
    case 'array':
      return [...found, ['an object', {}], ...wrongLists(shape, value)];
    case 'object':
    case undefined:
    default:
      return [...found, ['a text', 'x'], ['a list', []]];
  }
}

/** The same of a query, where all are texts. */
function wrongTexts({ shapes: [shape = {}] }: Place): Wrong[] {
  const twice: Wrong = ['given twice', ['1', '2']];
  if (shape.type === 'integer' || shape.type === 'number') return [twice, ['no number', 'x'], ...wrongNumbers(shape).map(([what, value]): Wrong => [what, String(value)])];
  const strings = wrongStrings(shape);
  const isFreeText = shape.maxLength !== undefined && shape.pattern === undefined;
  return [twice, ...strings, ...(strings.length === 0 && !isFreeText ? [['no such choice', 'maybe'] as Wrong] : [])];
}

function wrongStrings({ minLength = 0, maxLength, pattern, format, enum: choices, const: constant }: JsonSchema): Wrong[] {
  return [
    ...(minLength > 0 ? [['empty', ''] as Wrong] : []),
    ...(maxLength === undefined ? [] : [['too long', 'x'.repeat(maxLength + 1)] as Wrong]),
    ...(pattern === undefined && format === undefined ? [] : [['not of the form', '\u0007 //'] as Wrong]),
    ...(choices === undefined && constant === undefined ? [] : [['no such choice', 'no-such'] as Wrong]),
  ];
}

/** Whether it is a bound of the contract's, not just that of exact numbers. */
function isBound(limit: number | undefined): limit is number {
  return limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
}

function wrongNumbers({ type, minimum, maximum }: JsonSchema): Wrong[] {
  return [
    ...(isBound(minimum) ? [['too small', minimum - 1] as Wrong] : []),
    ...(isBound(maximum) ? [['too big', maximum + 1] as Wrong] : []),
    ...(type === 'integer' ? [['a fraction', (isBound(minimum) ? minimum : 0) + 0.5] as Wrong] : []),
  ];
}

function wrongLists({ minItems = 0, maxItems }: JsonSchema, value: unknown): Wrong[] {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  return [
    ...(minItems > 0 ? [['empty', []] as Wrong] : []),
    ...(maxItems === undefined || first === undefined ? [] : [['too many', Array.from({ length: maxItems + 1 }, () => first)] as Wrong]),
  ];
}
