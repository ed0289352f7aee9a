import type { Architecture, FieldName } from '../model/architecture.ts';
import type { Issue } from '../model/issues.ts';
import { linkChoices } from '../model/link.ts';
import type { Say } from '../model/say.ts';
import { valueText } from './fieldTexts.ts';
import { html, type Html } from './html.ts';
import { issuesHtml } from './issues.ts';

/** A link's architecture beside the one that the reader would see without the link. */
export interface Proposal {
  readonly architecture: Architecture;
  readonly base: Architecture;
  /** Whether `base` is the reader's own, and not the default. */
  readonly own: boolean;
}

/** A field's name, its value by the link, and the value that it replaces. */
function choiceOf({ architecture, base, own }: Proposal, field: FieldName, say: Say) {
  return {
    name: say(`field.${field}`),
    value: valueText(architecture, field, say),
    instead: say(own ? 'link.own' : 'link.default', { value: valueText(base, field, say) }),
  };
}

/** Lists what a link chose, the values that decide whom one trusts first. */
function choicesHtml(proposal: Proposal, say: Say): Html {
  const { trusted, other } = linkChoices(proposal.architecture, proposal.base);
  const list = (title: 'link.trusted' | 'link.other', fields: readonly FieldName[]) =>
    fields.length > 0 &&
    html`<p>${say(title)}</p>
      <ul class="${title === 'link.trusted' && 'trusted'}">
        ${fields.map((field) => {
          const { name, value, instead } = choiceOf(proposal, field, say);
          return html`<li>
            ${say('link.label', { label: name })} <strong>${value}</strong> (${instead})
          </li>`;
        })}
      </ul>`;
  return html`${list('link.trusted', trusted)}${list('link.other', other)}`;
}

/** The same in lines of text, for a terminal. */
export function proposalLines(proposal: Proposal, say: Say): string[] {
  const { trusted, other } = linkChoices(proposal.architecture, proposal.base);
  const lines = (fields: readonly FieldName[]) =>
    fields.map((field) => {
      const { name, value, instead } = choiceOf(proposal, field, say);
      return `  ${say('link.label', { label: name })} ${value} (${instead})`;
    });
  return [
    ...(trusted.length > 0 ? [say('link.trusted'), ...lines(trusted)] : []),
    ...(other.length > 0 ? [say('link.other'), ...lines(other)] : []),
  ];
}

/** The note beside commands that are for a link's architecture: the values that decide whom one trusts. */
export function besideCommands(proposal: Proposal, say: Say): Html {
  const { trusted } = linkChoices(proposal.architecture, proposal.base);
  const values = trusted.map((field) => {
    const { name, value } = choiceOf(proposal, field, say);
    return `${name} (${value})`;
  });
  return html`<p class="issue warning">
    ${say('link.beside')}
    ${values.length > 0 && say('link.beside.chose', { values: values.join(', ') })}
    <a href="#your-architecture">${say('link.more')}</a>
  </p>`;
}

/** Messages away from the form: each says which field it is about. */
function namedIssuesHtml(issues: readonly Issue[], say: Say): Html {
  return html`${issues.map((issue) => {
    const { field } = issue;
    return html`${field && html`<p class="about">${say(`field.${field}`)}</p>`}${issuesHtml([issue], say)}`;
  })}`;
}

/**
 * Says what a link chose, with a button that makes it the reader's own, and what is wrong in an architecture. One with
 * an error gives no files, and has no such button: the form is the place to correct it.
 *
 * @param proposal none for the reader's own architecture
 */
export function reportHtml(
  proposal: Proposal | undefined,
  issues: readonly Issue[],
  say: Say,
): Html {
  const wrong = issues.some(({ severity }) => severity === 'error');
  const use = html`<button type="button" data-use>${say('link.use')}</button>`;
  return html`${
    proposal &&
    html`<p><strong>${say('link.title')}</strong> ${say('link.note')}</p>
      ${choicesHtml(proposal, say)}
      <p class="ways">
        ${!wrong && use} <button type="button" data-leave>${say('link.leave')}</button>
      </p>`
  }${namedIssuesHtml(issues, say)}`;
}
