import { html } from './html.ts';

/** A link as Markdown has it, its text taken as it is. */
export function markdownLink(text: string, address: string): string {
  return `[${text.replace(/[\\[\]`*_<>]/g, '\\$&')}](${address})`;
}

/** A link as HTML has it. */
export function htmlLink(text: string, address: string): string {
  return html`<a href="${address}">${text}</a>`.text;
}
