import { isPlaceholder } from '../../model/address.ts';
import type { Deployment } from '../../model/deployment.ts';
import { PUBLISHED_PASSWORDS } from '../../model/password.ts';
import type { TextKey } from '../../model/say.ts';
import { ANSWER_TIMEOUT } from '../../pod/limits.ts';
import { plain, string, type Line, type Source } from '../code.ts';
import { endpointToken, hostToken } from '../connection.ts';
import { shellString } from '../escape.ts';
import { shell } from '../shell.ts';
import { PRINT_LAST_LINE, SHORT, type ShellScript } from './script.ts';

function emitPlaceholderRefusal(script: ShellScript, indent: string): void {
  const refusal = script.text('verify.placeholder');
  script.add(shell`${plain(indent)}case $host in *.invalid) stop ${refusal} ;; esac`);
}

/** The options of redis-cli for TLS, where Redis and its sentinels speak it. */
const tlsOptions = ({ ca }: Deployment['redis']): Line =>
  ca === undefined ? [] : shell`--tls --cacert ${plain(ca, { field: 'ca' })} `;

/** The option of redis-cli for the user, where Redis has users. */
const userOption = ({ user }: Deployment['redis']): Line =>
  user === undefined ? [] : shell`--user ${plain(user, { field: 'user' })} `;

/** Whether Redis has a certificate, whose name clients compare. */
export const comparesName = ({ ca }: Deployment['redis']): boolean => ca !== undefined;

/** The beginning of a command of openssl that ends at once if the certificate has not the name of the server. */
const openssl = ({ ca = '' }: Deployment['redis']): Line =>
  shell`timeout ${plain(String(ANSWER_TIMEOUT))} openssl s_client -connect "$at" -CAfile ${plain(ca, { field: 'ca' })} -verify_return_error "$compare" "$host"`;

/**
 * The functions by which a server with TLS is asked, as redis-cli compares no names. `certificate` tells whether the
 * server at `$host` and `$port` has a certificate with that name, and sends no password. If there is no answer, `$said`
 * has the error; with another name, or an answer that openssl does not understand, the script ends. `secured` sends
 * commands on one connection, which it compares too, and prints the answers as redis-cli does, but for those to AUTH and
 * SELECT.
 */
export function emitCertificateFunctions(script: ShellScript): void {
  const { redis } = script.deployment;
  if (!comparesName(redis)) return;
  script.code.note('file.verify.name', { field: 'tls' });
  script.addFunction(
    'certificate',
    shell`compare=-verify_hostname at="$host:$port"`,
    shell`said=$(client -h "$host" -p "$port" ${tlsOptions(redis)}PING)`,
    shell`case $said in PONG | *NOAUTH*) ;; *) return 1 ;; esac`,
    shell`case $host in`,
    shell`  *:*) compare=-verify_ip at="[$host]:$port" ;;`,
    shell`  *[!0-9.]*) ;;`,
    shell`  *) compare=-verify_ip ;;`,
    shell`esac`,
    shell`if said=$(${openssl(redis)} </dev/null 2>&1 | ${SHORT}); then`,
    // OpenSSL also compares the subject's name if there is no DNS name in subjectAltName; Python never does.
    shell`  [ "$compare" = -verify_ip ] && return`,
    shell`  openssl x509 -noout -ext subjectAltName 2>/dev/null <<<"$said" | grep -Eq '(^ *|, )DNS:' && return`,
    shell`  said=num=62:`,
    shell`fi`,
    shell`case $said in`,
    // X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH.
    shell`  *'num=62:'* | *'num=64:'*)`,
    shell`    printf -v said ${script.text('verify.tls.name')} "$host"`,
    shell`    stop "$place" "$said" ;;`,
    shell`esac`,
    shell`bad "$place" ${script.text('verify.unknown')}`,
    PRINT_LAST_LINE,
    shell`finish`,
  );
  // RESP, the protocol of Redis: a password in it needs no quotes.
  script.addFunction(
    'request',
    shell`local LC_ALL=C each`,
    shell`printf '*%d\r\n' $#`,
    shell`for each; do printf '$%d\r\n%s\r\n' "\${#each}" "$each"; done`,
  );
  script.addFunction(
    'secured',
    // After a line that is no request Redis and Sentinel, which has no QUIT, answer with an error and close.
    shell`{ cat; printf '*end\r\n'; } | ${openssl(redis)} -quiet 2>/dev/null | ${SHORT} |`,
    shell`  LC_ALL=C sed ':a; $!{N; ba}; s/\r//g; s/\n-ERR Protocol error[^\n]*$//; s/^\(+OK\n\)\{0,2\}\(.\)/\2/' |`,
    shell`  LC_ALL=C sed '/^[$*]-\?[0-9]*$/d; s/^[-+:]//'`,
  );
}

/** The beginning of a command that asks the server at `$host` and `$port`; its arguments follow. */
function askingServer({ redis }: Deployment, password: boolean): Line[] {
  const login = redis.user === undefined ? [] : shell`${plain(redis.user, { field: 'user' })} `;
  if (!comparesName(redis)) {
    const way = redis.socket === undefined ? shell`-h "$host" -p "$port" ` : shell`-s "$socket" `;
    return [
      shell`${password ? shell`REDISCLI_AUTH="$password" ` : []}client ${way}${password ? userOption(redis) : []}"$@"`,
    ];
  }
  return [
    shell`{`,
    ...(password ? [shell`  request AUTH ${login}"$password"`] : []),
    shell`  if [ "$1" = -n ]; then`,
    shell`    request SELECT "$2"`,
    shell`    shift 2`,
    shell`  fi`,
    shell`  request "$@"`,
    shell`} | secured`,
  ];
}

