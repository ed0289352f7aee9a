import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkFiles, LONGEST_TEXT } from '../checker/check.ts';
import { FINDINGS, type Finding, type FindingCode } from '../checker/findings.ts';
import { messageOf, summary } from '../checker/messages.ts';
import type { InputFile } from '../checker/read/files.ts';
import { positionOf } from '../checker/read/span.ts';
import { speaker } from '../model/say.ts';
import type { Role } from '../pod/roles.ts';
import { BASE, ORIGIN } from '../site/address.ts';
import { TEXTS, type Language } from '../site/texts.ts';
import { errorText, fail, printError, printJson, printLine } from './print.ts';
import { isInRepository } from './repository.ts';

const ROLES = [
  'web',
  'worker',
  'encoding',
  'transcription',
  'xapi',
  'cron',
] as const satisfies Role[];

const USAGE = `npm run --silent check-settings -- FILE... [--role ROLE]... [--several] [--lang fr|en] [--json | --sarif]

  FILE       settings_local.py, redis.conf, sentinel.conf, /etc/default/celeryd, a systemd unit or a crontab;
             files of one command are checked together. Nothing is run: no file, and no program such as git.

  --role     role of the servers that have settings_local.py: ${ROLES.join(', ')};
             by default, the name of the file's folder if it is a role, or else the role that the settings imply
  --several  more than one server has this settings_local.py
  --lang     language of the messages (fr)
  --json     prints the findings as JSON
  --sarif    prints them as SARIF 2.1.0

  Ends with status 0 when nothing is wrong (an advice is not an error), 1 when something is, and 2
  when it cannot check.`;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        role: { type: 'string', multiple: true, default: [] },
        several: { type: 'boolean', default: false },
        lang: { type: 'string', default: 'fr' },
        json: { type: 'boolean', default: false },
        sarif: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return fail([errorText(error)], USAGE);
  }
}

/** Other people with access to a file: every user of this server, or every user of its Git repository. */
function exposure(file: string): InputFile['exposed'] {
  if (isInRepository(file)) return 'repository';
  return (statSync(file).mode & 0o004) === 0 ? undefined : 'everyone';
}

/** The text of a file up to a little more than the longest that is checked: a pipe or a device has no size before. */
function readBeginning(name: string): string {
  // A character takes four bytes at most.
  const bytes = Buffer.alloc(4 * LONGEST_TEXT + 1);
  // A named pipe that nobody writes to would be waited for; that of <(…) has a writer.
  if (statSync(name).isFIFO() && !/^\/(?:dev\/fd|proc)\//.test(name))
    throw new Error('a named pipe is not read');
  const file = openSync(name, 'r');
  try {
    let length = 0;
    for (let count = -1; count !== 0 && length < bytes.length; length += count)
      count = readSync(file, bytes, length, bytes.length - length, null);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

const { values, positionals } = readArguments();
if (positionals.length === 0) fail([], USAGE);
if (!Object.hasOwn(TEXTS, values.lang)) fail(['--lang: fr, en'], USAGE);
if (values.json && values.sarif) fail([], USAGE);
const roles = values.role.map(
  (text) => ROLES.find((role) => role === text) ?? fail([`--role: ${ROLES.join(', ')}`], USAGE),
);
const language = values.lang as Language;
const say = speaker(TEXTS[language], language);

const files = [...new Set(positionals)].map((name): InputFile => {
  try {
    const text = statSync(name).size > LONGEST_TEXT ? undefined : readBeginning(name);
    if (text === undefined || text.length > LONGEST_TEXT)
      return fail([say('check.large', { file: name })]);
    const exposed = exposure(name);
    return {
      name,
      text,
      ...(roles.length > 0 && { roles }),
      ...(values.several && { several: true }),
      ...(exposed && { exposed }),
    };
  } catch (error) {
    return fail([`${name}: ${errorText(error)}`]);
  }
});
const checked = checkFiles(files);
const { findings } = checked;

/** The findings for the output: with lines and columns, without the text of repairs. */
const reported = findings.map((finding: Finding) => {
  const text = files.find(({ name }) => name === finding.file)?.text ?? '';
  const { code, severity, file, params, span } = finding;
  return {
    file,
    ...positionOf(text, span.from),
    end: positionOf(text, span.to),
    code,
    severity,
    message: messageOf(finding, say),
    params,
    repairable: finding.repair !== undefined,
  };
});

const LEVELS = { error: 'error', warning: 'warning', advice: 'note' } as const;

/** The findings in SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0). */
function sarif() {
  const used = [...new Set(reported.map(({ code }) => code))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'redis-pod check-settings',
            rules: used.map((id: FindingCode) => ({
              id,
              helpUri: new URL(`${BASE}/${language}/findings/${id}/`.replace('//', '/'), ORIGIN)
                .href,
              defaultConfiguration: { level: LEVELS[FINDINGS[id].severity] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: reported.map(({ file, line, column, end, code, severity, message }) => ({
          ruleId: code,
          ruleIndex: used.indexOf(code),
          level: LEVELS[severity],
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
                region: {
                  startLine: line,
                  startColumn: column,
                  endLine: end.line,
                  endColumn: end.column,
                },
              },
            },
          ],
        })),
      },
    ],
  };
}

if (values.sarif) printJson(sarif());
else if (values.json) printJson(reported);
else
  for (const { file, line, column, code, message } of reported)
    printLine(`${file}:${line}:${column} ${code} ${message}`);
// On standard error, for programs that read the output.
printError(summary(checked, say));
process.exitCode = reported.some(({ severity }) => severity !== 'advice') ? 1 : 0;
