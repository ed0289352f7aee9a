import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/checker/check.ts';
import { readPython } from '../../src/checker/read/python/file.ts';
import { readRedisFile } from '../../src/checker/read/redisFile.ts';
import { readUrl, readUrls } from '../../src/checker/read/url.ts';
import { readDefaults, readUnit, workerOption } from '../../src/checker/read/workerFile.ts';
import type { Value } from '../../src/checker/read/values.ts';
import { runPython } from '../emit/python.ts';

/** A value as JSON. */
function plain(value: Value | undefined): unknown {
  switch (value?.kind) {
    case 'string':
      return value.text;
    case 'number':
      return value.number;
    case 'flag':
      return value.flag;
    case 'none':
      return null;
    case 'list':
      return value.items.map(plain);
    case 'dict':
      return Object.fromEntries(
        [...value.entries].map(([key, entry]) => [key, plain(entry.value)]),
      );
    default:
      return '(unknown)';
  }
}

const valueOf = (source: string) => plain(readPython(source).bindings.get('A')?.value);

/** Files that the test also runs in Python, to compare the values. */
const RUN = [
  'A = "a" \'b\' r"\\n" """c\nd"""',
  'A = "\\x41\\u00e9\\U0001F600\\101\\n\\q\\\\"',
  'A = ("a"\n     "b")',
  'B = "h"\nA = f"redis://{B}:{6379}/{{5}}"',
  'B = {"x": 1}\nC = B\nC["y"] = 2\nA = B',
  'A = {"x": {"y": 1}}\nA["x"]["y"] = 2\nA["z"] = [1, (2, 3)]',
  'A = {"x": {}}\nA["x"].update({"y": 1}, z=2)\nA.update(w=None)',
  'A = dict(host="h", port=6379, **{"db": 4})',
  'B = {"x": 1}\nA = {**B, "x": 2, "y": True}',
  'A = 60 * 60 * 24 + 3600',
  'A = -1',
  'A = int("6379")',
  'A = "redis://h:" + str(6379) + "/5"',
  'import os\nA = os.environ.get("POD_TEST_UNSET", "x")',
  'import os\nA = os.getenv("POD_TEST_UNSET", default="x")',
  'from os import environ as e\nA = e.get("POD_TEST_UNSET", "x")',
  'import os\nA = int(os.environ.get("POD_TEST_UNSET", "7"))',
  'import os\nA = os.environ.get("POD_TEST_UNSET") or "x"',
  'import os\nos.environ["POD_TEST_SET"] = "y"\nA = os.environ["POD_TEST_SET"]',
  'A = B = "x"',
  'A: str = "x"; B = 1',
  'A = "x"\nA += "y"',
  'A = ["a"]\nA += ["b"]',
  'A = {"a": 1}\nA |= {"b": 2}',
  'A = 1_000',
  'A = 0o644',
  'A = [0b1_01, 0XfF, 0]',
  'A = not True',
  'A = ()',
  'from urllib.parse import quote\nA = quote("a/b@é~!")',
  'from urllib.parse import quote as q\nP = "a/b"\nA = f"redis://:{q(P, safe=\'\')}@h"',
  'import urllib.parse\nA = urllib.parse.quote("a/b+ (c)", "+")',
  'A = (1,)',
];

test('literals and simple expressions have the values that Python gives them', () => {
  const script = `
import json, sys
read = []
for source in json.load(sys.stdin.buffer):
    names = {}
    exec(source, names)
    read.append(names["A"])
json.dump(read, sys.stdout)
`;
  expect(RUN.map(valueOf)).toEqual(runPython(script, RUN));
});

