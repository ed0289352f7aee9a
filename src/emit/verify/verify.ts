import type { Deployment } from '../../model/deployment.ts';
import type { ServerGroup } from '../../model/servers.ts';
import { comment, plain, type Source, type Statement, type Writing } from '../code.ts';
import { shell } from '../shell.ts';
import { emitDatabaseChecks, emitPingCheck, emitServerChecks } from './checks.ts';
import { emitExplainFunction } from './explain.ts';
import { emitPodChecks } from './pod.ts';
import {
  emitAskFunction,
  emitCertificateFunctions,
  emitClient,
  emitLocation,
  emitPasswordPrompt,
} from './redis.ts';
import { ShellScript } from './script.ts';
import { emitOldQueueChecks } from './runner.ts';
import { emitSecretChecks } from './secrets.ts';

/**
 * The body of a filter that replaces what a terminal obeys in an answer: control characters, and those that turn the
 * direction of writing. It works on bytes, whatever the locale: U+0080 to U+009F are two bytes each in UTF-8. A byte
 * that is no part of a character is left out: some terminals obey 0x9B alone.
 */
const CLEAN = shell`iconv -c -f UTF-8 -t UTF-8 2>/dev/null | LC_ALL=C sed 's/\xc2[\x80-\x9f]/ /g; s/\xd8\x9c/ /g; s/\xe2\x80[\x8e\x8f\xaa-\xae]/ /g; s/\xe2\x81[\xa6-\xa9]/ /g; s/[[:cntrl:]]/ /g'`;

/** The greatest length of a result that is printed, in bytes: an answer may be longer, the script's texts are not. */
const SHOWN = 4096;

/** The beginning: comments, and the functions that report results and end the script. */
function emitStart(script: ShellScript): void {
  const { code, deployment, group } = script;
  const { account, redis } = deployment;
  const server: Source = { server: group.id };
  script.add([comment('#!/usr/bin/env bash')]);
  code.note(redis.container ? 'file.verify.container' : 'file.verify.what', server);
  if (!redis.container && group.id !== 'redis')
    code.note('file.verify.account', { field: 'account' }, { account });
  script.add(
    shell`set -uo pipefail`,
    shell`wrong=0`,
    shell`clean() { ${CLEAN}; }`,
    shell`show() { printf '%s' "$*" | head -c ${plain(String(SHOWN))} | tr '\n' ' ' | clean; echo; }`,
    shell`good() { show ✓ "$@"; }`,
    shell`bad() { show ✗ "$@"; wrong=$((wrong + 1)); }`,
  );
  script.addFunction(
    'finish',
    shell`[ "$wrong" -gt 0 ] || { printf '\n%s\n' ${script.text('verify.well')} && exit 0; }`,
    shell`printf '\n%s %s\n' ${script.text('verify.wrong')} "$wrong"`,
    shell`exit 1`,
  );
  if (!redis.container) script.add(shell`stop() { bad "$@" && finish; }`);
}

/**
 * The script that verifies a server from that server: Redis answers, each database and queue is
 * there, Django's caches and sessions work, the workers answer. It prints each problem with its
 * remedy, and exits with 1 where there is one, else with 0. It asks for the password and keeps it in
 * the shell's memory. In containers it asks Pod only: its image need not have redis-cli.
 */
export function emitVerifyScript(
  deployment: Deployment,
  writing: Writing,
  group: ServerGroup,
): Statement[] {
  const { redis } = deployment;
  const script = new ShellScript(deployment, writing, group);
  emitStart(script);
  if (!redis.container) {
    emitClient(script);
    emitCertificateFunctions(script);
    // Sentinels that ask for the password are asked first.
    const { password } = redis.sentinel ?? {};
    if (password) emitPasswordPrompt(script);
    emitLocation(script);
    if (!password) emitPasswordPrompt(script);
    emitAskFunction(script);
    emitExplainFunction(script);
    emitPingCheck(script);
    emitDatabaseChecks(script);
    emitOldQueueChecks(script);
    if (redis.on === group.id) emitServerChecks(script);
    emitSecretChecks(script);
  }
  emitPodChecks(script);
  script.add(shell`finish`);
  return script.code.done();
}
