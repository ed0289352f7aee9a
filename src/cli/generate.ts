import { parseArgs } from 'node:util';
import { filesOf } from '../emit/files.ts';
import { DEFAULTS } from '../model/architecture.ts';
import { check } from '../model/check.ts';
import type { Issue } from '../model/issues.ts';
import { parseLink } from '../model/link.ts';
import { plan } from '../model/deployment.ts';
import { speaker, type Say } from '../model/say.ts';
import { TEXTS, type Language } from '../site/texts.ts';
import { proposalLines } from '../view/linkReport.ts';
import { errorText, fail, printError, printJson } from './print.ts';
import { writeFiles } from './writeFiles.ts';

const USAGE = `npm run --silent generate -- '<link or fragment>' [--lang fr|en] (--out DIR [--force] | --json)

  A link has a fragment (#arch=celery&web=2); '' means the default architecture.

  --lang   language of the comments and messages (fr)
  --out    writes DIR/<role>/<file name>; new folders are for this account alone
  --force  replaces files in DIR that differ
  --json   prints the deployment, which never has the password
  REDIS_PASSWORD in the environment is the password of Redis`;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        lang: { type: 'string', default: 'fr' },
        out: { type: 'string' },
        force: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail([errorText(error)], USAGE);
  }
}

/** An issue as one line: its field and its text. */
function issueText(say: Say, { code, field, params }: Issue): string {
  return `${field ?? 'link'}: ${say(`issue.${code}`, params)}`;
}

const { values, positionals } = readArguments();
const [link] = positionals;
if (link === undefined || positionals.length > 1) fail([], USAGE);
// An input without a fragment or a field would be parsed as the default architecture.
if (link !== '' && !link.includes('#') && !/^[\w.]+=/.test(link)) fail([], USAGE);
if (!Object.hasOwn(TEXTS, values.lang)) fail(['--lang: fr, en'], USAGE);
if (values.json === (values.out !== undefined) || (values.json && values.force)) fail([], USAGE);
if (values.out === '') fail(['--out: DIR'], USAGE);

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
if (errors.length > 0) fail(errors.map((issue) => issueText(say, issue)));
// Whoever runs a link of others sees whom it makes them trust.
const proposal = { architecture, base: DEFAULTS, own: false };
for (const line of [...found.map((each) => issueText(say, each)), ...proposalLines(proposal, say)])
  printError(line);

const deployment = plan(architecture);
if (values.out === undefined) printJson(deployment);
else {
  const files = filesOf(deployment, { say, password });
  const secret = password !== '';
  try {
    const { obstacles, leftOver } = await writeFiles(values.out, files, {
      secret,
      force: values.force,
    });
    if (obstacles.length > 0)
      fail(obstacles.map(({ code, path }) => say(`write.${code}`, { path })));
    for (const path of leftOver) printError(say('write.left-over', { path }));
  } catch (error) {
    fail([`${values.out}: ${errorText(error)}`]);
  }
}