describe('a value that is not followed is unknown, and never guessed', () => {
  test.each([
    'A = f()',
    'A = "%s" % x',
    'A = "{}".format(1)',
    'A = x',
    'A = [i for i in range(3)]',
    'A = b"bytes"',
    'A = "\\N{BULLET}"',
    'A = f"{1:>5}"',
    'A = f"{x}"',
    'A = 1 if y else 2',
    'A = 1\nif y:\n    A = 2',
    'A = 1\nfor A in x:\n    pass',
    'A = 1\ntry:\n    A = 2\nexcept E:\n    pass',
    'A, B = 1, 2',
    'A = {}\nA.clear()',
    'A = {}\nchange(A)',
    'A = 1\nfrom x import A',
    'A = 1\nwith x:\n    A += 1',
    'import os\nA = os.environ["POD_TEST_UNSET"]',
    'from decouple import config\nA = config("X")',
  ])('%j', (source) => {
    expect(valueOf(source)).toBe('(unknown)');
  });

  test('a dict with a part that is not followed is incomplete', () => {
    const { bindings } = readPython(
      'A = {"x": 1, key(): 2}\nB = {**more}\nC = {"y": 1}\nC.update(more)',
    );
    for (const name of 'ABC')
      expect(bindings.get(name)?.value).toMatchObject({ kind: 'dict', incomplete: true });
  });

  test('a file that imports all names of a module is incomplete', () => {
    expect(readPython('from .secret import *').incomplete).toBe(true);
    expect(
      readPython('try:\n    from .secret import *\nexcept ImportError:\n    pass').incomplete,
    ).toBe(true);
    expect(readPython('from .secret import A').incomplete).toBe(false);
    // An import that is only tried counts too.
    const tried = 'try:\n    from .secret import *\nexcept ImportError:\n    pass\n';
    expect(checkFiles([{ name: 'a.py', text: tried }]).findings).toMatchObject([
      { code: 'not-understood', span: { from: 0 } },
    ]);
  });
});

test.each([
  'import os\nA = "x"\nif not os.path.isdir(A):\n    os.makedirs(A)\nos.makedirs(A)\nA = os.environ.get("N", A)',
  'A = "x"\nprint(A)\nif y:\n    B = A',
  'A = "x"\nfor B in A:\n    pass',
  'A = "x"\nwith open(A) as f:\n    B = f.read()',
  'A = "x"\ntry:\n    from A import B\nexcept E:\n    pass',
  'A = "x"\ndef f():\n    A = 2\nclass C:\n    A = 3',
  'if y:\n    A = 1\nA = "x"',
])('%j keeps the values that it does not change', (source) => {
  expect(valueOf(source)).toBe('x');
});

test.each(['exec(text)', 'globals().update(x)', 'globals()["A"] = 1', 'include("a.py")'])(
  '%s may give a value to any name',
  (source) => {
    expect(readPython(source).incomplete).toBe(true);
  },
);

test.each([
  ['from decouple import config\nA = config("X", default="d")', 'd'],
  ['from decouple import config as c\nA = c("X", "7", cast=int)', 7],
  ['import environ\nenv = environ.Env(DEBUG=(bool, False))\nA = env("X", default="d")', 'd'],
  ['import environ\nenv = environ.Env()\nA = env.int("X", default=7)', 7],
  ['from environs import Env\nenv = Env()\nA = env.str("X", default="d")', 'd'],
])('%j reads the environment', (source, value) => {
  const found = readPython(source).bindings.get('A')?.value;
  expect(plain(found)).toBe(value);
  expect(found?.environment).toBe('X');
  expect([...readPython(source).reads.keys()]).toEqual(['X']);
});

test.each([
  'A = "open',
  'A = [1, 2',
  'A = {"a" 1}',
  ' A = 1',
  'A = 1\n  B = 2',
  'A = """x',
  'A = ',
  'def',
])('%j has a syntax error', (source) => {
  expect(readPython(source).syntaxErrors).not.toEqual([]);
});

const URLS = [
  'redis://h:6379/5',
  'redis://:p%40ss@h:6379/5',
  'redis://user:p@ss@h/5?a=b',
  'rediss://:x@[2001:db8::1]:6380/3?ssl_cert_reqs=required',
  'redis://:pa/ss@h:6379/5',
  'redis://:pa#ss@h:6379/5',
  'redis://:pa[ss@h:6379/5',
  'redis://:pa]ss@h:6379/5',
  'redis://:pa[s]s@h:6379/5',
  'redis+socket:///run/redis.sock?virtual_host=5',
  'unix://:p@/run/redis.sock?db=3',
  'redis://h',
];

