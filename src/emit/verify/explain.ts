import { addressKind } from '../../model/address.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Params, TextKey } from '../../model/say.ts';
import type { Line } from '../code.ts';
import { shell } from '../shell.ts';
import type { ShellScript } from './script.ts';

/** A pattern of redis-cli's output, and the text that explains it. */
type Explanation = readonly [pattern: Line, key: TextKey, params?: Params];

/**
 * The explanations of redis-cli 7.0.15's output in each case (run), and of its equivalents on other
 * systems. The first pattern that matches counts: `WRONGPASS` comes with a `NOAUTH` or even a `PONG`
 * after it.
 */
function explanationsOf({ account, redis }: Deployment): Explanation[] {
  const { user = '', ca = '' } = redis;
  const tls = redis.ca !== undefined;
  const named = redis.sentinel !== undefined || addressKind(redis.host) === 'name';
  const access: Explanation[] = [
    ...(redis.password
      ? ([
          [
            shell`*WRONGPASS*`,
            redis.user === undefined ? 'verify.password.wrong' : 'verify.user.wrong',
            { user },
          ],
          [shell`*'without any password'*`, 'verify.password.unset'],
        ] as const)
      : ([[shell`*NOAUTH*`, 'verify.password.asked']] as const)),
    ...(redis.user === undefined
      ? []
      : ([[shell`*NOPERM*`, 'verify.user.rights', { user }]] as const)),
  ];
  const socket: Explanation[] = [
    [shell`*'No such file'* | *refused*`, 'verify.socket.missing'],
    [shell`*'Permission denied'*`, 'verify.socket.denied', { account }],
    [shell`*'timed out'*`, 'verify.silent'],
  ];
  const network: Explanation[] = [
    [shell`*DENIED*`, 'verify.protected'],
    [shell`*refused*`, 'verify.refused', { port: tls ? 'tls-port' : 'port' }],
    ...(named
      ? ([[shell`*'name resolution'* | *'not known'* | *'No address'*`, 'verify.name']] as const)
      : []),
    [shell`*unreachable* | *'No route'* | *'Connection timed out'*`, 'verify.route'],
    ...(tls
      ? ([
          [shell`*'verify failed'*`, 'verify.ca.other', { ca }],
          [shell`*'CA Certificate'*`, 'verify.ca.missing', { ca, account }],
          [shell`*SSL_connect*`, 'verify.tls.none'],
        ] as const)
      : []),
    [shell`*'Protocol error'*`, 'verify.program'],
    [shell`*reset* | *closed* | *'I/O error'*`, tls ? 'verify.tls.cut' : 'verify.cut'],
  ];
  return [
    ...access,
    ...(redis.socket === undefined ? network : socket),
    [shell`*'out of range'*`, 'verify.database.missing'],
    [shell`*LOADING*`, 'verify.loading'],
    [shell`*OOM*`, 'verify.full'],
    [shell`*READONLY*`, 'verify.replica'],
  ];
}

/** The function `explain`, which prints redis-cli's output in plain words. */
export function emitExplainFunction(script: ShellScript): void {
  const { redis } = script.deployment;
  const bad = (key: TextKey, params?: Params) => shell`bad "$1" ${script.text(key, params)}`;
  script.code.note('file.verify.meanings');
  script.addFunction(
    'explain',
    shell`case $2 in`,
    ...explanationsOf(script.deployment).map(
      ([pattern, key, params]) => shell`  ${pattern}) ${bad(key, params)} ;;`,
    ),
    // An open port after a timeout belongs to a program that waits for other input.
    ...(redis.socket === undefined
      ? [
          shell`  *'timed out'*)`,
          shell`    if timeout 2 bash -c ": </dev/tcp/\${host@Q}/\${port@Q}" 2>/dev/null; then`,
          shell`      ${bad(redis.ca === undefined ? 'verify.silent' : 'verify.tls.none')}`,
          shell`    else`,
          shell`      ${bad('verify.route')}`,
          shell`    fi ;;`,
        ]
      : []),
    shell`  *) bad "$1" ${script.text('verify.unknown')} "$2" ;;`,
    shell`esac`,
  );
}
