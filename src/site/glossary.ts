import { speaker } from '../model/say.ts';
import { otherLanguage } from './languages.ts';
import { TEXTS, type Language } from './texts.ts';

/** The glossary's terms by theme, each with the section of the guide that explains it. */
const GLOSSARY = {
  tasks: {
    task: 'workers/#first-video',
    queue: 'reference/#queues',
    broker: 'understand/#broker-url',
    producer: 'understand/#roles',
    consumer: 'understand/#roles',
    acknowledgement: 'understand/#acks-late',
    prefetch: 'understand/#acks-late',
    'visibility-timeout': 'understand/#visibility-timeout',
    'time-limit': 'understand/#visibility-timeout',
  },
  workers: {
    worker: 'workers/#prerequisites',
    celery: 'understand/#roles',
    microservice: 'understand/#microservices',
    encoding: 'understand/#roles',
    unit: 'understand/#services',
    'virtual-environment': 'workers/#environments',
    'result-backend': 'workers/#redis-lost',
    setting: 'reference/#settings',
    xapi: 'understand/#xapi',
    lrs: 'understand/#xapi',
  },
  data: {
    database: 'understand/#databases',
    cache: 'operate/#flush',
    session: 'server/#sessions',
    key: 'redis/#presentation',
    'key-prefix': 'understand/#key-prefix',
    expiry: 'server/#memory',
    eviction: 'server/#memory',
    persistence: 'server/#persistence',
    snapshot: 'server/#persistence',
    'append-only-file': 'server/#persistence',
  },
  access: {
    'protected-mode': 'server/#password',
    'acl-user': 'server/#password',
    tls: 'server/#tls',
    'certificate-authority': 'server/#tls',
    firewall: 'server/#firewall',
  },
  several: {
    sentinel: 'server/#sentinel',
    master: 'server/#sentinel',
    replica: 'server/#sentinel',
    quorum: 'server/#sentinel',
    failover: 'proven/#failover',
    'redis-cluster': 'grow/#cluster',
    valkey: 'operate/#valkey',
  },
} as const satisfies Record<string, Record<string, `${string}/#${string}`>>;

/** The name of a group of terms. */
export type Theme = keyof typeof GLOSSARY;

type TermId = { [T in Theme]: keyof (typeof GLOSSARY)[T] }[Theme];

/** A term of the glossary in one language. */
export interface Term {
  /** Its anchor on the page, the same in both languages. */
  readonly id: string;
  readonly name: string;
  /** Its name in the other language. */
  readonly translation: string;
  readonly meaning: string;
  /** The page that explains it, by its address below the language, and the heading there. */
  readonly page: string;
  readonly anchor: string;
}

/** The terms of some themes, all of them by default, in the alphabetical order of a language. */
export function glossary(
  language: Language,
  themes: readonly Theme[] = Object.keys(GLOSSARY) as Theme[],
): Term[] {
  const other = otherLanguage(language);
  const say = speaker(TEXTS[language], language);
  const translate = speaker(TEXTS[other], other);
  const { compare } = new Intl.Collator(language);
  return themes
    .flatMap((theme) => Object.entries(GLOSSARY[theme]) as [TermId, string][])
    .map(([id, explained]) => {
      const [page = '', anchor = ''] = explained.split('/#');
      const name = say(`glossary.${id}`);
      const translation = translate(`glossary.${id}`);
      return { id, name, translation, meaning: say(`glossary.${id}.meaning`), page, anchor };
    })
    .toSorted((one, next) => compare(one.name, next.name));
}