test('URLs that Python can split are split in the same way', () => {
  const script = `
import json, sys
from urllib.parse import urlsplit, unquote
read = []
for url in json.load(sys.stdin.buffer):
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        read.append(None)
        continue
    read.append([parts.scheme, parts.username or None, parts.password and unquote(parts.password), parts.hostname, port])
json.dump(read, sys.stdout)
`;
  const ours = URLS.map((text) => {
    const url = readUrl(text);
    if (!url || url.unencoded) return null;
    return [
      url.scheme,
      url.user?.text ?? null,
      url.password?.text ?? null,
      url.host?.text ?? null,
      url.port ?? null,
    ];
  });
  expect(ours).toEqual(runPython(script, URLS));
});

test.each([
  ['redis://:pa/ss@h:6379/5', 'pa/ss', 'h'],
  ['redis://:p@ss/word@h:6379/5', 'p@ss/word', 'h'],
  ['redis://:p?s=s@h:6379/5', 'p?s=s', 'h'],
  ['redis://u:1/2@h:6379/5', '1/2', 'h'],
  ['redis+socket://:p@ss/word@/run/redis.sock?virtual_host=5', 'p@ss/word', undefined],
])('%s is read as its author meant it, and not as Python does', (text, password, host) => {
  const url = readUrl(text);
  expect(url?.unencoded).toBe(true);
  expect(url?.password?.text).toBe(password);
  expect(url?.host?.text).toBe(host);
});

test.each([
  'rediss://:x@h:6379/3?ssl_cert_reqs=required&ssl_ca_certs=/a@b.crt',
  'unix:///run/a@b.sock?db=3',
])('%s is correct, with an @ that does not end a password', (text) => {
  expect(readUrl(text)?.unencoded).toBe(false);
});

test('several URLs of one text are read, each with its span', () => {
  const text = 'sentinel://a:1/5;sentinel://:p%3Bw@b:2/5';
  const urls = readUrls(text, ';');
  expect(urls.map(({ host, port }) => [host?.text, port])).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(urls.map(({ path }) => text.slice(path.from, path.to))).toEqual(['5', '5']);
});

test('redis.conf is read as Redis does', () => {
  const { directives, syntaxErrors } = readRedisFile(
    '# x\n BIND 127.0.0.1  -::1\r\nrequirepass "a\\"\\x20b c"\nsave ""\nuser x on \'>a b\'\nbad "open\n',
  );
  expect(directives.map((each) => [each.name, ...each.arguments.map(({ text }) => text)])).toEqual([
    ['bind', '127.0.0.1', '-::1'],
    ['requirepass', 'a" b c'],
    ['save', ''],
    ['user', 'x', 'on', '>a b'],
  ]);
  expect(syntaxErrors).toHaveLength(1);
});

test('files that start workers are read as a shell and systemd read them', () => {
  const defaults = readDefaults(
    '# x\nCELERY_APP="pod.main"\nexport CELERY_CONFIG_MODULE=podceleryconf # why\nCELERYD_OPTS="--concurrency=1 \\\n -Q celery"\nX=$(date)\n',
  );
  expect(defaults.app?.text).toBe('pod.main');
  expect(defaults.variables.get('CELERY_CONFIG_MODULE')).toMatchObject({
    text: 'podceleryconf',
    exported: true,
  });
  expect(workerOption(defaults, '-Q', '--queues')?.text).toBe('celery');
  expect(defaults.unfollowed).toHaveLength(1);
  const unit = readUnit(
    '[Service]\nEnvironment="A=b c" D=e\nExecStart=/x/celery -A pod.main \\\n  worker --queues=celery -n "w@%h"\n',
  );
  expect(unit.variables.get('A')?.text).toBe('b c');
  expect(unit.app?.text).toBe('pod.main');
  expect(workerOption(unit, '-Q', '--queues')?.text).toBe('celery');
});
