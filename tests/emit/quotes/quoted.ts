import { codeText } from '../../../src/emit/code.ts';
import type { Deployment } from '../../../src/model/deployment.ts';
import { PROCEDURES, type ProcedureId } from '../../../src/emit/quotes/procedures.ts';
import type { Procedure, Quote } from '../../../src/emit/quotes/procedure.ts';
import { speaker } from '../../../src/model/say.ts';
import { TEXTS, type Language } from '../../../src/site/texts.ts';

/** What a page quotes of a procedure for a deployment, in French unless told otherwise. */
export function quotesOf(
  id: ProcedureId,
  deployment: Deployment,
  language: Language = 'fr',
): readonly Quote[] {
  const procedure: Procedure = PROCEDURES[id];
  return procedure.emit(deployment, { say: speaker(TEXTS[language], language), password: '' });
}

/** The text of a procedure's commands or file, as the page's button copies it. */
export function quoteTexts(id: ProcedureId, deployment: Deployment): string[] {
  return quotesOf(id, deployment).map(({ lines }) => codeText(lines));
}

/** The text of a procedure that is one piece. */
export function quoteText(id: ProcedureId, deployment: Deployment): string {
  const [text, ...more] = quoteTexts(id, deployment);
  if (text === undefined || more.length > 0) throw new Error(`${id} is ${more.length + 1} pieces.`);
  return text;
}
