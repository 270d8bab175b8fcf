// The commands that start a gather or live server with its enrolment code on another machine. Pure.
import type { AgentKind } from '@lubo/contract';

export type EnrolCommand = { system: 'unix' | 'windows'; text: string };

/** For `siteUrl` as the machine reaches it, and a code of letters, digits and dashes. */
export function enrolCommands(kind: AgentKind, code: string, siteUrl: string): EnrolCommand[] {
  const name = `LUBO_${kind.toUpperCase()}`;
  return [
    { system: 'unix', text: `${name}_SITE_URL=${siteUrl} ${name}_CODE=${code} npm run ${kind}` },
    { system: 'windows', text: `$env:${name}_SITE_URL="${siteUrl}"; $env:${name}_CODE="${code}"; npm run ${kind}` },
  ];
}
