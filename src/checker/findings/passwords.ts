import { PASSWORD_PLACEHOLDER } from '../../emit/code.ts';
import { urlPart } from '../../emit/escape.ts';
import type { Connection } from '../read/connections.ts';
import { directive } from '../read/redisFile.ts';
import type { SettingsRule } from '../report.ts';
import { written } from '../read/values.ts';
import type { SettingsFile } from '../read/files.ts';

/** A password with signs that a URL reads as its own. */
export const unencoded: SettingsRule = (file, report) => {
  for (const { setting, urls, value } of file.connections) {
    if (!value) continue;
    for (const { unencoded: broken, password } of urls) {
      if (!broken || !password) continue;
      const place = written(value, password.from, password.to);
      // What is percent-encoded already stays so.
      const text = value.text.slice(password.from, password.to);
      const encoded = text.replace(/%[\da-f]{2}|[^%]|%/gi, (sign) =>
        sign.length === 3 ? sign : urlPart(sign),
      );
      report.add(
        'password-unencoded',
        file,
        place ?? value,
        { setting },
        place
          ? [{ ...place, insert: wellFormed(text) ? encoded : text }].filter(
              ({ insert }) => insert !== text,
            )
          : [],
      );
    }
  }
};

/** A password without the colon before it, which clients take for a name (run: `WRONGPASS`). */
export const asUser: SettingsRule = (file, report) => {
  for (const { setting, client, urls, value } of file.connections) {
    if (!value) continue;
    for (const { scheme, user, password, unencoded: broken } of urls) {
      if (!user || password || broken || !/^(rediss?|unix|redis\+socket|sentinel)$/.test(scheme))
        continue;
      const place = written(value, user.from, user.from);
      report.add(
        'password-as-user',
        file,
        written(value, user.from, user.to) ?? value,
        { setting, client },
        place ? [{ ...place, insert: ':' }] : [],
      );
    }
  }
};

function wellFormed(text: string): boolean {
  // One character at a time would part what two UTF-16 code units stand for.
  return /^[\x20-\x7e]*$/.test(text);
}

/** A password that is percent-encoded where it is taken as it stands. */
export const encoded: SettingsRule = (file, report) => {
  const plain = new Set(
    file.connections.flatMap(({ urls, password }) =>
      urls.length > 0 && password && password.raw !== password.text ? [password.raw] : [],
    ),
  );
  for (const { setting, urls, password, dict, transport } of file.connections) {
    const inDict =
      password !== undefined &&
      dict !== undefined &&
      (urls.length === 0 || (transport === 'sentinel' && password.raw === password.text));
    if (!inDict || !plain.has(password.text)) continue;
    const decoded = decodeURIComponent(password.text);
    const exact =
      file.given.text.slice(password.at.from, password.at.to).slice(1, -1) === password.text;
    report.add(
      'password-encoded',
      file,
      password.at,
      { setting },
      exact ? [{ ...password.at, insert: JSON.stringify(decoded) }] : [],
    );
  }
};

/** Connections to one Redis with passwords that differ: one of them is wrong. */
export const differing: SettingsRule = (file, report) => {
  const known = file.connections.filter(
    ({ transport }) =>
      transport !== 'rabbitmq' && transport !== 'unknown' && transport !== 'memory',
  );
  const server = ({ host, port, socket, sentinels, user }: Connection) =>
    `${user ?? ''} ${socket ?? (sentinels ? 'sentinels' : `${host}:${port}`)}`;
  const [asked] = report
    .of('redis')
    .flatMap(({ redis }) => directive(redis, 'requirepass')?.arguments[0]?.text ?? []);
  const firsts = new Map<string, Connection>();
  const encodedTwice = new Set(
    known.flatMap(({ password }) =>
      password && password.raw !== password.text ? [password.raw] : [],
    ),
  );
  for (const connection of known) {
    const { setting, password, span, urls } = connection;
    if (urls.some((url) => url.unencoded)) continue;
    if (connection.client !== 'celery' && password !== undefined && encodedTwice.has(password.text))
      continue;
    const first = firsts.get(server(connection));
    const text = password?.text ?? '';
    const other = first ? (first.password?.text ?? '') : text;
    if (first && text !== other)
      report.add('passwords-differ', file, password?.at ?? span, { setting, other: first.setting });
    else if (asked !== undefined && connection.user === undefined && text !== asked && !first)
      report.add('passwords-differ', file, password?.at ?? span, { setting, other: 'requirepass' });
    if (!first) firsts.set(server(connection), connection);
  }
};

/** A password that stands in the file itself, which others may read. */
export const inFile = (file: SettingsFile, report: Parameters<SettingsRule>[1]): void => {
  const found = file.connections.find(
    ({ password }) =>
      password !== undefined && password.text !== '' && password.text !== PASSWORD_PLACEHOLDER,
  );
  if (found?.password)
    report.add('password-in-file', file, found.password.at, { case: file.given.exposed ?? '' });
};
