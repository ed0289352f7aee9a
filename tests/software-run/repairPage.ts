import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Deployment } from '../../src/model/deployment.ts';
import type { ProcedureId } from '../../src/emit/quotes/procedures.ts';
import { quoteTexts } from '../emit/quotes/quoted.ts';
import type { PodServer } from './pod.ts';

/** An entry of the page on repairs: its heading, and the messages of the clients under it. */
export interface Entry {
  /** The messages, as the page has them. */
  readonly messages: string[];
  /** The list item that has them. */
  readonly text: string;
  /** The list item about the verification of the cause. */
  readonly sure: string;
}

/** The name that the page gives to these clients, which have the versions that Pod pins. */
const STACK = 'Pod';

/** The entries of some sections of the page in a language, by the anchor of the heading. */
export function entriesOf(language: 'fr' | 'en', ...of: string[]): Map<string, Entry> {
  const path = join(import.meta.dirname, `../../src/content/docs/${language}/troubleshoot.mdx`);
  // Each section ends where the next begins, the last one too.
  const text = `${readFileSync(path, 'utf8')}\n## `;
  const sections = of.map(
    (id) => new RegExp(`^## .*\\{#${id}\\}$(.*?)^## `, 'ms').exec(text)?.[1] ?? '',
  );
  const entries = sections
    .flatMap((section) => section.split(/^### /m).slice(1))
    .map((part): [string, Entry] => {
      const [, heading = '', id = ''] = /^(.*) \{#(.*)\}$/m.exec(part) ?? [];
      const items = part.match(/^- .*$/gm) ?? [];
      const [first = ''] = items;
      const text = items.find((item) => item.split('**')[1]?.includes(STACK)) ?? first;
      const code = [...`${heading} ${text}`.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
      const commands = ['celery', 'redis-cli'];
      const sure =
        items.find((item) => /^- \*\*(Comment s’en assurer|How to be sure)/.test(item)) ?? '';
      return [id, { messages: code.filter((span) => !commands.includes(span)), text, sure }];
    });
  return new Map(entries);
}

/** Finds a message of the page, which leaves out some of it and knows no address. */
export function pattern(message: string): RegExp {
  const exact = message.split(/(HOST:PORT|…)/).map((part) => {
    if (part === 'HOST:PORT') return String.raw`\S+:\d+`;
    return part === '…' ? '.*' : RegExp.escape(part);
  });
  return new RegExp(exact.join(''), 's');
}

/** A command of the page whose output distinguishes one cause from the others. */
export interface Question {
  readonly of: ProcedureId;
  /** Texts of the answer where the cause is there, and not where all is well. */
  readonly fault?: readonly string[];
  /** Texts of the answer where all is well, and not where the cause is there. */
  readonly sound?: readonly string[];
  /** The same, in words of the page. */
  readonly shows?: RegExp;
}

/** The anchors of the commands that ask. */
const ANCHORS: Partial<Record<ProcedureId, string>> = {
  'troubleshoot.settings': 'ask-settings',
  'troubleshoot.ping': 'ask-redis',
  'troubleshoot.plain': 'ask-plain',
  'troubleshoot.listening': 'ask-listening',
  'troubleshoot.state': 'ask-state',
  'troubleshoot.channel': 'ask-channels',
  'troubleshoot.sessions': 'ask-sessions',
  'troubleshoot.sentinels': 'ask-sentinels',
  'troubleshoot.listens': 'ask-workers',
  'troubleshoot.visibility': 'ask-visibility',
  'troubleshoot.queues': 'queues',
};

/** Asks as an administrator does who has described an architecture. */
export async function answer(
  of: ProcedureId,
  pod: PodServer,
  deployment: Deployment,
  password: string,
): Promise<string> {
  const access = quoteTexts('cli.access', deployment).join('');
  return pod.type(access + quoteTexts(of, deployment).join('\n'), `${password}\n`);
}

/** Compares two answers with the page’s “How to be sure”. */
export function compareAnswers(
  { sure }: Pick<Entry, 'sure'>,
  { of, fault = [], sound = [], shows }: Question,
  answers: { readonly faulty: string; readonly well: string },
): void {
  for (const text of [
    `](../monitor/#${ANCHORS[of]})`,
    ...[...fault, ...sound].map((each) => `\`${each}\``),
  ])
    expect(sure).toContain(text);
  const has = (said: string) => (text: string) => pattern(text).test(said);
  const { faulty, well } = answers;
  expect({ faulty, lacks: fault.filter((each) => !has(faulty)(each)) }).toEqual({
    faulty,
    lacks: [],
  });
  expect({ faulty, has: sound.filter(has(faulty)) }).toEqual({ faulty, has: [] });
  expect({ well, lacks: sound.filter((each) => !has(well)(each)) }).toEqual({ well, lacks: [] });
  expect({ well, has: fault.filter(has(well)) }).toEqual({ well, has: [] });
  if (shows === undefined) return;
  expect(well).toMatch(shows);
  expect(faulty).not.toMatch(shows);
}
