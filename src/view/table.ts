import type { DatabaseRole } from '../pod/databases.ts';
import type { RunnerCall } from '../pod/runner.ts';
import type { Deployment, Use } from '../model/deployment.ts';
import type { Say } from '../model/say.ts';
import { html, type Html } from './html.ts';
import { ref } from './refs.ts';

/** The use of a database, in words. */
export function usageText({ as, queue }: Use, say: Say): string {
  return as === 'store' || queue === undefined
    ? say(`usage.${as}`)
    : say(`usage.queue.${as}`, { queue });
}

/** An HTTP connection of Esup-Runner in words: who calls whom at which port, and why. */
export function callTexts({ from, to, port, what }: RunnerCall, say: Say): [string, string] {
  return [
    `${say(`runner.party.${from}`)} → ${say(`runner.party.${to}`)}, port ${port}`,
    say(`runner.call.${what}`),
  ];
}

/** A setting's name, which may break after its underscores only. */
export function breakable(setting: string): Html {
  return html`${setting.split(/(?<=_)/).map((part, at) => [at > 0 && html`<wbr />`, part])}`;
}

/** The badge of a database: its number in its colour. */
export function databaseBadge(role: DatabaseRole, number: number): Html {
  return html`<span class="db db-${role}">${number}</span>`;
}

/** The rows of a {@link usesTable}, one for each use. */
export function usesRows(deployment: Deployment, say: Say): Html[] {
  const count = (server: Use['server']) =>
    deployment.servers.find(({ id }) => id === server)?.count ?? 1;
  const row = (use: Use) =>
    html`<tr role="row" data-of="${ref.server(use.server)} ${ref.database(use.database)}">
      <th scope="row" role="rowheader">
        ${say(`servers.${use.server}`, { count: count(use.server) })}
      </th>
      <td role="cell">${say(`role.${use.role}`)}</td>
      <td role="cell" class="nowrap">
        ${databaseBadge(use.database, deployment.databaseNumbers[use.database])}
        ${say(`database.${use.database}`)}
      </td>
      <td role="cell"><code>${breakable(use.setting)}</code></td>
      <td role="cell">${usageText(use, say)}</td>
    </tr>`;
  return deployment.uses.map(row);
}

/**
 * The uses of the databases as a table, which assistive technology reads in place of the diagram.
 * Its roles are explicit: a narrow page lays the rows out as blocks, and some browsers then see no
 * table.
 */
export function usesTable(deployment: Deployment, say: Say): Html {
  return html`<table class="uses" role="table">
    <caption>
      ${say('gen.table.caption')}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">${say('gen.table.server')}</th>
        <th scope="col" role="columnheader">${say('gen.table.role')}</th>
        <th scope="col" role="columnheader">${say('gen.table.database')}</th>
        <th scope="col" role="columnheader">${say('gen.table.setting')}</th>
        <th scope="col" role="columnheader">${say('gen.table.usage')}</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${usesRows(deployment, say)}
    </tbody>
  </table>`;
}

/**
 * A button for each database and server, which lights up everything related to it: keyboards and
 * touch screens have no pointer to hover with.
 */
export function handleButtons({ databases, servers }: Deployment, say: Say): Html[] {
  const handle = (name: string, content: Html) =>
    html`<button
      type="button"
      class="handle"
      aria-pressed="false"
      data-handle="${name}"
      data-of="${name}"
    >
      ${content}
    </button>`;
  return [
    ...databases.map(({ role, number }) =>
      handle(ref.database(role), html`${databaseBadge(role, number)} ${say(`database.${role}`)}`),
    ),
    ...servers.map(({ id, count }) =>
      handle(ref.server(id), html`${say(`servers.${id}`, { count })}`),
    ),
  ];
}

/** The {@link handleButtons} in one piece of markup. */
export function handlesHtml(deployment: Deployment, say: Say): Html {
  return html`${handleButtons(deployment, say)}`;
}
