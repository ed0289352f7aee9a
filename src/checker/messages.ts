import type { Say, TextKey } from '../core/say.ts';
import type { Finding } from './findings.ts';

/** What a finding says of its place, in a sentence. */
export function messageOf({ code, params }: Finding, say: Say): string {
  const exposed = code === 'password-in-file' && params['exposed'] ? `.${params['exposed']}` : '';
  return say(`finding.${code}${exposed}` as TextKey, params);
}
