import type { Issue } from '../model/issues.ts';
import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';

/** Messages as paragraphs. A word names the severity: colour alone does not reach every reader. */
export function issuesHtml(issues: readonly Issue[], say: Say): Html {
  return html`${issues.map(
    ({ code, severity, params }) =>
      html`<p class="issue ${severity}">
        <strong>${say(`gen.severity.${severity}`)}</strong> ${say(`issue.${code}`, params)}
      </p>`,
  )}`;
}
