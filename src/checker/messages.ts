import type { Say, TextKey } from '../model/say.ts';
import type { Checked } from './check.ts';
import type { Finding } from './findings.ts';

/** The message of a finding: one sentence. */
export function messageOf({ code, params }: Finding, say: Say): string {
  const variant = params['case'] ? `.${params['case']}` : '';
  return say(`finding.${code}${variant}` as Extract<TextKey, `finding.${string}`>, params);
}

/** The number of findings of each severity in words, or that nothing has to be repaired. */
export function summary({ findings, files }: Checked, say: Say): string {
  const counts = (['error', 'warning', 'advice'] as const).flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [say(`check.count.${severity}`, { count })];
  });
  const wrong = findings.some(({ severity }) => severity !== 'advice');
  const others = files.filter(({ kind }) => kind === 'other').map(({ input }) => input.name);
  const checked = files.length - others.length;
  return [
    !wrong && checked > 0 && say('check.clean', { count: checked }),
    counts.length > 0 && `${counts.join(', ')}.`,
    others.length > 0 && say('check.other', { files: others.join(', '), count: others.length }),
  ]
    .filter((part) => part !== false)
    .join(' ');
}