/** The loop that asks each sentinel for the master; its address is asked for the rest. */
function emitSentinelLoop(
  script: ShellScript,
  { endpoints, master }: NonNullable<Deployment['redis']['sentinel']>,
): void {
  const source: Source = { field: 'sentinels' };
  const masterName = plain(master, { field: 'master' });
  const place = (key: TextKey) => script.text(key, { master }, source);
  const { redis } = script.deployment;
  script.addFunction(
    'sentinel',
    ...askingServer(script.deployment, redis.sentinel?.password === true),
  );
  const named = endpoints.map(({ host }) => `${host} ${redis.port}`);
  script.code.note('file.verify.sentinels', source);
  script.add(
    shell`servers=${string(shellString(`,${named.join(',')},`), source)}`,
    shell`master=''`,
    shell`for endpoint in ${endpoints.flatMap(({ host, port }, at) => [
      ...(at === 0 ? [] : [plain(' ')]),
      endpointToken(host, shellString(`${host} ${port}`), string),
    ])}; do`,
    shell`  host=\${endpoint% *}`,
    shell`  port=\${endpoint#* }`,
  );
  if (endpoints.some(({ host }) => isPlaceholder(host))) emitPlaceholderRefusal(script, '  ');
  script.add(
    shell`  printf -v place ${script.text('verify.sentinel.place')} "$host" "$port"`,
    ...(comparesName(redis)
      ? [
          shell`  certificate || { bad "$place" ${place('verify.sentinel.silent')} "$said"; continue; }`,
        ]
      : []),
    shell`  said=$(sentinel SENTINEL get-master-addr-by-name ${masterName} | paste -sd ' ')`,
    shell`  if [ -z "$said" ]; then`,
    shell`    bad "$place" ${place('verify.sentinel.unknown')}`,
    ...(redis.sentinel?.password
      ? [
          shell`  elif [[ $said == *WRONGPASS* ]]; then`,
          shell`    bad "$place" ${
            redis.user === undefined
              ? place('verify.sentinel.password')
              : script.text('verify.sentinel.user', { user: redis.user }, { field: 'user' })
          }`,
        ]
      : []),
    // The address of the master has one blank in it, an error has more.
    shell`  elif [[ $said == *' '*' '* ]]; then`,
    shell`    bad "$place" ${place('verify.sentinel.silent')} "$said"`,
    shell`  elif [[ $servers != *",$said,"* ]]; then`,
    shell`    bad "$place" ${place('verify.sentinel.foreign')} "$said"`,
    shell`  elif [ "\${master:=$said}" != "$said" ]; then`,
    shell`    bad "$place" ${place('verify.sentinel.other')} "$said"`,
    shell`  else`,
    shell`    case $(sentinel SENTINEL ckquorum ${masterName}) in`,
    shell`      OK*) good "$place" ${place('verify.sentinel.good')} "$master" ;;`,
    shell`      *) bad "$place" ${place('verify.sentinel.quorum')} ;;`,
    shell`    esac`,
    shell`  fi`,
    shell`done`,
    shell`[ -n "$master" ] || finish`,
    shell`host=\${master% *}`,
    shell`port=\${master#* }`,
  );
}

/** The function `client`, which runs redis-cli. */
export function emitClient(script: ShellScript): void {
  script.code.gap();
  script.add(
    shell`command -v redis-cli >/dev/null || stop ${script.text('verify.tools')}`,
    shell`unset REDISCLI_AUTH REDIS_PASSWORD`,
  );
  script.code.note('file.verify.client');
  script.addFunction(
    'client',
    shell`{ LC_ALL=C timeout ${plain(String(ANSWER_TIMEOUT))} redis-cli "$@" 2>&1 || [ $? -ne 124 ] || echo 'redis-cli timed out'; } | ${SHORT}`,
  );
}

/** The variables with the location of Redis. */
export function emitLocation(script: ShellScript): void {
  const { deployment } = script;
  const { redis } = deployment;
  if (redis.socket !== undefined) {
    script.add(
      shell`socket=${string(shellString(redis.socket), { field: 'socket' })}`,
      shell`printf -v place ${script.text('verify.place.socket')} "$socket"`,
    );
    return;
  }
  if (redis.sentinel !== undefined) emitSentinelLoop(script, redis.sentinel);
  else {
    script.add(
      shell`host=${hostToken(deployment, shellString(redis.host))}`,
      shell`port=${plain(String(redis.port), { field: 'port' })}`,
    );
    if (redis.placeholder) emitPlaceholderRefusal(script, '');
  }
  script.add(shell`printf -v place ${script.text('verify.place')} "$host" "$port"`);
}

/** The prompt for the password, where Redis asks for one. */
export function emitPasswordPrompt(script: ShellScript): void {
  const { password, user } = script.deployment.redis;
  if (!password) return;
  const source: Source = { field: 'auth' };
  const question =
    user === undefined
      ? script.text('verify.password.ask', {}, source)
      : script.text('verify.password.user', { user }, { field: 'user' });
  script.code.gap().note('file.verify.password', source);
  script.add(
    shell`unset password`,
    // Without IFS, blanks at the ends of the password stay.
    shell`IFS= read -rsp ${question} password`,
    shell`echo`,
    shell`[ -n "$password" ] || stop ${script.text('verify.password.none', {}, source)}`,
    ...PUBLISHED_PASSWORDS.map(
      (each) =>
        shell`[ "$password" != ${string(each)} ] || stop ${script.text('verify.password.published', {}, source)}`,
    ),
  );
}

/** The function `ask`, which sends Redis a command. */
export function emitAskFunction(script: ShellScript): void {
  const { deployment } = script;
  script.code.gap();
  script.addFunction('ask', ...askingServer(deployment, deployment.redis.password));
}
