import type { Issue } from '../model/issues.ts';
import type { Say } from '../model/say.ts';

/** How many files there are, and how many errors and placeholders they have, in one line. */
export function summaryText(files: readonly unknown[], issues: readonly Issue[], say: Say): string {
  const count = (severity: Issue['severity']) =>
    issues.filter((issue) => issue.severity === severity).length;
  const [errors, todo] = [count('error'), count('todo')];
  return [
    say('gen.summary.files', { count: files.length }),
    ...(errors > 0 ? [say('gen.summary.errors', { count: errors })] : []),
    ...(todo > 0 ? [say('gen.summary.todo', { count: todo })] : []),
  ].join(', ');
}
