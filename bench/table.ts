import { median, ratios, spread } from './statistics.ts';

/** One answer of the benchmark. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** How far what was measured lies apart, and how often it was. */
  readonly spread: string;
  readonly comparedWith: string;
  readonly ratio: string;
  readonly goal: string;
  /** Whether the goal is met; `undefined` where there is none. */
  readonly met: boolean | undefined;
}

/** What a part of the benchmark found. */
export interface Section {
  /** What a reader must know to read its table: what was done, what is compared with what. */
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
}

/** What was measured, again and again. */
export interface Measured {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** The same of something else, measured in turns with it. */
  readonly comparedWith?: { readonly what: string; readonly values: readonly number[] };
  /** Whether it is counted, and the same each time. */
  readonly exact?: boolean;
  readonly goal?: string;
  readonly met?: boolean;
}

/** A number with as many figures as mean anything. */
export function figure(value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value);
}

function range(values: readonly number[]): string {
  return spread(values).map(figure).join('–');
}

/** A row of what was measured: its median, its spread, and its ratio to what it is compared with. */
export function row(measured: Measured): Row {
  const { what, unit, values, comparedWith, exact = false, goal = '', met } = measured;
  const against = comparedWith && ratios(values, comparedWith.values);
  return {
    what,
    measured: `${figure(median(values))} ${unit}`,
    spread: exact
      ? 'exact'
      : values.length > 1
        ? `${range(values)}, ${values.length} times`
        : 'measured once',
    comparedWith: comparedWith
      ? `${comparedWith.what}: ${figure(median(comparedWith.values))} ${unit}`
      : '',
    ratio: against
      ? figure(median(against)) + (against.length > 1 ? ` (${range(against)})` : '')
      : '',
    goal,
    met,
  };
}

const HEADS = ['What', 'Measured', 'Spread', 'Compared with', 'Ratio', 'Goal', 'Met'];

/** A section as Markdown, without its heading. */
export function sectionMarkdown({ notes, rows }: Section): string {
  const cells = rows.map(({ met, ...row }) => [
    row.what,
    row.measured,
    row.spread,
    row.comparedWith,
    row.ratio,
    row.goal,
    met === undefined ? '' : met ? 'yes' : '**no**',
  ]);
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [HEADS, HEADS.map(() => '-'), ...cells].map(line).join('\n');
  return [...notes, table].join('\n\n');
}
