import type { FindingDefinition } from '../finding.ts';
import { binding, isOn } from '../read/files.ts';
import { FILE_START } from '../read/span.ts';
import { isEmpty } from '../read/values.ts';
import { CACHES_TEXT, SESSIONS_TEXT, settings } from './exampleFiles.ts';

const MICROSERVICE_TEXT = `ENCODING_TRANSCODING_CELERY_BROKER_URL = "redis://10.0.0.9:6379/5"
`;
const XAPI_TEXT = `USE_XAPI = True
XAPI_CELERY_BROKER_URL = "redis://10.0.0.9:6379/6"
`;

/** The services to which workers send their results. */
export const services = [
  // The workers of the microservices report to Pod by its REST API.
  {
    code: 'worker-api',
    severity: 'advice',
    *settings(file) {
      const { roles, rolesKnown, python } = file;
      const microservice = roles.has('encoding') || roles.has('transcription');
      if (!rolesKnown || !microservice || python.incomplete) return;
      for (const setting of ['POD_API_URL', 'POD_API_TOKEN'] as const) {
        const current = binding(file, setting);
        if (!current || isEmpty(current.value))
          yield { at: current?.statement ?? FILE_START, params: { setting } };
      }
    },
    example: [settings(MICROSERVICE_TEXT, { roles: ['encoding'] })],
    nearMiss: [
      settings(
        `${MICROSERVICE_TEXT}POD_API_URL = "https://pod.example.org/rest"\nPOD_API_TOKEN = "a-token"\n`,
        { roles: ['encoding'] },
      ),
    ],
    repairable: false,
  },
  // Without the address of a Learning Record Store, nothing is sent (pod/xapi).
  {
    code: 'xapi-lrs',
    severity: 'advice',
    *settings(file) {
      const xapi = isOn(file, 'USE_XAPI') || (file.rolesKnown && file.roles.has('xapi'));
      const url = binding(file, 'XAPI_LRS_URL');
      if (xapi && (url ? isEmpty(url.value) : !file.python.incomplete))
        yield { at: (url ?? binding(file, 'USE_XAPI'))?.statement ?? FILE_START };
    },
    example: [settings(`${XAPI_TEXT}XAPI_LRS_URL = ""\n${CACHES_TEXT}${SESSIONS_TEXT}`)],
    nearMiss: [
      settings(
        `${XAPI_TEXT}XAPI_LRS_URL = "https://lrs.example.org/xAPI/"\n${CACHES_TEXT}${SESSIONS_TEXT}`,
      ),
    ],
    repairable: false,
  },
] as const satisfies readonly FindingDefinition[];
