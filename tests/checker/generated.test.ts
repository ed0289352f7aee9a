import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { roleOfFolder, type GivenFile } from '../../src/checker/read/files.ts';
import { FIELDS, FIELD_NAMES } from '../../src/model/fields.ts';
import type { Architecture, FieldName } from '../../src/model/architecture.ts';
import { filesOf, fileText } from '../../src/emit/files.ts';
import { isPlaceholder } from '../../src/model/address.ts';
import { plan } from '../../src/model/deployment.ts';
import { speaker } from '../../src/model/say.ts';
import { serverCount } from '../../src/model/servers.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { soundCases, type Case } from '../fuzz/cases.ts';

const say = speaker(TEXTS.en, 'en');

/** The files of an architecture as a reader of the generator has them, with whose they are. */
function generated({ architecture, password }: Case): GivenFile[] {
  const deployment = plan(architecture);
  const servers = deployment.servers;
  const everyRole = [...new Set(servers.flatMap(({ roles }) => roles))].filter(
    (role) => role !== 'redis',
  );
  return filesOf(deployment, { say, password }).map((file) => {
    const name = `${file.folder}/${file.name}`;
    const group = servers.find(({ id }) => id === file.server);
    const roles =
      file.server === 'all' ? everyRole : (group?.roles ?? []).filter((role) => role !== 'redis');
    return {
      name,
      text: fileText(file),
      ...(roles.length > 0 && { roles }),
      ...(file.name === 'settings_local.py' &&
        (file.server === 'all' ? serverCount(architecture) > 1 : (group?.count ?? 1) > 1) && {
          several: true,
        }),
    };
  });
}

/** Fields that no file says, or that it says of more than one. */
const UNSAID: readonly FieldName[] = [
  'web',
  'workers',
  'firewall',
  'from.web',
  'from.workers',
  'from.transcription',
  'from.xapi',
  'comments',
  'shared',
];

test('every file that the generator writes is found to be right', () => {
  fc.assert(
    fc.property(soundCases, (each) => {
      const { findings } = checkFiles(generated(each));
      const wrong = findings.filter(({ severity }) => severity !== 'advice');
      expect(wrong).toEqual([]);
      const { architecture, password } = each;
      const expected = (code: string) =>
        // What has nothing to do with Redis the generator reminds of, in a comment.
        ['database-differs', 'worker-api', 'xapi-lrs'].includes(code) ||
        (code === 'password-in-file' && password !== '') ||
        (code === 'docker-address' && architecture.redis === 'docker');
      expect(findings.filter(({ code }) => !expected(code))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('files read back to the architecture that they were written for', () => {
  fc.assert(
    fc.property(soundCases, (each) => {
      const { architecture } = each;
      const { understood } = checkFiles(generated(each));
      const deployment = plan(architecture);
      const said = FIELD_NAMES.filter(
        (name) =>
          name in understood.architecture &&
          FIELDS[name].applies(architecture) &&
          !UNSAID.includes(name),
      );
      for (const name of said) {
        // An address that is its own default is written out.
        if (name === 'host' && (architecture.host === '' || isPlaceholder(architecture.host)))
          continue;
        expect([name, understood.architecture[name]]).toEqual([name, architecture[name]]);
      }
      const must: FieldName[] = [
        'arch',
        'xapi',
        'db.default',
        'db.select2',
        'db.sessions',
        'prefix',
      ];
      if (deployment.redis.sentinel) must.push('sentinels', 'master');
      else if (deployment.redis.socket !== undefined) must.push('socket');
      else if (!deployment.redis.container) must.push('port', 'tls');
      if (!deployment.redis.container) must.push('auth', 'memory');
      if (architecture.arch !== 'standalone') must.push('hours', 'db.encoding');
      expect(must.filter((name) => !(name in understood.architecture))).toEqual([]);
      if (each.password !== '' && deployment.redis.password)
        expect(understood.password).toBe(each.password);
      // What is understood is enough to write the same files again.
      const known: Architecture = { ...architecture, ...understood.architecture };
      if (architecture.host === '') Object.assign(known, { host: '' });
      expect(
        generated({
          ...each,
          architecture: { ...known, redis: architecture.redis, shared: architecture.shared },
        }),
      ).toEqual(generated(each));
    }),
    { numRuns: 500 },
  );
});

test('the folder of a generated file says whose it is', () => {
  expect(roleOfFolder('here/web/settings_local.py')).toBe('web');
  expect(roleOfFolder('settings_local.py')).toBeUndefined();
});
