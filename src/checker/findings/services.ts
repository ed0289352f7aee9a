import { binding } from '../read/files.ts';
import type { SettingsRule } from '../report.ts';
import { isTrue, textOf, type Span } from '../read/values.ts';

const START: Span = { from: 0, to: 0 };

/** xAPI that is on and has nowhere to send to (pod/xapi: without XAPI_LRS_URL nothing is published). */
export const recordStore: SettingsRule = (file, report) => {
  const turned = binding(file, 'USE_XAPI');
  const worker = file.said && file.roles.has('xapi');
  if (!(turned && isTrue(turned.value)) && !worker) return;
  const url = binding(file, 'XAPI_LRS_URL');
  const empty = url && (url.value.kind === 'none' || textOf(url.value) === '');
  if ((url && !empty) || (!url && file.python.open)) return;
  report.add('xapi-lrs', file, (url ?? turned)?.statement ?? START);
};

/** Workers of the microservices that cannot tell Pod what they did: they do so by its REST API. */
export const restApi: SettingsRule = (file, report) => {
  const worker = file.roles.has('encoding') || file.roles.has('transcription');
  // A web server that does the workers' part has their settings too.
  if (!file.said || !worker || file.python.open) return;
  for (const setting of ['POD_API_URL', 'POD_API_TOKEN'] as const) {
    const given = binding(file, setting);
    if (!given || given.value.kind === 'none' || textOf(given.value) === '')
      report.add('worker-api', file, given?.statement ?? START, { setting });
  }
};
