import { codeText } from '../../../src/emit/code.ts';
import type { Deployment } from '../../../src/model/deployment.ts';
import { PROCEDURES, type ProcedureId } from '../../../src/emit/quotes/procedures.ts';
import type { Procedure, Quote } from '../../../src/emit/quotes/procedure.ts';
import { speaker } from '../../../src/model/say.ts';
import { TEXTS, type Language } from '../../../src/site/texts.ts';

/**
 * The quotes of a procedure for a deployment, by default in French.
 *
 * @param password the one that files have in the place of the placeholder, as those of the form
 */
export function quotesOf(
  id: ProcedureId,
  deployment: Deployment,
  language: Language = 'fr',
  password = '',
): readonly Quote[] {
  const procedure: Procedure = PROCEDURES[id];
  return procedure.emit(deployment, { say: speaker(TEXTS[language], language), password });
}

/** The texts of a procedure's quotes, as the page's button copies them. */
export function quoteTexts(id: ProcedureId, deployment: Deployment): string[] {
  return quotesOf(id, deployment).map(({ lines }) => codeText(lines));
}

/** The text of a procedure with one quote; an error for any other number. */
export function quoteText(id: ProcedureId, deployment: Deployment): string {
  const texts = quoteTexts(id, deployment);
  const [text] = texts;
  if (text === undefined || texts.length > 1) throw new Error(`${id} has ${texts.length} quotes.`);
  return text;
}
