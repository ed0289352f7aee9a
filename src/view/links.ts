import { html } from './html.ts';

/** A link in Markdown. Its text is escaped: it holds no markup. */
export function markdownLink(text: string, address: string): string {
  return `[${text.replace(/[\\[\]`*_<>]/g, '\\$&')}](${address})`;
}

/** A link in HTML. */
export function htmlLink(text: string, address: string): string {
  return html`<a href="${address}">${text}</a>`.text;
}
