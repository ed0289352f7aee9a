import type { Finding } from './findings.ts';
import { readFile, type CheckedFile, type GivenFile } from './read/files.ts';
import { Report, type SettingsRule } from './report.ts';
import { addresses, brackets, otherHosts } from './findings/addresses.ts';
import { brokerEnvironment, brokers } from './findings/brokers.ts';
import { cacheSchemes, caches, sessions } from './findings/caches.ts';
import { databases } from './findings/databases.ts';
import { listening } from './findings/listening.ts';
import {
  acknowledgedEarly,
  bothModes,
  brokerMissing,
  brokerUnused,
  microserviceIgnores,
  visibilityTimeout,
} from './findings/modes.ts';
import { notUnderstood, old } from './findings/others.ts';
import { asUser, differing, encoded, inFile, unencoded } from './findings/passwords.ts';
import { redisConf, sentinelConf } from './findings/redis.ts';
import { sentinelClients, sentinels } from './findings/sentinel.ts';
import { recordStore, restApi } from './findings/services.ts';
import { tls } from './findings/tls.ts';
import { modules, workers } from './findings/worker.ts';
import { understand, type Understood } from './understood.ts';

const SETTINGS_RULES: readonly SettingsRule[] = [
  notUnderstood,
  bothModes,
  brokerMissing,
  brokerUnused,
  brokers,
  brokerEnvironment,
  visibilityTimeout,
  acknowledgedEarly,
  microserviceIgnores,
  databases,
  caches,
  cacheSchemes,
  sessions,
  addresses,
  otherHosts,
  listening,
  brackets,
  asUser,
  unencoded,
  encoded,
  differing,
  inFile,
  tls,
  sentinels,
  sentinelClients,
  recordStore,
  restApi,
  old,
];

/** What files say, and what is wrong with them. */
export interface Checked {
  readonly files: readonly CheckedFile[];
  /** By file, and from its top to its end. */
  readonly findings: readonly Finding[];
  readonly understood: Understood;
}

/**
 * Checks files together: several settings_local.py, redis.conf, and what starts the workers. Runs
 * nothing that is in them, and never throws.
 */
export function checkFiles(given: readonly GivenFile[]): Checked {
  const files = given.map(readFile);
  const report = new Report(files);
  for (const file of files)
    switch (file.kind) {
      case 'settings':
        // Of a file that Python refuses, nothing that seems to be missing is sure to be.
        if (file.python.faults.length > 0) notUnderstood(file, report);
        else for (const rule of SETTINGS_RULES) rule(file, report);
        break;
      case 'module':
        modules(file, report);
        break;
      case 'redis':
        redisConf(file, report);
        break;
      case 'sentinel':
        sentinelConf(file, report);
        break;
      case 'worker':
        workers(file, report);
        break;
      default:
    }
  const order = new Map(given.map(({ name }, at) => [name, at]));
  const findings = report.findings.toSorted(
    (a, b) =>
      (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) ||
      a.span.from - b.span.from ||
      a.span.to - b.span.to,
  );
  return { files, findings, understood: understand(files) };
}
