import {
  applies,
  countOf,
  defaultText,
  FORM_FIELDS,
  type FormState,
} from '../../../src/components/generator/formState.ts';
import { changesBetween } from '../../../src/emit/changes.ts';
import { filesOf } from '../../../src/emit/files.ts';
import { plan } from '../../../src/model/deployment.ts';
import { speaker } from '../../../src/model/say.ts';
import { TEXTS, type Language } from '../../../src/site/texts.ts';
import { diagram } from '../../../src/view/diagram.ts';
import { filesHtml, NO_CHANGES } from '../../../src/view/files.ts';
import { issuesHtml } from '../../../src/view/issues.ts';
import { summaryText } from '../../../src/view/summary.ts';
import { handlesHtml, usesTable } from '../../../src/view/table.ts';
import type { Seen, SeenField } from './driven.ts';

/** The generator's page as it must be for a state, in one language. */
export function expectedPage(state: FormState, language: Language): Seen {
  const say = speaker(TEXTS[language], language);
  const { texts, architecture, issues, setup, hash, linkIssues } = state;
  const fields = FORM_FIELDS.map((field): [string, SeenField] => {
    const own = issues.filter((issue) => issue.field === field);
    return [
      field,
      {
        text: texts[field],
        invalid: countOf(own, 'error') > 0,
        hidden: !applies(field, architecture),
        resettable: texts[field] !== defaultText(field),
      },
    ];
  });
  const files = filesOf(plan(setup.architecture), { say, password: setup.password });
  return {
    hash,
    otherLanguage: hash,
    lang: language,
    fields: Object.fromEntries(fields),
    summary: summaryText(files, issues, say),
    stale: countOf(issues, 'error') > 0,
    linkIssues: linkIssues.length > 0,
  };
}

/** The markup that the parts of the page must have in a state, by selector. */
export function expectedParts(state: FormState, language: Language): Record<string, string> {
  const say = speaker(TEXTS[language], language);
  const { issues, setup, marksSince, linkIssues } = state;
  const deployment = plan(setup.architecture);
  const files = filesOf(deployment, { say, password: setup.password });
  const changes = marksSince
    ? changesBetween(
        filesOf(plan(marksSince.architecture), { say, password: marksSince.password }),
        files,
      )
    : NO_CHANGES;
  const issuesOf = (field: string) => issues.filter((issue) => issue.field === field);
  return {
    '[data-part=diagram]':
      diagram(deployment, say, 'wide').text + diagram(deployment, say, 'narrow').text,
    '[data-part=table]': usesTable(deployment, say).text,
    '[data-part=handles]': handlesHtml(deployment, say).text,
    '[data-part=files]': filesHtml(files, deployment, say, changes).text,
    '[data-part=link-list]': issuesHtml(linkIssues, say).text,
    ...Object.fromEntries(
      FORM_FIELDS.map((field) => [`[id="issue-${field}"]`, issuesHtml(issuesOf(field), say).text]),
    ),
  };
}
