import type { Say, TextKey } from '../model/say.ts';
import type { Finding } from './findings.ts';

/** What a finding says of its place, in a sentence. */
export function messageOf({ code, params }: Finding, say: Say): string {
  const variant = params['case'] ? `.${params['case']}` : '';
  return say(`finding.${code}${variant}` as Extract<TextKey, `finding.${string}`>, params);
}
