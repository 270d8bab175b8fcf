// Environment variables as settings: `LUBO_LIVE_HTTP_PORT` is `live.httpPort`, `LUBO_DATA_DIR` is `dataDir`.
import { z } from 'zod';
import { Config } from './schema.ts';

/** One setting: its path in the file and its environment variable. */
export type Setting = { path: readonly string[]; variable: string; isNumber: boolean };

const shout = (word: string): string => word.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** All settings there are, in the order of the schema. */
export function allSettings(schema: z.ZodType = Config, path: readonly string[] = []): Setting[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]) => allSettings(value as z.ZodType, [...path, key]));
  }
  return [{ path, variable: `LUBO_${path.map(shout).join('_')}`, isNumber: inner instanceof z.ZodNumber }];
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}

/** Variables that steer the start itself and are no settings. */
const notSettings = new Set(['LUBO_CONFIG']);

/** Settings given by the environment, empty ones left out; `unknown` names the LUBO_ variables that mean nothing. */
export function settingsOf(env: Record<string, string | undefined>): {
  given: { setting: Setting; value: string | number }[];
  unknown: string[];
} {
  const byVariable = new Map(allSettings().map((setting) => [setting.variable, setting]));
  const given: { setting: Setting; value: string | number }[] = [];
  const unknown: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('LUBO_') || notSettings.has(variable) || value === undefined || value === '') continue;
    const setting = byVariable.get(variable);
    if (setting === undefined) unknown.push(variable);
    else given.push({ setting, value: setting.isNumber && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value });
  }
  return { given, unknown };
}
