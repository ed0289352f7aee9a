import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openssl } from '../software.ts';
import { run, temporaryFolder, type Finally } from './processes.ts';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function ssl(folder: string, ...args: string[]): Promise<void> {
  const { status, stderr } = await run(openssl(), args, { cwd: folder });
  if (status !== 0) throw new Error(stderr);
}

/**
 * Makes another certificate by the authority in a folder of {@link makeCertificates}, for the same key.
 *
 * @param names the names in the certificate, in OpenSSL's syntax
 * @returns its path
 */
export async function certify(folder: string, names: string, file: string): Promise<string> {
  const extensions = [
    `subjectAltName=${names}`,
    'basicConstraints=CA:FALSE',
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
  ];
  await writeFile(join(folder, 'extensions'), extensions.join('\n'));
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions'];
  await ssl(folder, 'x509', '-req', '-in', 'redis.csr', ...by, '-out', file);
  return join(folder, file);
}

/**
 * Makes an authority (`ca.crt`) and a server's certificate and key by it (`redis.crt`, `redis.key`).
 *
 * @param names the names in the certificate, in OpenSSL's syntax
 * @returns their folder, which is gone after the test
 */
export async function makeCertificates(
  atEnd: Finally,
  names = 'DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3,IP:::1,IP:fd00::1,IP:fd00::2,IP:fd00::3',
): Promise<string> {
  const folder = temporaryFolder(atEnd);
  const authority = ['-subj', '/CN=authority', '-addext', 'keyUsage=critical,keyCertSign'];
  await ssl(folder, 'req', '-x509', ...KEY, ...authority, '-keyout', 'ca.key', '-out', 'ca.crt');
  await ssl(
    folder,
    'req',
    ...KEY,
    '-subj',
    '/CN=localhost',
    '-keyout',
    'redis.key',
    '-out',
    'redis.csr',
  );
  await certify(folder, names, 'redis.crt');
  return folder;
}
