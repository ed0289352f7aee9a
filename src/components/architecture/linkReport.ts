import type { Issue } from '../../model/issues.ts';
import type { Html } from '../../view/html.ts';
import { besideCommands, reportHtml, type Proposal } from '../../view/linkReport.ts';
import { loadTexts } from '../clientTexts.ts';
import { put } from '../trusted.ts';

/** The content of a report on an architecture. */
export interface Report {
  /** The architecture of a link that is not the reader's own; none for the reader's. */
  readonly proposal: Proposal | undefined;
  readonly issues: readonly Issue[];
}

/**
 * Shows a report.
 *
 * @param root the `<link-report>`; the element around it handles the buttons
 * @returns the note that goes beside commands; false for the reader's own architecture
 * @throws where the texts cannot be loaded
 */
export async function showReport(
  root: HTMLElement,
  { proposal, issues }: Report,
): Promise<Html | false> {
  const say = await loadTexts('link');
  put(root, reportHtml(proposal, issues, say));
  root.hidden = false;
  return proposal !== undefined && besideCommands(proposal, say);
}
