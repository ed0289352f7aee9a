import { chmod, lstat, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fileId } from '../emit/changes.ts';
import { filesOf, fileText, SCRIPT_KINDS, type ConfigFile } from '../emit/files.ts';
import { check } from '../model/check.ts';
import type { Issue } from '../model/issues.ts';
import { parseLink } from '../model/link.ts';
import { plan } from '../model/deployment.ts';
import { speaker, type Say } from '../model/say.ts';
import { TEXTS, type Language } from '../site/texts.ts';

const USAGE = `npm run --silent generate -- '<link or fragment>' [--lang fr|en] (--out DIR | --json)

  A link has a fragment (#arch=celery&web=2); '' means the default architecture.

  --lang   language of the comments and messages (fr)
  --out    writes DIR/<role>/<file name>
  --json   prints the deployment, which never has the password
  REDIS_PASSWORD in the environment is the password of Redis`;

/** Ends the command with status 2 and a message on standard error. */
function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        lang: { type: 'string', default: 'fr' },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/** An issue as one line: its field and its text. */
function issueText(say: Say, { code, field, params }: Issue): string {
  return `${field ?? 'link'}: ${say(`issue.${code}`, params)}`;
}

/**
 * Writes files so that a failure leaves none half-written. All files are first written to a folder beside the
 * destination, and each is then renamed into it.
 *
 * @param out the destination folder, created if it does not exist
 * @param secret whether the files have a password and only their owner may read them
 */
async function write(out: string, files: readonly ConfigFile[], secret: boolean): Promise<void> {
  const target = resolve(out);
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}.draft-`);
  try {
    for (const file of files) {
      const path = join(draft, fileId(file));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, fileText(file), { mode: secret ? 0o600 : 0o644 });
      if (SCRIPT_KINDS.includes(file.kind)) await chmod(path, secret ? 0o700 : 0o755);
    }
    const paths = files.map(fileId);
    // All obstacles are found before the first file is renamed.
    for (const path of paths) {
      const destination = join(target, path);
      await mkdir(dirname(destination), { recursive: true });
      const old = await lstat(destination).catch(() => undefined);
      if (old?.isDirectory()) throw new Error(`EISDIR: ${destination}`);
    }
    for (const path of paths) await rename(join(draft, path), join(target, path));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const { values, positionals } = readArguments();
const [link] = positionals;
if (link === undefined || positionals.length > 1) fail(USAGE);
// An input without a fragment or a field would be parsed as the default architecture.
if (link !== '' && !link.includes('#') && !/^[\w.]+=/.test(link)) fail(USAGE);
if (!Object.hasOwn(TEXTS, values.lang)) fail(`--lang: fr, en\n\n${USAGE}`);
if (values.json === (values.out !== undefined)) fail(USAGE);

const language = values.lang as Language;
const say = speaker(TEXTS[language], language);
const password = process.env['REDIS_PASSWORD'] ?? '';
const parsed = parseLink(link);
// A password in the environment is used even if the link has no authentication.
const asked = password !== '' && parsed.architecture.auth === 'none';
const architecture = asked
  ? { ...parsed.architecture, auth: 'password' as const }
  : parsed.architecture;
const found = check(architecture, password);
// The page shows the parts of a link that it ignores; a playbook would continue with wrong settings.
const errors = [...parsed.issues, ...found.filter(({ severity }) => severity === 'error')];
if (errors.length > 0) fail(errors.map((issue) => issueText(say, issue)).join('\n'));
for (const issue of found) console.error(issueText(say, issue));

const deployment = plan(architecture);
if (values.out === undefined) console.log(JSON.stringify(deployment, null, 2));
else {
  const files = filesOf(deployment, { say, password });
  try {
    await write(values.out, files, password !== '');
  } catch (error) {
    fail(`${values.out}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
