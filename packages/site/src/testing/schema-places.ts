// Every place in a part of a request, found by walking the JSON Schema of its shape: what may stand there, and where. What is
// wrong there is made of this (wrong-input.ts), and so is what is malicious (hostile-input.ts).
import type { Route } from '@lubo/contract';

/** As much of a JSON Schema (draft 2020-12) as the contract's shapes give. */
export type JsonSchema = {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  enum?: readonly unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
};

export type Step = string | number;

/** A place in a part of a request. `shapes`: what may stand there, but for null. */
export type Place = { steps: readonly Step[]; shapes: readonly JsonSchema[]; isNullable: boolean; isRequired: boolean; value: unknown };

/** All places of a part's shape, the part itself first. `good`: a value that fits; of unions its branch is walked. */
export function placesOf(shape: NonNullable<Route['body']>, good: unknown): Place[] {
  return walk(shape.toJSONSchema({ io: 'input' }) as JsonSchema, good, [], true);
}

function walk(schema: JsonSchema, value: unknown, steps: readonly Step[], isRequired: boolean): Place[] {
  const branches = schema.anyOf ?? schema.oneOf ?? [schema];
  const shapes = branches.filter(({ type }) => type !== 'null');
  const here: Place = { steps, shapes, isNullable: shapes.length < branches.length, isRequired, value };
  const shape = branchOf(shapes, value);
  return [here, ...(shape === undefined ? [] : inside(shape, value, steps))];
}

function inside(shape: JsonSchema, value: unknown, steps: readonly Step[]): Place[] {
  if (shape.type === 'array') {
    const [first] = Array.isArray(value) ? (value as unknown[]) : [];
    return first === undefined || shape.items === undefined ? [] : walk(shape.items, first, [...steps, 0], true);
  }
  const { properties = {}, required = [] } = shape;
  const fields = (value ?? {}) as Record<string, unknown>;
  return Object.entries(properties).flatMap(([name, property]) => walk(property, fields[name], [...steps, name], required.includes(name)));
}

/** The branch that a value belongs to, by its constants; the only one where there is but one. */
function branchOf(shapes: readonly JsonSchema[], value: unknown): JsonSchema | undefined {
  if (shapes.length === 1) return shapes[0];
  return shapes.find(({ properties = {} }) => {
    const constants = Object.entries(properties).filter(([, property]) => property.const !== undefined);
    return constants.length > 0 && constants.every(([name, property]) => (value as Record<string, unknown> | undefined)?.[name] === property.const);
  });
}

/** A copy of `value` with `change` made of what stands at a place; `undefined` leaves it out. What is missing on the way is made. */
export function changedAt(value: unknown, steps: readonly Step[], change: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return change;
  const copy = structuredClone(value ?? (typeof step === 'number' ? [] : {})) as Record<Step, unknown>;
  const inner = changedAt(copy[step], rest, change);
  if (inner === undefined) delete copy[step];
  else copy[step] = inner;
  return copy;
}

/** `body.source.url` */
export function pathOf(part: 'query' | 'body', steps: readonly Step[]): string {
  return [part, ...steps].join('.');
}
