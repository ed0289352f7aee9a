import type { Deployment } from '../model/deployment.ts';
import { PASSWORD_PLACEHOLDER } from '../model/password.ts';
import { aclPassword, aclUsers } from './acl.ts';
import { CodeWriter, name, plain, type Statement, type Writing } from './code.ts';
import { passwordToken } from './connection.ts';

/** The name of the list. */
export const USERS_NAME = 'redis-users.txt';

/** The length to which names are filled up, so that passwords stand below each other. */
const WIDTH = 24;

/**
 * The list of Redis's users with their passwords, for the administrator: redis.conf has hashes only. Each
 * statement has the name of its user.
 */
export function emitUsers(deployment: Deployment, writing: Writing): Statement[] {
  const code = new CodeWriter(writing.say, deployment.comments);
  const line = (user: string, password: string) =>
    code.statement(user, [
      [
        name(user, { field: 'user' }),
        plain(' '.repeat(Math.max(1, WIDTH - user.length))),
        passwordToken({ ...writing, password }, (text) => text, PASSWORD_PLACEHOLDER),
      ],
    ]);
  code.note('file.users.what', { field: 'user' });
  for (const { id, name: user } of aclUsers(deployment))
    line(user, aclPassword(deployment, writing, id));
  return code.done();
}
