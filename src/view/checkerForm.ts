import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';

/** The roles that a reader may give a file's servers; empty leaves it to the file's text. */
export const FILE_ROLES = [
  '',
  'web',
  'worker',
  'encoding',
  'transcription',
  'xapi',
  'cron',
  'several',
] as const;

/** A file of the checker's form, before the reader gives its text. */
interface NewFile {
  /** A number that is unique on the page. */
  readonly id: number;
  readonly name: string;
  readonly role: (typeof FILE_ROLES)[number];
}

/** The form of one file: its name, the role of its servers, and its text. */
export function fileFormHtml({ id, name, role }: NewFile, say: Say): Html {
  return html`<section
    class="given"
    data-file="${id}"
    aria-label="${say('check.file', { number: id })}"
  >
    <div class="head">
      <label>
        <span>${say('check.name')}</span>
        <input
          name="name"
          value="${name}"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
        />
      </label>
      <label data-part="role">
        <span>${say('check.role')}</span>
        <select name="role" autocomplete="off">
          ${FILE_ROLES.map((value) => html`<option value="${value}" ${value === role && html`selected`}>${say(value === '' ? 'check.role.auto' : `check.role.${value}`)}</option>`)}
        </select>
      </label>
      <button
        type="button"
        data-act="remove"
        aria-label="${say('check.remove.label', { file: name })}"
      >
        ${say('check.remove')}
      </button>
    </div>
    <div data-part="edit">
      <label>
        <span>${say('check.text')}</span>
        <textarea rows="12" autocomplete="off" autocapitalize="off" spellcheck="false"></textarea>
      </label>
      <p><button type="button" class="primary" data-act="check">${say('check.check')}</button></p>
    </div>
    <div data-part="view" hidden>
      <p class="tools">
        <button type="button" data-act="edit">${say('check.edit')}</button>
        <button type="button" data-act="reveal" aria-pressed="false">${say('check.reveal')}</button>
        <button type="button" data-act="copy">${say('check.copy')}</button>
        <button type="button" data-act="download">${say('check.download')}</button>
      </p>
      <pre
        tabindex="0"
        role="group"
        aria-label="${say('check.annotated', { file: name })}"
      ><code></code></pre>
    </div>
  </section>`;
}
