import { KOMBU_REQUIREMENT, REFUSING_KOMBU } from '../../pod/clients.ts';
import type { FindingDefinition } from '../finding.ts';
import type { InputFile } from '../read/files.ts';
import { staysBelow, type Requirement } from '../read/packagesFile.ts';
import { linesAfter, replace } from '../repair/edits.ts';
import { pair } from './exampleFiles.ts';

/** The packages of an encoding server, with a kombu that Pod can use. */
const PACKAGES: InputFile = {
  name: 'requirements-encode.txt',
  text: `celery==5.4.0
redis==5.2.0
${KOMBU_REQUIREMENT}
`,
};

/** The findings about the versions of Python packages. */
export const packages = [
  {
    code: 'kombu-refuses-redis',
    severity: 'error',
    *packages(file, files) {
      const all = files.of('packages').map((each) => each.packages);
      const named = (name: string) => all.flatMap((each) => each.get(name) ?? []);
      // A file of constraints may limit what another one asks for.
      if (named('kombu').some((each) => staysBelow(each, REFUSING_KOMBU.kombu))) return;
      const isOld = (each: Requirement) => staysBelow(each, REFUSING_KOMBU.redis);
      if (!named('redis').some(isOld)) return;
      const own = file.packages;
      const kombu = own.get('kombu');
      const redis = own.get('redis');
      const at = kombu ?? (named('kombu').length === 0 && own.has('celery') ? redis : undefined);
      if (!at) return;
      const repair = kombu
        ? replace(kombu, KOMBU_REQUIREMENT)
        : linesAfter(file.input.text, at, KOMBU_REQUIREMENT);
      yield {
        at,
        params: { case: kombu ? 'asked' : 'open', requirement: KOMBU_REQUIREMENT },
        repair,
      };
    },
    ...pair(`${KOMBU_REQUIREMENT}\n`, 'kombu==5.7.0\n', PACKAGES),
  },
] as const satisfies readonly FindingDefinition[];
