import type { Deployment } from '../model/deployment.ts';
import type { Say } from '../model/say.ts';
import { KOMBU_REQUIREMENT } from '../pod/clients.ts';
import { isWorker } from '../pod/roles.ts';
import { RUNNER_CALLS } from '../pod/runner.ts';
import { INIT_SCRIPTS, UNITS } from '../pod/workers.ts';
import { html, type Html } from './html.ts';
import { callTexts } from './table.ts';

/** The sentence on what must run before a video is encoded: the workers of an architecture, or Esup-Runner. */
function encodingNote({ arch, servers, service }: Deployment, say: Say): Html[] {
  if (arch === 'standalone') return [];
  if (arch === 'runner') return [html`<p>${say('note.runner')}</p>`];
  const names = servers.flatMap(({ id, count, roles }) =>
    roles
      .filter((role) => isWorker(role) && role !== 'xapi')
      .map((role) => {
        const worker = isWorker(role) ? role : 'worker';
        const name =
          service === 'container'
            ? `start-${worker}.sh`
            : service === 'init'
              ? INIT_SCRIPTS[worker]
              : UNITS[worker];
        return html`<code>${name}</code> (${say(`servers.${id}`, { count })})`;
      }),
  );
  return [
    html`<p>${say('note.workers')} ${names.map((each, at) => html`${at > 0 && ', '}${each}`)}.</p>`,
  ];
}

/** The package that a new installation needs besides Pod's requirements, where tasks are queued. */
function packageNote({ uses }: Deployment, say: Say): Html[] {
  if (uses.every(({ queue }) => queue === undefined)) return [];
  return [html`<p>${say('note.kombu')} <code>pip install '${KOMBU_REQUIREMENT}'</code></p>`];
}

/** The HTTP connections of Esup-Runner, which firewalls must let through. */
function callsNote({ arch }: Deployment, say: Say): Html[] {
  if (arch !== 'runner') return [];
  const items = RUNNER_CALLS.map((call) => {
    const [way, what] = callTexts(call, say);
    return html`<li><strong>${way}</strong> ${what}</li>`;
  });
  return [
    html`<p>${say('note.calls')}</p>`,
    html`<ul>
      ${items}
    </ul>`,
  ];
}

/** The notes beside the files, a piece each; see {@link encodingNote}, {@link packageNote} and {@link callsNote}. */
export function noteParts(deployment: Deployment, say: Say): Html[] {
  return [
    ...encodingNote(deployment, say),
    ...packageNote(deployment, say),
    ...callsNote(deployment, say),
  ];
}
