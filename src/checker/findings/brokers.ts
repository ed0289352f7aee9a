import { GUIDE_NUMBERS } from '../../pod/databases.ts';
import { without } from '../repair/edits.ts';
import { urlLike } from '../repair/generated.ts';
import type { SettingsRule } from '../report.ts';
import { written, type StringValue } from '../read/values.ts';
import type { Edit } from '../findings.ts';

/** Replaces a part of a string; nothing where it is not written in one place of its own. */
function replaced(value: StringValue, from: number, to: number, insert: string): Edit[] {
  const place = written(value, from, to);
  return place ? [{ ...place, insert }] : [];
}

/** Brokers that Celery does not find by their URL, or finds another one by. */
export const brokers: SettingsRule = (file, report) => {
  for (const { setting, role, client, span, transport, urls, value, number } of file.connections) {
    if (client !== 'celery' || !value) continue;
    const [url] = urls;
    const guide = GUIDE_NUMBERS[role];
    if (transport === 'rabbitmq') {
      const text = value.named === undefined ? urlLike(file, role, 'celery') : undefined;
      report.add(
        'broker-rabbitmq',
        file,
        span,
        { setting },
        text === undefined ? [] : [{ from: value.from, to: value.to, insert: text }],
      );
      continue;
    }
    if (
      !url ||
      url.scheme === 'unix' ||
      (url.scheme === 'redis+socket' && url.query.has('db')) ||
      transport === 'unknown'
    ) {
      const wrong = url?.query.get('db');
      const at = value.text.indexOf('unix://');
      report.add('broker-scheme', file, span, { setting, scheme: url?.scheme ?? '' }, [
        ...(at === 0 ? replaced(value, 0, 'unix'.length, 'redis+socket') : []),
        ...(wrong && url
          ? replaced(value, wrong.from - 'db='.length, wrong.from, 'virtual_host=')
          : []),
      ]);
      continue;
    }
    if (url.unencoded) continue;
    if (!number || number.text === '') {
      const missing = urls.filter(
        (each) => each.path.text === '' && !each.query.has('virtual_host'),
      );
      const repair = missing.flatMap(({ path, scheme, more, query }) =>
        scheme === 'redis+socket'
          ? replaced(value, more.at, more.at, `${more.sign}virtual_host=${guide}`)
          : query.size > 0 && value.text[path.from] === '?'
            ? replaced(value, path.from, path.from, `/${guide}`)
            : replaced(
                value,
                path.from,
                path.from,
                value.text[path.from - 1] === '/' &&
                  path.from > 0 &&
                  value.text[path.from - 2] !== '/'
                  ? String(guide)
                  : `/${guide}`,
              ),
      );
      report.add(
        'broker-no-database',
        file,
        span,
        { setting, number: guide },
        repair.length === missing.length ? repair : [],
      );
    } else if (!/^\d+$/.test(number.text))
      report.add('broker-tenant-suffix', file, number.at, {
        setting,
        text: number.text.slice(0, 40),
      });
  }
};

/** An environment variable that takes the place of every broker's URL, in all of Celery's apps. */
export const brokerEnvironment: SettingsRule = (file, report) => {
  const given = file.python.environment.get('CELERY_BROKER_URL');
  if (given)
    report.add(
      'broker-environment',
      file,
      given.statement,
      {},
      without(file.given.text, given.statement),
    );
};
