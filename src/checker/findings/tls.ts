import type { SettingsRule } from '../report.ts';
import { written } from '../read/values.ts';
import type { Edit } from '../findings.ts';

/** Connections that are encrypted, and do not know with whom. */
export const tls: SettingsRule = (file, report) => {
  const authority = file.connections.find(({ ca }) => ca !== undefined)?.ca;
  for (const { setting, client, urls, value, span } of file.connections) {
    if (!value) continue;
    for (const { scheme, query, more, unencoded } of urls) {
      if (scheme !== 'rediss' || unencoded) continue;
      const required = query.get('ssl_cert_reqs');
      const verified =
        required === undefined
          ? client !== 'celery'
          : /^(required|cert_required)$/i.test(required.text);
      const add = (text: string): Edit[] => {
        const place = written(value, more.at, more.at);
        return place ? [{ ...place, insert: more.sign + text }] : [];
      };
      if (!verified) {
        const change = required ? written(value, required.from, required.to) : undefined;
        const needsCa = client === 'celery' && !query.has('ssl_ca_certs');
        const ca = needsCa && authority !== undefined ? `&ssl_ca_certs=${authority}` : '';
        const repair = required
          ? change
            ? [{ ...change, insert: 'required' }]
            : []
          : add(`ssl_cert_reqs=required${ca}`);
        report.add('tls-unverified', file, span, { setting }, repair);
      } else if (!/^(true|1|yes)$/i.test(query.get('ssl_check_hostname')?.text ?? '')) {
        const given = query.get('ssl_check_hostname');
        const place = given && written(value, given.from, given.to);
        report.add(
          'tls-host-name',
          file,
          span,
          { setting },
          given ? (place ? [{ ...place, insert: 'true' }] : []) : add('ssl_check_hostname=true'),
        );
      }
    }
  }
};
