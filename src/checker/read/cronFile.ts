import { RUNNER_COMMAND, RUNNER_MINUTES } from '../../pod/runner.ts';
import { linesOf, type Word } from './workerFile.ts';
import type { Span } from './span.ts';

/** The starter of Esup-Runner's cron job: a systemd unit and its timer, cron itself, or a script that never ends. */
export type CronForm = 'systemd' | 'timer' | 'crontab' | 'script';

/** The time at which a job runs, as a file has it. */
interface Schedule extends Span {
  /** The longest time between two runs, in minutes. */
  readonly minutes: number;
  /** The time of Pod's own documents, in the same form. */
  readonly usual: string;
}

/** A command that runs the cron job. */
export interface CronJob extends Span {
  readonly account?: Word;
  readonly project?: Word;
  readonly venv?: Word;
  /** The site whose tasks it handles, where it is not the default one. */
  readonly site?: string;
}

/** A file that runs the cron job of Esup-Runner, or the timer of one. */
export interface CronFile {
  readonly jobs: readonly CronJob[];
  /** Empty where no schedule was understood. */
  readonly schedules: readonly Schedule[];
  /** The unit that a timer starts, where it names one. */
  readonly unit?: string;
}

const DAY = 24 * 60;

/** The most jobs of a file that are read: no site has as many, and rules compare them with each other. */
const MOST_JOBS = 100;

/** The command of the job, as Pod's documents write it (docstring of process_tasks.py, Pod 4.2.0). */
const RUNS = new RegExp(String.raw`\b(?:manage\.py|django-admin)["']?[ \t]+${RUNNER_COMMAND}\b`);

/** The directives of a systemd timer that say when it starts its unit. */
const TIMER = /^[ \t]*On(?:Calendar|UnitActiveSec|UnitInactiveSec)[ \t]*=/m;

/** A line of a crontab: the times, or a name for them, and the rest. */
const CRON_LINE =
  /^[ \t]*(@[a-z]+|[\d*,/-]+(?:[ \t]+[\d*,/-]+){2}[ \t]+[a-z\d*,/-]+[ \t]+[a-z\d*,/-]+)[ \t]+(?=\S)/i;

/** The minutes between the runs of cron's names for times. */
const NAMED: Readonly<Record<string, number>> = {
  hourly: 60,
  daily: DAY,
  midnight: DAY,
  weekly: 7 * DAY,
  monthly: 31 * DAY,
  yearly: 365 * DAY,
  annually: 365 * DAY,
  reboot: 365 * DAY,
  // Of systemd only.
  minutely: 1,
};

/** Words with which a command begins, and which are no account. */
const COMMANDS = new Set(
  'bash cd chronic env exec export flock ionice nice python python3 runuser setsid sh sleep source su sudo test timeout true'.split(
    ' ',
  ),
);

/** A text with its comment lines blanked, so that every offset stays. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*[#;].*$/gm, (line) => ' '.repeat(line.length));
}

/** The form of a file with the cron job or a timer; `undefined` for any other file. */
export function cronFormOf(base: string, text: string): CronForm | undefined {
  if (/\.timer(\.txt)?$/.test(base) || TIMER.test(text)) return 'timer';
  if (/\.(py|md|json|ya?ml)$/.test(base) || !text.includes(RUNNER_COMMAND)) return undefined;
  const lines = withoutComments(text)
    .split('\n')
    .filter((line) => RUNS.test(line));
  if (lines.length === 0) return undefined;
  if (/\.service(\.txt)?$/.test(base) || /^[ \t]*ExecStart[ \t]*=/m.test(text)) return 'systemd';
  if (/\.sh$/.test(base) || text.startsWith('#!')) return 'script';
  return lines.some((line) => CRON_LINE.test(line)) ? 'crontab' : undefined;
}

/** The first group of a pattern's first match in a text, with its span; the pattern has the flag `d`. */
function part(pattern: RegExp, text: string, start: number): Word | undefined {
  const found = pattern.exec(text);
  const [from, to] = found?.indices?.[1] ?? [];
  if (from === undefined || to === undefined) return undefined;
  return { text: text.slice(from, to), from: start + from, to: start + to, plain: true };
}

