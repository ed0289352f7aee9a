import { shown } from '../model/say.ts';

/**
 * The marks by which a CI service takes commands from the output of a program: `##[…]` anywhere in a line
 * (GitHub Actions), `##vso[…]` (Azure Pipelines).
 */
const COMMAND = /#(?=#\w*\[)/g;

/** One line of output, which is text for a terminal and for a CI service, whatever is in it. */
function lineOf(text: string): string {
  const line = shown(text).replace(COMMAND, '�');
  // GitHub Actions takes a line that begins with `::`, after blanks, for a command.
  return /^\s*::/.test(line) ? `�${line}` : line;
}

/** Prints a line on standard output. */
export function printLine(text: string): void {
  console.log(lineOf(text));
}

/** Prints a line on standard error. */
export function printError(text: string): void {
  console.error(lineOf(text));
}

/** Prints a value as JSON. Its texts are exact: what is not visible is escaped. */
export function printJson(value: unknown): void {
  const escaped = (text: string) =>
    text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  console.log(
    JSON.stringify(value, null, 2)
      .replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, escaped)
      .replace(COMMAND, escaped),
  );
}

/**
 * Ends the command with status 2.
 *
 * @param messages lines for standard error
 * @param usage the command's description, after the messages
 */
export function fail(messages: readonly string[], usage?: string): never {
  for (const message of messages) printError(message);
  if (usage !== undefined) console.error(messages.length > 0 ? `\n${usage}` : usage);
  process.exit(2);
}

/** The message of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
