import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFiles } from '../../src/checker/check.ts';
import { messageOf, summary } from '../../src/checker/messages.ts';
import { positionOf } from '../../src/checker/read/span.ts';
import { edited } from '../../src/checker/repair/edits.ts';
import { check } from '../../src/model/check.ts';
import { filesOf, fileText } from '../../src/emit/files.ts';
import { formatLink, parseLink } from '../../src/model/link.ts';
import { plan } from '../../src/model/deployment.ts';
import { PROCEDURES, type ProcedureId } from '../../src/emit/quotes/procedures.ts';
import type { Procedure } from '../../src/emit/quotes/procedure.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS, type Language } from '../../src/site/texts.ts';
import { diagram } from '../../src/view/diagram.ts';
import { usesTable } from '../../src/view/table.ts';
import { makeInputs, type Inputs } from './inputs.ts';

const LANGUAGES = Object.keys(TEXTS) as Language[];

/*
 * Records what the model, the emitters and the checker of this version make of the inputs in a folder, whose
 * inputs.json it writes where there is none: `node tests/compare/record.ts FOLDER FILE`.
 */

/** Of every tenth link the procedures are recorded too: there are many, and they share their emitters. */
const PROCEDURES_EVERY = 10;

const [folder = '.', out = 'recording.json'] = process.argv.slice(2);
const path = join(folder, 'inputs.json');
if (!existsSync(path)) writeFileSync(path, JSON.stringify(makeInputs()));
const inputs = JSON.parse(readFileSync(path, 'utf8')) as Inputs;

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}

/** Everything that a link leads to in a language. */
function ofLink(link: string, language: Language, procedures: boolean) {
  const say = speaker(TEXTS[language], language);
  const { architecture } = parseLink(link);
  const deployment = plan(architecture);
  const writing = { say, password: 'p@ss word' };
  const files = filesOf(deployment, writing).map((file) => [
    `${file.folder}/${file.name}`,
    digest([file.server, file.host, file.path, file.placeholder, fileText(file)]),
    digest(file.lines),
  ]);
  const quotes = (Object.keys(PROCEDURES) as ProcedureId[]).map((id) => {
    const procedure: Procedure = PROCEDURES[id];
    return [id, digest(procedure.emit(deployment, writing))];
  });
  return {
    link: formatLink(architecture),
    issues: check(architecture, 'p@ss word').map(({ code, field }) => `${code} ${field ?? ''}`),
    files,
    diagram: digest(
      [diagram(deployment, say, 'wide'), diagram(deployment, say, 'narrow')].map(String),
    ),
    table: digest(String(usesTable(deployment, say))),
    ...(procedures && { quotes }),
  };
}

/** The findings in files, with what their repairs make of them. */
function ofFiles(files: Inputs['files'][number]) {
  const checked = checkFiles(files);
  const findings = checked.findings.map((finding) => {
    const text = files.find(({ name }) => name === finding.file)?.text ?? '';
    return {
      code: finding.code,
      severity: finding.severity,
      file: finding.file,
      from: positionOf(text, finding.span.from),
      to: positionOf(text, finding.span.to),
      params: finding.params,
      messages: LANGUAGES.map((language) => messageOf(finding, speaker(TEXTS[language], language))),
      repaired: finding.repair && edited(text, finding.repair),
    };
  });
  return {
    findings,
    understood: checked.understood,
    summary: LANGUAGES.map((language) => summary(checked, speaker(TEXTS[language], language))),
  };
}

writeFileSync(
  out,
  JSON.stringify({
    links: Object.fromEntries(
      inputs.links.map((link, at) => [
        link,
        LANGUAGES.map((language) => ofLink(link, language, at % PROCEDURES_EVERY === 0)),
      ]),
    ),
    files: Object.fromEntries(
      inputs.files.map((files, at) => [JSON.stringify([at, files]), ofFiles(files)]),
    ),
  }),
);