/** A path, from the beginning of a word. */
const PATH = String.raw`(?<![^\s"'=;&|(:])(\/[^\s"';&|]{0,200})`;
const FOLDER = new RegExp(String.raw`\bcd[ \t]+["']?${PATH}`, 'd');
// The program first, then the path before it: a text of slashes would be searched for a path at each of them.
const MANAGE = new RegExp(String.raw`\/manage\.py\b(?<=${PATH}\/manage\.py)`, 'd');
const PROGRAM = String.raw`\/bin\/(?:python[\d.]*|activate)`;
const ENVIRONMENT = new RegExp(String.raw`${PROGRAM}\b(?<=${PATH}${PROGRAM})`, 'd');
const WORKON_HOME = new RegExp(String.raw`\bWORKON_HOME=["']?${PATH}`, 'd');
const WORKON = /\bworkon[ \t]+([\w.-]+)/d;
const SLEEP = /\bsleep[ \t]+(\d{1,9}[smhd]?)\b/d;
const SITE = /--site[ \t=]["']?([^\s"';&|]+)/d;
const AS_USER = /\b(?:sudo|runuser)[ \t](?:[^\n]{0,80}?[ \t])?(?:-u|--user)[ \t=]([a-z_][\w-]*)/d;

/** Reads the parts of a command, or of a script. */
function jobOf(text: string, start: number): CronJob {
  const account = part(AS_USER, text, start);
  const project = part(FOLDER, text, start) ?? part(MANAGE, text, start);
  const home = part(WORKON_HOME, text, start);
  const name = part(WORKON, text, start);
  // With virtualenvwrapper, the environment is a folder of WORKON_HOME.
  const venv =
    home && name
      ? { ...name, text: `${home.text.replace(/\/$/, '')}/${name.text}` }
      : part(ENVIRONMENT, text, start);
  const site = part(SITE, text, start)?.text;
  return {
    from: start,
    to: start + text.length,
    ...(account && { account }),
    ...(project && { project }),
    ...(venv && { venv }),
    ...(site !== undefined && { site }),
  };
}

/** The numbers that a field of cron or of a timer stands for; `undefined` where it is not understood. */
function numbersOf(field: string, end: number): ReadonlySet<number> | undefined {
  const numbers = new Set<number>();
  for (const item of field.slice(0, 400).split(',')) {
    const [, first = '', last, step] =
      /^(\*|\d{1,2})(?:(?:-|\.\.)(\d{1,2}))?(?:\/(\d{1,3}))?$/.exec(item) ?? [];
    if (first === '' || Number(step ?? 1) === 0) return undefined;
    const from = first === '*' ? 0 : Number(first);
    const to =
      last === undefined ? (first === '*' || step !== undefined ? end - 1 : from) : Number(last);
    for (let each = from; each <= Math.min(to, end - 1); each += Number(step ?? 1))
      numbers.add(each);
  }
  return numbers;
}

/** The longest time between two runs of a day, in minutes. */
function longestGap(minuteField: string, hourField: string): number | undefined {
  const minutes = numbersOf(minuteField, 60);
  const hours = numbersOf(hourField, 24);
  if (!minutes || !hours || minutes.size === 0 || hours.size === 0) return undefined;
  const times = [...hours]
    .flatMap((hour) => [...minutes].map((minute) => hour * 60 + minute))
    .sort((a, b) => a - b);
  const first = times[0] ?? 0;
  return Math.max(...times.map((time, at) => (times[at + 1] ?? first + DAY) - time));
}

/** The time between two runs under cron, in minutes. */
function cronMinutes(times: string): number | undefined {
  if (times.startsWith('@')) {
    const word = times.slice(1).toLowerCase();
    return Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
  }
  const [minute = '', hour = '', ...days] = times.split(/[ \t]+/);
  const gap = longestGap(minute, hour);
  return gap !== undefined && days.some((day) => day !== '*') ? Math.max(gap, DAY) : gap;
}

/** The seconds of the units of time that systemd and `sleep` have in common, and of systemd's longer names. */
const SECONDS: Readonly<Record<string, number>> = {
  ...{ '': 1, s: 1, sec: 1, second: 1, seconds: 1, m: 60, min: 60, minute: 60, minutes: 60 },
  ...{ h: 3600, hr: 3600, hour: 3600, hours: 3600, d: 86_400, day: 86_400, days: 86_400 },
};

/** A time such as `3min`, `1h 30m` or `180` in minutes; `undefined` where it is not understood. */
function spanMinutes(text: string): number | undefined {
  let seconds = 0;
  for (const [, number, unit = ''] of text
    .trim()
    .slice(0, 80)
    .matchAll(/(\d{1,9})[ \t]*([a-z]*)|\S/gi)) {
    const factor = Object.hasOwn(SECONDS, unit) ? SECONDS[unit] : undefined;
    if (number === undefined || factor === undefined) return undefined;
    seconds += Number(number) * factor;
  }
  return seconds > 0 ? seconds / 60 : undefined;
}

/** The time between two runs by `OnCalendar=`, in minutes; `undefined` where it is not understood. */
function calendarMinutes(text: string): number | undefined {
  const word = text.toLowerCase();
  const named = Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
  if (named !== undefined) return named;
  const [, date, hour = '', minute = ''] =
    /^(?:(\S{1,40})[ \t]+)?([\d*,./]{1,80}):([\d*,./]{1,80})(?::[\d*,./]{1,80})?$/.exec(text) ?? [];
  const gap = longestGap(minute, hour);
  return gap !== undefined && date !== undefined && !/^\*(-\*)*$/.test(date)
    ? Math.max(gap, DAY)
    : gap;
}

/** Reads a timer; of several schedules, which systemd adds up, none is understood. */
function readTimer(text: string): CronFile {
  const schedules: Schedule[] = [];
  let lines = 0;
  const pattern = /^([ \t]*On(Calendar|UnitActiveSec|UnitInactiveSec)[ \t]*=[ \t]*)([^\r\n]*)/gm;
  for (const { 1: head = '', 2: name, 3: rest = '', index } of text.matchAll(pattern)) {
    lines += 1;
    if (lines > 1) break;
    const value = rest.trimEnd();
    const minutes = name === 'Calendar' ? calendarMinutes(value) : spanMinutes(value);
    const from = index + head.length;
    const usual = name === 'Calendar' ? `*:0/${RUNNER_MINUTES}` : `${RUNNER_MINUTES}min`;
    if (minutes !== undefined) schedules.push({ from, to: from + value.length, minutes, usual });
  }
  const unit = /^[ \t]*Unit[ \t]*=[ \t]*(\S+)/m.exec(text)?.[1];
  return { jobs: [], schedules: lines === 1 ? schedules : [], ...(unit !== undefined && { unit }) };
}

/** Reads the unit that a timer starts. */
function readService(text: string): CronFile {
  const property = (name: string) =>
    part(new RegExp(String.raw`^[ \t]*${name}[ \t]*=[ \t]*(\S+)`, 'dm'), text, 0);
  const user = property('User');
  const folder = property('WorkingDirectory');
  const lines = linesOf(text).filter(
    ({ text: line }) => /^\s*ExecStart[ \t]*=/.test(line) && RUNS.test(line),
  );
  const jobs = lines.slice(0, MOST_JOBS).map(({ text: line, from }): CronJob => {
    const job = jobOf(line, from);
    const account = job.account ?? user;
    const project = job.project ?? folder;
    return { ...job, ...(account && { account }), ...(project && { project }) };
  });
  return { jobs, schedules: [] };
}

/** Reads a crontab: of an account, or with an account in each line as in `/etc/cron.d`. */
function readCrontab(text: string): CronFile {
  const jobs: CronJob[] = [];
  const schedules: Schedule[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const [head = '', times = ''] = CRON_LINE.exec(line) ?? [];
    if (head !== '' && jobs.length < MOST_JOBS && RUNS.test(line)) {
      const command = line.slice(head.length).trimEnd();
      const from = start + head.length;
      const [word = ''] = /^\S+/.exec(command) ?? [];
      const account =
        /^[a-z_][a-z\d_-]*\$?$/.test(word) &&
        (!COMMANDS.has(word) || /^\S+[ \t]+cd[ \t]/.test(command))
          ? { text: word, from, to: from + word.length, plain: true }
          : undefined;
      const job = jobOf(command, from);
      jobs.push({ ...job, ...(account && !job.account && { account }) });
      const minutes = cronMinutes(times);
      const at = start + line.indexOf(times);
      if (minutes !== undefined)
        schedules.push({
          from: at,
          to: at + times.length,
          minutes,
          usual: `*/${RUNNER_MINUTES} * * * *`,
        });
    }
    start += line.length + 1;
  }
  return { jobs, schedules };
}

/** Reads a script that runs the job and then sleeps, again and again. */
function readLoop(text: string): CronFile {
  const source = withoutComments(text);
  const line = linesOf(source).find((each) => RUNS.test(each.text));
  const { from, text: command } = line ?? { from: 0, text: '' };
  const sleep = /\b(?:while|until)\b/.test(source) ? part(SLEEP, source, 0) : undefined;
  const minutes = sleep && spanMinutes(sleep.text);
  return {
    jobs: line ? [{ ...jobOf(source, 0), from, to: from + command.length }] : [],
    schedules:
      sleep && minutes !== undefined
        ? [{ ...sleep, minutes, usual: String(RUNNER_MINUTES * 60) }]
        : [],
  };
}

/** Reads a file of one of the forms. Never throws. */
export function readCron(form: CronForm, text: string): CronFile {
  switch (form) {
    case 'timer':
      return readTimer(text);
    case 'systemd':
      return readService(text);
    case 'crontab':
      return readCrontab(text);
    default:
      return readLoop(text);
  }
}
