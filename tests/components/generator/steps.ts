import fc from 'fast-check';
import { DEFAULTS, fieldText, type FieldName } from '../../../src/model/architecture.ts';
import { FIELD_NAMES, FIELDS } from '../../../src/model/fields.ts';
import { formatLink } from '../../../src/model/link.ts';
import { PRESETS } from '../../../src/model/presets.ts';
import { architectures, passwords } from '../../model/architecture.ts';

/** A field of the form, the password's too. */
export type Touched = FieldName | 'password';

/** All fields. */
export const TOUCHED: readonly Touched[] = [...FIELD_NAMES, 'password'];

/** One thing that a reader does on the generator's page. */
export type Step =
  /** Typed or chosen; what is typed the browser can take back. */
  | { readonly do: 'set'; readonly field: Touched; readonly text: string }
  /** Put there at once, as by a program that fills in forms. */
  | { readonly do: 'fill'; readonly field: Touched; readonly text: string }
  /** Typed key by key, after what is there. */
  | { readonly do: 'keys'; readonly field: Touched; readonly text: string }
  | { readonly do: 'reset'; readonly field: Touched }
  /** One of the examples, or of the links to a place of the page. */
  | { readonly do: 'example'; readonly at: number }
  | { readonly do: 'heading'; readonly at: number }
  /** Another fragment in the address bar. */
  | { readonly do: 'link'; readonly hash: string }
  | { readonly do: Alone };

/** What needs no word more. Undoing is the browser's, by its command or by the key for it. */
const ALONE = ['undo', 'undo key', 'dismiss', 'back', 'forward', 'reload', 'language'] as const;
type Alone = (typeof ALONE)[number];

/** Whatever a step may do. */
export const KINDS = ['set', 'fill', 'keys', 'reset', 'example', 'heading', 'link', ...ALONE];

/** What nobody means to type; some of it is right in some field. */
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

const field = fc.constantFrom(...TOUCHED);

/** A field that is written in, and not chosen from. */
const written = fc.constantFrom(
  ...TOUCHED.filter(
    (name) =>
      name === 'password' ||
      (FIELDS[name].values === undefined && typeof DEFAULTS[name] !== 'boolean'),
  ),
);

const valid = fc.tuple(field, architectures, passwords).map(([name, architecture, password]) => ({
  field: name,
  text: name === 'password' ? password : fieldText(architecture, name),
}));

const slip = fc
  .tuple(written, fc.constantFrom(...SLIPS))
  .map(([name, text]) => ({ field: name, text }));

/** An architecture that differs from the default in some fields; it may be wrong as a whole. */
const links = fc
  .tuple(fc.subarray([...FIELD_NAMES]), architectures)
  .map(([names, all]) => Object.fromEntries(names.map((name) => [name, all[name]])))
  .map((some) => `#${formatLink({ ...DEFAULTS, ...some })}`);

const hashes = fc.oneof(
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

/** Fragments of which something is left out, with a message. */
const odd = fc.constantFrom(
  '#nowhere',
  '#web=0&workers=2',
  '#port=6380&port=6381',
  '#nowhere&web=2',
);

const one = fc.oneof(
  { weight: 48, arbitrary: valid.map((what): Step => ({ do: 'set', ...what })) },
  { weight: 16, arbitrary: valid.map((what): Step => ({ do: 'fill', ...what })) },
  { weight: 24, arbitrary: slip.map((what): Step => ({ do: 'set', ...what })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(written, fc.constantFrom('1', '0', '12', 'a', ','))
      .map(([name, text]): Step => ({ do: 'keys', field: name, text })),
  },
  { weight: 12, arbitrary: field.map((name): Step => ({ do: 'reset', field: name })) },
  { weight: 8, arbitrary: fc.nat(20).map((at): Step => ({ do: 'example', at })) },
  { weight: 8, arbitrary: fc.nat(50).map((at): Step => ({ do: 'heading', at })) },
  { weight: 8, arbitrary: hashes.map((hash): Step => ({ do: 'link', hash })) },
  { weight: 28, arbitrary: fc.constantFrom<Step[]>({ do: 'undo' }, { do: 'back' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'undo key' }) },
  // Those load the page anew, which takes long.
  { weight: 1, arbitrary: fc.constantFrom<Step[]>({ do: 'reload' }, { do: 'language' }) },
);

/** Steps that mean something only one after the other. */
const two = fc.oneof(
  fc.constant<Step[]>([{ do: 'back' }, { do: 'forward' }]),
  odd.map((hash): Step[] => [{ do: 'link', hash }, { do: 'dismiss' }]),
);

/** What a reader does, one thing after the other. */
export const sequences: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof({ weight: 14, arbitrary: one.map((step) => [step]) }, { weight: 1, arbitrary: two }),
    { minLength: 2, maxLength: 5, size: 'max' },
  )
  .map((all) => all.flat());

/** The links that sequences begin with: nothing is wrong in them. */
export const beginnings = fc.constantFrom(
  ...PRESETS.map(({ architecture }) => formatLink(architecture)).map((link) => link && `#${link}`),
  '#address&web=2&host=10.0.0.5',
  // Fields that few others need.
  '#xapi=1&auth=acl&tls=1&service=init&workers=1&host=10.0.0.5',
);
