import type { Deployment } from '../model/deployment.ts';
import type { Procedure, Quote } from '../emit/quotes/procedure.ts';
import type { Say } from '../model/say.ts';
import { codeHtml } from './files.ts';
import { html, type Html } from './html.ts';

/** The servers that a quote is for, in words. */
function serversText(
  { server, host, elsewhere }: Quote,
  { servers, redis }: Deployment,
  say: Say,
): string {
  if (elsewhere === true) return say('commands.elsewhere');
  if (server === 'any' || server === 'prometheus') return say(`commands.${server}`);
  if (server === 'all') return say('server.all');
  const group = servers.find(({ id, roles }) => id === server || roles.includes(server));
  const count = group?.count ?? 1;
  const named = say(`servers.${group?.id ?? server}`, { count });
  if (host !== undefined)
    return say('commands.host', { server: say('servers.redis', { count: 1 }), host });
  const alone = server === 'redis' && redis.on !== 'redis';
  return alone && count > 1 ? say('commands.first', { server: named }) : named;
}

/**
 * The quotes of a procedure: each with the servers that it is for and a button that copies it; then
 * the reason why the procedure has not been run, if it has not.
 */
export function procedureHtml(
  { emit, example }: Procedure,
  deployment: Deployment,
  say: Say,
): Html {
  const quotes = emit(deployment, { say, password: '' });
  if (quotes.length === 0) return html`<p class="quote none">${say('commands.none')}</p>`;
  return html`${quotes.map((quote) => {
    const where = serversText(quote, deployment, say);
    const name = quote.path ?? where;
    return html`<div class="quote">
      <p class="where">
        ${quote.path !== undefined && html`<code>${quote.path}</code> `}<span>${where}</span>
        <button
          type="button"
          class="js-only"
          data-copy
          aria-label="${say('gen.copy.label', { file: name })}"
        >
          ${say('gen.copy')}
        </button>
      </p>
      <pre
        tabindex="0"
        role="group"
        aria-label="${say('gen.file.lines', { file: name, owner: where })}"
      ><code
          >${codeHtml(quote.lines, deployment, say)}</code
        ></pre>
    </div>`;
  })}${example && html`<p class="not-run">${say('commands.example')} ${say(example)}</p>`}`;
}
