import type { Html } from '../../view/html.ts';
import type { Report } from './linkReport.ts';

/**
 * Shows a report, or hides it where there is nothing to say. Its script is loaded for the readers who need it
 * only.
 *
 * @param root the `<link-report>`
 * @returns the note that goes beside commands; false for the reader's own architecture, `undefined` where
 *   the script could not be loaded
 */
export async function reportLater(
  root: HTMLElement,
  report: Report,
): Promise<Html | undefined | false> {
  if (report.proposal === undefined && report.issues.length === 0) {
    root.hidden = true;
    return false;
  }
  try {
    const { showReport } = await import('./linkReport.ts');
    return await showReport(root, report);
  } catch {
    return undefined;
  }
}
