import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openssl } from '../software.ts';
import { run, temporaryFolder, type Finally } from './processes.ts';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

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
  const ssl = async (...args: string[]) => {
    const { status, stderr } = await run(openssl(), args, { cwd: folder });
    if (status !== 0) throw new Error(stderr);
  };
  const extensions = [
    `subjectAltName=${names}`,
    'basicConstraints=CA:FALSE',
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
  ];
  await writeFile(join(folder, 'extensions'), extensions.join('\n'));
  const authority = ['-subj', '/CN=authority', '-addext', 'keyUsage=critical,keyCertSign'];
  await ssl('req', '-x509', ...KEY, ...authority, '-keyout', 'ca.key', '-out', 'ca.crt');
  await ssl('req', ...KEY, '-subj', '/CN=redis', '-keyout', 'redis.key', '-out', 'redis.csr');
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions'];
  await ssl('x509', '-req', '-in', 'redis.csr', ...by, '-out', 'redis.crt');
  return folder;
}
