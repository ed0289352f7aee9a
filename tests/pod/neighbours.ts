import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:net';

/*
 * The servers that Pod talks to beside Redis, as a program that runs in the network of the servers: a Learning
 * Record Store, which accepts statements with the credentials in LRS_LOGIN ("user:password"), and a mail server,
 * which takes every message. Prints a line of JSON for the ports, and one for each request and message.
 */

const say = (line: unknown) => {
  console.log(JSON.stringify(line));
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const wanted = `Basic ${Buffer.from(process.env['LRS_LOGIN'] ?? '').toString('base64')}`;
const records = createHttpServer((request, response) => {
  void bodyOf(request).then((body) => {
    const accepted = request.headers.authorization === wanted;
    const statement = accepted ? (JSON.parse(body) as { id?: string }) : undefined;
    say({ records: accepted ? 'accepted' : 'refused', statement });
    response.statusCode = accepted ? 200 : 401;
    response.end(JSON.stringify([statement?.id]));
  });
});

/** A mail server: SMTP as far as Python's smtplib needs it. */
const mail = createServer((socket) => {
  let data = false;
  let rest = '';
  socket.on('error', () => undefined);
  socket.write('220 mail\r\n');
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const subject = /^Subject: (.*)/.exec(line)?.[1];
      if (data && subject !== undefined) say({ mail: subject });
      if (data && line === '.') data = false;
      else if (data) continue;
      else if (/^DATA/i.test(line)) data = true;
      if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else socket.write(data ? '354 go on\r\n' : '250 yes\r\n');
    }
  });
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

say({ ports: { records: await listen(records), mail: await listen(mail) } });
