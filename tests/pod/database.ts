import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environment, stack } from '../stacks/environment.ts';
import { ADMIN, DOMAIN, podSettings, TOKEN } from './settings.ts';
import { exportSource, output, podVersion } from './source.ts';

/** Pod's tree with its migrations and compiled modules, and its database with the first data. */
export interface Prepared {
  readonly tree: string;
  readonly database: string;
}

/** An account and the site's name. Statements need an e-mail address of a domain with a dot. */
const SEED = `
from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from rest_framework.authtoken.models import Token
Site.objects.filter(id=1).update(domain="${DOMAIN}", name="Pod")
admin = User.objects.create_superuser("${ADMIN.user}", "${ADMIN.user}@${DOMAIN}", "${ADMIN.password}")
Token.objects.create(user=admin, key="${TOKEN}")
`;

const CACHE = join(import.meta.dirname, '../../.cache/pod');

/** Makes the tree and the database in a folder. */
async function prepare(folder: string, python: string): Promise<void> {
  const tree = join(folder, 'tree');
  await mkdir(folder, { recursive: true });
  await exportSource(tree);
  const settings = join(tree, 'pod/custom/settings_local.py');
  const database = join(folder, 'db.sqlite3');
  const nowhere = { media: folder, uploads: folder, port: 0, records: 0, mail: 0 };
  await writeFile(settings, podSettings({ database, ...nowhere }));
  const manage = (...args: string[]) => output(python, ['manage.py', ...args], { cwd: tree });
  await manage('makemigrations', '--verbosity=0');
  await manage('migrate', '--verbosity=0');
  await manage('loaddata', 'initial_data', '--verbosity=0');
  await manage('shell', '-c', SEED);
  await output(python, ['-m', 'compileall', '-q', 'pod'], { cwd: tree });
  await rm(settings);
  await rm(join(tree, 'pod/log'), { recursive: true });
}

async function preparedNow(): Promise<Prepared> {
  const python = join(environment(stack.web), 'bin/python');
  const facts = [
    (await podVersion()).commit,
    await output(python, ['-m', 'pip', 'freeze']),
    SEED,
    podSettings({ database: '', media: '', uploads: '', port: 0, records: 0, mail: 0 }),
  ];
  const key = createHash('sha256').update(facts.join('\0')).digest('hex').slice(0, 16);
  const folder = join(CACHE, key);
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}`;
    await prepare(draft, python);
    await rename(draft, folder);
  }
  return { tree: join(folder, 'tree'), database: join(folder, 'db.sqlite3') };
}

let made: Promise<Prepared> | undefined;

/**
 * Pod's tree and database, made once for each commit of Pod and each set of packages, and kept in the cache
 * folder. Nothing writes there: each server has a copy.
 */
export const prepared = (): Promise<Prepared> => (made ??= preparedNow());
