import type { FindingDefinition } from '../finding.ts';
import { binding } from '../read/files.ts';
import { without } from '../repair/edits.ts';
import {
  but,
  CACHES_TEXT,
  MICROSERVICES_TEXT,
  SESSIONS_TEXT,
  settings,
  SETTINGS_TEXT,
} from './exampleFiles.ts';

/** Settings of Pod 3 with the ones that replace them; empty where none does. */
const REPLACED: Readonly<Record<string, string>> = {
  USE_DISTANT_ENCODING_TRANSCODING: 'USE_REMOTE_ENCODING_TRANSCODING',
  CELERY_BROKER: 'CELERY_BROKER_URL',
  CELERY_NAME: '',
  CELERY_BACKEND: '',
};

/** Settings without any effect in Pod 4. */
export const obsoleteSettings = [
  {
    code: 'pod-3-setting',
    severity: 'warning',
    *settings(file) {
      const { text } = file.input;
      for (const [setting, now] of Object.entries(REPLACED)) {
        const statement = binding(file, setting)?.statement;
        if (!statement) continue;
        const { from } = statement;
        // The broker is removed: in Pod 3's documents it is RabbitMQ.
        const renamed =
          now !== '' &&
          now !== 'CELERY_BROKER_URL' &&
          !binding(file, now) &&
          text.startsWith(setting, from);
        yield {
          at: statement,
          params: { setting, now },
          repair: renamed
            ? [{ from, to: from + setting.length, insert: now }]
            : without(text, statement),
        };
      }
    },
    example: [settings(but(MICROSERVICES_TEXT, 'REMOTE', 'DISTANT') + CACHES_TEXT + SESSIONS_TEXT)],
    nearMiss: [settings(MICROSERVICES_TEXT + CACHES_TEXT + SESSIONS_TEXT)],
  },
  // Pod 4.1.0 reads the name with a space at its end, which no setting has.
  {
    code: 'live-transcription',
    severity: 'advice',
    *settings(file) {
      const live = binding(file, 'LIVE_CELERY_TRANSCRIPTION');
      if (live) yield { at: live.statement };
    },
    example: [settings(`LIVE_CELERY_TRANSCRIPTION = True\n${SETTINGS_TEXT}`)],
    nearMiss: [settings(`LIVE_TRANSCRIPTION = True\n${SETTINGS_TEXT}`)],
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
