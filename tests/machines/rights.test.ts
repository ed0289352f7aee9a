import { expect, onTestFinished, test } from 'vitest';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { emitted, textAt } from '../emit/emitted.ts';
import { needStack } from '../stacks/need.ts';
import { boot, needMachines } from './machine.ts';

needMachines();
needStack();

/** The work of Pod's tasks: each line prints its name once it has done it. */
const NEEDED = String.raw`
set -eu
cd ${DEFAULTS.project}
mkdir -p pod/media
ffmpeg -loglevel error -f lavfi -i testsrc=size=320x240:duration=1 -f lavfi -i sine=duration=1 -y pod/media/a.mp4
ffmpeg -loglevel error -i pod/media/a.mp4 -y pod/media/a.mp3
echo ffmpeg
sox pod/media/a.mp3 pod/media/a.wav
echo sox
echo result >${DEFAULTS.results}/celery-task-meta-1
echo results
python3 - <<'PYTHON'
import multiprocessing, smtplib, socket, socketserver, tempfile, threading, urllib.request

class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        if self.server.server_address[1] == self.server.http:
            self.rfile.readline()
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nok")
            return
        self.wfile.write(b"220 mail\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            self.wfile.write(b"354 go\r\n" if word == b"DATA" else b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"DATA":
                while self.rfile.readline() != b".\r\n":
                    pass
                self.wfile.write(b"250 ok\r\n")

ports = []
for kind in ("http", "mail"):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer)
    server.http = server.server_address[1] if kind == "http" else 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports.append(server.server_address[1])

with multiprocessing.Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]
print("processes", flush=True)
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x")
print("temporary", flush=True)
assert urllib.request.urlopen(f"http://localhost:{ports[0]}/").read() == b"ok"
print("callback", flush=True)
with smtplib.SMTP("localhost", ports[1]) as mail:
    mail.sendmail("pod@example.org", ["user@example.org"], "Subject: done\n\ndone")
print("mail", flush=True)
PYTHON
`;

/** Attempts that no task needs: each one that succeeds prints its name. */
const REFUSED = `
cd ${DEFAULTS.project}
try() { name=$1; shift; "$@" >/dev/null 2>&1 && echo "may $name"; }
try 'write a program' touch /usr/local/bin/x
try 'write settings' touch /etc/x
try 'make a namespace' unshare --user --map-root-user true
try 'mount' unshare --user --map-root-user --mount mount -t tmpfs tmpfs /mnt
try 'become root' su root -c true </dev/null
try 'make a file that runs as another' sh -c 'cp /bin/true pod/media/x && chmod u+s pod/media/x'
try 'read the kernel log' dmesg
try 'open a raw socket' python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'
try 'see a disk' sh -c 'ls /dev/[svx]d[a-z] /dev/vda'
try 'change a setting of the kernel' sh -c 'echo 1 >/proc/sys/vm/overcommit_memory'
grep -q '^NoNewPrivs:.1$' /proc/self/status || echo 'may get privileges'
grep -q '^CapBnd:.0*$' /proc/self/status || echo 'has capabilities'
grep -q '^Seccomp:.2$' /proc/self/status || echo 'may call anything'
echo tried
`;

test('a unit lets a worker do what Pod’s tasks do, and not what an attacker would', async () => {
  const [machine] = await boot(onTestFinished, '10.77.0.1');
  const { account, project } = DEFAULTS;
  await machine.done(`useradd --create-home ${account}; install -d -o ${account} ${project}`);
  const unit = textAt(emitted({ arch: 'celery' }), 'worker/pod-worker.service');
  const ran = async (name: string, script: string, from = unit) => {
    await machine.write(`/opt/${name}.sh`, script, '755');
    const probe = from
      .replace(/^ExecStart=.*$/m, `ExecStart=/bin/bash /opt/${name}.sh`)
      .replace(/^Restart=.*$/m, 'Restart=no')
      .replace('Type=exec', 'Type=oneshot');
    await machine.write(`/etc/systemd/system/${name}.service`, probe);
    await machine.run(`systemctl daemon-reload; systemctl start ${name}`);
    const said = await machine.done(`journalctl --no-pager --output=cat --unit ${name}`);
    return said.split('\n');
  };
  const needed = ['ffmpeg', 'sox', 'results', 'processes', 'temporary', 'callback', 'mail'];
  expect(await ran('needed', NEEDED)).toEqual(expect.arrayContaining(needed));
  const refused = await ran('refused', REFUSED);
  expect(refused).toContain('tried');
  expect(refused.filter((line) => /^(may|has) /.test(line))).toEqual([]);
  // The same script sees what a unit without these directives allows.
  const free = unit.replace(/^NoNewPrivileges=[^]*?(?=^\[Install)/m, '');
  const allowed = await ran('allowed', REFUSED, free);
  expect(allowed).toEqual(
    expect.arrayContaining(['may make a namespace', 'may get privileges', 'has capabilities']),
  );
});
