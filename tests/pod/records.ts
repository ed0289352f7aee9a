import { join } from 'node:path';
import { serve, stopAtEnd, type Finally } from '../software-run/processes.ts';
import { RECORDS_LOGIN } from './settings.ts';

/** A statement that a Learning Record Store received. */
interface Statement {
  readonly id: string;
  readonly verb: { readonly id: string };
  readonly actor: { readonly mbox: string };
}

interface Line {
  readonly ports?: { readonly records: number; readonly mail: number };
  readonly records?: 'accepted' | 'refused';
  readonly statement?: Statement;
  readonly mail?: string;
}

/** A Learning Record Store and a mail server. */
export interface Neighbours {
  readonly ports: { readonly records: number; readonly mail: number };
  /** The statements that came with the right credentials. */
  readonly statements: () => readonly Statement[];
  /** How many requests came without them. */
  readonly refused: () => number;
  /** The subjects of the messages. */
  readonly mails: () => readonly string[];
}

/** Starts a Learning Record Store and a mail server until the test ends. */
export async function startNeighbours(atEnd: Finally): Promise<Neighbours> {
  const script = join(import.meta.dirname, 'neighbours.ts');
  const env = { LRS_LOGIN: `${RECORDS_LOGIN.user}:${RECORDS_LOGIN.password}` };
  const service = await serve(process.execPath, [script], { env }, (said) => said.includes('\n'));
  stopAtEnd('Learning Record Store and mail server', service, atEnd);
  const lines = () =>
    service
      .said()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  const ports = lines()[0]?.ports;
  if (!ports) throw new Error(service.said());
  return {
    ports,
    statements: () => lines().flatMap(({ statement }) => statement ?? []),
    refused: () => lines().filter(({ records }) => records === 'refused').length,
    mails: () => lines().flatMap(({ mail }) => mail ?? []),
  };
}
