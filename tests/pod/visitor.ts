import { request } from 'node:http';
import { ADMIN, DOMAIN, TOKEN } from './settings.ts';

/** The answer of a web server. */
export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
  readonly seconds: number;
}

/** The scheme of a site's addresses. */
export type Scheme = 'http' | 'https';

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: FormData | URLSearchParams | string;
}

/** The address to which the button for logging out sends its form. */
const LOG_OUT = '/authentication_logout/';

/** Whether a page is that of somebody who is logged in: it has a button for logging out. */
export const isOfLoggedIn = ({ body }: Pick<Answer, 'body'>): boolean => body.includes(LOG_OUT);

/** A person's browser, which comes by the Unix socket of the web server and keeps its cookies. */
export class Visitor {
  readonly #socket: string;
  readonly #scheme: Scheme;
  readonly #cookies = new Map<string, string>();

  /**
   * @param socket the path of the web server's Unix socket
   * @param scheme how the browser reached the server in front of Pod, which tells Pod
   */
  constructor(socket: string, scheme: Scheme = 'http') {
    this.#socket = socket;
    this.#scheme = scheme;
  }

  /** The address of a page, as the browser shows it. */
  #address(path: string): string {
    return `${this.#scheme}://${DOMAIN}${path}`;
  }

  /** The key of the session; nothing without one. */
  get session(): string | undefined {
    return this.#cookies.get('sessionid');
  }

  /** Requests a page and does not follow redirections. */
  async ask(path: string, { method, headers = {}, body }: Sent = {}): Promise<Answer> {
    const encoded = body === undefined ? undefined : new Response(body);
    const type = encoded?.headers.get('content-type');
    const bytes = encoded && Buffer.from(await encoded.arrayBuffer());
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          // The web server may close a connection that is kept, just as it is used again.
          agent: false,
          socketPath: this.#socket,
          path,
          method: method ?? (body === undefined ? 'GET' : 'POST'),
          headers: {
            host: DOMAIN,
            'x-forwarded-proto': this.#scheme,
            cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '),
            ...(type && { 'content-type': type }),
            ...(bytes && { 'content-length': bytes.length }),
            ...headers,
          },
        },
        (response) => {
          for (const cookie of response.headers['set-cookie'] ?? []) this.#keep(cookie);
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.once('error', reject);
          response.once('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              location: response.headers.location,
              body: text,
              seconds: (performance.now() - started) / 1000,
            });
          });
        },
      );
      sent.once('error', reject);
      sent.end(bytes);
    });
  }

  #keep(cookie: string): void {
    const [pair = ''] = cookie.split(';');
    const [name = '', value = ''] = pair.split('=');
    if (value === '' || value === '""') this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }

  /** Requests Pod's REST API as a program that has the administrator's token. */
  async api<T>(path: string, body?: FormData): Promise<T> {
    const headers = { authorization: `Token ${TOKEN}`, accept: 'application/json' };
    const answer = await this.ask(`/rest/${path}`, { headers, ...(body && { body }) });
    if (answer.status >= 300)
      throw new Error(`/rest/${path}: ${answer.status} ${answer.body.slice(0, 2000)}`);
    return JSON.parse(answer.body) as T;
  }

  /** Logs in through the form. */
  async logIn(): Promise<Answer> {
    const form = await this.ask('/accounts/login/');
    const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(form.body)?.[1];
    if (token === undefined) throw new Error(`No form to log in: ${form.status}\n${form.body}`);
    const fields = { csrfmiddlewaretoken: token, username: ADMIN.user, password: ADMIN.password };
    return this.ask('/accounts/login/', {
      headers: { referer: this.#address('/accounts/login/') },
      body: new URLSearchParams(fields),
    });
  }

  /** Logs out by the button of the page, which leads to the address that does it. */
  async logOut(): Promise<Answer> {
    const { location = '' } = await this.ask(LOG_OUT, {
      headers: { referer: this.#address('/') },
      body: new URLSearchParams({ csrfmiddlewaretoken: this.#cookies.get('csrftoken') ?? '' }),
    });
    return this.ask(location);
  }

  /** Whether pages for administrators open. */
  async isLoggedIn(): Promise<boolean> {
    return (await this.ask('/admin/')).status === 200;
  }

  /** The status of each select2 field's answers in the form of a new video. */
  async chooseInVideoForm(): Promise<number[]> {
    const { body } = await this.ask('/video/edit/');
    const statuses = [];
    for (const [, id = ''] of body.matchAll(/data-field_id="([^"]+)"/g)) {
      const query = new URLSearchParams({ field_id: id, term: 'a' }).toString();
      statuses.push((await this.ask(`/select2/fields/auto.json?${query}`)).status);
    }
    return statuses;
  }

  /** Sends an xAPI statement as Pod's player does when a video is played. */
  async sendStatement(): Promise<Answer> {
    const video = 'https://w3id.org/xapi/video';
    const statement = {
      verb: { id: `${video}/verbs/played`, display: { 'en-US': 'played' } },
      object: {
        id: `http://${DOMAIN}/video/0001-test/`,
        definition: { type: `${video}/activity-type/video`, name: { 'en-US': 'Test' } },
        objectType: 'Activity',
      },
      result: { extensions: { [`${video}/extensions/time`]: 1.5 } },
      context: {
        contextActivities: { category: [{ id: video }] },
        extensions: {
          [`${video}/extensions/session-id`]: crypto.randomUUID(),
          [`${video}/extensions/length`]: 3,
        },
        registration: crypto.randomUUID(),
      },
      timestamp: new Date().toISOString(),
    };
    return this.ask('/xapi/video/', {
      headers: {
        'content-type': 'application/json',
        'x-csrftoken': this.#cookies.get('csrftoken') ?? '',
        referer: this.#address('/'),
      },
      body: JSON.stringify(statement),
    });
  }
}
