import type { FindingDefinition } from '../finding.ts';
import { binding, handsToRunner, isOn } from '../read/files.ts';
import { replaceValue } from '../repair/edits.ts';
import { settings, SETTINGS_TEXT } from './exampleFiles.ts';

/** The ways in which Pod encodes: itself, by Celery workers, or by microservices. */
export const encodingModes = [
  // With both on, Pod hands a video to the Celery worker and to the microservices in turn.
  {
    code: 'both-modes',
    severity: 'error',
    *settings(file) {
      const celery = binding(file, 'CELERY_TO_ENCODE');
      const remote = binding(file, 'USE_REMOTE_ENCODING_TRANSCODING');
      if (!celery || !remote || !isOn(file, 'CELERY_TO_ENCODE')) return;
      // Esup-Runner comes before both.
      if (handsToRunner(file)) return;
      if (!isOn(file, 'USE_REMOTE_ENCODING_TRANSCODING')) return;
      const celeryBroker = binding(file, 'CELERY_BROKER_URL') !== undefined;
      const remoteBroker = binding(file, 'ENCODING_TRANSCODING_CELERY_BROKER_URL') !== undefined;
      // A mode without a broker cannot have worked; of two that might, only the reader knows.
      const off = celeryBroker ? remote.value : celery.value;
      yield {
        at: remote.statement,
        repair:
          celeryBroker !== remoteBroker && off.kind === 'flag' ? replaceValue(off, 'False') : [],
      };
    },
    example: [settings(`${SETTINGS_TEXT}USE_REMOTE_ENCODING_TRANSCODING = True\n`)],
    nearMiss: [settings(`${SETTINGS_TEXT}USE_REMOTE_ENCODING_TRANSCODING = False\n`)],
  },
] as const satisfies readonly FindingDefinition[];
