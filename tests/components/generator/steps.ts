import fc from 'fast-check';
import { FORM_FIELDS, type FormField } from '../../../src/components/generator/formState.ts';
import { DEFAULTS, fieldText } from '../../../src/model/architecture.ts';
import { FIELD_NAMES, FIELDS } from '../../../src/model/fields.ts';
import { formatLink } from '../../../src/model/link.ts';
import { PRESETS } from '../../../src/model/presets.ts';
import { architectures, passwords } from '../../model/architecture.ts';

/** A step of a reader on the generator's page. */
export type Step =
  /** Typed or chosen; the browser can undo typing. */
  | { readonly do: 'set'; readonly field: FormField; readonly text: string }
  /** Set at once, as by a password manager. */
  | { readonly do: 'fill'; readonly field: FormField; readonly text: string }
  /** Typed key by key, after the present text. */
  | { readonly do: 'keys'; readonly field: FormField; readonly text: string }
  | { readonly do: 'reset'; readonly field: FormField }
  /** One of the examples, or of the links to a heading of the page. */
  | { readonly do: 'example'; readonly at: number }
  | { readonly do: 'heading'; readonly at: number }
  /** Another fragment in the address bar. */
  | { readonly do: 'link'; readonly hash: string }
  | { readonly do: Alone };

/** The steps without a parameter. The browser undoes, by its command or by its key. */
const ALONE = ['undo', 'undo key', 'dismiss', 'back', 'forward', 'reload', 'language'] as const;
type Alone = (typeof ALONE)[number];

/** The kinds of steps. */
export const KINDS = ['set', 'fill', 'keys', 'reset', 'example', 'heading', 'link', ...ALONE];

/** A sequence with every kind of step: some kinds are rare in random ones. */
export const EVERY_KIND: Step[] = [
  { do: 'set', field: 'web', text: '2' },
  { do: 'undo' },
  { do: 'fill', field: 'host', text: '10.0.0.5' },
  { do: 'keys', field: 'host', text: '1' },
  { do: 'undo key' },
  { do: 'reset', field: 'host' },
  { do: 'back' },
  { do: 'forward' },
  { do: 'example', at: 1 },
  { do: 'heading', at: 0 },
  { do: 'link', hash: '#nowhere&web=2' },
  { do: 'dismiss' },
  { do: 'language' },
  { do: 'reload' },
];

/** Texts that are wrong in most fields. */
const SLIPS = [
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  '99999999',
  'é',
  'redis://10.0.0.5',
  '127.0.0.1',
  '10.0.0.256',
  ' 10.0.0.5 ',
  '10.0.0.5, 10.0.0.6',
  '/tmp/../x',
  '<img src=x onerror=alert(1)>',
  '\'"\\&#%',
  'default',
];

/** A field of the form. */
export const fields = fc.constantFrom(...FORM_FIELDS);

/**
 * Architectures that are drawn once: drawing one for every step takes longer than the steps. The
 * seed is fixed, so that the seed that fast-check reports repeats a failure.
 */
const drawn = fc.constantFrom(...fc.sample(architectures, { numRuns: 500, seed: 1 }));

/** A field that is typed in, and not chosen from. */
const typed = fc.constantFrom(
  ...FORM_FIELDS.filter(
    (name) =>
      name === 'password' ||
      (FIELDS[name].values === undefined && typeof DEFAULTS[name] !== 'boolean'),
  ),
);

/** A field and a text that is valid in it. */
export const validTexts = fc
  .tuple(fields, drawn, passwords)
  .map(([field, architecture, password]) => ({
    field,
    text: field === 'password' ? password : fieldText(architecture, field),
  }));

/** A field that is typed in, and a text that is rarely valid in it. */
export const slips = fc
  .tuple(typed, fc.constantFrom(...SLIPS))
  .map(([field, text]) => ({ field, text }));

/** An architecture that differs from the default in some fields; it may be wrong as a whole. */
const links = fc
  .tuple(fc.subarray([...FIELD_NAMES]), drawn)
  .map(([names, all]) => Object.fromEntries(names.map((name) => [name, all[name]])))
  .map((some) => `#${formatLink({ ...DEFAULTS, ...some })}`);

/** Fragments that are understood; some of their architectures are wrong as a whole. */
export const hashes = fc.oneof(
  { weight: 3, arbitrary: links },
  fc.constantFrom(
    '',
    '#address',
    '#settings&web=2',
    '#web=2&host=127.0.0.1',
    '#arch=microservices&workers=3&host=10.0.0.5',
    '#redis=docker&arch=standalone',
  ),
);

/** Fragments that are understood in part, with a message about the rest. */
export const oddHashes = fc.constantFrom(
  '#nowhere',
  '#web=0&workers=2',
  '#port=6380&port=6381',
  '#nowhere&web=2',
);

const one = fc.oneof(
  { weight: 48, arbitrary: validTexts.map((what): Step => ({ do: 'set', ...what })) },
  { weight: 16, arbitrary: validTexts.map((what): Step => ({ do: 'fill', ...what })) },
  { weight: 24, arbitrary: slips.map((what): Step => ({ do: 'set', ...what })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(typed, fc.constantFrom('1', '0', '12', 'a', ','))
      .map(([name, text]): Step => ({ do: 'keys', field: name, text })),
  },
  { weight: 12, arbitrary: fields.map((name): Step => ({ do: 'reset', field: name })) },
  { weight: 8, arbitrary: fc.nat(20).map((at): Step => ({ do: 'example', at })) },
  { weight: 8, arbitrary: fc.nat(50).map((at): Step => ({ do: 'heading', at })) },
  { weight: 8, arbitrary: hashes.map((hash): Step => ({ do: 'link', hash })) },
  { weight: 28, arbitrary: fc.constantFrom<Step[]>({ do: 'undo' }, { do: 'back' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'undo key' }) },
  // They load the page again, which takes long.
  { weight: 1, arbitrary: fc.constantFrom<Step[]>({ do: 'reload' }, { do: 'language' }) },
);

/** Pairs of steps of which the second needs the first. */
const two = fc.oneof(
  fc.constant<Step[]>([{ do: 'back' }, { do: 'forward' }]),
  oddHashes.map((hash): Step[] => [{ do: 'link', hash }, { do: 'dismiss' }]),
);

/** The steps of a reader. */
export const sequences: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof({ weight: 14, arbitrary: one.map((step) => [step]) }, { weight: 1, arbitrary: two }),
    { minLength: 2, maxLength: 5, size: 'max' },
  )
  .map((all) => all.flat());

/** The links that sequences begin with; none has an error. */
export const beginnings = fc.constantFrom(
  ...PRESETS.map(({ architecture }) => formatLink(architecture)).map((link) => link && `#${link}`),
  '#address&web=2&host=10.0.0.5',
  // Fields that few architectures need.
  '#xapi=1&auth=acl&tls=1&service=init&workers=1&host=10.0.0.5',
);
