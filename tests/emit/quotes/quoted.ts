import { codeText } from '../../../src/emit/code.ts';
import { redisString, urlPart } from '../../../src/emit/escape.ts';
import type { Deployment } from '../../../src/model/deployment.ts';
import { PROCEDURES, type ProcedureId } from '../../../src/emit/quotes/procedures.ts';
import type { Procedure, Quote } from '../../../src/emit/quotes/procedure.ts';
import { PASSWORD_PLACEHOLDER } from '../../../src/model/password.ts';
import { speaker } from '../../../src/model/say.ts';
import { TEXTS, type Language } from '../../../src/site/texts.ts';

/** The quotes of a procedure for a deployment, by default in French. */
export function quotesOf(
  id: ProcedureId,
  deployment: Deployment,
  language: Language = 'fr',
): readonly Quote[] {
  const procedure: Procedure = PROCEDURES[id];
  return procedure.emit(deployment, { say: speaker(TEXTS[language], language), password: '' });
}

/** A file of a page with the password in the place of its placeholder, as a reader writes it there. */
export function filledIn(text: string, password: string): string {
  return text
    .replaceAll(`{${PASSWORD_PLACEHOLDER}}`, urlPart(password))
    .replaceAll(`< ${PASSWORD_PLACEHOLDER} >`, redisString(password))
    .replaceAll(PASSWORD_PLACEHOLDER, JSON.stringify(password));
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
